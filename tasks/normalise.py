"""The normalise step: a draft's raw words into the fields of an article."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.article import Article, Removed
from schemas.document import Document
from schemas.draft import BODY, Byline, Caption, Draft, Piece
from tasks._date_words import is_american
from tasks._dates import ParsedDate, day_first_in, is_date_shaped, is_plausible, parse_date, sign_in_doubt
from tasks._language import detect_language, language_code
from tasks._names import read_authors, same_name
from tasks._publishers import find_publisher
from tasks._text import clean_line, count_words, folded_words, words_hash
from tasks._text import field_line as _line
from tasks._urls import canonical_url, domain_of, is_copy_of, same_address, same_site

#: No zone is further from UTC than 14 hours, and all are whole quarters of an hour.
_ZONES_APART = timedelta(hours=14)
_QUARTER = timedelta(minutes=15)


def normalise(draft: Draft, document: Document) -> Article:
    """The article of a draft, `accepted`; what was given with the document wins over what was read from the copy.

    What is plausible as a date depends on when the document was received (now, where it was not), so that it comes out
    the same whenever it is dealt with.
    """
    now = document.received_at or datetime.now(UTC)
    given = document.given
    flags = list(draft.flags)

    title, standfirst = _line(draft.title), _line(draft.standfirst)
    if given_title := _line(given.title):
        if title and folded_words(title) != folded_words(given_title):
            flags.append("given_differs:title")
        title = given_title
    if standfirst and title and folded_words(standfirst) == folded_words(title):
        standfirst = None
    paragraphs = [p for p in map(clean_line, draft.paragraphs()) if p]
    body = "\n\n".join(paragraphs)

    url = _url(draft, document, flags)
    source = _source(draft, document, url, flags)
    language = _language(draft, document, title, body, flags)
    authors, kinds = _authors(draft, document, source, flags)
    dates = _Dates(draft, document, source, url, language, now)
    published, updated = dates.published(flags), dates.updated(flags)
    if title is None:
        flags.append("missing_title")
    if published is None:
        flags.append("missing_date")

    return Article(
        document_id=document.document_id,
        origin=document.origin,
        title=title,
        standfirst=standfirst,
        authors=authors,
        author_kinds=kinds,
        published_at=published.date.at if published else None,
        updated_at=updated.date.at if updated else None,
        published_on=published.date.on if published else None,
        published_precision=published.date.precision if published else None,
        updated_precision=updated.date.precision if updated else None,
        published_offset_minutes=published.date.offset_minutes if published else None,
        published_raw=published.raw if published else None,
        updated_raw=updated.raw if updated else None,
        published_basis=published.date.basis if published else None,
        updated_basis=updated.date.basis if updated else None,
        source=source,
        url=url,
        language=language,
        section=_line(draft.section),
        tags=_each_once(_line(t) for t in draft.tags),
        body=body,
        captions=tuple(_captions(draft.captions)),
        removed=tuple(_removed(draft.pieces)),
        flags=_each_once(flags),
        word_count=count_words(body),
        body_hash=words_hash(body),
        confidence=round(min(1.0, max(0.0, draft.confidence)), 3),
    )


# --- words -------------------------------------------------------------------------------------------------------


def _each_once(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Each text once, whatever its case, in order."""
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(found.values())


def _captions(captions: Iterable[Caption]) -> Iterable[Caption]:
    seen = set()
    for caption in captions:
        clean = Caption(_line(caption.text), _line(caption.credit))
        if (clean.text or clean.credit) and clean not in seen:
            seen.add(clean)
            yield clean


def _removed(pieces: Iterable[Piece]) -> Iterator[Removed]:
    for line, position, printed, kind, rule, *_ in pieces:
        if kind == BODY or not (text := printed.strip()):
            continue
        # In plain text `position` counts characters, and moves with white space that is cut off in front.
        if line is not None and len(text) < len(printed):
            position += printed.index(text)
        yield Removed(line, position, text, kind, rule)


# --- where it is from --------------------------------------------------------------------------------------------


def _url(draft: Draft, document: Document, flags: list[str]) -> str | None:
    given, found = canonical_url(document.given.url), canonical_url(draft.url)
    if given and found and is_copy_of(given, found, draft.is_amp):
        return found
    if given and found and not same_address(given, found):
        flags.append("given_differs:url")
    fetched = canonical_url(document.origin) if document.origin.startswith(("http://", "https://")) else None
    is_known = fetched and found and (same_site(fetched, found) or is_copy_of(fetched, found, draft.is_amp))
    if fetched and found and not given and not is_known:
        return fetched  # what is printed here is not the other site's article, whatever it says of itself
    return given or found or fetched


def _source(draft: Draft, document: Document, url: str | None, flags: list[str]) -> str | None:
    """The outlet: as given, else as the copy names it, else the domain."""
    given, found = _line(document.given.source), _line(draft.source)
    if found and not any(map(str.isalnum, found)):
        found = None  # `/`, from a page title
    if given and found and not _same_outlet(given, found):
        flags.append("given_differs:source")
    return given or found or domain_of(url)


def _same_outlet(one: str, other: str) -> bool:
    """`The Daily X`, `Daily X` and `dailyx.com` are one outlet."""

    def bare(name: str) -> str:
        name = (domain_of(canonical_url(name)) or name).split(".")[0] if "." in name and " " not in name else name
        letters = "".join(c for c in name.casefold().removeprefix("the ") if c.isalnum())
        return letters.removeprefix("the")

    return bare(one) == bare(other)


def _language(draft: Draft, document: Document, title: str | None, body: str, flags: list[str]) -> str | None:
    given = language_code(document.given.language)
    found, sure = detect_language(f"{title or ''}\n{body}", document.given.language if given else draft.language)
    if given and found and sure and found != given:
        flags.append("given_differs:language")
    return given or found


def _authors(
    draft: Draft, document: Document, source: str | None, flags: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = read_authors(draft.bylines, source)
    given = read_authors([Byline(name) for name in document.given.authors], source)
    if not given[0]:
        return found
    if found[0] and not _same_people(given[0], found[0]):
        flags.append("given_differs:authors")
    return given


def _same_people(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    if len(some) != len(others):
        return False
    return all(any(same_name(one, other) for other in others) for one in some)


# --- when --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """A date and the words it was read from."""

    date: ParsedDate
    raw: str


class _Dates:
    """The dates of one document: all are read alike, in the same language, zone and order of numbers."""

    def __init__(
        self, draft: Draft, document: Document, source: str | None, url: str | None, language: str | None, now: datetime
    ) -> None:
        self._draft, self._given, self._now = draft, document.given.published_at, now
        publisher = find_publisher(domain_of(url), source)
        self._zone = document.given.zone or (publisher.zone if publisher else None)
        # `en-US` says more about 03/04/2014 than `en`.
        stated = draft.language or ""
        self._language = stated if language and stated[:2].casefold() == language else language
        self._day_first = day_first_in((*draft.published, *draft.updated))

    def published(self, flags: list[str]) -> _Read | None:
        found = self._best(self._draft.published)
        given = self._read(str(self._given), None) if self._given else None
        if given and found and not _same_time(given.date, found.date):
            flags.append("given_differs:published_at")
        if not (given or found) and any(map(is_date_shaped, (*self._draft.published, str(self._given or "")))):
            flags.append("implausible_date")
        return given or found

    def updated(self, flags: list[str]) -> _Read | None:
        found = self._best(self._draft.updated)
        if not found and any(map(is_date_shaped, self._draft.updated)):
            flags.append("implausible_date")
        return found

    def _best(self, candidates: Iterable[str]) -> _Read | None:
        """The first that can be read and is plausible, or another that says the same more exactly."""
        best: _Read | None = None
        for raw in candidates:
            found = self._read(raw, self._day_first)
            if not found:
                continue
            if best is None or _says_more(found.date, best.date):
                best = found
        return best

    def _read(self, raw: str, day_first: bool | None) -> _Read | None:
        raw = clean_line(raw)
        likely = self._likely_order(raw) if day_first is None else day_first
        # 03/12/2024 in May 2024 is the 12th of March: the other order is tried where one is still to come.
        for order in (likely, True, False) if day_first is None else (day_first,):
            found = parse_date(raw, self._language, self._zone, self._now, day_first=order)
            if found and is_plausible(found.at, self._now):
                return _Read(found, raw[:200])
            if not found:
                break
        return None

    def _likely_order(self, raw: str) -> bool | None:
        """Whether an order of numbers in doubt is day first: as in other dates of the page, or month first with slashes
        in American spelling.
        """
        sign = sign_in_doubt(raw)
        if not sign:
            return None
        order = day_first_in((piece.text for piece in self._draft.pieces), sign)
        if order is None and sign == "/" and self._language == "en" and not self._zone:
            return False if is_american(" ".join(self._draft.paragraphs())) else None
        return order


def _says_more(new: ParsedDate, old: ParsedDate) -> bool:
    """The time of a bare day (not the midnight that machines print for one), or a moment of UTC on the local clock."""
    if old.precision == "day":
        local = new.at + timedelta(minutes=new.offset_minutes or 0)
        return new.on == old.on and new.precision != "day" and (local.hour, local.minute, local.second) != (0, 0, 0)
    return new.at == old.at and not old.offset_minutes and bool(new.offset_minutes)


def _same_time(one: ParsedDate, other: ParsedDate) -> bool:
    """The same moment, or the same day where one names no time; a time without a zone may be off by any zone."""
    if "day" in (one.precision, other.precision):
        return bool({one.on, one.at.date()} & {other.on, other.at.date()})
    apart = abs(one.at.replace(second=0) - other.at.replace(second=0))
    if "assumed_utc" in (one.basis, other.basis):
        return apart <= _ZONES_APART and not apart % _QUARTER
    return not apart
