"""It makes no difference to the tables how the input is cut into batches, or how copies are ordered."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.settings import Settings
from tests.test_load import BRIDGE, HARBOUR, TABLES, Item, ask, dump, item, run
from warehouse.store import Store, open_store

#: Their ids are drawn at random; that who is in which is the same is tests/test_stories.py's to say.
STORIES = ("stories", "story_nodes", "story_terms", "story_edges", "story_changes")


TEXTS = [HARBOUR, HARBOUR.replace("Tuesday", "Monday"), BRIDGE, BRIDGE.replace("dawn", "noon")]
anything = st.lists(
    st.builds(
        item,
        st.sampled_from(["a.txt", "b.txt", "x/d.jsonl#1", "y/d.jsonl#1"]),
        st.sampled_from(TEXTS),
        url=st.sampled_from([None, "https://e.example/1", "https://e.example/2"]),
        source=st.sampled_from([None, "One", "Two"]),
        id=st.sampled_from([None, "1", "2"]),
        refused=st.sampled_from([None, None, None, "empty"]),
        salt=st.sampled_from(["", "x"]),
        title=st.sampled_from([None, "Basin", "Bridge"]),
    ),
    max_size=12,
)
brief = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One warehouse for all examples: making one takes longer than an example does."""
    with open_store(Settings(warehouse=tmp_path_factory.mktemp("shared") / "news.duckdb")) as opened:
        yield opened


def in_empty(store: Store, *runs: tuple[Sequence[Item], int]) -> tuple[list[list[str]], dict[str, list[tuple]]]:
    for name in (*TABLES, "runs", "relate_queue", *STORIES):
        store.writer.connection.execute(f"DELETE FROM {name}")
    outcomes = [run(store, items, size) for items, size in runs]
    versions = ask(store, "SELECT article_id, version FROM article_versions")
    assert len(set(versions)) == len(versions)
    count = len({article_id for article_id, _ in versions})
    assert ask(store, "SELECT count(*), count(DISTINCT article_id) FROM articles") == [(count, count)]
    orphans = "SELECT article_id FROM {} WHERE article_id NOT IN (SELECT article_id FROM articles)"
    for name in ("documents", "receipts", "article_keys", "article_links"):
        assert ask(store, orphans.format(name) + " AND article_id IS NOT NULL") == []
    return outcomes, dump(store)


@brief
@given(anything, st.integers(1, 5))
def test_batches_make_no_difference(shared_store: Store, items: list[Item], size: int):
    assert in_empty(shared_store, (items, 100)) == in_empty(shared_store, (items, size))


@brief
@given(anything)
def test_a_second_run_is_all_unchanged(shared_store: Store, items: list[Item]):
    (first, second), _ = in_empty(shared_store, (items, 4), (items, 3))
    assert set(second) <= {"unchanged"} and len(second) == len(first)


copies = st.lists(
    st.tuples(st.sampled_from(TEXTS[::2]), st.sampled_from([None, "One", "Two"]), st.sampled_from([None, "T", "U"]),
              st.booleans(), st.integers(0, 2)),
    max_size=10,
)  # fmt: skip


@brief
@given(copies, st.randoms(use_true_random=False))
def test_copies_in_another_order_make_the_same_articles(shared_store: Store, drawn: list[tuple], random):
    """Documents with words in common, each from an origin of its own: order decides only which was first, and so ids."""
    items = [
        item(
            f"{n}.txt", body, source=source, title=title, url=f"https://e.example/{n}" if has_url else None,
            published_at=datetime(2020, 1, day, tzinfo=UTC) if day else None,
        )
        for n, (body, source, title, has_url, day) in enumerate(drawn)
    ]  # fmt: skip
    shuffled = random.sample(items, len(items))
    (one,), _ = in_empty(shared_store, (items, 3))
    before = by_origin(shared_store)
    (other,), _ = in_empty(shared_store, (shuffled, 4))
    assert Counter(one) == Counter(other)
    assert by_origin(shared_store) == before


def by_origin(store: Store) -> list[list[tuple]]:
    """Articles and links, with origins in the place of ids; of equal ones the id decides who stands for the group."""
    articles = ask(
        store,
        "SELECT * EXCLUDE (article_id, near_duplicate_of, story_id, run_id, loaded_at, first_seen_at) FROM articles",
    )
    links = """
        SELECT least(a.origin, b.origin), greatest(a.origin, b.origin), l.* EXCLUDE (article_id, other_id)
        FROM article_links AS l
        JOIN articles AS a ON a.article_id = l.article_id JOIN articles AS b ON b.article_id = l.other_id
    """
    return [sorted(articles, key=repr), sorted(ask(store, links), key=repr)]
