"""What goes into the warehouse and what is asked of it, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.article import Article
from schemas.document import Document
from schemas.run import ExpectationResult, Receipt

#: What names a document for good: its document_id and its origin.
Pair = tuple[str, str]
#: A document that was kept out, its pack (None: it never came to that), the id of the article that was taken down, the
#: source by which it was told, and the hash of the address that it came from.
KeptOut = tuple[Document, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run that is going on; `rules_version` is part of every row it writes."""

    run_id: str
    started_at: datetime
    rules_version: str
    code_version: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A file of the landing folder and when its documents were received."""

    name: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a document when it was last dealt with: its article (None: refused), by which rules; its pack."""

    article_id: str | None
    rules_version: str
    pack: Pack

    def holds(self, rules_version: str) -> bool:
        """Whether that still goes: a refused document is tried again once the rules have changed."""
        return self.article_id is not None or self.rules_version == rules_version


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents are to be dealt with again; what is None does not narrow.

    `not_by_rules`: those last dealt with by other rules.  `source`: those of this outlet.  `since`, `until`: received
    then or later, and before then.  `refused`: those in quarantine, and of these `reason`: those refused for it.
    `names`: ids, beginnings of ids, or origins; none means any.
    """

    not_by_rules: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    refused: bool = False
    reason: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an article: a row of `article_versions`."""

    article: Article
    article_id: str
    version: int
    body_hash: str
    first_seen_at: datetime
    valid_from: datetime
    valid_to: datetime | None = None
    change: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the warehouse knows that bears on a batch, and the body_hash of each of its accepted articles.

    `settled`: what became of its documents so far.  `keys`: (kind, key) to the article known by it.  `by_words`:
    body_hash to the (article_id, source) of every version with those words.  `current`: the current version of every
    article named in these two; its body is empty unless it was asked for, and so are captions and removed pieces.
    `taken`: proposed article ids that exist.  `before`: the versions that the articles to be made anew have had, by
    (article_id, version).  None of the others tells of those articles.  `tombstones`: of the keys that documents here
    have, those of articles that were taken down: the (article_id, source) of these.
    """

    body_hashes: dict[Pair, str] = field(default_factory=dict)
    settled: dict[Pair, Settled] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    by_words: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    current: dict[str, Version] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    before: dict[tuple[str, int], Version] = field(default_factory=dict)
    tombstones: dict[tuple[str, str], list[tuple[str, str | None]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything a batch comes to; written in one transaction.

    `forgotten`: articles that go, all versions, before anything is written.  `versions`: new rows.  `rewritten`: rows
    to be put in place of those of the same article and number.  `closed`: stored versions that have been followed by
    another, as (article_id, version, valid_to).  `documents`: each with its pack, its article's id (None: refused) and
    its source.  `retried`: those of them the warehouse has from an earlier run.  `refused`: rejected articles.
    `queue`: body hashes whose relations must be worked out again.  `kept_out`: documents of articles that were taken
    down.
    """

    batch: int
    first_position: int
    forgotten: Sequence[str] = ()
    versions: Sequence[Version] = ()
    rewritten: Sequence[Version] = ()
    closed: Sequence[tuple[str, int, datetime]] = ()
    keys: Sequence[tuple[str, str, str]] = ()
    documents: Sequence[tuple[Document, Pack, str | None, str | None]] = ()
    retried: frozenset[Pair] = frozenset()
    refused: Sequence[Article] = ()
    receipts: Sequence[Receipt] = ()
    results: Sequence[ExpectationResult] = ()
    queue: Sequence[str] = ()
    kept_out: Sequence[KeptOut] = ()
