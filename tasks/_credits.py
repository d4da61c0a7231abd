"""Picture credits: telling them from the caption they stand behind."""

import re

from tasks._text import count_words

_AGENCY = (
    r"(?:Getty(?: Images)?(?: Europe| North America)?|i?Stock(?: ?photo)?|Shutterstock(?:\.com)?|Reuters|REUTERS|AFP(?:-JIJI)?|AP(?: Photo| Images)?"
    r"|PA(?: Wire| Media| Images| Archive)?|EPA(?:-EFE)?|EFE|ANSA|LaPresse|dpa|DPA|picture[ -]alliance|imago(?: images)?|IMAGO"
    r"|Bloomberg(?: News)?|Alamy(?: Stock Photo)?|Rex(?: Features)?|Corbis|Wikimedia(?: Commons)?|Flickr|Unsplash|Pixabay|Pexels"
    r"|NASA|ESA|TASS|Xinhua|Kyodo|Yonhap|ZUMA(?: Press)?|NurPhoto|Sipa(?: USA)?|Hans Lucas|Keystone|APA|TT|NTB|Ritzau Scanpix"
    r"|Scanpix|Lehtikuva|Anadolu(?: Agency| Images)?|AAP|CP|The Canadian Press|THE CANADIAN PRESS|ddp|epd|KNA|SWNS|Agencia Brasil"
    r"|Agência Brasil|Europa Press|Press Association|Associated Press|Adobe Stock|Depositphotos)"
)
_WORD_FOR_PHOTO = (
    r"(?:(?:file )?photo(?:graph)?s?(?: credits?| courtesy)?(?: by| of)?|photography by|images?(?: credits?| courtesy)?(?: by| of| from)?"
    r"|pictures?(?: credits?)?(?: by)?|pics?|credits?|courtesy(?: of)?|source|fotos?|fotografie|foto de|fotografía|bild(?:er|quelle|rechte)?|quelle"
    r"|cr[ée]dit(?:s|os?)?(?: photos?)?|imagen|fuente|imagem|fonte|reprodução|divulgação|kuva|photo d['’]illustration|archiv(?:e|o)?)"
)
_BRACKETED = re.compile(
    rf"\s*[(\[]\s*((?:{_WORD_FOR_PHOTO}\s*[:/]?\s+|©\s*)[^()\[\]]{{2,90}}|[^()\[\]]{{0,60}}{_AGENCY}[^()\[\]]{{0,30}})\s*[)\]]\s*\.?$", re.I
)
_LABELLED = re.compile(rf"(?:^|[\s.|–—-])({_WORD_FOR_PHOTO}\s*[:/|]\s*[^:]{{2,120}})$", re.I)
_PHOTO_BY = re.compile(r"(?:^|[.!?…”\"|–—)-]\s*)((?:Photo(?:graph)?s?|Image|Picture)s? (?:by|courtesy of|via) [^.]{2,80})\.?$", re.I)
_SIGN = re.compile(r"(?:^|\s)((?:©|\(c\)|Copyright)\s*.{2,120})$", re.I)
_SLASHED = re.compile(
    rf"(?:^|(?<=[.!?…”\"'’)|–—]) ?|\s[-–—|]\s)((?:[^.!?/|]|\.(?=[A-Z. ]{{0,3}}[A-Z])){{0,60}}?(?:\s?/\s?| via | for |, |\s)?{_AGENCY}(?:\s?[/|,]\s?[^./]{{2,50}}){{0,2}})\.?$"
)


_BARE_AGENCY = re.compile(rf"[(\[]?{_AGENCY}[)\]]?\.?")


def is_bare_agency(text: str) -> bool:
    """Whether the text is nothing but an agency's name: a credit below a picture, a byline below a headline."""
    return bool(_BARE_AGENCY.fullmatch(text))


def split_credit(text: str) -> tuple[str, str | None]:
    """A caption without the credit at its end, and that credit as printed without brackets."""
    for pattern in (_BRACKETED, _SIGN, _LABELLED, _PHOTO_BY, _SLASHED):
        match = pattern.search(text)
        if match and count_words(match[1]) <= 16:
            return text[: match.start()].rstrip(" |–—-"), match[1].strip()
    return text, None
