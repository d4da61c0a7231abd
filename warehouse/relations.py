"""What the warehouse is asked and told while relations are worked out: the index of copies, links and groups.

The index has a few numbers for each article (`relate_marks`), which are asked once for a part of the queue, a thousand
texts at a time: how long that takes grows with the index, but by a scan of narrow columns only.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warehouse._arrow import values_table
from warehouse._sql import at_places, migration, query
from warehouse.migrate import read_state, write_state
from warehouse.store import Store

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

#: Texts of the queue that are dealt with in one transaction: a few seconds, and 300 MB.
PART_TEXTS = 2000
#: A passage in more articles of an outlet than this is its furniture, or the recap under its running story.
MOST_OF_SOURCE = 10
#: A mark that more articles have, of whatever outlet, tells nothing; a wire report stands in a few hundred.
MOST_ANYWHERE = 1000
#: Unless more than this share of an article would be furniture.
MOST_FURNITURE = 0.6
#: What `warehouse_state` has: how the index was made.
_MADE = "relate_index"


@dataclass(frozen=True, slots=True)
class Fresh:
    """Articles that are to be indexed, as columns, and the first number that is free.

    `places`: where the current version of each stands; `copies`: title, standfirst, body and language.
    """

    article_ids: list[str]
    words_hashes: list[int]
    sources: list[str | None]
    places: list[int]
    copies: list[tuple[str | None, str | None, str, str | None]]
    free_no: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Articles to be compared, as columns in the order of their words' hashes; `pairs`: places in these, two columns.

    `furniture`: of each the sorted marks that are no evidence.
    """

    article_ids: list[str]
    bodies: list[str]
    published: list[datetime | None]
    furniture: list["np.ndarray"]
    pairs: "np.ndarray"


@dataclass(frozen=True, slots=True)
class Members:
    """Articles whose groups may have changed, in the order in which they would stand for their group, as columns.

    `links`: of `same_text` and `near_duplicate`, as (place, place, similarity, containment).
    """

    article_ids: list[str]
    body_hashes: list[str]
    near_duplicate_of: list[str | None]
    links: list[tuple[int, int, float, float]]


class Relations:
    """Relations in a store that is open for writing.  `passages`: marks below this number are of passages."""

    def __init__(self, store: Store, passages: int):
        self._store = store
        self._connection = store.writer.connection
        self._numbers = {
            "passages": passages, "of_source": MOST_OF_SOURCE, "anywhere": MOST_ANYWHERE, "most": MOST_FURNITURE,
            "texts": PART_TEXTS,
        }  # fmt: skip

    def require_index(self, made: str) -> None:
        """Empty the index, for it to be made anew, where it was not made like this."""
        if read_state(self._connection, _MADE) != made:
            with self._store.writer.transaction():
                self._connection.execute(migration("0005_index_of_copies"))
                write_state(self._connection, _MADE, made)

    def is_waiting(self) -> bool:
        """Whether there are texts in the queue."""
        return bool((self._connection.execute(query("relate_is_waiting")).fetchone() or (0,))[0])

    @contextmanager
    def part(self) -> Iterator[None]:
        """Take a part of the queue: what is done with it is committed at the end, or undone when anything is raised."""
        before = self._temporary()
        with self._store.writer.transaction():
            self._run("relate_take")
            yield
        for name in self._temporary() - before:  # they hold as much as the index has of this part
            self._connection.execute(f"DROP TABLE {name}")

    def fresh(self) -> Fresh:
        """What the index does not have yet."""
        rows = self._connection.execute(query("relate_fresh")).fetchall()
        ids, hashes, sources, places, free = zip(*rows, strict=True) if rows else ((), (), (), (), (0,))
        return Fresh(list(ids), list(hashes), list(sources), list(places), self.copies(places), free[0])

    def copies(self, places: Sequence[int]) -> list[tuple[str | None, str | None, str, str | None]]:
        """Title, standfirst, body and language of the versions at these places."""
        return self._at("relate_copies", places)

    def index(self, fresh: Fresh, numbers: "np.ndarray", marks: "np.ndarray") -> None:
        """Bring index and stop-list up to date; `numbers`: places in `fresh`, of each of the marks."""
        import pyarrow as pa

        article_nos = pa.array(range(fresh.free_no, fresh.free_no + len(fresh.article_ids)), pa.int32())
        tables = {
            "fresh_articles": pa.table(
                {
                    "article_no": article_nos,
                    "article_id": pa.array(fresh.article_ids, pa.string()),
                    "words_hash": pa.array(fresh.words_hashes, pa.uint64()),
                    "source": pa.array(fresh.sources, pa.string()),
                }
            ),
            "fresh_marks": pa.table(
                {"article_no": pa.array(numbers + fresh.free_no, pa.int32()), "mark": pa.array(marks, pa.int64())}
            ),
        }
        with self._registered(tables):
            self._run("relate_index")
        self._run("relate_furniture")

    def candidates(self) -> Compared:
        """The pairs, of articles of this part and any others, that are worth a comparison."""
        import numpy as np

        self._run("relate_candidates")
        rows = self._connection.execute(query("relate_compared")).fetchall()
        nos, ids, sources, forms, published, places = zip(*rows, strict=True) if rows else ((),) * 6
        found = self._connection.execute(query("relate_pairs")).fetchnumpy()
        pairs = np.stack([found["one_no"], found["other_no"]], axis=1)
        pairs = pairs[np.isin(pairs, nos).all(axis=1)]  # what is indexed but no article any more is nobody's copy
        by_no = np.argsort(nos)
        pairs = by_no[np.searchsorted(nos, pairs, sorter=by_no)]
        stop_list = self._stop_list({s for s, is_form in zip(sources, forms, strict=True) if s and not is_form})
        nothing = np.zeros(0, np.int64)
        furniture = [
            nothing if is_form or source is None else stop_list.get(source, nothing)
            for source, is_form in zip(sources, forms, strict=True)
        ]
        bodies = [body for (body,) in self._at("relate_bodies", places)]
        return Compared(list(ids), bodies, list(published), furniture, pairs)

    def link(self, columns: Mapping[str, Any]) -> None:
        """Put these links, columns of `article_links`, in place of all that the articles of this part had."""
        import pyarrow as pa

        with self._registered({"links": pa.table(dict(columns))}):
            self._run("relate_links")
        self._run("relate_same_text")

    def members(self) -> Members:
        """Everyone in the groups of the articles of this part, as they were and as they may become."""
        while (self._connection.execute(query("relate_reach")).fetchone() or (0,))[0]:
            pass
        rows = self._connection.execute(query("relate_members")).fetchall()
        ids, hashes, before = zip(*rows, strict=True) if rows else ((), (), ())
        place = {article_id: number for number, article_id in enumerate(ids)}
        links = [
            (place[one], place[other], similarity, containment)
            for one, other, similarity, containment in self._connection.execute(query("relate_member_links")).fetchall()
            if one in place and other in place
        ]
        return Members(list(ids), list(hashes), list(before), links)

    def regroup(self, representatives: Mapping[str, str | None]) -> None:
        """Write `near_duplicate_of` for these articles."""
        import pyarrow as pa

        if representatives:
            columns = {
                "article_id": pa.array(list(representatives), pa.string()),
                "near_duplicate_of": pa.array(list(representatives.values()), pa.string()),
            }
            with self._registered({"grouped": pa.table(columns)}):
                self._run("relate_groups")

    def _temporary(self) -> set[str]:
        return {name for (name,) in self._connection.execute(query("temporary_tables")).fetchall()}

    def _at(self, name: str, places: Sequence[int]) -> list[tuple[Any, ...]]:
        if not places:
            return []
        rows = self._connection.execute(query(name).format(rows=at_places(places))).fetchall()
        found = {place: row for place, *row in rows}
        return [tuple(found[place]) for place in places]

    def _stop_list(self, sources: set[str]) -> "dict[str, np.ndarray]":
        import numpy as np

        if not sources:
            return {}
        with self._registered({"asked": values_table("source", sorted(sources))}):
            rows = self._connection.execute(query("relate_stop_list")).fetchnumpy()
        names, starts = np.unique(rows["source"].astype(str), return_index=True)
        return dict(zip(names.tolist(), np.split(rows["mark"], starts[1:]), strict=True)) if len(names) else {}

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
