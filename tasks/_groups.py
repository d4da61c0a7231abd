"""Near-duplicate groups from links: closed over them, but cut where hardly anything holds two halves together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from tasks._compare import LEAST_OF_SHORTER

#: Two halves of a group stay together when their articles are as similar as this on average (average linkage).  A
#: paragraph that two briefs have in common makes them similar to each other, and to none of the other's copies.
#: Measured: from .05 to .10 the scores are the same.
LEAST_MEAN_SIMILARITY = 0.08
#: More texts are not cut: their distances take the square of their number, 8 bytes each.
MOST_TEXTS = 2000


@dataclass(frozen=True, slots=True)
class Linked:
    """Articles and all links of `same_text` and `near_duplicate` among them, as columns.

    `texts`: of each article its body_hash.  `one`, `other`: places in these.  `similarity`, `containment`: as in
    `article_links`.
    """

    texts: Sequence[str]
    one: np.ndarray
    other: np.ndarray
    similarity: np.ndarray
    containment: np.ndarray


def group(linked: Linked) -> np.ndarray:
    """For each article the number of its group; the same whatever the order in which they are given."""
    names, texts = np.unique(np.array(linked.texts, dtype=object).astype(str), return_inverse=True)
    count = len(names)
    one, other = texts[linked.one], texts[linked.other]
    apart = one != other
    # An article that stands whole in another is as good a copy as half of both.
    strength = np.maximum(linked.similarity, linked.containment / 2 * (linked.containment >= LEAST_OF_SHORTER))[apart]
    low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    pairs, first = np.unique(low * count + high, return_index=True)  # several articles may have the same two texts
    low, high = np.divmod(pairs, max(count, 1))
    links = sp.csr_matrix((strength[first], (low, high)), shape=(count, count))
    _, closed = connected_components(links, directed=False)
    return _cut(links + links.T, closed)[texts]


def _cut(links: sp.csr_matrix, closed: np.ndarray) -> np.ndarray:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    groups = closed.copy()
    following = len(closed)
    order = np.argsort(closed, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(closed[order])) + 1):
        if 2 < len(members) <= MOST_TEXTS:
            distances = 1 - links[members][:, members].toarray()
            np.fill_diagonal(distances, 0)
            halves = linkage(squareform(distances, checks=False), "average")
            groups[members] = following + fcluster(halves, 1 - LEAST_MEAN_SIMILARITY, "distance")
            following += len(members) + 1
    return groups
