"""Captions and credits in plain text: told by the credit, by standing twice, or by the credit line before them."""

import re
from collections.abc import Sequence
from functools import lru_cache

from schemas.draft import Caption
from tasks._credits import TAIL, bare_credit, is_bare_agency, split_credit
from tasks._lines import Line
from tasks._name_words import is_person_name

_NAME = r"[A-ZÀ-ÖØ-Þ][\w.'’&-]*"
#: `NAME via AGENCY`, `NAME / AGENCY`, `Photo: NAME`: a line that is nothing but a credit.
_VIA = re.compile(
    rf"^[(\[]?(?:{_NAME}|de|van|von|da|/|,)"
    rf"(?:[ /]+(?:{_NAME}|de|van|von|der|da|del|la|bin|al|via|for|and|&|-|–|\|)){{0,12}}[ /]*[)\]]?\.?$"
)
_VIA_WORD = re.compile(r"\s(?:via|VIA)\s|\s?/\s?")
_PICTURE_WORD = re.compile(
    r"\b(?:images?|photos?|pictures?|pics|press|agency|wire|media|stock|getty|reuters|afp|epa|shutterstock|newscom|ap|pa|news)\b",
    re.I,
)
#: `AGENCY PHOTO / NAME`, also cut off, also with `(Photo credit should read ...` behind it.
_AGENCY_PHOTO = re.compile(
    r"\s*[(\[]?\b(?:[A-Z]{2,}(?:[ /-][A-Z]{2,})?|[A-Z][\w&-]+)\s"
    r"(?:PHOTOS?|Photos?|IMAGES?|Images?|PICTURES?|Pictures?|PIX)\s?/\s?[A-Z].{0,80}$"
)
_SHOULD_READ = re.compile(
    r"\s*\(?\s*(?:Photo credit should|PHOTO CREDIT SHOULD|Photo by|PHOTO BY|Photo credit|Photo courtesy)\b.{0,100}$"
)
#: A credit in brackets at the end: `(PA)`, `(PA Wire/PA Images)`, `(Reuters)`, `(Ann Lee/The Globe)`.
_BRACKETS = re.compile(
    r"\s*\(((?:[A-Z]{2,5}|[A-Z][\w.&'’-]*)(?:[ /,|-]+(?:[A-Z][\w.&'’-]*|via|for|and|of|the|de|van|von)){0,8})\)\.?$"
)
#: `The ferry at dawn. © dpa | Ann Lee`: the sign of a picture's owner amid a line, where no year stands.
_OWNED = re.compile(r"\s*©\s*(?=[^\W\d_])[^©]{2,100}$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: `(Ann Lee/CBC)` at the end, ` / Ann Lee`, and three names or more in brackets behind a sentence.
_REPORTER_PHOTO = re.compile(
    rf"\s*\(({_NAME}(?: {_NAME}){{1,3}}/(?:{_NAME})(?: {_NAME}){{0,3}})\)\.?$|\s/\s({_NAME}(?: {_NAME}){{1,3}})$"
    rf"|(?<=\.)[\"'”’]?\s\(({_NAME}(?:,? (?:of |the |for )*{_NAME}){{2,8}})\)\.?$"
)
#: `FILE - The bridge in 2014`: agencies' mark of a picture from the archive.
_FILE_PICTURE = re.compile(r"^(?:FILE|ARCHIVO|ARCHIVE|ARCHIV|ARQUIVO)(?: PHOTO)?\s?[-–—:]\s?\w")
#: Datelines of agency captions: `LONDON, ENGLAND - MARCH 10: ...`.
_CAPTION_DATELINE = re.compile(r"^[A-Z][A-Z .,'-]{3,50} [-–—] [A-Z]{3,9}\.? \d{1,2}(?:, \d{4})? ?:")

#: `(Ann Lee)`, `(Los Angeles Times)`, and nothing else on the line: two names at least, not `(Up)` or `(LAUGHTER)`.
_BRACKETED_NAMES = re.compile(
    r"\((?!Image|Photo|Picture|Source)(?:[A-ZÀ-ÖØ-Þ][\w.&'’-]*[ /]+(?:(?:for|and|of|the|de|van|von) )*)+"
    r"[A-ZÀ-ÖØ-Þ](?=\S*[a-zà-ÿ])[\w.&'’-]*\)\.?"
)
#: What stands for a picture that opens by itself: its caption follows.
_OPENS_PICTURE = re.compile(
    r"(?:open (?:this )?(?:photo|image) in (?:gallery|new window)|view \d+ images?|"
    r"view (?:larger )?image(?: in fullscreen)?|(?:enlarge|expand) (?:this )?image|image caption|"
    r"bild (?:vergrößern|in lightbox öffnen)|agrandir l['’]image|ampliar (?:imagen|foto)|afbeelding vergroten|"
    r"이미지 확대(?:보기)?|画像を拡大(?:する)?)\s*:?",
    re.I,
)
_LONGEST_OPENING = 6
#: `Ann Lee (left) with Bo Roe`: who stands where is said below a picture, and so is that it is an old one.
_PLACES = re.compile(
    r"\((?:[lr]\.|links|rechts|mitte|vorne|hinten|left|right|cent(?:re|er)|izq\.?|dcha\.?|izquierda|derecha|"
    r"(?:à )?(?:gauche|droite)|archiv(?:bild|foto)|symbol(?:bild|foto)|file (?:photo|image|picture)|"
    r"v\. ?l\. ?n\. ?r\.)\)",
    re.I,
)
#: `Ann Lee, center, waits for the ferry`: the same in the style of agencies.
_PLACES_APART = re.compile(
    r", (?:(?:far|front|back|(?:second|third|fourth) from) )?(?:left|right|cent(?:er|re)),", re.I
)
_MOST_PLACED_WORDS = 40
_MONTH = r"(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z]*\.?"
#: `Ann Lee helps her son April 14, 2024, in Birmingham, Ala.`: the style of agencies.
_ON_THE_DAY = re.compile(
    rf"\b{_MONTH} \d{{1,2}}, (?:19|20)\d\d, in [A-Z][\w .,'’-]{{2,40}}$"
    rf"|\b[Ii]n [A-Z][\w .,'’-]{{2,40}},(?: on)? {_MONTH} \d{{1,2}}, (?:19|20)\d\d\.?$"
    r"|\b[Ee]n [A-Z][\w .,'’-]{2,40}, (?:el )?\d{1,2} de \w{4,10} de (?:19|20)\d\d\.?(?: \([A-Z][\w ]{2,30}\))?$"
)
#: `FORTVILET: Her tror Ann Lee at finalen glipper.`: tabloids say in a word in capitals what a picture shows.
_SHOUTED = re.compile(r"[A-ZÀ-ÖØ-Þ]{4,}: [A-ZÀ-ÖØ-Þ]")
#: `Ann Lee waits for the ferry. (Bo Ek)`
_ONE_NAME = re.compile(rf"(?<=\.)[\"'”’]?\s\(({_NAME} {_NAME})\s?\)\.?$")
#: So likely a caption must be what looks like one in a way that paragraphs may look, too.
POSSIBLE_CAPTION = 0.1
#: `Firefighters search the rooms – video`.
_VIDEO = re.compile(r"\s[–—-]\s(?:video|gallery|in pictures)\.?$", re.I)
_LONGEST_VIDEO = 20
#: A credit that says that it is one.
_LABELLED = re.compile(
    r"\((?:photo|image|picture|foto|photograph|bild|imagen)s?(?: by| credit| courtesy(?: of)?)?\s*:?\s"
    r"[^()]{2,60}\)\.?$",
    re.I,
)

#: `By NAME / AGENCY` is a byline.
_SIGNED = re.compile(r"(?:by|von|par|por|di)\s", re.I)

_SIGNATURE = re.compile(r"(?:by|von|par|por|di|author\s?:|autor(?:in)?\s?:|written by|words by)\s+", re.I)

MOST_CAPTION_WORDS = 130
#: A paragraph may end as a caption does; one that is longer than this is no caption.
MOST_SHORT_CAPTION_WORDS = 60
#: A credit often stands right below the headline.
TITLE_ABOVE = 0.1
#: Beside a credit line, subheads of so few words are as short as captions.  Of such that the labeller takes for body,
#: and hardly for a caption, 38 are body and 9 are captions (cross-validated).
MOST_SUBHEAD_WORDS, HARDLY_CAPTION = 15, 0.2
SIGNATURE_FROM = 0.5


def is_credit_line(line: Line) -> bool:
    """Whether the whole line, which may end with a credit, is one."""
    text = line.text
    if not 1 <= line.words <= 14 or _SIGNED.match(text):
        return False
    if _VIA_WORD.search(text) and _VIA.match(text) and _PICTURE_WORD.search(text):
        return True
    if _VIA.match(text) and re.search(r"\svia\s", text, re.I):
        return True
    if _BRACKETED_NAMES.fullmatch(text):
        return True
    rest, credit = split_credit(text)
    return credit is not None and not rest.strip(" |-–—.")


def cut_credit(line: Line) -> tuple[int, str | None]:
    """Where in `line.raw` the credit at its end begins, and the credit without brackets; (its length, None) without.

    Several credits in a row count as one piece; `(Photo credit should re...` belongs to the piece, not to the credit.
    """
    return _cut_credit(line.raw) if line.hints else (len(line.raw), None)


@lru_cache(maxsize=1 << 13)  # several steps ask for the same lines in turn
def _cut_credit(raw: str) -> tuple[int, str | None]:
    skipped = max(0, len(raw) - TAIL)
    tail = raw[skipped:]
    hit = None
    if ("hoto" in tail or "HOTO" in tail) and (hit := _SHOULD_READ.search(tail)):
        hit = _AGENCY_PHOTO.search(tail[: hit.start()]) or hit
    elif "/" in tail:
        hit = _AGENCY_PHOTO.search(tail)
    if hit:
        return skipped + hit.start(), bare_credit(hit[0])
    rest, credit = split_credit(tail)
    if not credit and (hit := _REPORTER_PHOTO.search(tail)):
        return skipped + hit.start(), hit[1] or hit[2] or hit[3]
    if credit:
        return skipped + len(rest.rstrip()), bare_credit(credit)
    return len(raw), None


def _bracketed(shorter: Line, longer: Line) -> re.Match[str] | None:
    """The bracketed credit by which `longer` goes on after the same words as `shorter`, which has two at least."""
    hit = _BRACKETS.search(longer.raw) if shorter.words >= 2 and longer.raw.endswith((")", ").")) else None
    return hit if hit and _same(longer.raw[: hit.start()], shorter.raw) else None


def _same(one: str, other: str) -> bool:
    return (
        one.casefold().split() == other.casefold().split()
        or one.rstrip(" .").casefold() == other.rstrip(" .").casefold()
    )


def label_pictures(lines: Sequence[Line]) -> None:
    """Take captions and credits for what they are, wherever they stand."""
    for index, line in enumerate(lines):
        if line.kind or line.stamp:
            if line.kind == "legal":
                _label_owned(line)
            continue
        following = lines[index + 1] if index + 1 < len(lines) else None
        if index and _opens_picture(lines[index - 1]) and _is_caption_below_opening(line):
            line.take("caption", "caption:below what opens its picture")
            _cut(line)
            continue
        if following and following.hints and not following.kind and (hit := _bracketed(line, following)):
            line.take("caption", "caption:printed twice")
            following.take("caption", "caption:printed twice")
            following.cut = (hit.start(), hit[1])
        elif is_bare_agency(line.text):
            if index and lines[index - 1].kind == "caption":
                line.take("credit", "credit:agency below a caption")
        elif line.hints and is_credit_line(line):
            line.take("credit", "credit:line")
            above = lines[index - 1] if index else None
            if above and _is_caption_above(above, line):
                above.take("caption", "caption:above its credit")
            elif following and _is_caption_below(following):
                following.take("caption", "caption:below its credit")
                _cut(following)
        elif 3 <= line.words <= MOST_CAPTION_WORDS:
            _label_caption(line)


def _opens_picture(line: Line) -> bool:
    return line.words <= _LONGEST_OPENING and _OPENS_PICTURE.fullmatch(line.text) is not None


def _label_owned(line: Line) -> None:
    """Take a line for a caption that was taken for the page's copyright, where a sentence stands before the sign."""
    hit = _OWNED.search(line.raw)
    if hit and not _YEAR.search(line.raw[hit.start() :]) and len(line.raw[: hit.start()].split()) >= 3:
        line.take("caption", "caption:credit at its end")
        line.cut = (hit.start(), hit[0].strip(" ©"))


def _is_caption_above(line: Line, credit: Line) -> bool:
    """Whether the line before a credit line is the caption: no headline, no furniture, and no sentence.

    Names in brackets are put right below a caption, which then may be a sentence.
    """
    if line.kind or line.stamp or not 3 <= line.words <= MOST_CAPTION_WORDS or _is_signature(line):
        return False
    if _is_subhead(line):
        return False
    if line.stops and not (_BRACKETED_NAMES.fullmatch(credit.text) and line.words <= MOST_SHORT_CAPTION_WORDS):
        return False
    return line.role("title") < TITLE_ABOVE


def _is_caption_below_opening(line: Line) -> bool:
    """Whether the line after what opens a picture is its caption: not the page's headline, time or next paragraph."""
    if line.match or not 2 <= line.words <= MOST_SHORT_CAPTION_WORDS or _is_signature(line):
        return False
    return line.role("title") < SIGNATURE_FROM and (not line.stops or cut_credit(line)[1] is not None)


def _is_caption_below(line: Line) -> bool:
    """Whether the line after a credit line is the caption: it carries a credit, breaks off, or is an agency's."""
    if line.match or line.stamp or not 3 <= line.words <= MOST_CAPTION_WORDS or _is_signature(line):
        return False
    ends = cut_credit(line)[1] is not None or not line.stops or bool(_CAPTION_DATELINE.match(line.text))
    return ends and not _is_subhead(line)


def _is_subhead(line: Line) -> bool:
    is_likely = line.body > 0.5 and line.role("caption") < HARDLY_CAPTION
    return is_likely and line.words < MOST_SUBHEAD_WORDS and not line.stops


def _is_signature(line: Line) -> bool:
    """Whether the line signs or dates the article: beside a credit line as often as a caption is."""
    signs = (found := _SIGNATURE.match(line.text)) and line.text[found.end() :][:1].isupper()
    return bool(signs) or max(line.role("byline"), line.role("time")) >= SIGNATURE_FROM


def _label_caption(line: Line) -> None:
    at, credit = cut_credit(line)
    if credit is None:
        if line.match:
            return
        is_short = line.words <= _MOST_PLACED_WORDS and line.role("title") < TITLE_ABOVE
        is_possible = is_short and line.role("caption") >= POSSIBLE_CAPTION
        is_shouted = line.text[:2].isupper()
        if is_shouted and _CAPTION_DATELINE.match(line.text):
            line.take("caption", "caption:agency dateline")
        elif is_shouted and _FILE_PICTURE.match(line.text):
            line.take("caption", "caption:file picture")
        elif is_short and "(" in line.text and _PLACES.search(line.text):
            line.take("caption", "caption:who stands where")
        elif is_short and _VIDEO.search(line.text, len(line.text) - _LONGEST_VIDEO):
            line.take("caption", "caption:of a video")
        elif line.has_digit and line.words <= _MOST_PLACED_WORDS and _ON_THE_DAY.search(line.text):
            line.take("caption", "caption:where and when")
        elif is_possible and _PLACES_APART.search(line.text):
            line.take("caption", "caption:who stands where")
        elif is_possible and line.body <= 0.5 and _SHOUTED.match(line.text):
            line.take("caption", "caption:a word in capitals")
        elif is_possible and (hit := _ONE_NAME.search(line.raw)) and is_person_name(hit[1]):
            line.take("caption", "caption:a name in brackets")
            line.cut = (hit.start(), hit[1])
        return
    if not line.raw[:at].strip(" |-–—."):
        line.take("credit", "credit:line")
    # A paragraph that closes with its agency in brackets is wire copy, not a caption.
    elif (
        line.words <= MOST_SHORT_CAPTION_WORDS
        or not re.search(r"[.!?][\"'”’]?$", line.raw[:at].rstrip())
        or _AGENCY_PHOTO.search(line.raw)
        or _LABELLED.search(line.raw)
    ):
        line.take("caption", "caption:credit at its end")
        line.cut = (at, credit)


def _cut(line: Line) -> None:
    at, credit = cut_credit(line)
    if credit:
        line.cut = (at, credit)


def collect_captions(lines: Sequence[Line]) -> list[Caption]:
    """The document's captions in order, each once, with the credits that stand in, before or behind them."""
    captions: list[Caption] = []
    waiting: str | None = None
    for line in lines:
        if line.kind == "credit":
            credit = bare_credit(line.text)
            if captions and captions[-1].credit is None and waiting is None and line.rule != "credit:line above":
                captions[-1] = Caption(captions[-1].text, credit)
            else:
                waiting = credit
        elif line.kind == "caption":
            at, own = line.cut or (len(line.raw), None)
            text = line.raw[:at].strip()
            credit = "; ".join(dict.fromkeys(c for c in (waiting, own) if c)) or None
            waiting = None
            same = next((n for n, c in enumerate(captions) if c.text and _same(c.text, text)), None)
            if same is None:
                captions.append(Caption(text, credit))
            elif credit and not captions[same].credit:
                captions[same] = Caption(captions[same].text, credit)
    if waiting and not captions:
        captions.append(Caption(None, waiting))
    return captions
