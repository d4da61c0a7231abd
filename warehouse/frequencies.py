"""What words are common in this warehouse: files of the landing folder, numbered, written once.

A snapshot is `landing/words/0001.npz`, made by numpy: `languages` (empty: not known), and of each `articles` (how many
it had), `counts` (how many words are kept), and, one language after the other, `terms` (numbers of words, sorted; see
tasks/_terms.py) and `shares` (of the language's articles, those that have it).  No word of few articles is in it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from warehouse._snapshots import newest_in, number_of, read_arrays, write_arrays
from warehouse._sql import query

if TYPE_CHECKING:
    import numpy as np

    from warehouse.store import Store

_ARRAYS = ("languages", "articles", "counts", "terms", "shares")
#: Articles of a language that are looked at, as their words' hashes draw them: a share of .1 is found to within .004.
MOST_READ = 20_000
_AT_ONCE = 1000


class CommonWords(NamedTuple):
    """Of a language: how many articles there were, terms sorted, and the share of articles that have each."""

    articles: int
    terms: "np.ndarray"
    shares: "np.ndarray"


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Words that are common in a warehouse, by language; `name` is that of what is in it, empty for nothing."""

    name: str = ""
    languages: Mapping[str, CommonWords] = field(default_factory=dict)


def read_frequencies(landing_folder: Path) -> Frequencies:
    """The newest snapshot, or nothing where none was learned; WarehouseError when it cannot be read."""
    import numpy as np

    if (path := newest_in(landing_folder / "words")) is None:
        return Frequencies()
    arrays = read_arrays(path, _ARRAYS)
    name = hashlib.sha256(b"".join(arrays[name].tobytes() for name in _ARRAYS)).hexdigest()[:12]
    ends = np.cumsum(arrays["counts"])[:-1]
    rows = zip(
        arrays["languages"].tolist(),
        arrays["articles"].tolist(),
        np.split(arrays["terms"].astype(np.int64), ends),
        np.split(arrays["shares"].astype(np.float64), ends),
        strict=True,
    )
    return Frequencies(
        name, {language: CommonWords(articles, terms, shares) for language, articles, terms, shares in rows}
    )


def write_frequencies(landing_folder: Path, languages: Mapping[str, CommonWords]) -> Path:
    """Keep these as the next snapshot, and answer when it is on the disk."""
    import numpy as np

    folder = landing_folder / "words"
    kept = [languages[language] for language in sorted(languages)]
    arrays = {
        "languages": np.array(sorted(languages), np.str_),
        "articles": np.array([words.articles for words in kept], np.int64),
        "counts": np.array([len(words.terms) for words in kept], np.int64),
        "terms": np.concatenate([words.terms for words in kept]).astype(np.int32),
        "shares": np.concatenate([words.shares for words in kept]).astype(np.float32),
    }
    return write_arrays(folder, number_of(newest_in(folder)) + 1, arrays)


def articles_by_language(store: "Store") -> dict[str, int]:
    """How many different articles there are of each language."""
    return dict(store.writer.connection.execute(query("words_articles")).fetchall())


def some_articles(store: "Store") -> Iterator[list[tuple[str | None, str | None, str, str | None]]]:
    """Title, standfirst, body and language of some `MOST_READ` articles of each language, or of all; in parts."""
    found = store.writer.connection.execute(query("words_sample"), {"most": MOST_READ})
    while rows := found.fetchmany(_AT_ONCE):
        yield rows
