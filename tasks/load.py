"""Decide what every document of a batch comes to, and write it.

`decide` is the contract's table of outcomes as a function of values; what the warehouse knows comes in as
`Knowledge`, what is to be written goes out as `Changes`.  Documents are taken one after the other, each seeing what
those before it did, so that it makes no difference where one batch ends and the next begins.

Documents may be dealt with again (`Incoming.again`): their articles are forgotten, and made anew from all of their
documents, in the order in which these were received.  So an article is the same whether its documents came one by one
or were dealt with again, and only what its outlet changed makes a version.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.article import Article
from schemas.document import Document
from schemas.errors import RunFailed
from schemas.run import ExpectationResult, Receipt
from schemas.tombstone import FORGOTTEN
from tasks._text import folded_words, words_hash
from tasks._tombstones import article_keys, document_keys, find_forgotten, keep_out
from warehouse.rows import Changes, Knowledge, Pack, Pair, RunInfo, Version
from warehouse.store import Store

#: An origin alone is weak: a scraper writes tomorrow's front page over today's.  CONTRACT.md: at least half the words.
_SHARED_WORDS = 0.5
_LATE = datetime.max.replace(tzinfo=UTC)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A batch on its way into the warehouse.

    `documents`: all of it, in order; `first_position`: the place of the first in the run, from 0.  `articles`: what
    was made of those that had to be dealt with; the others must have been dealt with before.  `packs`: where the bytes
    of those are.  `results`: what the expectations said.

    `again`: no document counts as dealt with before.  `forgotten`: the articles that are made anew; all their
    documents are here.  `helpers`: the documents that are here for that only: they are no inputs, and get no receipt.
    """

    number: int
    documents: Sequence[Document]
    articles: Sequence[Article] = ()
    packs: Mapping[Pair, Pack] = field(default_factory=dict)
    results: Sequence[ExpectationResult] = ()
    first_position: int = 0
    again: bool = False
    forgotten: frozenset[str] = frozenset()
    helpers: frozenset[Pair] = frozenset()


def load_batch(store: Store, run: RunInfo, incoming: Incoming) -> list[Receipt]:
    """Write a batch in one transaction; the answer is a receipt for each of its inputs, in order."""
    changes = decide(incoming, gather(store, incoming), run)
    store.load(changes, run)
    return list(changes.receipts)


def find_joined(store: Store, run: RunInfo, incoming: Incoming) -> frozenset[str]:
    """The articles, other than those made anew, that documents of this batch turn out to belong to."""
    knowledge = gather(store, incoming)
    changes = decide(incoming, knowledge, run)
    return frozenset(article_id for *_, article_id, _ in changes.documents if article_id in knowledge.current)


def gather(store: Store, incoming: Incoming) -> Knowledge:
    """Ask the warehouse for what bears on this batch."""
    by_pair = {_pair(document): document for document in reversed(incoming.documents)}
    keys: set[Key] = set()
    weak: Counter[Key] = Counter()
    hashes: dict[Pair, str] = {}
    ids: set[str] = set()
    stones = {key for document in by_pair.values() for key in document_keys(document)}
    for article in incoming.articles:
        if article.outcome != "accepted" or (document := by_pair.get((article.document_id, article.origin))) is None:
            continue
        body_hash = article.body_hash or words_hash(article.body)
        hashes.setdefault(_pair(document), body_hash)
        ids |= {identify(document), identify(document, article.origin)}
        own = _keys(article, document)
        keys |= {key for key, _ in own}
        weak.update(key for key, is_strong in own if not is_strong)
        stones.update(article_keys(article.url, body_hash))
    gone = incoming.forgotten
    known = {key: article_id for key, article_id in store.keys(keys).items() if article_id not in gone}
    by_words = {
        body_hash: [found for found in articles if found[0] not in gone]
        for body_hash, articles in store.by_words(set(hashes.values())).items()
    }
    wanted = set(known.values()) | {article_id for found in by_words.values() for article_id, _ in found}
    # Bodies are large, and only weak keys need them.  A weak key that comes twice may by the second time lead to an
    # article that another document of this batch put there.
    is_repeated = any(count > 1 for count in weak.values())
    with_body = wanted if is_repeated else {article_id for key, article_id in known.items() if key in weak}
    return Knowledge(
        body_hashes=hashes,
        settled=store.settled(list(by_pair)),
        keys=known,
        by_words=by_words,
        current=store.current(wanted, with_body),
        taken=store.taken(ids) - gone,
        before=store.versions(gone) if gone else {},
        tombstones=store.tombstones(stones),
    )


def decide(incoming: Incoming, knowledge: Knowledge, run: RunInfo) -> Changes:
    """What the batch comes to.  Raises RunFailed for a document with neither an article nor a past."""
    shelf = _Shelf(knowledge)
    # Of two rows of a dump with the same id and copy the first counts, as it would in a batch of its own.
    articles = {(article.document_id, article.origin): article for article in reversed(incoming.articles)}
    settled = {} if incoming.again else knowledge.settled
    fates: list[_Fate] = []
    fresh: dict[Pair, tuple[Document, Article, _Standing | None]] = {}
    for document in incoming.documents:
        pair = _pair(document)
        if pair in fresh:
            fates.append(_Fate(document, "unchanged", fresh[pair][2]))
        elif pair in settled and settled[pair].holds(run.rules_version):
            fates.append(_Fate(document, "unchanged", settled[pair].article_id))
        elif forgotten := find_forgotten(document, articles.get(pair), knowledge):
            fates.append(_Fate(document, FORGOTTEN, forgotten))
        elif (article := articles.get(pair)) is None:
            raise RunFailed(f"no article was made of {document.origin}: the run cannot account for it")
        elif pair not in incoming.packs:
            raise RunFailed(f"{document.origin} was not put into the landing folder")
        elif article.outcome != "accepted":
            fresh[pair] = (document, article, None)
            fates.append(_Fate(document, "quarantined", None))
        else:
            outcome, standing = shelf.take(article, document, incoming.packs[pair].received_at)
            fresh[pair] = (document, article, standing)
            fates.append(_Fate(document, outcome, standing, standing.current.version))
    return shelf.changes(incoming, knowledge, fates, fresh)


def identify(document: Document, *more: str) -> str:
    """The id of an article whose first document this is.  Nothing in it depends on the rules: it stays for good.

    `more`: the origin, for the rare case that another article began with the same document.
    """
    text = "\n".join([document.given.source or "", document.document_id, *more])
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]


@dataclass(eq=False)
class _Standing:
    """An article while a batch is decided.

    `stored_version`: the number of the version that the warehouse has; 0 when it is new in this batch.  `written`: the
    versions to be written, by number.  `closed_at`: when the stored version ended, if it did.
    """

    current: Version
    stored_version: int
    written: dict[int, Version]
    closed_at: datetime | None = None

    @property
    def article_id(self) -> str:
        return self.current.article_id


class _Fate(NamedTuple):
    """What a document came to: `of`, its article (an id where that is all that is known), and the version then."""

    document: Document
    outcome: str
    of: _Standing | str | None
    version: int = 0

    @property
    def article_id(self) -> str | None:
        return self.of.article_id if isinstance(self.of, _Standing) else self.of


class _Shelf:
    """The articles that bear on a batch, as they are after each of its documents."""

    def __init__(self, knowledge: Knowledge):
        self.body_hashes = knowledge.body_hashes
        self.standings = [_Standing(v, v.version, {}) for v in knowledge.current.values()]
        by_id = {standing.article_id: standing for standing in self.standings}
        self.keys = {key: by_id[article_id] for key, article_id in knowledge.keys.items()}
        self.by_words = {
            body_hash: [(by_id[article_id], source) for article_id, source in found]
            for body_hash, found in knowledge.by_words.items()
        }
        self.taken = set(knowledge.taken) | set(by_id)
        self.new_keys: dict[Key, _Standing] = {}
        self.queue: set[str] = set()

    def take(self, article: Article, document: Document, received_at: datetime) -> tuple[str, _Standing]:
        """The outcome of an accepted article, and the article it belongs to; CONTRACT.md, Outcomes."""
        body_hash = self.body_hashes[_pair(document)]
        own_keys = _keys(article, document)
        known_by, standing = self._recognise(article, own_keys)
        if standing is not None:
            outcome = self._compare(standing, article, body_hash, known_by, received_at)
        elif (standing := self._same_words(article, body_hash)) is not None:
            outcome = "duplicate"
            self._prefer(standing, article, body_hash)
        else:
            outcome, standing = "loaded", self._add(article, document, body_hash, received_at)
        for key, _ in own_keys:
            # A URL or an id stays with the article that had it first; an origin holds what was last found there.
            if self.keys.get(key) is not standing and (key not in self.keys or key[0] == "origin"):
                self.keys[key] = self.new_keys[key] = standing
        return outcome, standing

    def _recognise(self, article: Article, own_keys: list[tuple[Key, bool]]) -> tuple[str, _Standing | None]:
        at_origin = self.keys.get(("origin", article.origin))
        for key, is_strong in own_keys:
            standing = self.keys.get(key)
            if standing is None:
                continue
            # An id that no source stands behind is as good as its dump's path; in a dump of the same name elsewhere
            # it is as weak as an origin.
            if is_strong or (key[0] == "id" and standing is at_origin):
                return key[0], standing
            if _shared(article.body, standing.current.article.body) >= _SHARED_WORDS:
                return key[0], standing
        return "", None

    def _compare(
        self, standing: _Standing, article: Article, body_hash: str, known_by: str, received_at: datetime
    ) -> str:
        """`updated` when a known article has changed in substance."""
        current = standing.current
        change = _changes(current, article, body_hash)
        # The copy of an article under another URL may have a headline of its own: that is no edit of the article.
        is_copy = "body" not in change and (
            (known_by == "url" and current.article.url != article.url)
            or (known_by == "origin" and current.article.origin != article.origin)
        )
        if not change or is_copy:
            self._prefer(standing, article, body_hash)
            return "unchanged"
        started = max(received_at, current.valid_from)
        if current.version in standing.written:
            standing.written[current.version] = replace(current, valid_to=started)
        else:
            standing.closed_at = started
        self.queue.add(current.body_hash)
        self._write(
            standing,
            Version(
                article, current.article_id, current.version + 1, body_hash, current.first_seen_at, started,
                change=tuple(change),
            ),
        )  # fmt: skip
        self.by_words.setdefault(body_hash, []).append((standing, article.source))
        return "updated"

    def _same_words(self, article: Article, body_hash: str) -> _Standing | None:
        """The article this is a copy of: the same words at any time, from the same source or from none named."""
        found = [
            (source != article.source, standing.article_id, standing)
            for standing, source in self.by_words.get(body_hash, ())
            if source == article.source or source is None or article.source is None
        ]
        return min(found, key=lambda match: match[:2])[2] if found else None

    def _add(self, article: Article, document: Document, body_hash: str, received_at: datetime) -> _Standing:
        article_id = identify(document)
        if article_id in self.taken:
            article_id = identify(document, document.origin)
        self.taken.add(article_id)
        version = Version(article, article_id, 1, body_hash, received_at, received_at)
        standing = _Standing(version, 0, {})
        self.standings.append(standing)
        self._write(standing, version)
        self.by_words.setdefault(body_hash, []).append((standing, article.source))
        return standing

    def _prefer(self, standing: _Standing, article: Article, body_hash: str) -> None:
        """Let the better of two copies speak for an article that was never edited, whichever came first."""
        current = standing.current
        if current.version != 1 or current.body_hash != body_hash or _rank(current.article) <= _rank(article):
            return
        entries = self.by_words[body_hash]
        entries[entries.index((standing, current.article.source))] = (standing, article.source)
        self._write(standing, replace(current, article=article))

    def _write(self, standing: _Standing, version: Version) -> None:
        standing.current = standing.written[version.version] = version
        self.queue.add(version.body_hash)

    def changes(
        self,
        incoming: Incoming,
        knowledge: Knowledge,
        fates: Sequence[_Fate],
        fresh: dict[Pair, tuple[Document, Article, _Standing | None]],
    ) -> Changes:
        """Everything that was decided."""
        written = [(standing, version) for standing in self.standings for version in standing.written.values()]
        return Changes(
            batch=incoming.number,
            first_position=incoming.first_position,
            forgotten=sorted(incoming.forgotten),
            versions=[version for standing, version in written if version.version > standing.stored_version],
            rewritten=[version for standing, version in written if version.version <= standing.stored_version],
            closed=[(s.article_id, s.stored_version, s.closed_at) for s in self.standings if s.closed_at],
            keys=[(kind, key, standing.article_id) for (kind, key), standing in self.new_keys.items()],
            documents=[
                (
                    document,
                    incoming.packs[pair],
                    standing.article_id if standing else None,
                    article.source or document.given.source,
                )
                for pair, (document, article, standing) in fresh.items()
            ],
            retried=frozenset(pair for pair in fresh if pair in knowledge.settled),
            refused=[article for _, article, standing in fresh.values() if standing is None],
            receipts=[
                _receipt(fate, knowledge) for fate in fates if _pair(fate.document) not in incoming.helpers
            ],
            results=incoming.results,
            queue=sorted(self.queue),
            kept_out=[keep_out(f.document, incoming.packs, f.article_id) for f in fates if f.outcome == FORGOTTEN],
        )  # fmt: skip


def _receipt(fate: _Fate, knowledge: Knowledge) -> Receipt:
    """What is kept out has no origin: a path or an address may be words of it."""
    if fate.outcome == FORGOTTEN:
        return Receipt(FORGOTTEN, fate.document.document_id, "quarantined", fate.article_id)
    return Receipt(fate.document.origin, fate.document.document_id, _told_again(fate, knowledge), fate.article_id)


def _told_again(fate: _Fate, knowledge: Knowledge) -> str:
    """The outcome of a document; of one dealt with again, beside what it came to before."""
    if isinstance(fate.of, _Standing) and (before := knowledge.before.get((fate.of.article_id, fate.version))):
        if fate.outcome in ("loaded", "updated"):
            now = fate.of.written[fate.version]
            return "updated" if _changes(before, now.article, now.body_hash) else "unchanged"
        settled = knowledge.settled.get(_pair(fate.document))
        if fate.outcome == "duplicate" and settled and settled.article_id == fate.of.article_id:
            return "unchanged"
    return fate.outcome


def _pair(document: Document) -> Pair:
    return document.document_id, document.origin


def _keys(article: Article, document: Document) -> list[tuple[Key, bool]]:
    """What an article is known by, the strongest first, and whether the key alone will do."""
    keys: list[tuple[Key, bool]] = []
    given = document.given
    if article.url:
        keys.append((("url", article.url), True))
    if given.id:
        dump = document.origin.rpartition("#")[0].replace("\\", "/").rpartition("/")[2]
        keys.append((("id", f"{given.source or dump}#{given.id}"), bool(given.source)))
    keys.append((("origin", article.origin), False))
    return keys


def _changes(current: Version, article: Article, body_hash: str) -> list[str]:
    """Which fields of substance differ in their words."""
    before = current.article
    change = []
    if folded_words(before.title or "") != folded_words(article.title or ""):
        change.append("title")
    if folded_words(before.standfirst or "") != folded_words(article.standfirst or ""):
        change.append("standfirst")
    if [folded_words(name) for name in before.authors] != [folded_words(name) for name in article.authors]:
        change.append("authors")
    if current.body_hash != body_hash:
        change.append("body")
    return change


def _shared(one: str, other: str) -> float:
    """The share of words two texts have in common, of the longer one: 0 to 1."""
    mine, theirs = Counter(folded_words(one)), Counter(folded_words(other))
    longer = max(mine.total(), theirs.total())
    return (mine & theirs).total() / longer if longer else 1.0


def _rank(article: Article) -> tuple[bool, bool, datetime, str, str, str]:
    """Of copies of one article, the smallest speaks for it: with source, with URL, published first; then by name."""
    return (
        article.source is None,
        article.url is None,
        article.published_at or _LATE,
        article.url or "",
        article.origin,
        article.document_id,
    )
