"""`copydesk diff`: what an outlet changed in an article, or which words two articles share."""

from contextlib import closing
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from schemas.comparison import Passage, Version
from schemas.errors import UsageError
from tasks._compare import QUOTED_WORDS
from tasks._edits import compare_versions
from tasks._passages import compare_bodies
from tasks._shingles import PASSAGE_WORDS
from tasks._urls import canonical_url
from warehouse.comparisons import links_between, versions_of
from warehouse.connection import open_reader
from warehouse.forget import find_named

#: Characters before and behind a shared passage that are shown with it.
CONTEXT = 80


def edits_of(warehouse: Path, name: str) -> dict[str, Any]:
    """What each version of an article changed: `article_id`, its `title`, `versions`, and `revisions` as values.

    `name`: an article's id or the beginning of one, its URL, or an origin; UsageError where it is none's, or several's.
    """
    with closing(open_reader(warehouse)) as connection:
        article_id = _one(connection, name)
        versions = versions_of(connection, article_id)
    revisions = [asdict(compare_versions(before, after)) for before, after in pairwise(versions)]
    latest = versions[-1]
    return {"article_id": article_id, "title": latest.title, "versions": len(versions), "revisions": revisions}


def shared_words(warehouse: Path, name: str, other: str) -> dict[str, Any]:
    """The passages that two articles share, longest first, with a little of what stands around them in either.

    `links`: their rows in `article_links`.  `similarity`, `containment`, `shared_words`: of the bodies as they are,
    with the furniture of wire copy in them, so that they may differ from those of a link.
    """
    with closing(open_reader(warehouse)) as connection:
        ids = [_one(connection, each) for each in (name, other)]
        if ids[0] == ids[1]:
            raise UsageError(f"{name} and {other} are one article; `copydesk diff {name}` shows its versions")
        first, second = (versions_of(connection, article_id)[-1] for article_id in ids)
        links = links_between(connection, *ids)
    # A quotation counts from so many words; to show shorter runs of one would show what was not counted.
    least = QUOTED_WORDS if {link.kind for link in links} == {"quotes"} else PASSAGE_WORDS
    alike = compare_bodies(first.body, second.body, least)
    passages = sorted(alike.passages, key=lambda passage: -passage.words)
    return {
        "articles": [{"article_id": i, "title": each.title} for i, each in zip(ids, (first, second), strict=True)],
        "links": [asdict(link) for link in links],
        "similarity": round(alike.similarity, 3),
        "containment": round(alike.containment, 3),
        "shared_words": alike.shared_words,
        "passages": [_in_context(passage, first, second) for passage in passages],
    }


def _in_context(passage: Passage, first: Version, second: Version) -> dict[str, Any]:
    told: dict[str, Any] = {"words": passage.words}
    for place, body, (begin, end) in (("one", first.body, passage.one), ("other", second.body, passage.other)):
        before, behind = body[max(0, begin - CONTEXT) : begin], body[end : end + CONTEXT]
        told[place] = {"before": before, "text": body[begin:end], "behind": behind, "at": begin}
    return told


def _one(connection: Any, name: str) -> str:
    """The article that a person means."""
    url = canonical_url(name) if "/" in name or "." in name else None
    found = sorted({named.article_id for named in find_named(connection, name, url) if named.article_id})
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(article_id[:12] for article_id in found[:10])
        raise UsageError(f"{name} stands for {len(found)} articles ({ids}); name one by more of its id")
    raise UsageError(
        f"no article has the id, URL or origin {name}; find it with "
        "copydesk query \"SELECT article_id, title FROM articles WHERE title ILIKE '%...%'\""
    )
