"""What an article that was taken down is known by when it comes again, and whether a document is one of it.

The same bytes, the same address, the same id of the same source, or the same words: of bytes and words those of another
outlet are another article (CONTRACT.md, Outcomes), and are not kept out.
"""

from collections.abc import Iterable, Mapping, Sequence

from schemas.article import Article
from schemas.document import Document
from schemas.tombstone import SHARED_KINDS, Key, digest
from tasks._urls import canonical_url
from warehouse.rows import KeptOut, Knowledge, Pack, Pair
from warehouse.store import Store

#: Keys of tombstones to the (article_id, source) of these.
Known = Mapping[Key, Sequence[tuple[str, str | None]]]


def document_keys(document: Document, with_origin: bool = True) -> list[Key]:
    """What a raw document is known by before it is read; `with_origin`: by the address it was fetched from too."""
    given = document.given
    keys = [("document", document.document_id)]
    if url := canonical_url(given.url):
        keys.append(url_key(url))
    if with_origin and (key := origin_key(document)):
        keys.append(key)
    if given.id and given.source:
        keys.append(("id", digest(f"{given.source}#{given.id}")))
    return keys


def origin_key(document: Document) -> Key | None:
    """The address that a document was fetched from, as a key; None for one from a file."""
    is_page = document.origin.lower().startswith(("http://", "https://"))
    url = canonical_url(document.origin) if is_page else None
    return url_key(url) if url else None


def url_key(url: str) -> Key:
    """A canonical URL, as a key."""
    return "url", digest(url)


def article_keys(url: str | None, body_hash: str | None) -> list[Key]:
    """What an article is known by once it is read."""
    return [*([url_key(url)] if url else []), *([("words", body_hash)] if body_hash else [])]


def find_tombstone(keys: Iterable[Key], sources: Iterable[str | None], known: Known) -> str | None:
    """The id of the article that was taken down and has one of these keys; `sources`: of the document, as known."""
    named = {source for source in sources if source}
    for key in keys:
        for article_id, source in known.get(key, ()):
            if key[0] not in SHARED_KINDS or source is None or not named or source in named:
                return article_id
    return None


def find_unread(store: Store, documents: Sequence[Document]) -> set[Pair]:
    """Of these documents those of articles that were taken down, as far as it can be told before they are read."""
    keys = {(document.document_id, document.origin): document_keys(document) for document in documents}
    known = store.tombstones({key for of_one in keys.values() for key in of_one})
    sources = {(document.document_id, document.origin): document.given.source for document in documents}
    return {pair for pair in keys if find_tombstone(keys[pair], [sources[pair]], known)} if known else set()


def find_forgotten(document: Document, article: Article | None, knowledge: Knowledge) -> str | None:
    """The id of the article that was taken down to which a document belongs, read or not, if it does."""
    if not knowledge.tombstones:
        return None
    keys = document_keys(document)
    if article is not None:
        keys += article_keys(article.url, knowledge.body_hashes.get((document.document_id, document.origin)))
    return find_tombstone(keys, [document.given.source, article and article.source], knowledge.tombstones)


def keep_out(document: Document, packs: Mapping[Pair, Pack], article_id: str | None) -> KeptOut:
    """A document of an article that was taken down, as `Changes.kept_out` has it."""
    pack, url = packs.get((document.document_id, document.origin)), origin_key(document)
    return document, pack.name if pack else None, article_id, document.given.source, url and url[1]
