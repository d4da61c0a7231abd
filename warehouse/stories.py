"""What the warehouse is asked and told while stories are worked out: articles as vectors, each one's nearest, stories.

A node stands for a near-duplicate group.  All of it is part of the transaction in which `warehouse.relations` deals
with a part of the queue: the articles whose copies it has worked out are in the temporary table `members`.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse._sql import at_places, migration, query
from warehouse.migrate import read_state, write_state
from warehouse.store import Store

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

#: What `warehouse_state` has: how nodes and their links were made.
_MADE = "story_index"


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes that may be near one another, as columns in the order of their numbers.

    `numbers`; `days` (NaN: not known); `weakest`: what a similarity must reach to be among the node's nearest; `asked`:
    whether the node's nearest are asked for; `dirty`: whether it is also new to the lists of others.
    """

    numbers: "np.ndarray"
    days: "np.ndarray"
    weakest: "np.ndarray"
    asked: "np.ndarray"
    dirty: "np.ndarray"


class Terms(NamedTuple):
    """Entries of vectors, as columns; `columns`: numbers of terms."""

    places: "np.ndarray"
    columns: "np.ndarray"
    weights: "np.ndarray"


class Shared(NamedTuple):
    """Pairs of nodes with passages in common, as columns."""

    one: "np.ndarray"
    other: "np.ndarray"
    words: "np.ndarray"


@dataclass(frozen=True, slots=True)
class Reached:
    """Nodes whose stories may change, as columns in an order that does not depend on when they came; and their links.

    `leaves`: the part each was grouped in before, -1 for none; `changed`: whether its similarities have, or its part
    has lost a node.  `one`, `other`, `similarities`: links between places in these columns.
    """

    numbers: "np.ndarray"
    days: "np.ndarray"
    leaves: "np.ndarray"
    changed: "np.ndarray"
    one: "np.ndarray"
    other: "np.ndarray"
    similarities: "np.ndarray"


class Stories:
    """Stories in a store that is open for writing.

    `nearest`: links that are kept of a node; `days`: articles further apart are not on one event.
    """

    def __init__(self, store: Store, nearest: int, days: int):
        self._store = store
        self._connection = store.writer.connection
        self._numbers = {"nearest": nearest, "days": days}

    def require_index(self, made: str) -> None:
        """Empty the index, for it to be made anew, where it was not made like this."""
        if read_state(self._connection, _MADE) != made:
            with self._store.writer.transaction():
                self._connection.execute(migration("0007_stories"))
                write_state(self._connection, _MADE, made)

    def fresh(self) -> dict[int, int]:
        """The nodes that are new, once those that are no more are gone: where its version stands, and its number."""
        self._run("stories_take")
        return dict(self._connection.execute(query("stories_fresh")).fetchall())

    def index(self, numbers: "np.ndarray", terms: "np.ndarray", weights: "np.ndarray") -> None:
        """Keep the vectors of the new nodes; `numbers`: each entry's node."""
        import pyarrow as pa

        columns = {
            "node_no": pa.array(numbers, pa.int32()),
            "term": pa.array(terms, pa.int32()),
            "weight": pa.array(weights, pa.uint8()),
        }
        with self._registered({"fresh_terms": pa.table(columns)}):
            self._run("stories_ask")

    def nodes(self) -> Nodes:
        """Those whose nearest are asked for, and all that may be near them."""
        self._run("stories_near")
        rows = self._columns(query("stories_near_nodes"))
        return Nodes(rows["node_no"], _days(rows["day"]), rows["weakest"], rows["is_asked"], rows["is_dirty"])

    def asked_terms(self) -> Terms:
        """The vectors of those that are asked about, by their numbers."""
        return self._terms("stories_asked_terms")

    def heavy_terms(self, first_no: int, last_no: int, least: int) -> Terms:
        """Of nodes from one number to another the terms that weigh `least` or more, and stand in those asked about.

        `places` are the nodes' numbers.
        """
        return self._terms("stories_heavy_terms", {"first": first_no, "last": last_no, "least": least})

    def terms_of(self, numbers: "np.ndarray") -> Terms:
        """What these nodes, ascending, have in common with those asked about, as a matrix of terms by nodes."""
        import pyarrow as pa

        columns = {"node_no": pa.array(numbers, pa.int32()), "place": pa.array(range(len(numbers)), pa.int32())}
        with self._registered({"looked_at": pa.table(columns)}):
            found = self._terms("stories_terms_of")
        return Terms(found.columns, found.places, found.weights)

    def asked_shared(self) -> Shared:
        """What those that are asked about share with any, by their numbers."""
        return self._shared("near_nodes")

    def connect(self, one: "np.ndarray", other: "np.ndarray", similarities: "np.ndarray") -> Reached:
        """Bring everyone's nearest up to date with these; the answer is what is to be grouped anew."""
        import numpy as np
        import pyarrow as pa

        columns = {
            "node_no": pa.array(one, pa.int32()),
            "other_no": pa.array(other, pa.int32()),
            "similarity": pa.array(similarities, pa.int16()),
        }
        with self._registered({"found": pa.table(columns)}):
            self._run("stories_connect")
        rows = self._columns(query("stories_reached"))
        edges = self._columns(query("stories_edges"))
        by_number = np.argsort(rows["node_no"])

        def places(numbers: "np.ndarray") -> "np.ndarray":
            return by_number[np.searchsorted(rows["node_no"], numbers, sorter=by_number)]

        one, other = places(edges["node_no"]), places(edges["other_no"])
        changed = np.ma.filled(rows["is_changed"], True).astype(bool)
        return Reached(rows["node_no"], _days(rows["day"]), rows["leaf"], changed, one, other, edges["similarity"])

    def regrouped(self, numbers: "np.ndarray") -> tuple[Terms, Shared]:
        """The vectors of nodes that are grouped anew, and what they share, by their places in `numbers`."""
        import pyarrow as pa

        count = len(numbers)
        columns = {
            "node_no": pa.array(numbers, pa.int32()),
            "place": pa.array(range(count), pa.int32()),
            "is_asked": pa.array([True] * count, pa.bool_()),
        }
        with self._registered({"regrouped": pa.table(columns)}):
            return self._terms("stories_regrouped_terms"), self._shared("regrouped")

    def _terms(self, name: str, values: Mapping[str, int] | None = None) -> Terms:
        rows = self._connection.execute(query(name), values).to_arrow_table()  # millions
        return Terms(*(rows[column].to_numpy() for column in ("place", "column_no", "weight")))

    def _shared(self, nodes: str) -> Shared:
        rows = self._columns(query("stories_shared").format(nodes=nodes))
        return Shared(rows["one_place"], rows["other_place"], rows["shared_words"])

    def write(self, placed: Mapping[str, Any], clusters: Mapping[str, Any]) -> None:
        """Keep in what nodes were grouped, and as which stories.

        `placed`: columns `node_no`, `component`, `leaf`; `clusters`: `node_no`, `cluster`, `centrality`.
        Each story is given the id of one that it goes on from, or a new one; what went from one to another is recorded.
        """
        import pyarrow as pa

        tables = {"placed": pa.table(dict(placed)), "clusters": pa.table(dict(clusters))}
        with self._registered(tables):
            before = self._connection.execute(query("stories_before")).fetchall()
            count = 1 + max(tables["clusters"]["cluster"].to_pylist(), default=-1)
            names, moved = _go_on(count, before)
            named = pa.table({"cluster": pa.array(range(count), pa.int32()), "story_id": pa.array(names, pa.string())})
            columns = list(zip(*moved, strict=True)) if moved else [()] * 4
            types = {
                "change": pa.string(),
                "story_id": pa.string(),
                "other_id": pa.string(),
                "article_count": pa.int32(),
            }
            told = {name: pa.array(column, kind) for (name, kind), column in zip(types.items(), columns, strict=True)}
            with self._registered({"named": named, "moved": pa.table(told)}):
                self._run("stories_write")
        if untitled := self._connection.execute(query("stories_untitled")).fetchall():
            rows = at_places((place for (place,) in untitled), "article_versions.rowid")
            self._connection.execute(query("stories_title").format(rows=rows))

    def _columns(self, sql: str, values: Mapping[str, int] | None = None) -> "dict[str, Any]":
        return self._connection.execute(sql, values).fetchnumpy()

    def _run(self, name: str) -> None:
        self._connection.execute(query(name).format(**self._numbers))

    @contextmanager
    def _registered(self, tables: "Mapping[str, pa.Table]") -> Iterator[None]:
        for name, rows in tables.items():
            self._connection.register(name, rows)
        try:
            yield
        finally:
            for name in tables:
                self._connection.unregister(name)


def _go_on(
    count: int, before: Sequence[tuple[int, str, int, int]]
) -> tuple[list[str], list[tuple[str, str, str, int]]]:
    """Ids for so many stories, and rows of `story_changes` but for the time.

    `before`: (story, id of a story before, how many articles come from there, its age), most articles first.  An old
    story goes on in the one that has most of it; of several that go on in one the oldest does.
    """
    heirs: dict[str, int] = {}
    for cluster, story_id, _, _ in before:
        heirs.setdefault(story_id, cluster)
    names: dict[int, tuple[int, str]] = {}
    for cluster, story_id, _, age in before:
        if heirs[story_id] == cluster:
            names[cluster] = min(names.get(cluster, (age, story_id)), (age, story_id))
    found = [names[cluster][1] if cluster in names else uuid.uuid4().hex for cluster in range(count)]
    left = set(found)
    moved = [
        ("split" if story_id in left else "merged", story_id, found[cluster], articles)
        for cluster, story_id, articles, _ in before
        if story_id != found[cluster]
    ]
    return found, moved


def _days(days: Any) -> "np.ndarray":
    import numpy as np

    return np.ma.filled(days.astype(np.float64), np.nan)
