"""The language of a text, by py3langid, and language codes as people write them."""

import threading
from functools import cache
from typing import Any

from tasks._text import count_words

#: Characters that are looked at: 60 words are as sure as 400, and every thousand cost half a millisecond.
_LOOKED_AT = 600
#: So many are enough where they are as sure as this: of 2,300 public texts that is 93%, and none is another language by
#: all characters that are looked at.
_AT_FIRST, _VERY_SURE = 200, 0.97
#: Below this many words nothing can be said.
_FEWEST_WORDS = 5
#: py3langid's normalised probability: from here on it is believed against the page's statement (3,300 pieces of 6 to
#: 60 words of public pages: none wrong), and with no statement an even chance is enough (97% right, below it 84%).
_SURE, _LIKELY = 0.8, 0.5

# Languages that a detector takes for each other; the page's own statement decides between them.
_CLOSE = ("no nb nn da", "id ms", "hr sr bs", "cs sk", "gl pt", "af nl", "mk bg", "ur fa", "hi mr ne")
_ALIASES = {"ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh", "uzs": "uz", "lij": "it", "vec": "it", "pcm": "en"}
# ISO 639-2 and English names, for what collectors give.
_CODES = (
    "eng en english en deu de ger de german de fra fr fre fr french fr spa es spanish es ita it italian it por pt "
    "portuguese pt nld nl dut nl dutch nl swe sv swedish sv dan da danish da nor no norwegian no nob nb nno nn fin fi "
    "finnish fi pol pl polish pl ces cs cze cs czech cs slk sk slo sk hun hu hungarian hu ron ro rum ro romanian ro "
    "bul bg bulgarian bg rus ru russian ru ukr uk ukrainian uk bel be ell el gre el greek el tur tr turkish tr ara ar "
    "arabic ar heb he hebrew he iw he fas fa per fa persian fa hin hi hindi hi ben bn bengali bn urd ur urdu ur tam ta "
    "tel te mar mr nep ne ind id indonesian id in id msa ms may ms vie vi vietnamese vi tha th thai th zho zh chi zh "
    "chinese zh jpn ja japanese ja kor ko korean ko cat ca eus eu baq eu glg gl hrv hr srp sr bos bs slv sl est et lav "
    "lv lit lt isl is ice is gle ga cym cy wel cy sqi sq alb sq mkd mk mac mk kat ka geo ka hye hy arm hy aze az kaz "
    "kk swa sw afr af fil tl tgl tl yid yi ji yi"
)


@cache
def _codes() -> dict[str, str]:
    pairs = _CODES.split()
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def language_code(given: str | None) -> str | None:
    """ISO 639-1 of a code or an English name (`en-GB`, `eng`, `German`); None when it is none that is known."""
    base = (given or "").strip().replace("_", "-").split("-")[0].casefold()
    if base in _codes():
        return _codes()[base]
    return base if len(base) == 2 and base.isascii() and base.isalpha() else None


def detect_language(text: str, stated: str | None = None) -> tuple[str | None, bool]:
    """ISO 639-1 of `text`, and whether the words themselves are sure of it.

    `stated`: what the page says of itself; it decides where the text is too short or the detector in doubt.  None when
    neither tells.
    """
    text = text[:_LOOKED_AT]
    stated = language_code(stated)
    if count_words(text) < _FEWEST_WORDS:
        return stated, False
    label, probability = _identifier().classify(text[:_AT_FIRST])
    if probability < _VERY_SURE and len(text) > _AT_FIRST:
        label, probability = _identifier().classify(text)
    found = str(_ALIASES.get(label, label))
    if len(found) != 2:
        return stated, False
    if stated and (found == stated or any(found in group and stated in group for group in map(str.split, _CLOSE))):
        return stated, True
    sure = probability >= _SURE
    if sure or (not stated and probability >= _LIKELY):
        return found, sure
    return stated, False


def warm_up() -> None:
    """Load the detector in the background (0.5 s, most of it unpacking outside the interpreter's lock)."""
    threading.Thread(target=_identifier, name="warm up py3langid", daemon=True).start()


_lock = threading.Lock()


def _identifier() -> Any:
    with _lock:
        return _load_identifier()


@cache
def _load_identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # with its model half a second

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
