"""The labelled pages: dumps of lines, and by the truth which of them are body, headline, byline, time, caption."""

import gzip
import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from tasks._blocks import UNSEEN
from tasks._dates import parse_date
from tasks._encoding import decode
from tasks._figures import find_captions
from tasks._lines import Line
from tasks._markup import Labels
from tasks._roles import LONGEST_SIGNATURE, OUTLET_TAIL, dated
from tasks._text import WORD
from tasks.extract import OTHERS_PICTURES, parse_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT.parent / "shared" / "eval"
#: News sets agree on what a body is; wcxb also holds reviews, lists and guides with another idea of it.
SET_WEIGHTS = {"wcxb": 0.35}
DUMPS = ("text_lines", "text_split")
_GRAM = 4
_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_SUFFIXES = frozenset(("co", "com", "org", "net", "gov", "edu", "ac"))


@dataclass(frozen=True)
class Page:
    """A page of truth.jsonl; `site`: pages of one site, or with the same body, are in one fold."""

    id: str
    set: str
    site: str
    truth: dict[str, Any] = field(repr=False)
    captions: tuple[str, ...] = ()

    @property
    def weight(self) -> float:
        """How much its lines count."""
        return SET_WEIGHTS.get(self.set, 1.0)


def read_pages(folder: Path) -> list[Page]:
    """The pages of `folder`/truth.jsonl, in the order of their ids; a minute, since their figures are looked through."""
    rows = [json.loads(line) for line in (folder / "truth.jsonl").open(encoding="utf-8")]
    same: dict[str, str] = {}  # sites that share a body are one
    for row in rows:
        key = " ".join(row["body"].split())[:400]
        one, other = _root(same, site_of(row)), _root(same, same.setdefault("=" + key, site_of(row)))
        if one != other:
            same[one] = other
    return sorted(
        (Page(r["id"], r["set"], _root(same, site_of(r)), r, read_captions(folder, r)) for r in rows),
        key=lambda page: page.id,
    )


def _root(same: dict[str, str], site: str) -> str:
    while same.get(site, site) != site:
        site = same[site]
    return site


def site_of(row: dict[str, Any]) -> str:
    """The outlet by letters only: `theguardian`; fundus_test names it in the id."""
    if row["set"] == "fundus_test":
        return re.sub(r"-V\d.*$", "", row["id"]).split("-", 1)[1].lower()
    parts = urlsplit(row["url"]).netloc.lower().removeprefix("www.").split(".")
    at = -3 if len(parts) > 2 and parts[-2] in _SUFFIXES else -2 if len(parts) > 1 else -1
    return re.sub(r"\W", "", parts[at])


def folds_of(pages: Sequence[Page], count: int) -> dict[str, int]:
    """The fold of each page id, by its site."""
    sites = sorted({page.site for page in pages}, key=lambda site: hashlib.sha256(site.encode()).digest())
    fold = {site: number % count for number, site in enumerate(sites)}
    return {page.id: fold[page.site] for page in pages}


def other_pages(folder: Path, pages: Sequence[Page], count: int) -> list[tuple[str, str, int]]:
    """Id, type and fold of each page that is no article; those of a site that has articles too are in its fold."""
    fold = folds_of(pages, count)
    by_site = {page.site: fold[page.id] for page in pages}
    found = []
    for row in map(json.loads, (folder / "not_articles.jsonl").open(encoding="utf-8")):
        site = site_of({**row, "set": ""})
        chance = int(hashlib.sha256(site.encode()).hexdigest(), 16) % count
        found.append((row["id"], row["page_type"], by_site.get(site, chance)))
    return found


def fingerprint(folder: Path, ids: Iterable[str]) -> str:
    """SHA-256 over the truth and the dumps of these pages."""
    digest = hashlib.sha256((folder / "truth.jsonl").read_bytes())
    for page in sorted(ids):
        for dump in DUMPS:
            digest.update((folder / dump / f"{page}.txt").read_bytes())
    return digest.hexdigest()


# --- body ----------------------------------------------------------------------------------------------------------


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def body_shares(texts: Sequence[str], body: str) -> list[float]:
    """For each line how much of it stands in the truth's body: by runs of four words, short lines by their company.

    Picking the lines above .5 scores .986 to .993.
    """
    wanted = _words(body)
    grams = Counter(_grams(wanted))
    paragraphs = {tuple(_words(p)) for p in re.split(r"\n+", body)}
    lines = [_words(text) for text in texts]
    shares = [
        sum(gram in grams for gram in _grams(words)) / (len(words) - _GRAM + 1) if len(words) >= _GRAM else 0.0
        for words in lines
    ]
    for _ in range(3):
        for index, words in enumerate(lines):
            if 0 < len(words) < _GRAM:
                shares[index] = _share_of_short(lines, shares, index, grams, paragraphs)
    _drop_copies(lines, shares, wanted)
    return shares


def _grams(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[k:] for k in range(_GRAM)), strict=False))


def _share_of_short(
    lines: list[list[str]],
    shares: list[float],
    index: int,
    grams: Counter[tuple[str, ...]],
    paragraphs: set[tuple[str, ...]],
) -> float:
    words = lines[index]
    above = [w for n in range(max(0, index - 2), index) if shares[n] > 0.5 for w in lines[n]][-(_GRAM - 1) :]
    below = [w for n in range(index + 1, min(len(lines), index + 3)) if shares[n] > 0.5 for w in lines[n]][: _GRAM - 1]
    for joined in (above + words if above else [], words + below if below else []):
        found = _grams(joined)
        if found and all(gram in grams for gram in found):
            return 1.0
    near = range(max(0, index - 3), min(len(lines), index + 4))
    if tuple(words) in paragraphs and any(shares[n] > 0.5 and len(lines[n]) >= _GRAM for n in near if n != index):
        return 1.0
    return 0.0


def _drop_copies(lines: list[list[str]], shares: list[float], wanted: list[str]) -> None:
    """Of lines that stand more often than in the truth, those with most of the body around them stay."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, words in enumerate(lines):
        if shares[index] > 0.5:
            places[tuple(words)].append(index)
    text = f" {' '.join(wanted)} "
    for words, indexes in places.items():
        most = text.count(f" {' '.join(words)} ") or 1
        if len(indexes) > most:
            company = {
                i: sum(shares[n] for n in range(max(0, i - 6), min(len(lines), i + 7)) if tuple(lines[n]) != words)
                for i in indexes
            }
            for index in sorted(indexes, key=lambda i: (-company[i], i))[most:]:
                shares[index] = 0.0


# --- roles ---------------------------------------------------------------------------------------------------------

_QUOTES = str.maketrans("‘’‚‛“”„″", "''''\"\"\"\"")


def plain(text: str | None) -> str:
    """Its words in small letters."""
    return " ".join(WORD.findall(unicodedata.normalize("NFKC", (text or "").translate(_QUOTES)).casefold()))


def role_answers(page: Page, role: str, lines: Sequence[Line], rows: Sequence[int]) -> list[bool] | None:
    """For each of these lines whether it plays the role; None where the truth of the page does not say."""
    truth = page.truth
    if role == "title":
        title = plain(truth.get("title"))
        return [plain(line.text) == title or plain(OUTLET_TAIL.sub("", line.text)) == title
                for line in (lines[row] for row in rows)] if title else None  # fmt: skip
    if role == "byline":
        if truth.get("authors") is None:
            return None
        names = [f" {plain(name)} " for name in truth["authors"] if plain(name)]
        return [
            line.words <= LONGEST_SIGNATURE and any(name in f" {plain(line.text)} " for name in names)
            for line in (lines[row] for row in rows)
        ]
    if role == "time":
        if truth.get("published_at") is None:
            return None
        return [_gives_day(lines[row], str(truth["published_at"])[:10]) for row in rows]
    return (
        [is_caption(line.text, captions) for line in (lines[row] for row in rows)]
        if (captions := page.captions)
        else None
    )


def _gives_day(line: Line, day: str) -> bool:
    stamp = dated(line)
    raws = [raw for raw in (stamp.published, stamp.updated) if raw] if stamp else []
    found = [parse_date(raw, None, None, _NOW, day_first=order) for raw in raws for order in (None, True)]
    return bool(day) and any(date and date.on.isoformat() == day for date in found)


def is_caption(line: str, captions: Sequence[str]) -> bool:
    """Whether a line is one of these captions, or part of one, or one with its credit."""
    text = plain(line)
    words = text.split()
    return len(words) >= 3 and any(
        text in caption or (caption in text and len(words) <= 1.6 * len(caption.split())) for caption in captions
    )


def read_tree(path: Path) -> Any:
    """The lxml tree of a page, None where there is nothing to parse."""
    decoded: Any = decode(gzip.decompress(path.read_bytes()), None, is_html=True)
    return parse_page(decoded.text)


def read_captions(folder: Path, row: dict[str, Any]) -> tuple[str, ...]:
    """The captions of a page that are no part of its body: the truth's, else those of its figures."""
    captions = row.get("captions")
    if captions is None:
        tree = read_tree(folder / "html" / f"{row['id']}.html.gz")
        etree.strip_elements(tree, *UNSEEN, with_tail=False)
        captions = [caption.text for caption in find_captions(tree, OTHERS_PICTURES, Labels(set()).of) if caption.text]
    body = plain(row["body"])
    told = (plain(caption) for caption in captions)
    return tuple(caption for caption in told if len(caption.split()) >= 3 and caption not in body)
