"""Relations between articles: copies, edited copies, what contains and what quotes another; groups of copies; stories.

What is in the queue is dealt with a part at a time, each in one transaction: found through the index in the warehouse,
compared word by word, linked, grouped, and put into stories.  Links, groups and stories depend on which articles
there are, and never on the order or the batches in which they came: every article of a part is compared with all of
the index, and where a passage becomes furniture, or is none any more, all who have it are in the queue again.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import numpy as np
import scipy.sparse as sp

from tasks import _shingles, _stories, _terms
from tasks._compare import NEAR_DUPLICATE, compare, mask_furniture
from tasks._groups import Linked, group
from tasks._text import each_once
from warehouse.frequencies import Frequencies, read_frequencies
from warehouse.relations import Compared, Members, Relations
from warehouse.store import Store
from warehouse.stories import Nodes, Reached, Shared, Stories, Terms

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Nodes whose vectors are in memory at a time: 100 MB.
_NODES = 50_000


def relate(store: Store) -> None:
    """Bring links, `near_duplicate_of` and stories up to date with what was loaded since the last time.

    The article published first stands for its group, else the fullest, else the one with the smallest id; the others
    name it in `near_duplicate_of`.  Run again it changes nothing; when it fails, what is left is still in the queue.
    """
    relations = Relations(store, 1 << _shingles.MARK_BITS)
    relations.require_index(_shingles.INDEX)
    stories = Stories(store, _stories.NEAREST, _stories.MOST_DAYS)
    common = read_frequencies(store.landing_folder)
    stories.require_index(f"{_stories.MADE} {common.name}".rstrip())
    with ThreadPoolExecutor(1, "vectors") as beside:
        while relations.is_waiting():
            store.give_back()
            with relations.part():
                places, vectors = _index(relations, beside, common)
                relations.link(_links(relations.candidates()))
                relations.regroup(_representatives(relations.members()))
                _place(stories, places, vectors.result(), relations, common)
                _tell(stories)


def _index(
    relations: Relations, beside: ThreadPoolExecutor, common: Frequencies
) -> tuple[list[int], Future[_terms.Vectors]]:
    """Where the versions stand that the index did not have, and their vectors.

    Most become nodes of the stories: their words are counted while DuckDB looks for their copies.
    """
    fresh = relations.fresh()
    vectors = beside.submit(_terms.vectors, fresh.copies, common)
    relations.index(fresh, *_shingles.index_marks([body for _, _, body, _ in fresh.copies]))
    return fresh.places, vectors


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


def _place(
    stories: Stories, places: list[int], vectors: _terms.Vectors, relations: Relations, common: Frequencies
) -> None:
    """Keep the vectors of new nodes; those of the versions at `places` are `vectors`."""
    node_at = stories.fresh()
    rest = sorted(node_at.keys() - set(places))  # a group for which another article stands from now on
    more = _terms.vectors(relations.copies(rest), common)
    owners = np.append(vectors.owners, more.owners + len(places))
    nodes = np.array([node_at.get(place, -1) for place in [*places, *rest]], np.int64)[owners]
    kept = nodes >= 0
    terms, weights = np.append(vectors.terms, more.terms), np.append(vectors.weights, more.weights)
    stories.index(nodes[kept], terms[kept], weights[kept])


def _tell(stories: Stories) -> None:
    """The stories of the near-duplicate groups that this part of the queue has touched, and of what is near them."""
    reached = stories.connect(*_nearest(stories))
    components, parts = _stories.leaves(len(reached.numbers), reached.one, reached.other, reached.similarities)
    places = np.flatnonzero(_is_new(reached, parts))
    grouped, centrality = _group(stories, reached, places, parts[places])
    stories.write(
        {
            "node_no": reached.numbers,
            "component": _smallest(reached.numbers, components),
            "leaf": _smallest(reached.numbers, parts),
        },
        {"node_no": reached.numbers[places], "cluster": grouped, "centrality": centrality},
    )


def _nearest(stories: Stories) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Similar pairs: of each node that is asked about all that may be among its nearest, or have it among theirs."""
    nodes = stories.nodes()
    asked = np.flatnonzero(nodes.asked)
    found = [(np.zeros(0, np.int64),) * 3]
    if len(asked):
        count = len(nodes.numbers)
        of_asked, passages = stories.asked_terms(), stories.asked_shared()
        terms = 1 + int(of_asked.columns.max(initial=0))
        row_of, column_of = partial(np.searchsorted, nodes.numbers[asked]), partial(np.searchsorted, nodes.numbers)
        vectors = _matrix(of_asked._replace(places=row_of(of_asked.places)), (len(asked), terms))
        shared = Shared(row_of(passages.one), column_of(passages.other), passages.words)
        shared = _matrix(shared, (len(asked), count))
        for first in range(0, count, _NODES):
            numbers = nodes.numbers[first : first + _NODES]
            heavy = stories.heavy_terms(int(numbers[0]), int(numbers[-1]), _stories.HEAVY)
            near = _matrix(_placed(heavy, numbers), (terms, len(numbers)))
            row, place = _stories.by_heavy_terms(vectors, near, len(numbers))
            with_passages = shared[:, first : first + _NODES]
            looked_at = each_once(np.append(place, with_passages.indices))
            if not len(looked_at):
                continue
            near = _matrix(stories.terms_of(numbers[looked_at]), (terms, len(looked_at)))
            row, place, alike = _stories.similar(
                vectors, near, (row, np.searchsorted(looked_at, place)),
                (nodes.days[asked], nodes.days[first + looked_at]), with_passages[:, looked_at],
            )  # fmt: skip
            found += _worth_telling(nodes, asked[row], first + looked_at[place], alike)
    one, other, alike = (np.concatenate(column) for column in zip(*found, strict=True))
    return nodes.numbers[one], nodes.numbers[other], alike


def _placed(terms: Terms, numbers: np.ndarray) -> Terms:
    """The vectors' entries as those of a matrix of terms by these nodes; those of other nodes go."""
    place_of = np.full(1 + int(numbers[-1] - numbers[0]), -1, np.int32)
    place_of[numbers - numbers[0]] = np.arange(len(numbers), dtype=np.int32)
    places = place_of[terms.places - numbers[0]]
    if (known := places >= 0).all():
        return Terms(terms.columns, places, terms.weights)
    return Terms(terms.columns[known], places[known], terms.weights[known])


def _worth_telling(nodes: Nodes, one: np.ndarray, other: np.ndarray, alike: np.ndarray) -> Iterator[tuple]:
    """Both directions of these pairs, without what is too little to be among the nearest of the first."""
    apart = one != other
    one, other, alike = one[apart], other[apart], alike[apart]
    order = np.lexsort((-alike, one))
    one, other, alike = one[order], other[order], alike[order]
    firsts = np.searchsorted(one, one)
    last = np.minimum(firsts + _stories.NEAREST, np.searchsorted(one, one, side="right")) - 1
    kept = alike >= alike[last]
    yield one[kept], other[kept], alike[kept]
    news = nodes.dirty[one] & ~nodes.asked[other] & (alike >= nodes.weakest[other])
    yield other[news], one[news], alike[news]


def _is_new(reached: Reached, parts: np.ndarray) -> np.ndarray:
    """Which nodes are in a part that is not what it was, or in which similarities have changed."""
    _, before, sizes_before = np.unique(reached.leaves, return_inverse=True, return_counts=True)
    sizes = np.bincount(parts)
    (part, leaf), common = np.unique(np.stack([parts, before]), axis=1, return_counts=True)
    same = np.zeros(len(sizes), bool)
    same[part] = (common == sizes[part]) & (common == sizes_before[leaf])
    same[parts[reached.changed]] = False
    return ~same[parts]


def _group(stories: Stories, reached: Reached, places: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the nodes at these places, which are in these parts: the number of the story, and the centrality, of each."""
    count = len(places)
    terms, passages = stories.regrouped(reached.numbers[places])
    used, columns = np.unique(terms.columns, return_inverse=True)
    vectors = _matrix(terms._replace(columns=columns), (count, len(used)))
    shared = _matrix(passages, (count, count))
    days = reached.days[places]
    found, centrality, following = np.zeros(count, np.int64), np.zeros(count, np.int64), 0
    order = np.argsort(parts, kind="stable")
    for some in np.split(order, np.flatnonzero(np.diff(parts[order])) + 1):
        if len(some) > 1:
            leaf = _stories.group(vectors[some], days[some], shared[some][:, some])
            found[some], centrality[some] = leaf.stories + following, leaf.centrality
        else:
            found[some] = following
        following = int(found[some].max(initial=-1)) + 1
    return found, centrality


def _matrix(entries: Terms | Shared, shape: tuple[int, int]) -> sp.csr_matrix:
    row, column, value = entries
    return sp.csr_matrix((value.astype(np.int32), (row, column)), shape=shape)


def _smallest(numbers: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """For each node the smallest number in its group."""
    least = np.full(groups.max(initial=-1) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, groups, numbers)
    return least[groups]
