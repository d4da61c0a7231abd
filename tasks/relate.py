"""Relations between articles: copies, edited copies, what contains and what quotes another; and groups of copies.

What is in the queue is dealt with a part at a time, each in one transaction: found through the index in the warehouse,
compared word by word, linked, grouped.  Links and groups depend on which articles there are, and never on the order or
the batches in which they came: every article of a part is compared with all of the index, and where a passage becomes
furniture, or is none any more, all who have it are in the queue again.
"""

from datetime import UTC, datetime

import numpy as np

from tasks import _shingles
from tasks._compare import NEAR_DUPLICATE, compare, mask_furniture
from tasks._groups import Linked, group
from warehouse.relations import Compared, Members, Relations
from warehouse.store import Store

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def relate(store: Store) -> None:
    """Bring links and `near_duplicate_of` up to date with what was loaded since the last time.

    The article published first stands for its group, else the fullest, else the one with the smallest id; the others
    name it in `near_duplicate_of`.  Run again it changes nothing; when it fails, what is left is still in the queue.
    """
    relations = Relations(store, 1 << _shingles.MARK_BITS)
    relations.require_index(_shingles.INDEX)
    while relations.is_waiting():
        with relations.part():
            fresh = relations.fresh()
            relations.index(fresh, *_shingles.index_marks(_shingles.read_texts(fresh.bodies)))
            relations.link(_links(relations.candidates()))
            relations.regroup(_representatives(relations.members()))


def _links(compared: Compared) -> dict[str, np.ndarray | list[str]]:
    """Rows of `article_links` for the candidates that turn out to be related, as columns."""
    texts = _shingles.read_texts(compared.bodies)
    published = np.array([_microseconds(time) for time in compared.published], np.int64)
    masked = mask_furniture(texts, compared.furniture)
    found = compare(texts, masked, published, compared.pairs[:, 0], compared.pairs[:, 1])
    # What holds both ways is kept once, with the smaller id first.
    ends = [
        sorted(pair) if kind == NEAR_DUPLICATE else pair
        for *pair, kind in zip(
            [compared.article_ids[place] for place in found.one],
            [compared.article_ids[place] for place in found.other],
            found.kind,
            strict=True,
        )
    ]
    return {
        "article_id": [one for one, _ in ends],
        "other_id": [other for _, other in ends],
        "kind": found.kind.tolist(),
        "similarity": found.similarity,
        "containment": found.containment,
        "shared_words": found.shared_words,
    }


def _microseconds(time: datetime | None) -> int:
    if time is None:
        return np.iinfo(np.int64).max // 2
    return round((time - _EPOCH).total_seconds() * 1_000_000)


def _representatives(members: Members) -> dict[str, str | None]:
    """For each article whose representative has changed, the new one; None for the representative itself."""
    links = np.array(members.links, np.float64).reshape(-1, 4)
    one, other = links[:, 0].astype(np.int64), links[:, 1].astype(np.int64)
    groups = group(Linked(members.body_hashes, one, other, links[:, 2], links[:, 3]))
    _, first, number = np.unique(groups, return_index=True, return_inverse=True)
    found: dict[str, str | None] = {}
    for place, (article_id, before) in enumerate(zip(members.article_ids, members.near_duplicate_of, strict=True)):
        stands = int(first[number[place]])  # members come in the order in which they would stand for a group
        representative = None if stands == place else members.article_ids[stands]
        if representative != before:
            found[article_id] = representative
    return found
