"""Documents dealt with again: the warehouse is what the landing folder and today's rules say, whatever came before."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

from flows.ingest import take_in
from flows.reprocess import deal_again
from flows.run import Run
from schemas.article import Article
from schemas.document import Document, Given
from schemas.settings import Settings
from tasks.relate import relate
from tests.conftest import copydesk
from tests.test_load import BRIDGE, HARBOUR, ask
from warehouse.rows import Selection
from warehouse.store import Store, open_store

TEXTS = [HARBOUR, HARBOUR.replace("Tuesday", "Monday"), BRIDGE, BRIDGE + " Nobody was hurt."]
Reading = tuple[str | None, str | None, str | None]
#: What rules make of a document: text, URL, title; a document that is refused has no text.
readings = st.tuples(
    st.sampled_from([*TEXTS, None]), st.sampled_from([None, "https://e.example/1"]), st.sampled_from([None, "Basin"])
)
collected = st.lists(
    st.tuples(
        st.sampled_from(["a.txt", "b.txt", "c.txt"]), st.sampled_from([None, "One", "Two"]), readings, readings,
        st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


class Pool:
    """Makes of each document what the rules of the day say."""

    def __init__(self, rules: dict[str, Reading]):
        self.rules = rules

    def submit(self, documents: Iterable[Document]) -> "Pool":
        self.asked = list(documents)
        pool = Pool(self.rules)
        pool.asked = self.asked
        return pool

    def articles(self) -> list[Article]:
        return [self.make(document) for document in self.asked]

    def make(self, document: Document) -> Article:
        body, url, title = self.rules[document.document_id]
        article = Article(
            document.document_id, document.origin, title=title, url=url, source=document.given.source,
            body=body or "", word_count=len((body or "").split()),
        )  # fmt: skip
        return article if body else replace(article, outcome="rejected", reasons=("empty",), stage="refuse")


def begin(store: Store, name: str, rules: dict[str, Reading], size: int = 2) -> Run:
    info = store.begin_run(name, "test")
    limits = Settings(warehouse=store.writer.path, batch_documents=size)
    return Run(name, limits, Pool(rules), store, info)  # type: ignore[arg-type]


def ingest(store: Store, documents: Sequence[Document], name: str, rules: dict[str, Reading]) -> None:
    from tasks.batch import Batch

    run = begin(store, name, rules)
    run.tally.inputs = len(documents)
    take_in((Batch(n, [document], n) for n, document in enumerate(documents)), run)
    relate(store)
    run.finish()


def again(store: Store, name: str, rules: dict[str, Reading], selection: Selection, size: int = 2) -> dict[str, Any]:
    run = begin(store, name, rules, size)
    deal_again(selection, run)
    relate(store)
    return run.finish()


#: What a rebuilt warehouse may differ in: run ids, load times and story ids.
LEFT_OUT = {
    "article_versions": "run_id, loaded_at, story_id", "stories": "story_id, first_seen_at", "documents": "", "article_links": "", "article_keys": "",
    "quarantine": "run_id, quarantined_at, resolved_at",
}  # fmt: skip


def tables(store: Store) -> dict[str, list[tuple]]:
    found = {}
    for name, left_out in LEFT_OUT.items():
        columns = f"* EXCLUDE ({left_out})" if left_out else "*"
        still = " WHERE resolved_at IS NULL" if name == "quarantine" else ""
        found[name] = sorted(ask(store, f"SELECT {columns} FROM {name}{still}"), key=repr)
    found["together"] = sorted(ask(store, "SELECT list_sort(list(article_id)) FROM articles GROUP BY story_id"))
    return found


def empty(store: Store) -> None:
    for name in (
        *LEFT_OUT,
        "runs",
        "receipts",
        "relate_queue",
        "quality_results",
        "story_nodes",
        "story_terms",
        "story_edges",
    ):
        store.writer.connection.execute(f"DELETE FROM {name}")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.check.check_articles", lambda articles: (list(articles), []))
        patch.setattr("tasks.check.check_batch", lambda articles, history: [], raising=False)
        with open_store(Settings(warehouse=tmp_path_factory.mktemp("again") / "news.duckdb")) as opened:
            yield opened


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(collected, st.integers(1, 4), st.booleans())
def test_dealing_again_in_place_and_from_the_landing_folder_alone_come_to_the_same(
    store: Store, collected: list[tuple], size: int, all_of_them: bool
):
    """Some documents come under old rules, some under today's; then those of old rules, or all, are dealt with again."""
    empty(store)
    for pack in store.landing_folder.glob("*.parquet"):
        pack.unlink()
    documents, old, new, early = [], {}, {}, []
    for n, (origin, source, before, after, under_old) in enumerate(collected):
        document = Document(f"{n:064x}", origin, f"{n}".encode(), "text/plain", given=Given(source=source))
        documents.append(document)
        old[document.document_id], new[document.document_id] = before, after
        early.append(under_old)
    # Old rules end at some time, and then today's begin.
    turn = early.count(True)
    ingest(store, documents[:turn], "old", old)
    again(store, "new", new, Selection(not_by_rules=None if all_of_them else "new"), size)
    ingest(store, documents[turn:], "new", new)
    in_place = tables(store)
    empty(store)
    summary = again(store, "new", new, Selection(), size)
    assert summary["inputs"] == len(documents)
    assert tables(store) == in_place
    summary = again(store, "new", new, Selection(), size)
    assert tables(store) == in_place
    assert summary["inputs"] == len(documents) and summary["loaded"] == summary["updated"] == 0


def doc(n: int, origin: str, source: str | None = None) -> Document:
    return Document(f"{n:064x}", origin, f"{n}".encode(), "text/plain", given=Given(source=source))


@pytest.fixture
def fresh(store: Store) -> Store:
    empty(store)
    for pack in store.landing_folder.glob("*.parquet"):
        pack.unlink()
    return store


def rules_of(*read: Reading) -> dict[str, Reading]:
    return {f"{n:064x}": reading for n, reading in enumerate(read)}


def test_a_change_of_rules_is_no_edit(fresh: Store):
    """Versions hold what the outlet changed: what the rules change is written into them, and the id stays."""
    url = "https://e.example/1"
    ingest(
        fresh, [doc(0, "a.txt"), doc(1, "a.txt")], "r1",
        rules_of((HARBOUR + " Share this.", url, None), (HARBOUR + " Follow us.", url, None)),
    )  # fmt: skip
    before = ask(fresh, "SELECT DISTINCT article_id FROM article_versions")
    assert ask(fresh, "SELECT count(*) FROM edits") == [(1,)]
    summary = again(fresh, "r2", rules_of((HARBOUR, url, None), (HARBOUR, url, None)), Selection(not_by_rules="r2"))
    assert ask(fresh, "SELECT article_id, version, body FROM article_versions") == [(before[0][0], 1, HARBOUR)]
    assert ask(fresh, "SELECT count(*) FROM edits") == [(0,)]
    assert (summary["inputs"], summary["updated"], summary["unchanged"]) == (2, 1, 1)


def test_a_replayed_document_takes_its_place_in_time(fresh: Store):
    """A first version that was refused, and is loaded after the second, is the first all the same."""
    url = "https://e.example/1"
    early, late = HARBOUR, HARBOUR + " The vote was close."
    ingest(fresh, [doc(0, "a.txt"), doc(1, "b.txt")], "r1", rules_of((None, url, None), (late, url, None)))
    assert ask(fresh, "SELECT count(*) FROM quarantine WHERE resolved_at IS NULL") == [(1,)]
    summary = again(fresh, "r1", rules_of((early, url, None), (late, url, None)), Selection(refused=True))
    assert (summary["inputs"], summary["loaded"]) == (1, 1)
    assert ask(fresh, "SELECT version, body FROM article_versions ORDER BY version") == [(1, early), (2, late)]
    assert ask(fresh, "SELECT count(*) FROM quarantine WHERE resolved_at IS NULL") == [(0,)]


def test_only_what_was_asked_for_is_dealt_with_again(fresh: Store):
    rules = rules_of((HARBOUR, None, None), (BRIDGE, None, None))
    ingest(fresh, [doc(0, "a.txt", "One"), doc(1, "b.txt", "Two")], "r1", rules)
    assert again(fresh, "r1", rules, Selection(source="One"))["inputs"] == 1
    assert again(fresh, "r1", rules, Selection(since=datetime(2999, 1, 1, tzinfo=UTC)))["inputs"] == 0
    assert again(fresh, "r1", rules, Selection(until=datetime(2999, 1, 1, tzinfo=UTC)))["inputs"] == 2
    assert again(fresh, "r1", rules, Selection(not_by_rules="r1"))["inputs"] == 0
    assert again(fresh, "r1", rules, Selection(names=("b.txt",)))["inputs"] == 1
    assert again(fresh, "r2", rules, Selection(not_by_rules="r2"))["inputs"] == 2


def test_an_article_that_is_refused_today_goes_into_quarantine(fresh: Store):
    ingest(fresh, [doc(0, "a.txt"), doc(1, "b.txt")], "r1", rules_of((HARBOUR, None, None), (BRIDGE, None, None)))
    summary = again(fresh, "r2", rules_of((None, None, None), (BRIDGE, None, None)), Selection(not_by_rules="r2"))
    assert (summary["quarantined"], summary["unchanged"]) == (1, 1)
    assert ask(fresh, "SELECT origin FROM articles") == [("b.txt",)]
    assert ask(fresh, "SELECT origin, resolved_at FROM quarantine") == [("a.txt", None)]
    assert ask(fresh, "SELECT count(*) FROM documents WHERE article_id IS NULL") == [(1,)]


# The commands ---------------------------------------------------------------------------------------------------------


def run_json(*arguments: str) -> dict[str, Any]:
    import json

    done = copydesk(*arguments, "--no-track", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_lost_warehouse_is_rebuilt_and_refused_documents_are_replayed(tmp_path: Path):
    folder, warehouse = tmp_path / "in", str(tmp_path / "data" / "w.duckdb")
    folder.mkdir()
    for n, words in enumerate((HARBOUR, BRIDGE, "Too short.")):
        copy = "\n\n".join(
            f"{words} It was the talk of town number {n} for {k} days." for k in range(9 if n < 2 else 1)
        )
        (folder / f"{n}.txt").write_text(f"A headline of story {n}\n\n{copy}\n")
    first = run_json("ingest", str(folder), "--warehouse", warehouse, "--source", "Harbour Standard")
    assert (first["loaded"], first["quarantined"]) == (2, 1)
    columns = "article_id, version, document_id, source, title, body, first_seen_at, valid_from, rules_version"

    def articles() -> str:
        return copydesk("query", f"SELECT {columns} FROM article_versions ORDER BY ALL", "--format", "csv",
                        "--warehouse", warehouse).stdout  # fmt: skip

    before = articles()
    assert "Harbour Standard" in before
    for file in (tmp_path / "data").glob("*.duckdb*"):
        file.unlink()
    rebuilt = run_json("reprocess", "--all", "--warehouse", warehouse)
    assert (rebuilt["inputs"], rebuilt["loaded"], rebuilt["quarantined"], rebuilt["balanced"]) == (3, 2, 1, True)
    assert articles() == before
    replayed = run_json("quarantine", "replay", str(folder / "2.txt"), "--warehouse", warehouse)
    assert (replayed["inputs"], replayed["quarantined"]) == (1, 1)
    none = copydesk("quarantine", "replay", "nothing.txt", "--no-track", "--warehouse", warehouse)
    assert none.returncode == 2 and "nothing.txt" in none.stderr and "Traceback" not in none.stderr
    assert copydesk("quarantine", "replay", "", "--no-track", "--warehouse", warehouse).returncode == 2
    runs = copydesk("query", "SELECT status FROM runs", "--format", "csv", "--warehouse", warehouse).stdout.split()
    assert runs == ["status", "completed", "completed"]  # rebuilt and replayed; what was only mistyped is no run


def test_what_makes_no_sense_is_told(tmp_path: Path):
    nowhere = copydesk("reprocess", "--all", "--no-track", "--warehouse", str(tmp_path / "w.duckdb"))
    assert nowhere.returncode == 2 and "no warehouse" in nowhere.stderr
    assert not list(tmp_path.iterdir())
    both = copydesk("reprocess", "--all", "--source", "One", "--no-track", "--warehouse", str(tmp_path / "w.duckdb"))
    assert both.returncode == 2 and "--all" in both.stderr
