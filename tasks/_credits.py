"""Picture credits: telling them from the caption they stand behind."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tasks._needles import Needles
from tasks._text import count_words

_AGENCY = (
    r"(?:Getty(?: Images)?(?: Europe| North America)?|i?Stock(?: ?photo)?|Shutterstock(?:\.com)?|Reuters|REUTERS"
    r"|AFP(?:-JIJI)?|AP(?: Photo| Images)?"
    r"|PA(?: Wire| Media| Images| Archive)?|EPA(?:-EFE)?|EFE|ANSA|LaPresse|dpa|DPA|picture[ -]alliance|imago(?: "
    r"images)?|IMAGO"
    r"|Bloomberg(?: News)?|Alamy(?: Stock Photo)?|Rex(?: Features)?|Corbis|Wikimedia(?: Commons)?|Flickr|Unsplash"
    r"|Pixabay|Pexels"
    r"|NASA|ESA|TASS|Xinhua|Kyodo|Yonhap|ZUMA(?: Press)?|NurPhoto|Sipa(?: USA)?|Hans Lucas|Keystone|APA|TT|NTB"
    r"|Ritzau Scanpix"
    r"|Scanpix|Lehtikuva|Anadolu(?: Agency| Images)?|AAP|CP|The Canadian Press|THE CANADIAN PRESS|ddp|epd|KNA|SWNS"
    r"|Agencia Brasil"
    r"|연합뉴스|뉴시스|뉴스1|AFP연합뉴스|신화통신|共同|時事"
    r"|Agência Brasil|Europa Press|Press Association|(?:The )?Associated Press|Adobe Stock|Depositphotos)"
)
#: The same by itself: `AP` does not stand in `maps`.  The longer names may be in capitals or small letters.
_BY_ITSELF = (
    rf"(?<![A-Za-zÀ-ÿ])(?:(?-i:{_AGENCY})|getty|shutterstock|reuters|alamy|bloomberg|i?stock ?photo|unsplash)"
    r"(?![A-Za-zÀ-ÿ])"
)
_WORD_FOR_PHOTO = (
    r"(?:(?:file )?photo(?:graph| illustration)?s?(?: credits?| courtesy| source)?(?: by| of)?|photography by"
    r"|images?(?: credits?| courtesy| source)?(?: by| of| from)?"
    r"|pictures?(?: credits?)?(?: by)?|pics?|credits?|courtesy(?: of)?|source|fotos?|fotografie|foto de|fotografía"
    r"|bild(?:er|quelle|rechte)?|quelle|ljósmynd|fot\.|nuotr\."
    r"|screen ?shots?|screengrab|skjáskot|capture d['’]écran|captura(?: de pantalla)?"
    r"|cr[ée]dit(?:s|os?)?(?: photos?)?|imagen|fuente|imagem|fonte|reprodução|divulgação|kuva|photo "
    r"d['’]illustration|archiv(?:e|o)?"
    r"|фото(?:графия)?|снимка|fotó|fotoğraf|zdjęcie|φωτο(?:γραφία)?|φωτό|ảnh|صورة|تصوير|צילום)"
)
#: Behind it in brackets: small letters only where it is a credit by then (`courtesy of the museum`, `courtesy photo`).
_THEN = r"(?:\s*[:/]\s+|\s+(?-i:(?![a-z]))|(?:(?<=\sby)|(?<=courtesy of))\s+|\s+(?=(?:photo|image|picture|archiv)))"
#: From the last bracket that opens on.
_BRACKETED = re.compile(
    rf"\s*[(\[]\s*((?:{_WORD_FOR_PHOTO}{_THEN}"
    rf"|©\s*)[^()\[\]]{{2,90}}|[^()\[\]]{{0,60}}{_BY_ITSELF}[^()\[\]]{{0,30}})\s*[)\]]\s*\.?$",
    re.I,
)
# Also `at the World CupCredit: PA`, as pages print a credit that has an element of its own.
_GLUED = r"(?-i:(?<=[a-zß-ÿ\d)”\"])(?=[A-Z]))"
#: Amid a line in small letters only what is no other word: `the photo: a harbour at dawn` is none.
_BEGINS = (
    r"(?<=[.!?…”\"’)|–—])\s?|-\s|\s(?-i:(?=[A-ZÀ-ÖØ-ÞА-ЯЁ]|nuotr\.|fot\.|(?:image|photo|picture) (?:credit|source)))"
)
_LABELLED = re.compile(
    rf"(?:^|{_BEGINS}|{_GLUED})({_WORD_FOR_PHOTO}\s*[:/|]\s*[^:]{{2,120}}(?:\|\s\w+:[^:]{{2,60}})?)$", re.I
)
_PHOTO_BY = re.compile(
    r"(?:^|[.!?…”\"|–—)-]\s*)((?:Photo(?:graph)?s?|Image|Picture)s? (?:by|courtesy of|via) [^.]{2,80})\.?$", re.I
)
#: `Copyright Ann Lee`, and neither `the copyright to a file` nor `Copyright-free pictures`.
_SIGN = re.compile(r"(?:^|\s)((?:©\s*|\(c\)\s*|(?-i:(?:Copyright|COPYRIGHT)[:\s]\s*(?![a-z]))).{2,120})$", re.I)
_NAME = r"(?:[^.!?/|]|(?<=\b[A-Z])\.){2,60}?"  # a dot only in initials
_SLASHED = re.compile(
    rf"(?:^(?:{_NAME}(?:\s?/\s?| via ))?|(?:(?<=[.!?…”\"'’)|]) ?|\s[-–—]\s)(?:{_NAME}(?:\s?/\s?| via | for |, ))?)"
    rf"{_AGENCY}(?:\s?[/|,]\s?(?:[^./]|(?<=\b[A-Z])\.){{2,50}}){{0,2}}\.?$"
)
#: `The ministers in Madrid EFE/ J.J. Lee`, `The fire @island via X / Reuters`, `The fireEmergency Board/EFE`: no sign
#: parts caption and credit.
_UNPARTED = re.compile(
    r"\s((?:EFE|AFP|AP|EPA|ANSA|APA|TASS|PAP)\s?/\s?[A-ZÀ-ÖØ-Þ](?:[^./]|(?<=\b[A-Z])\.){2,40})$"
    rf"|\s(@\w+ via [^/]{{1,20}}(?:\s?/\s?{_AGENCY})?)$|(?<=[a-zß-ÿ])([A-ZÀ-ÖØ-Þ][^./]{{2,40}}/{_AGENCY})$"
)
#: `尹大統領の発言を見る国民（ソウルで）＝ＡＰ`, `＝東京都内で、山田太郎撮影`.
_JAPANESE = re.compile(r"[=＝]((?:[A-ZＡ-Ｚ]{2,7}|共同|時事|ロイター)(?:通信)?|[^=＝。]{2,40}(?:撮影|提供))$")
#: Further forms of a credit in the order in which they are tried, and what each needs, in small letters.
_FORMS = (
    (_SIGN, ("©", "(c)", "copyright")),
    (_LABELLED, (":", "/", "|")),
    (_PHOTO_BY, (" by ", " courtesy of ", " via ")),
    (_SLASHED, ("",)),
    (_UNPARTED, ("/", "@")),
    (_JAPANESE, ("=", "＝")),
)
_LONGEST_AGENCY = 30
_BARE_AGENCY = re.compile(rf"[(\[]?{_AGENCY}[)\]]?\.?")


#: No credit is without one of these; most lines have none, which saves the costly patterns.
_HINTS = Needles((
    "/", "©", "(c)", "via", "photo", "imag", "pic", "credit", "crédit", "courtesy", "source", "foto", "bild",
    "фото", "снимка", "fotó", "zdjęcie", "φωτ", "ảnh", "صورة", "تصوير", "צילום",
    "quelle", "fuente", "fonte", "kuva", "archiv", "getty", "reuters", "afp", "shutterstock", "istock", "alamy",
    "bloomberg", "divulga", "reprodu", "copyright", "ljósmynd", "nuotr", "연합뉴스", "뉴시스", "뉴스1",
    "d press", "n press", "screen", "skjáskot", "captur", "=", "＝",
))  # fmt: skip
_AGENCIES = Needles(("AP", "EPA", "PA", "EFE", "dpa"))
#: A credit stands in the last characters of its line.
TAIL = 240


def hint_at_credits(texts: Sequence[str], folded: Sequence[str]) -> list[bool]:
    """Which of these lines, given casefolded as well, may end with a credit."""
    found = {number for number, _ in _HINTS.find("\n".join([text[-TAIL:] for text in folded]))}
    found.update(number for number, _ in _AGENCIES.find("\n".join([text[-TAIL:] for text in texts])))
    return [
        number in found or (text.endswith((")", "]", ".")) and text.rstrip(".").endswith((")", "]")))
        for number, text in enumerate(texts)
    ]


def is_bare_agency(text: str) -> bool:
    """Whether the text is nothing but an agency's name: a credit below a picture, a byline below a headline."""
    return len(text) <= _LONGEST_AGENCY and _BARE_AGENCY.fullmatch(text) is not None


#: `Photo by`, `Foto:`: what says that a credit follows, and is no part of it.
_LABEL = re.compile(
    rf"^(?:photo (?:by|credit(?: should read)?|courtesy(?: of)?)|(?:{_WORD_FOR_PHOTO})\s*[:|])\s*", re.I
)


def bare_credit(credit: str) -> str:
    """A credit without brackets, also half ones of a text that breaks off, and without a label such as `Photo:`."""
    credit = credit.strip()
    while credit[:1] in ("(", "[") and (credit[-1:] in (")", "]") or credit.count("(") > credit.count(")")):
        credit = credit[1:].rstrip(")]").strip()
    return _LABEL.sub("", credit).strip() or credit


@lru_cache(maxsize=4096)
def split_credit(text: str) -> tuple[str, str | None]:
    """A caption without the credit at its end, and that credit as printed without brackets."""
    for match in filter(None, _forms_in(text)):
        credit = match[match.lastindex or 0].strip(" |–—-")
        if count_words(credit) <= 16:
            return text[: match.start()].rstrip(" |–—-"), credit
    return text, None


def _forms_in(text: str) -> Iterator[re.Match[str] | None]:
    opening = max(text.rfind("("), text.rfind("["))
    if opening >= 0 and text.rstrip().rstrip(".").rstrip().endswith((")", "]")):
        yield _BRACKETED.match(text, len(text[:opening].rstrip()))
    low = text.lower()
    for pattern, needs in _FORMS:
        if any(word in low for word in needs):
            yield pattern.search(text)
