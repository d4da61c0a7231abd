"""Decide what every document of a batch comes to, and write it.

`decide` is the contract's table of outcomes as a function of values; what the warehouse knows comes in as
`Knowledge`, what is to be written goes out as `Changes`.  Documents are taken one after the other, each seeing what
those before it did, so that it makes no difference where one batch ends and the next begins.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from schemas.article import Article
from schemas.document import Document
from schemas.errors import RunFailed
from schemas.run import ExpectationResult, Receipt
from tasks._text import folded_words, words_hash
from warehouse.rows import Changes, Knowledge, Pack, Pair, RunInfo, Settled, Version
from warehouse.store import Store

#: An origin alone is weak: a scraper writes tomorrow's front page over today's.  CONTRACT.md: at least half the words.
_SHARED_WORDS = 0.5
_LATE = datetime.max.replace(tzinfo=UTC)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A batch on its way into the warehouse.

    `documents`: all of it, in order; `first_position`: the place of the first in the run, from 0.  `articles`: what
    was made of those that had to be dealt with; the others must have been dealt with before.  `pack`: where their
    bytes are; None when there are none.  `results`: what the expectations said.
    """

    number: int
    documents: Sequence[Document]
    articles: Sequence[Article] = ()
    pack: Pack | None = None
    results: Sequence[ExpectationResult] = ()
    first_position: int = 0


def load_batch(store: Store, run: RunInfo, incoming: Incoming) -> list[Receipt]:
    """Write a batch in one transaction; the answer is a receipt for each of its documents, in order."""
    changes = decide(incoming, gather(store, incoming), run)
    store.load(changes, run)
    return list(changes.receipts)


def gather(store: Store, incoming: Incoming) -> Knowledge:
    """Ask the warehouse for what bears on this batch."""
    by_pair = {_pair(document): document for document in reversed(incoming.documents)}
    keys: set[Key] = set()
    weak: Counter[Key] = Counter()
    hashes: dict[Pair, str] = {}
    ids: set[str] = set()
    for article in incoming.articles:
        if article.outcome != "accepted" or (document := by_pair.get((article.document_id, article.origin))) is None:
            continue
        body_hash = article.body_hash or words_hash(article.body)
        hashes.setdefault(_pair(document), body_hash)
        ids |= {identify(article, body_hash), identify(article, body_hash, article.origin)}
        own = _keys(article, document)
        keys |= {key for key, _ in own}
        weak.update(key for key, is_strong in own if not is_strong)
    known = store.keys(keys)
    by_words = store.by_words(set(hashes.values()))
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
        taken=store.taken(ids),
    )


def decide(incoming: Incoming, knowledge: Knowledge, run: RunInfo) -> Changes:
    """What the batch comes to.  Raises RunFailed for a document with neither an article nor a past."""
    pack = incoming.pack or Pack("", run.started_at)
    shelf = _Shelf(knowledge, pack.received_at)
    # Of two rows of a dump with the same id and copy the first counts, as it would in a batch of its own.
    articles = {(article.document_id, article.origin): article for article in reversed(incoming.articles)}
    settled = dict(knowledge.settled)
    fates: list[tuple[Document, str, _Standing | str | None]] = []
    fresh: dict[Pair, tuple[Document, Article, _Standing | None]] = {}
    for document in incoming.documents:
        pair = _pair(document)
        if pair in fresh:
            fates.append((document, "unchanged", fresh[pair][2]))
        elif pair in settled and settled[pair].holds(run.rules_version):
            fates.append((document, "unchanged", settled[pair].article_id))
        elif (article := articles.get(pair)) is None:
            raise RunFailed(f"no article was made of {document.origin}: the run cannot account for it")
        elif article.outcome != "accepted":
            fresh[pair] = (document, article, None)
            fates.append((document, "quarantined", None))
        else:
            outcome, standing = shelf.take(article, document)
            fresh[pair] = (document, article, standing)
            fates.append((document, outcome, standing))
    if fresh and incoming.pack is None:
        raise RunFailed(f"batch {incoming.number} was not put into the landing folder")
    return shelf.changes(incoming, pack, fates, fresh, settled)


def identify(article: Article, body_hash: str, *more: str) -> str:
    """The id of an article whose first version this is: the same for every copy the outlet prints of it.

    `more`: the origin, for the rare case that the id is taken by an article that has other words by now.
    """
    text = "\n".join([article.source or "", body_hash, *more])
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]


@dataclass(eq=False)
class _Standing:
    """An article while a batch is decided.

    `stored_id`, `stored_version`: how the warehouse has it; None and 0 when it is new in this batch.  `written`: the
    versions to be written, by number.  `closed_at`: when the stored version ended, if it did.
    """

    current: Version
    stored_id: str | None
    stored_version: int
    written: dict[int, Version]
    closed_at: datetime | None = None

    @property
    def article_id(self) -> str:
        return self.current.article_id


class _Shelf:
    """The articles that bear on a batch, as they are after each of its documents."""

    def __init__(self, knowledge: Knowledge, received_at: datetime):
        self.received_at = received_at
        self.body_hashes = knowledge.body_hashes
        self.standings = [_Standing(v, v.article_id, v.version, {}) for v in knowledge.current.values()]
        by_id = {standing.article_id: standing for standing in self.standings}
        self.keys = {key: by_id[article_id] for key, article_id in knowledge.keys.items()}
        self.by_words = {
            body_hash: [(by_id[article_id], source) for article_id, source in found]
            for body_hash, found in knowledge.by_words.items()
        }
        self.taken = set(knowledge.taken) | set(by_id)
        self.new_keys: dict[Key, _Standing] = {}
        self.queue: set[str] = set()

    def take(self, article: Article, document: Document) -> tuple[str, _Standing]:
        """The outcome of an accepted article, and the article it belongs to; CONTRACT.md, Outcomes."""
        body_hash = self.body_hashes[_pair(document)]
        own_keys = _keys(article, document)
        known_by, standing = self._recognise(article, own_keys)
        if standing is not None:
            outcome = self._compare(standing, article, body_hash, known_by)
        elif (standing := self._same_words(article, body_hash)) is not None:
            outcome = "duplicate"
            self._prefer(standing, article, body_hash)
        else:
            outcome, standing = "loaded", self._add(article, body_hash)
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

    def _compare(self, standing: _Standing, article: Article, body_hash: str, known_by: str) -> str:
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
        started = max(self.received_at, current.valid_from)
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

    def _add(self, article: Article, body_hash: str) -> _Standing:
        article_id = identify(article, body_hash)
        if article_id in self.taken:
            article_id = identify(article, body_hash, article.origin)
        self.taken.add(article_id)
        version = Version(article, article_id, 1, body_hash, self.received_at, self.received_at)
        standing = _Standing(version, None, 0, {})
        self.standings.append(standing)
        self._write(standing, version)
        self.by_words.setdefault(body_hash, []).append((standing, article.source))
        return standing

    def _prefer(self, standing: _Standing, article: Article, body_hash: str) -> None:
        """Let the better of two copies speak for an article that was never edited, whichever came first.

        The id follows the copy's source, so that copies in another order make the same article.
        """
        current = standing.current
        if current.version != 1 or current.body_hash != body_hash or _rank(current.article) <= _rank(article):
            return
        article_id = identify(article, body_hash)
        if article_id in self.taken:
            article_id = current.article_id
        else:
            self.taken.discard(current.article_id)
            self.taken.add(article_id)
        entries = self.by_words[body_hash]
        entries[entries.index((standing, current.article.source))] = (standing, article.source)
        self._write(standing, replace(current, article=article, article_id=article_id))

    def _write(self, standing: _Standing, version: Version) -> None:
        standing.current = standing.written[version.version] = version
        self.queue.add(version.body_hash)

    def changes(
        self,
        incoming: Incoming,
        pack: Pack,
        fates: Sequence[tuple[Document, str, "_Standing | str | None"]],
        fresh: dict[Pair, tuple[Document, Article, _Standing | None]],
        settled: dict[Pair, Settled],
    ) -> Changes:
        """Everything that was decided, under the ids that the articles have in the end."""
        moved = {s.stored_id: s.article_id for s in self.standings if s.stored_id and s.stored_id != s.article_id}
        written = [(standing, version) for standing in self.standings for version in standing.written.values()]

        def final_id(of: "_Standing | str | None") -> str | None:
            return of.article_id if isinstance(of, _Standing) else moved.get(of, of) if of else None

        return Changes(
            pack=pack,
            batch=incoming.number,
            first_position=incoming.first_position,
            versions=[version for standing, version in written if version.version > standing.stored_version],
            rewritten=[version for standing, version in written if version.version <= standing.stored_version],
            closed=[(s.article_id, s.stored_version, s.closed_at) for s in self.standings if s.closed_at],
            renamed=list(moved.items()),
            keys=[(kind, key, standing.article_id) for (kind, key), standing in self.new_keys.items()],
            documents=[
                (document, final_id(standing), article.source or document.given.source)
                for document, article, standing in fresh.values()
            ],
            retried=frozenset(pair for pair in fresh if pair in settled),
            refused=[article for _, article, standing in fresh.values() if standing is None],
            receipts=[
                Receipt(document.origin, document.document_id, outcome, final_id(of)) for document, outcome, of in fates
            ],
            results=incoming.results,
            queue=sorted(self.queue),
        )


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
