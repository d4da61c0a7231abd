"""Copies, edited copies, what contains and what quotes another: told apart, and the same in whatever order they came."""

import os
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

import tasks.relate
from flows.run import relate_loaded
from schemas.settings import Settings
from tasks.relate import relate
from tests.test_load import Item, ask, item, run
from tests.test_reprocess import begin
from warehouse.migrate import write_state
from warehouse.relations import MOST_OF_SOURCE
from warehouse.store import Store, open_store

WORDS = [
    first + last for first in "bcdfghjklmnprst" for last in ("arbour", "oat", "ill", "ender", "ound", "ist", "ale")
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(warehouse=tmp_path / "news.duckdb")) as opened:
        yield opened


def prose(seed: object, count: int = 200) -> str:
    """Sentences of 16 words, four to a paragraph; every seed has its own."""
    rng = random.Random(repr(seed))
    words = [rng.choice(WORDS) + rng.choice(["", "s", "ed", "ing"]) for _ in range(count)]
    sentences = [" ".join(words[n : n + 16]).capitalize() + "." for n in range(0, count, 16)]
    return "\n\n".join(" ".join(sentences[n : n + 4]) for n in range(0, len(sentences), 4))


def sentences(text: str, *numbers: int) -> str:
    parts = text.replace("\n\n", " ").split(". ")
    return ". ".join(parts[n].rstrip(".") for n in numbers) + "."


def edited(text: str, seed: object, every: int = 20) -> str:
    rng = random.Random(repr(seed))
    return " ".join("changed" if rng.randrange(every) == 0 else word for word in text.split(" "))


def by_day(origin: str, body: str, day: int = 0, **fields: object) -> Item:
    at = datetime(2024, 3, day, tzinfo=UTC) if day else None
    return item(origin, body, published_at=at, url=f"https://e.example/{origin}", **fields)  # type: ignore[arg-type]


def groups(store: Store) -> set[frozenset[str]]:
    rows = ask(store, "SELECT coalesce(near_duplicate_of, article_id), list(origin) FROM articles GROUP BY ALL")
    return {frozenset(origins) for _, origins in rows}


def links(store: Store) -> list[tuple]:
    """Of links that hold both ways, the ends in the order of their origins."""
    return sorted(
        ask(
            store,
            """
            SELECT
                CASE WHEN kind IN ('contains', 'quotes') THEN a.origin ELSE least(a.origin, b.origin) END,
                CASE WHEN kind IN ('contains', 'quotes') THEN b.origin ELSE greatest(a.origin, b.origin) END,
                kind, similarity, containment, shared_words
            FROM article_links JOIN articles AS a USING (article_id) JOIN articles AS b ON b.article_id = other_id
            """,
        )
    )


def kinds(store: Store) -> list[tuple[str, str, str]]:
    return [link[:3] for link in links(store)]


# What is what --------------------------------------------------------------------------------------------------------


def test_edited_copies_are_one_group_and_the_earliest_stands_for_it(store: Store):
    report = prose("report", 300)
    head = sentences(report, *range(9))
    versions = [report, edited(report, 1), edited(report, 2, 15), head, report + "\n\n" + prose("more", 60)]
    run(store, [by_day(f"{n}.txt", body, 9 - n, source=f"Outlet {n}") for n, body in enumerate(versions)])
    run(store, [by_day("x.txt", prose("other", 300), 1)])
    assert groups(store) == {frozenset(f"{n}.txt" for n in range(5)), frozenset(["x.txt"])}
    assert ask(store, "SELECT origin, group_size FROM unique_articles ORDER BY 1") == [("4.txt", 5), ("x.txt", 1)]
    assert {kind for *_, kind in kinds(store)} == {"near_duplicate"}


def test_without_dates_the_fullest_stands_for_a_group(store: Store):
    report = prose("report")
    run(store, [by_day("a.txt", sentences(report, *range(8))), by_day("b.txt", report), by_day("c.txt", report[:-90])])
    assert ask(store, "SELECT origin FROM unique_articles") == [("b.txt",)]


def test_who_quotes_is_no_duplicate_of_whom_it_quotes(store: Store):
    report = prose("report")
    said = sentences(report, 3, 4)
    run(store, [by_day("report.txt", report, 1), by_day("quoting.txt", f"{prose('own', 90)}\n\n“{said}”", 2)])
    assert kinds(store) == [("quoting.txt", "report.txt", "quotes")]
    assert ask(store, "SELECT shared_words FROM article_links") == [(len(said.split()),)]
    assert len(groups(store)) == 2


def test_a_brief_of_little_but_quotations_is_no_duplicate(store: Store):
    brief = prose("brief", 64)
    quoted = "\n".join(f"“{sentences(brief, n)}”" for n in (2, 0, 1))
    run(store, [by_day("brief.txt", brief), by_day("quoting.txt", f"{quoted}\n\n{prose('own', 32)}")])
    assert kinds(store) == [("quoting.txt", "brief.txt", "quotes")]
    assert len(groups(store)) == 2


def test_a_roundup_contains_and_is_no_duplicate(store: Store):
    report = prose("report", 160)
    most = sentences(report, *range(7))
    run(
        store,
        [by_day("report.txt", report), by_day("roundup.txt", f"{prose('one', 320)}\n\n{most}\n\n{prose('two', 160)}")],
    )
    assert kinds(store) == [("roundup.txt", "report.txt", "contains")]
    assert len(groups(store)) == 2


def test_nothing_is_grouped_over_quotations(store: Store):
    report, other = prose("report"), prose("other")
    both = f"{prose('own', 60)}\n\n“{sentences(report, 1, 2)}”\n\n“{sentences(other, 1, 2)}”"
    run(store, [by_day("a.txt", report), by_day("b.txt", other), by_day("both.txt", both)])
    assert len(kinds(store)) == 2 and len(groups(store)) == 3


def test_a_paragraph_in_common_does_not_join_two_groups(store: Store):
    shared = prose("shared", 60)
    items = []
    for name in ("one", "two"):
        brief = prose(name, 60)
        items += [by_day(f"{name}{n}.txt", edited(brief, n)) for n in range(4)]
        items.append(by_day(f"{name}.txt", f"{brief}\n\n{shared}"))
    run(store, items)
    assert {frozenset(o[:3] for o in group) for group in groups(store)} == {frozenset(["one"]), frozenset(["two"])}
    assert ("one.txt", "two.txt", "near_duplicate") in kinds(store)


def test_furniture_of_an_outlet_is_no_evidence(store: Store):
    furniture = prose("furniture", 48)
    items = [by_day(f"{n}.txt", f"{prose(n, 48)}\n\n{furniture}", source="One") for n in range(MOST_OF_SOURCE)]
    run(store, items)
    assert len(kinds(store)) == MOST_OF_SOURCE * (MOST_OF_SOURCE - 1) // 2
    run(store, [by_day("last.txt", f"{prose('last', 48)}\n\n{furniture}", source="One")])
    assert kinds(store) == []
    assert len(groups(store)) == MOST_OF_SOURCE + 1


def test_reposts_are_no_furniture(store: Store):
    report = prose("report")
    run(store, [by_day(f"{n}.txt", edited(report, n), source="One") for n in range(MOST_OF_SOURCE + 5)])
    assert len(groups(store)) == 1


def test_texts_in_other_scripts_and_texts_of_a_word_or_two(store: Store):
    chinese = "港口委员会周二投票决定在秋季风暴来临之前疏浚北部盆地并修复旧桥梁的裂缝工程将于十月开始持续三个月" * 2
    run(
        store,
        [
            by_day("a.txt", chinese),
            by_day("b.txt", chinese[:-4] + "半年左右"),
            by_day("c.txt", "No."),
            by_day("d.txt", ""),
        ],
    )
    assert frozenset(["a.txt", "b.txt"]) in groups(store) and len(groups(store)) == 3


# Edits, and what is no more ------------------------------------------------------------------------------------------


def test_a_group_falls_apart_when_its_middle_is_rewritten(store: Store):
    report, more = prose("report", 160), prose("more", 160)
    middle = by_day("middle.txt", f"{report}\n\n{more}", source="M")
    run(store, [by_day("a.txt", report, 1, source="A"), by_day("b.txt", more, 2, source="B"), middle])
    assert len(groups(store)) == 1
    again = item("middle.txt", prose("new"), url="https://e.example/middle.txt", source="M", salt="again")
    assert run(store, [again]) == ["updated"]
    assert len(groups(store)) == 3 and kinds(store) == []


def test_relating_again_changes_nothing(store: Store):
    report = prose("report")
    run(store, [by_day(f"{n}.txt", edited(report, n), source=f"Outlet {n}") for n in range(3)])
    before = links(store), groups(store)
    revision = store.writer.revision
    relate(store)
    assert store.writer.revision == revision
    store.writer.connection.execute("INSERT INTO relate_queue SELECT body_hash FROM articles")
    relate(store)
    assert (links(store), groups(store)) == before


def test_a_failure_loses_no_article_and_the_next_run_catches_up(store: Store, monkeypatch: pytest.MonkeyPatch):
    report = prose("report")
    monkeypatch.setattr(tasks.relate, "compare", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(store, [by_day("a.txt", report), by_day("b.txt", edited(report, 1))])
    books = begin(store, "r1", {})
    relate_loaded(books)
    assert books.finish()["balanced"] and "the next run works out what is left" in books.warnings[0]
    assert ask(store, "SELECT count(*) FROM articles") == [(2,)] and kinds(store) == []
    monkeypatch.undo()
    books = begin(store, "r1", {})
    relate_loaded(books)
    assert books.warnings == [] and kinds(store) == [("a.txt", "b.txt", "near_duplicate")]


# In whatever order ---------------------------------------------------------------------------------------------------

FAMILIES = 4


@st.composite
def collections(draw: st.DrawFn) -> list[Item]:
    """Reports of a few families, edited, cut, quoted, printed again; some from outlets with furniture."""
    found = []
    for number in range(draw(st.integers(2, 25))):
        family, kind = (
            draw(st.integers(0, FAMILIES)),
            draw(st.sampled_from(["edit", "edit", "cut", "quote", "both", "copy", "own"])),
        )
        source = draw(st.sampled_from([None, "One", "One", "One", "Two"]))
        report = prose(family, 80 + 60 * family)
        body = {
            "edit": edited(report, number),
            "cut": sentences(report, *range(4)),
            "quote": f"{prose(number, 60)}\n\n“{sentences(report, 1, 2)}”",
            "both": f"{report}\n\n{prose((family + 1) % FAMILIES, 80)}",
            "copy": report,
            "own": prose(number, 48),
        }[kind]
        if source == "One":
            body += "\n\n" + prose("furniture", 32)
        found.append(by_day(f"{number}.txt", body, draw(st.integers(0, 2)), source=source, salt=str(number)))
    return found


def reset(store: Store) -> None:
    names = ["article_versions", "documents", "article_links", "article_keys", "receipts", "runs", "relate_queue"]
    for name in [*names, "relate_articles", "relate_marks", "relate_furniture", "quarantine", "landed_packs"]:
        store.writer.connection.execute(f"DELETE FROM {name}")


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(Settings(warehouse=tmp_path_factory.mktemp("shared") / "news.duckdb")) as opened:
        yield opened


def state(store: Store) -> tuple[list[tuple], set[frozenset[str]]]:
    """Rounded: in another order sums may differ in their last digit."""
    return [(*link[:3], *(round(value, 9) for value in link[3:])) for link in links(store)], groups(store)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(collections(), st.randoms(use_true_random=False), st.lists(st.integers(1, 7), min_size=2, max_size=2))
def test_the_order_of_arrival_makes_no_difference(shared_store: Store, items: list[Item], rng, sizes: list[int]):
    states = []
    for size in (len(items), *sizes):
        reset(shared_store)
        for start in range(0, len(items), size):
            run(shared_store, items[start : start + size])  # `relate` after each
        states.append(state(shared_store))
        items = rng.sample(items, len(items))
    assert states[1] == states[0] and states[2] == states[0]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(collections(), st.lists(st.tuples(st.integers(0, 24), st.integers(0, FAMILIES)), max_size=6))
def test_edits_leave_what_a_new_index_would_find(
    shared_store: Store, items: list[Item], edits: Sequence[tuple[int, int]]
):
    reset(shared_store)
    run(shared_store, items)
    for number, (place, family) in enumerate(edits):
        origin = items[place % len(items)][0].origin
        body = edited(prose(family, 120), number)
        run(shared_store, [by_day(origin, body, source=items[place % len(items)][1].source, salt=f"edit {number}")])
    before = state(shared_store)
    write_state(shared_store.writer.connection, "relate_index", "made by other rules")
    relate(shared_store)
    assert state(shared_store) == before
    assert ask(shared_store, "SELECT count(*) FROM relate_articles") == ask(
        shared_store, "SELECT count(*) FROM articles"
    )
