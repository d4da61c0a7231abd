"""Stories: what is on one event, and that it is the same in whatever order and batches articles came."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

import tasks._stories
from schemas.settings import Settings
from tasks.relate import relate
from tests.test_load import Item, ask, item, run
from tests.test_relate import prose
from warehouse.migrate import write_state
from warehouse.store import Store, open_store

FIRST_DAY = datetime(2024, 3, 1, 9, tzinfo=UTC)
#: What an article on an event is made of beside the event's own words.
FILLING = [
    "said",
    "the",
    "of",
    "in",
    "on",
    "and",
    "for",
    "at",
    "a",
    "to",
    "was",
    "had",
    "been",
    "with",
    "that",
    "from",
    "it",
    "they",
    "would",
    "after",
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(warehouse=tmp_path / "news.duckdb")) as opened:
        yield opened


def names(event: object, count: int = 40) -> list[str]:
    """Words that nobody uses but who writes about this event."""
    rng = random.Random(f"event {event!r}")
    return ["".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(4)) for _ in range(count)]


def report(event: object, seed: object, own: int = 10, of_event: int = 25, words: int = 80) -> str:
    """An article on an event, in words of its own: no three of them stand so in another."""
    rng = random.Random(f"{event!r} {seed!r}")
    said = [*rng.sample(names(event), of_event), *names((event, seed), own)]
    said += [rng.choice(FILLING) for _ in range(words - len(said))]
    rng.shuffle(said)
    return " ".join(said).capitalize() + "."


def told(origin: str, body: str, day: float | None = 0, **fields: object) -> Item:
    at = None if day is None else FIRST_DAY + timedelta(days=day)
    return item(origin, body, published_at=at, url=f"https://e.example/{origin}", language="en", **fields)  # type: ignore[arg-type]


def stories(store: Store) -> set[frozenset[str]]:
    return {
        frozenset(o) for (o,) in ask(store, "SELECT list(origin) FROM articles GROUP BY coalesce(story_id, 'none')")
    }


def ids(store: Store) -> dict[str, str]:
    return dict(ask(store, "SELECT origin, story_id FROM articles"))


def rows(store: Store) -> list[tuple]:
    """All that is told of stories but their ids."""
    return sorted(ask(store, "SELECT * EXCLUDE (story_id, first_seen_at) FROM stories"), key=repr)


# What is one story ----------------------------------------------------------------------------------------------------


def test_articles_on_one_event_are_a_story_and_others_are_their_own(store: Store):
    run(
        store,
        [told(f"{e}{n}.txt", report(e, n), n, source=f"Outlet {n}", title=f"{e} {n}") for e in "ab" for n in range(4)],
    )
    run(store, [told("c.txt", report("c", 0), 1, title="Alone")])
    assert stories(store) == {frozenset(f"{e}{n}.txt" for n in range(4)) for e in "ab"} | {frozenset(["c.txt"])}
    told_of = rows(store)
    assert [row[1:] for row in told_of if row[0] != "Alone"] == [(FIRST_DAY, FIRST_DAY + timedelta(days=3), 4, 4)] * 2
    assert [row[1:] for row in told_of if row[0] == "Alone"] == [(FIRST_DAY + timedelta(days=1),) * 2 + (1, 0)]
    assert {row[0][0] for row in told_of} == {"a", "b", "A"}  # a headline from within the story


def test_who_had_it_first(store: Store):
    run(store, [told(f"{n}.txt", report("a", n), n / 24, source=f"Outlet {n % 2}", title="T") for n in (2, 1, 3)])
    asked = "SELECT source, place, articles, hours_behind FROM story_coverage ORDER BY place"
    assert ask(store, asked) == [("Outlet 1", 1, 2, 0.0), ("Outlet 0", 2, 1, 1.0)]


def test_copies_are_one_node_and_all_of_them_in_the_story(store: Store):
    one = report("a", 1, words=120)
    run(store, [told("a.txt", one, source="One"), told("b.txt", one, source="Two"), told("c.txt", report("a", 2))])
    assert len(stories(store)) == 1
    assert ask(store, "SELECT article_count, source_count FROM stories") == [(3, 2)]
    assert ask(store, "SELECT count(*) FROM story_nodes") == [(2,)]


def test_two_rewrites_that_share_quotes_and_little_else_are_one_story(store: Store):
    said = " ".join(f"“{prose(('said', n), 16)}”" for n in range(3))
    articles = [told(f"{n}.txt", f"{prose(n, 90)}\n\n{said}\n\n{prose((n, 'more'), 90)}", n) for n in range(2)]
    run(store, articles)
    assert ask(store, "SELECT DISTINCT kind FROM article_links") == [("quotes",)]
    assert len(stories(store)) == 1


def test_years_later_it_is_another_story_whatever_it_quotes(store: Store):
    quoted = f"“{prose('said', 32)}”"
    run(store, [told(f"{n}.txt", f"{report('ministry', n, words=180)}\n\n{quoted}", n * 4 * 365) for n in range(2)])
    assert ask(store, "SELECT kind FROM article_links") == [("quotes",)]
    assert len(stories(store)) == 2


def test_an_undated_article_joins_a_story_of_any_time(store: Store):
    run(store, [told("a.txt", report("a", 1), -4000), told("b.txt", report("a", 2), None)])
    assert len(stories(store)) == 1


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (
            "港口委员会周二投票决定在秋季风暴来临之前疏浚北部盆地工程将于十月开始",
            "在周二的投票之后北部盆地将由港口委员会负责疏浚预计十月动工以防秋季风暴",
            "足球俱乐部昨晚宣布新任主教练将率队参加下赛季欧洲联赛球迷表示欢迎",
        ),
        (
            "คณะกรรมการท่าเรือลงมติขุดลอกแอ่งเหนือก่อนพายุฤดูใบไม้ร่วง",
            "แอ่งเหนือจะถูกขุดลอกหลังคณะกรรมการท่าเรือลงมติเมื่อวันอังคาร",
            "สโมสรฟุตบอลประกาศแต่งตั้งโค้ชคนใหม่สำหรับฤดูกาลหน้าเมื่อคืน",
        ),
    ],
)  # fmt: skip
def test_scripts_without_spaces(store: Store, one: str, other: str, apart: str):
    run(store, [told(f"{n}.txt", text) for n, text in enumerate((one, other, apart))])
    assert stories(store) == {frozenset(["0.txt", "1.txt"]), frozenset(["2.txt"])}


def test_without_headlines_a_story_has_the_first_words_of_an_article(store: Store):
    run(store, [told("a.txt", report("a", 1)), told("b.txt", report("a", 2))])
    ((title,),) = ask(store, "SELECT title FROM stories")
    assert 10 <= len(title.split()) <= 12 and any(report("a", n).startswith(title) for n in (1, 2))


# Ids ------------------------------------------------------------------------------------------------------------------


def test_a_story_that_grows_keeps_its_id(store: Store):
    run(store, [told("0.txt", report("a", 0))])
    before = ids(store)["0.txt"]
    for n in range(1, 5):
        run(store, [told(f"{n}.txt", report("a", n), n)])
        assert set(ids(store).values()) == {before}
    # An earlier copy stands for its first article from now on.
    run(store, [told("early.txt", report("a", 0), -1, source="Early")])
    assert set(ids(store).values()) == {before}
    assert ask(store, "SELECT * FROM story_changes") == []


def two_events() -> tuple[list[Item], list[Item], str]:
    """Articles on two events, and one that is on both."""
    one = [told(f"a{n}.txt", report("a", n, 5, 25)) for n in range(3)]
    other = [told(f"b{n}.txt", report("b", n, 5, 25)) for n in range(2)]
    return one, other, " ".join([*names("a")[:20], *names("b")[:20]]) + "."


def test_where_stories_merge_the_older_id_stays_and_where_one_splits_the_larger_part_keeps_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    one, other, both = two_events()
    monkeypatch.setattr(tasks._stories, "LEAST_MEAN", 0.01)
    monkeypatch.setattr(tasks._stories, "LEAST_HALF", 100)
    run(store, other)
    run(store, one)
    old, new = ids(store)["b0.txt"], ids(store)["a0.txt"]
    assert old != new and len(stories(store)) == 2
    run(store, [told("both.txt", both)])
    assert set(ids(store).values()) == {old}
    assert ask(store, "SELECT change, story_id, other_id, article_count FROM story_changes") == [
        ("merged", new, old, 3)
    ]
    again = item("both.txt", prose("nothing"), url="https://e.example/both.txt", salt="again", published_at=FIRST_DAY)
    assert run(store, [again]) == ["updated"]
    found = ids(store)
    assert len(stories(store)) == 3 and found["a0.txt"] == old != found["b0.txt"]
    assert ("split", old, found["b0.txt"], 2) in ask(
        store, "SELECT change, story_id, other_id, article_count FROM story_changes"
    )
    assert ask(store, "SELECT count(*), count(DISTINCT story_id) FROM stories") == [(3, 3)]


# In whatever order ----------------------------------------------------------------------------------------------------

EVENTS = 3


@st.composite
def collections(draw: st.DrawFn) -> list[Item]:
    """Articles on a few events, close and far in time, undated; copies, quotations, and articles on two events."""
    found = []
    for number in range(draw(st.integers(2, 20))):
        event, kind = (
            draw(st.integers(0, EVENTS - 1)),
            draw(st.sampled_from(["own", "own", "own", "copy", "quote", "two"])),
        )
        body = {
            "own": report(event, number),
            "copy": report(event, "copied", words=120),
            "quote": f"{prose(number, 48)}\n\n“{prose(event, 32)}”",
            "two": f"{report(event, number, 5)} {report((event + 1) % EVENTS, number, 5)}",
        }[kind]
        day = draw(st.sampled_from([None, 0, 1, 20, 400]))
        title = draw(st.sampled_from([None, f"Headline {number}"]))
        source = draw(st.sampled_from([None, "One", "Two"]))
        found.append(told(f"{number}.txt", body, day, source=source, title=title, salt=str(number)))
    return found


EMPTIED = [
    "article_versions",
    "documents",
    "article_links",
    "article_keys",
    "receipts",
    "runs",
    "relate_queue",
    "relate_articles",
    "relate_marks",
    "relate_furniture",
    "quarantine",
    "landed_packs",
    "stories",
    "story_changes",
    "story_nodes",
    "story_terms",
    "story_edges",
]


def reset(store: Store) -> None:
    for name in EMPTIED:
        store.writer.connection.execute(f"DELETE FROM {name}")


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(Settings(warehouse=tmp_path_factory.mktemp("shared") / "news.duckdb")) as opened:
        yield opened


@pytest.fixture(params=["as it is", "short lists, small parts"])
def limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "as it is":
        monkeypatch.setattr(tasks._stories, "NEAREST", 2)
        monkeypatch.setattr(tasks._stories, "MOST_TOGETHER", 4)
        monkeypatch.setattr("tasks.relate._NODES", 5)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(collections(), st.randoms(use_true_random=False), st.lists(st.integers(1, 7), min_size=2, max_size=2))
def test_the_order_of_arrival_makes_no_difference(
    shared_store: Store, limits: None, items: list[Item], rng: random.Random, sizes: list[int]
):
    states = []
    for size in (len(items), *sizes):
        reset(shared_store)
        for start in range(0, len(items), size):
            run(shared_store, items[start : start + size])  # `relate` after each
        states.append((stories(shared_store), rows(shared_store)))
        assert None not in ids(shared_store).values()
        items = rng.sample(items, len(items))
    assert states[1] == states[0] and states[2] == states[0]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(collections(), st.lists(st.tuples(st.integers(0, 24), st.integers(0, EVENTS - 1)), max_size=6))
def test_edits_leave_what_a_new_index_would_find_and_ids_stay(
    shared_store: Store, limits: None, items: list[Item], edits: list[tuple[int, int]]
):
    reset(shared_store)
    run(shared_store, items)
    for number, (place, event) in enumerate(edits):
        origin = items[place % len(items)][0].origin
        source = items[place % len(items)][1].source
        run(shared_store, [told(origin, report(event, ("edit", number)), 1, source=source, salt=f"edit {number}")])
    before = stories(shared_store), rows(shared_store), ids(shared_store)
    write_state(shared_store.writer.connection, "story_index", "made by other rules")
    relate(shared_store)
    assert (stories(shared_store), rows(shared_store), ids(shared_store)) == before
    assert ask(shared_store, "SELECT count(*) FROM story_nodes") == ask(
        shared_store, "SELECT count(*) FROM unique_articles"
    )
