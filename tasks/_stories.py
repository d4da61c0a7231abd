"""Which articles are on one event: how alike two are, which are each other's nearest, and where a story ends.

All of it depends on which articles there are, and never on the order in which they came: similarities are whole
numbers, an article's nearest are found among all, and articles are put in the order of their words' hashes.
"""

import os
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sparse_dot_topn import sp_matmul_topn

from tasks import _terms
from tasks._terms import LENGTH

#: Similarities are kept as whole numbers: so many are 1.
ONE = 1000
#: Two articles as similar as this may be on one event; and so much more so with the days between them.  With the dates
#: known and close, evidence counts a tenth more; it halves in so many days after the first few, and later than that the
#: event is another.  An undated article may be of any time.
LEAST_SIMILARITY = 0.20
SOON, SOON_DAYS, HALVED_DAYS, MOST_DAYS = 1.1, 3, 60, 60
#: Terms of so much weight (of `LENGTH`) are heavy, a third of all; two articles without shared passages are on one
#: event only where the heavy terms of both come to this product.  B3 on stories.jsonl is the same without, and with .08
#: to .14; with 36 for 30 it is .903.  Among a million articles this leaves a quarter of the multiplications.
HEAVY, LEAST_BY_HEAVY = 30, 0.14
#: What a word of shared passages adds (twelve at least; `article_links`), and what all add at most: forty shared words
#: are enough for two articles that share little else.
BY_SHARED_WORD, MOST_BY_SHARED = 0.0075, 0.3
#: Of an article's links so many are kept, to those most similar.
NEAREST = 20
#: Two halves of a story are as similar as this on average (average linkage) ...
LEAST_MEAN = 0.15
#: ... and, when both have five articles or more, not much less so than each is in itself.  On stories.jsonl B3 is .917
#: with these two, .897 to .920 for halves of four to six and shares of .55 to .7, and .864 without this cut.
LEAST_OF_OWN, LEAST_HALF = 0.65, 5
#: What hangs together in larger numbers is taken apart at higher and higher similarities, by this factor.
MOST_TOGETHER, STEP = 800, 1.15
#: Most rows have fewer partners than this; those that have more are multiplied again, with room for all.
_MOST_PAIRS = 1000
_CORES = os.cpu_count() or 1
#: How terms, links and stories are made; what was made otherwise is made anew.
MADE = " ".join(
    map(
        str,
        (1, _terms.MADE, LEAST_SIMILARITY, HEAVY, LEAST_BY_HEAVY, SOON, SOON_DAYS, HALVED_DAYS, MOST_DAYS,
         BY_SHARED_WORD, MOST_BY_SHARED, NEAREST, LEAST_MEAN, LEAST_OF_OWN, LEAST_HALF, MOST_TOGETHER, STEP),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaf:
    """Nodes that are grouped by themselves: `stories` numbers them, `centrality` is how alike each is to its story."""

    stories: np.ndarray
    centrality: np.ndarray


def similarity(products: np.ndarray, days: np.ndarray, other_days: np.ndarray, shared_words: np.ndarray) -> np.ndarray:
    """Of pairs: their vectors' products, days of publication (NaN: unknown), and words in shared passages."""
    evidence = products / LENGTH**2 + np.minimum(shared_words * BY_SHARED_WORD, MOST_BY_SHARED)
    apart = np.abs(days - other_days)
    factor = SOON * np.exp2(-np.maximum(apart - SOON_DAYS, 0) / HALVED_DAYS) * (apart <= MOST_DAYS)
    factor = np.where(np.isnan(apart), 1, factor)
    return np.rint(np.minimum(evidence * factor, 1) * ONE).astype(np.int64)


def by_heavy_terms(asked: sp.csr_matrix, near: sp.csr_matrix, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The pairs, row of `asked` and one of the `width` columns of `near`, whose heavy terms have enough in common.

    `near`: vectors of heavy terms only.
    """
    heavy = asked.copy()
    heavy.data[heavy.data < HEAVY] = 0
    heavy.eliminate_zeros()
    row, column, _ = _products(heavy, near, width, int(LEAST_BY_HEAVY * LENGTH**2))
    return row, column


def similar(
    asked: sp.csr_matrix,
    near: sp.csr_matrix,
    pairs: tuple[np.ndarray, np.ndarray],
    days: tuple[np.ndarray, np.ndarray],
    shared: sp.csr_matrix,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of `pairs`, and of those with shared passages, are similar enough: row, column, similarity.

    `asked`, `near`: vectors; `days`: of rows, and of columns; `shared`: words in shared passages.
    """
    width = len(days[1])
    # What can be enough without shared passages.
    row, column, product = _products(asked, near, width, int(LEAST_SIMILARITY / SOON * LENGTH**2 * 0.99))
    known = np.isin(_keys(row, column, width), _keys(*pairs, width), assume_unique=True)
    row, column, product = row[known], column[known], product[known]
    words = np.zeros(len(row))
    passages = shared.tocoo()
    if passages.nnz:
        told = _keys(passages.row, passages.col, width)
        others = ~np.isin(_keys(row, column, width), told, assume_unique=True)
        row, column = np.append(row[others], passages.row), np.append(column[others], passages.col)
        products = asked[passages.row].multiply(near[:, passages.col].T).sum(axis=1)
        product = np.append(product[others], np.asarray(products).ravel())
        words = np.append(words[others], passages.data)
    alike = similarity(product, days[0][row], days[1][column], words)
    enough = alike >= LEAST_SIMILARITY * ONE
    return row[enough].astype(np.int64), column[enough].astype(np.int64), alike[enough]


def _keys(row: np.ndarray, column: np.ndarray, width: int) -> np.ndarray:
    return row.astype(np.int64) * width + column


def _products(
    asked: sp.csr_matrix, near: sp.csr_matrix, width: int, least: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of rows and the `width` columns the products of more than `least`."""
    pairs = sp_matmul_topn(asked, near, top_n=_MOST_PAIRS, threshold=least, n_threads=_CORES)
    if len(full := np.flatnonzero(np.diff(pairs.indptr) >= _MOST_PAIRS)):
        rest = sp_matmul_topn(asked[full], near, top_n=width, threshold=least, n_threads=_CORES).tocoo()
        others = pairs.tocoo()
        kept = ~np.isin(others.row, full)
        return (
            np.append(others.row[kept], full[rest.row]),
            np.append(others.col[kept], rest.col),
            np.append(others.data[kept], rest.data),
        )
    pairs = pairs.tocoo()
    return pairs.row, pairs.col, pairs.data


def leaves(count: int, one: np.ndarray, other: np.ndarray, similarities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What hangs together by links, and the parts of that which are grouped by themselves, numbered for each node."""
    components = _closed(count, one, other)
    parts, least = components.copy(), LEAST_SIMILARITY * ONE
    while True:
        sizes = np.bincount(parts, minlength=count)
        large = sizes[parts] > MOST_TOGETHER
        if not large.any():
            return components, parts
        least *= STEP
        strong = large[one] & (similarities >= least)
        again = _closed(count, one[strong], other[strong])
        both = parts * np.int64(count + 1) + np.where(large, again + 1, 0)
        parts = np.unique(both, return_inverse=True)[1]


def _closed(count: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    links = sp.csr_matrix((np.ones(len(one), bool), (one, other)), shape=(count, count))
    return connected_components(links, directed=False)[1]


def group(vectors: sp.csr_matrix, days: np.ndarray, shared: sp.csr_matrix) -> Leaf:
    """The stories of a leaf; `shared`: words in shared passages of pairs, both ways."""
    count = len(days)
    if count == 1:
        return Leaf(np.zeros(1, np.int64), np.zeros(1, np.int64))
    products = (vectors @ vectors.T).toarray()
    alike = similarity(products, days[:, None], days[None, :], shared.toarray()).astype(np.float64) / ONE
    np.fill_diagonal(alike, 0)
    stories = _cut(alike)
    same = stories[:, None] == stories[None, :]
    others = np.maximum(same.sum(axis=1) - 1, 1)
    return Leaf(stories, np.rint((alike * same).sum(axis=1) / others * ONE).astype(np.int64))


def _cut(alike: np.ndarray) -> np.ndarray:
    from scipy.cluster.hierarchy import linkage

    count = len(alike)
    distances = np.maximum(1 - alike, 0)[np.triu_indices(count, 1)]
    joins = linkage(distances, "average")
    sizes = np.concatenate([np.ones(count), joins[:, 3]])
    inside = np.zeros(2 * count - 1)  # the sum of similarities within
    for number, (left, right, distance, _) in enumerate(joins, count):
        one, other = int(left), int(right)
        inside[number] = inside[one] + inside[other] + (1 - distance) * sizes[one] * sizes[other]
    own = inside / np.maximum(sizes * (sizes - 1) / 2, 1)

    def is_one(number: int) -> bool:
        one, other = joins[number - count, :2].astype(int)
        if min(sizes[one], sizes[other]) < LEAST_HALF:
            return True
        return 1 - joins[number - count, 2] >= LEAST_OF_OWN * np.sqrt(own[one] * own[other])

    def parts(number: int) -> list[list[int]]:
        """The stories in a branch of the tree that is alike enough."""
        apart: list[int] = []
        while number >= count:
            less, more = sorted(joins[number - count, :2].astype(int), key=lambda half: (sizes[half], half))
            if sizes[less] >= LEAST_HALF:
                break
            apart.append(less)
            number = more
        if number < count or is_one(number):
            found = [_members(number, joins, count)]
        else:
            found = [part for half in joins[number - count, :2].astype(int) for part in parts(half)]
        # What came last goes to the part that it is most like.
        for branch in reversed(apart):
            some = _members(branch, joins, count)
            best = max(range(len(found)), key=lambda place: alike[np.ix_(some, found[place])].mean())
            found[best] += some
        return found

    stories, following = np.zeros(count, np.int64), 0
    branches = [2 * count - 2]
    while branches:
        number = branches.pop()
        if number >= count and 1 - joins[number - count, 2] < LEAST_MEAN:
            branches += joins[number - count, :2].astype(int).tolist()
            continue
        for part in parts(number):
            stories[part] = following
            following += 1
    return stories


def _members(number: int, joins: np.ndarray, count: int) -> list[int]:
    found, left = [], [number]
    while left:
        number = left.pop()
        if number < count:
            found.append(number)
        else:
            left += joins[number - count, :2].astype(int).tolist()
    return found
