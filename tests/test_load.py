"""The contract's table of outcomes; tests/test_load_order.py: that it makes no difference how the input is cut or ordered."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.article import Article, Removed
from schemas.document import Document, Given
from schemas.draft import Caption
from schemas.errors import RunFailed, WarehouseError
from schemas.settings import Settings
from tasks.load import Incoming, load_batch
from tasks.relate import relate
from warehouse.rows import RunInfo
from warehouse.store import Store, open_store

HARBOUR = "The harbour board voted on Tuesday to dredge the northern basin before the autumn storms arrive."
BRIDGE = "Engineers closed the old bridge after a crack was found in one of its iron girders at dawn."
Item = tuple[Document, Article]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(warehouse=tmp_path / "news.duckdb")) as opened:
        yield opened


def item(
    origin: str = "a.txt",
    body: str = HARBOUR,
    *,
    url: str | None = None,
    source: str | None = None,
    id: str | None = None,
    refused: str | None = None,
    salt: str = "",
    **fields: object,
) -> Item:
    """A document and the article that was made of it; `salt` makes other bytes of the same article."""
    content = f"{origin}|{body}|{salt}|{sorted(fields.items(), key=str)}|{url}|{source}".encode(
        "utf-8", "backslashreplace"
    )
    document_id = hashlib.sha256(content).hexdigest()
    document = Document(document_id, origin, content, "text/plain", given=Given(id=id, source=source))
    article = Article(
        document_id, origin, body=body, url=url, source=source, word_count=len(body.split()), confidence=0.9, **fields  # type: ignore[arg-type]
    )  # fmt: skip
    if refused:
        article = replace(article, outcome="rejected", reasons=(refused,), stage="refuse", detail="it is short")
    return document, article


def run(store: Store, items: Sequence[Item], size: int = 100, rules: str = "r1") -> list[str]:
    """Ingest; the outcomes in order."""
    info = store.begin_run(rules, "test")
    outcomes = []
    for number, start in enumerate(range(0, len(items), size)):
        receipts = load(store, info, items[start : start + size], number, start)
        outcomes += [receipt.outcome for receipt in receipts]
    relate(store)
    store.finish_run(info, len(items))
    return outcomes


def load(store: Store, info: RunInfo, items: Sequence[Item], number: int = 0, start: int = 0):
    documents = [document for document, _ in items]
    settled = store.settled([(d.document_id, d.origin) for d in documents])
    packs = {pair: known.pack for pair, known in settled.items()}
    if new := [d for d in documents if (d.document_id, d.origin) not in settled]:
        packs |= dict.fromkeys([(d.document_id, d.origin) for d in new], store.land(new))
    articles = [
        a
        for d, a in items
        if (known := settled.get((d.document_id, d.origin))) is None or not known.holds(info.rules_version)
    ]
    return load_batch(store, info, Incoming(number, documents, articles, packs, first_position=start))


def ask(store: Store, sql: str) -> list[tuple]:
    return store.writer.connection.execute(sql).fetchall()


#: What two warehouses with the same news in them may differ in: run ids, load times, packs.
TABLES = {
    "article_versions": "run_id, loaded_at, first_seen_at, valid_from, valid_to, story_id",
    "documents": "received_at, pack",
    "receipts": "run_id",
    "quarantine": "run_id, quarantined_at, resolved_at",
    "article_links": "",
    "article_keys": "",
}


def dump(store: Store) -> dict[str, list[tuple]]:
    """The tables, but for what may differ."""
    tables = {}
    for name, left_out in {**TABLES, "articles": "run_id, loaded_at, first_seen_at, story_id"}.items():
        columns = f"* EXCLUDE ({left_out})" if left_out else "*"
        tables[name] = sorted(ask(store, f"SELECT {columns} FROM {name}"), key=repr)
    return tables


# The outcomes ---------------------------------------------------------------------------------------------------------


def test_a_new_article_is_loaded_with_all_its_fields(store: Store):
    moment = datetime(2021, 5, 4, 3, 2, 1, tzinfo=UTC)
    document, article = item(
        title="Basin to be dredged", authors=("Ann Lee", "Bo Ek"), author_kinds=("person", "person"),
        published_at=moment, published_on=moment.date(), published_precision="second", tags=("port",),
        captions=(Caption("The basin", "B. Ek"), Caption(None, "PA")), flags=("unsure",),
        removed=(Removed(1, 0, "Share this", "share_prompt", "phrase"), Removed(2, 4, "Basin", "title", "first_line")),
    )  # fmt: skip
    assert run(store, [(document, article)]) == ["loaded"]
    row = store.writer.connection.execute("SELECT * FROM articles").to_arrow_table().to_pylist()[0]
    record = article.as_record()
    assert list(row)[: len(record)] == list(record)
    assert row["published_at"] == moment
    assert {k: v for k, v in row.items() if k in record and not k.startswith("published_")} == {
        k: v for k, v in record.items() if not k.startswith("published_")
    }
    assert ask(store, 'SELECT version, "position", "text", credit FROM captions ORDER BY "position"') == [
        (1, 0, "The basin", "B. Ek"), (1, 1, None, "PA")
    ]  # fmt: skip
    assert ask(store, "SELECT line, position, kind, rule, text FROM removed_spans") == [
        (1, 0, "share_prompt", "phrase", "Share this"), (2, 4, "title", "first_line", "Basin")
    ]  # fmt: skip
    assert ask(store, "SELECT document_id, origin, size_bytes, article_id FROM documents") == [
        (document.document_id, "a.txt", len(document.content), row["article_id"])
    ]


def test_the_same_bytes_from_the_same_origin_are_unchanged_whatever_came_of_them(store: Store):
    items = [item(), item("b.txt", BRIDGE, refused="too_short")]
    assert run(store, items) == ["loaded", "quarantined"]
    assert run(store, items) == ["unchanged", "unchanged"]
    assert run(store, [items[0], items[0]]) == ["unchanged", "unchanged"]
    assert run(store, [item("c.txt", "New words here."), item("c.txt", "New words here.")]) == ["loaded", "unchanged"]
    assert ask(store, "SELECT count(*) FROM documents") == [(3,)]


def test_a_refused_one_is_tried_again_once_the_rules_have_changed(store: Store):
    document, article = item(source="Coast Post")
    refused = replace(article, outcome="rejected", reasons=("too_short",), stage="refuse", detail="short")
    assert run(store, [(document, refused)]) == ["quarantined"]
    assert run(store, [(document, article)]) == ["unchanged"]
    assert run(store, [(document, replace(refused, reasons=("paywall_stub",)))], rules="r2") == ["quarantined"]
    assert ask(store, "SELECT reasons, resolved_at, source FROM quarantine") == [(["paywall_stub"], None, "Coast Post")]
    assert run(store, [(document, article)], rules="r3") == ["loaded"]
    assert ask(store, "SELECT count(*), count(resolved_at) FROM quarantine") == [(1, 1)]
    assert ask(store, "SELECT count(*), count(article_id) FROM documents") == [(1, 1)]
    assert run(store, [(document, article)], rules="r4") == ["unchanged"]


def test_an_article_is_known_by_its_url(store: Store):
    url = "https://coast.example/basin"
    assert run(store, [item(url=url, title="Basin")]) == ["loaded"]
    assert run(store, [item("b.txt", url=url, title="BASIN!", salt="other bytes")]) == ["unchanged"]
    assert run(store, [item("c.txt", BRIDGE, url=url, title="Basin")]) == ["updated"]
    assert run(store, [item("d.txt", BRIDGE, url=url, title="Bridge", authors=("Ann Lee",))]) == ["updated"]
    assert ask(store, "SELECT version, change, valid_to IS NULL FROM article_versions ORDER BY version") == [
        (1, [], False), (2, ["body"], False), (3, ["title", "authors"], True)
    ]  # fmt: skip
    assert ask(store, "SELECT version, title FROM articles") == [(3, "Bridge")]
    assert ask(store, "SELECT version, change, title_before, title_after FROM edits ORDER BY version") == [
        (2, ["body"], "Basin", "Basin"), (3, ["title", "authors"], "Basin", "Bridge")
    ]  # fmt: skip
    assert ask(store, "SELECT count(DISTINCT article_id), count(*) FROM documents") == [(1, 4)]
    gaps = """SELECT count(*) FROM article_versions a JOIN article_versions b
              ON b.version = a.version + 1 AND a.valid_to <> b.valid_from"""
    assert ask(store, gaps) == [(0,)]


def test_an_article_is_known_by_the_id_it_was_given(store: Store):
    assert run(store, [item("x/dump.jsonl#7", id="7", source="Coast Post")]) == ["loaded"]
    assert run(store, [item("y/other.jsonl#7", BRIDGE, id="7", source="Coast Post")]) == ["updated"]
    assert run(store, [item("z/other.jsonl#7", BRIDGE, id="7", source="Hill News")]) == ["loaded"]


def test_an_id_without_a_source_belongs_to_its_dump(store: Store):
    assert run(store, [item("x/dump.jsonl#7", id="7")]) == ["loaded"]
    assert run(store, [item("x/dump.jsonl#7", BRIDGE, id="7")]) == ["updated"]
    edited = BRIDGE.replace("dawn", "dusk")
    assert run(store, [item("y/dump.jsonl#7", edited, id="7")]) == ["updated"]
    assert run(store, [item("z/dump.jsonl#7", HARBOUR.replace("Tuesday", "Monday"), id="7")]) == ["loaded"]


def test_an_article_is_known_by_its_origin_when_half_the_words_are_shared(store: Store):
    assert run(store, [item()]) == ["loaded"]
    assert run(store, [item(body=HARBOUR.replace("Tuesday", "Monday"))]) == ["updated"]
    assert run(store, [item(body=BRIDGE)]) == ["loaded"]
    assert run(store, [item(body=BRIDGE.replace("dawn", "noon"))]) == ["updated"]
    assert ask(store, "SELECT count(*) FROM articles") == [(2,)]


def test_an_origin_shared_by_copies_of_a_batch_counts_as_if_they_came_apart(store: Store):
    url = "https://coast.example/basin"
    run(store, [item("a.txt", url=url)])
    # The first puts the article at b.txt; the second is known by nothing else, and the body must be there to compare.
    later = [item("b.txt", url=url, salt="1"), item("b.txt", HARBOUR.replace("Tuesday", "Monday"))]
    assert run(store, later) == ["unchanged", "updated"]


def test_the_same_words_from_the_same_source_are_a_duplicate(store: Store):
    first = item("a.txt", source="Coast Post", url="https://coast.example/1", title="One")
    again = item("b.txt", HARBOUR.upper(), source="Coast Post", url="https://coast.example/2", title="Two")
    assert run(store, [first, again]) == ["loaded", "duplicate"]
    # The copy's keys are the article's now, and its own headline is no edit.
    later = item("c.txt", source="Coast Post", url="https://coast.example/2", title="Two", salt="x")
    assert run(store, [later]) == ["unchanged"]
    assert ask(store, "SELECT count(*) FROM article_versions") == [(1,)]
    assert ask(store, "SELECT count(DISTINCT article_id) FROM documents") == [(1,)]


def test_copies_of_an_older_version_are_duplicates_too(store: Store):
    url = "https://coast.example/1"
    run(store, [item(url=url, source="S"), item("b.txt", BRIDGE, url=url, source="S")])
    assert run(store, [item("c.txt", HARBOUR, source="S")]) == ["duplicate"]
    assert ask(store, "SELECT body FROM articles") == [(BRIDGE,)]


def test_a_copy_without_a_source_joins_the_one_that_has_one(store: Store):
    sourced = item("a.txt", source="Coast Post")
    assert run(store, [item("b.txt"), sourced, item("c.txt")]) == ["loaded", "duplicate", "duplicate"]
    assert ask(store, "SELECT origin, source FROM articles") == [("a.txt", "Coast Post")]
    ids = [f"SELECT article_id FROM {name}" for name in ("articles", "documents", "receipts", "article_keys")]
    assert len(ask(store, " UNION ".join(ids))) == 1


def test_the_id_of_an_article_stays(store: Store):
    run(store, [item("b.txt")])
    (before,) = ask(store, "SELECT article_id, source FROM articles")
    assert run(store, [item("a.txt", source="Coast Post"), item("b.txt", HARBOUR + " It is late.")]) == [
        "duplicate", "updated"
    ]  # fmt: skip
    assert before[1] is None
    names = ("articles", "documents", "receipts", "article_keys")
    assert ask(store, " UNION ".join(f"SELECT article_id FROM {name}" for name in names)) == [(before[0],)]


def test_the_same_words_from_other_sources_are_articles_linked(store: Store):
    day = datetime(2020, 1, 1, tzinfo=UTC)
    copies = [item(f"{n}.txt", source=f"Outlet {n}", published_at=day.replace(day=9 - n)) for n in range(3)]
    assert run(store, copies[:2]) == ["loaded", "loaded"]
    assert run(store, [*copies[2:], item("x.txt", BRIDGE)]) == ["loaded", "loaded"]
    links = ask(store, "SELECT kind, similarity, shared_words, article_id < other_id FROM article_links")
    assert links == [("same_text", 1.0, len(HARBOUR.split()), True)] * 3
    assert ask(store, "SELECT source FROM unique_articles WHERE group_size = 3") == [("Outlet 2",)]
    assert ask(store, "SELECT count(*) FROM articles a JOIN articles b ON a.near_duplicate_of = b.article_id") == [(2,)]
    relate(store)
    store.writer.connection.execute("INSERT INTO relate_queue SELECT body_hash FROM articles")
    relate(store)
    assert ask(store, "SELECT count(*) FROM article_links") == [(3,)]


def test_links_go_when_the_words_part(store: Store):
    url = "https://one.example/1"
    run(store, [item("1.txt", source="One", url=url), item("2.txt", source="Two")])
    assert ask(store, "SELECT count(*) FROM article_links") == [(1,)]
    assert run(store, [item("1.txt", HARBOUR + " More to come.", source="One", url=url)]) == ["updated"]
    assert ask(store, "SELECT kind FROM article_links") == [("near_duplicate",)]
    assert ask(store, "SELECT count(*) FROM unique_articles") == [(1,)]
    assert run(store, [item("1.txt", BRIDGE, source="One", url=url)]) == ["updated"]
    assert ask(store, "SELECT count(*) FROM article_links") == [(0,)]
    assert ask(store, "SELECT count(*) FROM articles WHERE near_duplicate_of IS NOT NULL") == [(0,)]


def test_a_large_group_is_linked_to_its_representative_only(store: Store):
    run(store, [item(f"{n}.txt", source=f"Outlet {n}") for n in range(101)])
    assert ask(store, "SELECT count(*) FROM article_links") == [(100,)]


def test_a_refused_document_leaves_its_article_alone(store: Store):
    url = "https://coast.example/1"
    run(store, [item(url=url)])
    assert run(store, [item("b.txt", "Log in", url=url, refused="not_an_article")]) == ["quarantined"]
    assert ask(store, "SELECT body, version FROM articles") == [(HARBOUR, 1)]
    assert ask(store, "SELECT reason, documents, unresolved FROM quarantine_reasons") == [("not_an_article", 1, 1)]


def test_text_that_utf8_cannot_hold_is_stored_spelled_out(store: Store):
    odd = [item("caf\udce9.txt", title="x\ud83d"), item("b.txt", BRIDGE, authors=("A\udc80",))]
    assert run(store, odd) == ["loaded", "loaded"]
    assert run(store, odd) == ["unchanged", "unchanged"]


def test_of_rows_with_the_same_id_and_copy_the_first_counts(store: Store):
    document, article = item(title="First")
    both = [(document, article), (document, replace(article, title="Second"))]
    assert run(store, both) == ["loaded", "unchanged"]
    assert ask(store, "SELECT title FROM articles") == [("First",)]


# Runs -----------------------------------------------------------------------------------------------------------------


def test_a_run_that_does_not_balance_fails(store: Store):
    info = store.begin_run("r1", "test")
    load(store, info, [item()])
    with pytest.raises(RunFailed, match="does not balance"):
        store.finish_run(info, 2)
    assert ask(store, "SELECT status, inputs, loaded FROM runs") == [("failed", 2, 1)]


def test_a_run_left_open_is_marked_as_crashed(store: Store):
    info = store.begin_run("r1", "test", "f00")
    load(store, info, [item(), item("b.txt", BRIDGE, refused="empty")])
    assert store.close_crashed_runs() == ["f00"]
    assert store.close_crashed_runs() == []
    run(store, [])
    assert ask(store, "SELECT status, inputs, loaded, quarantined FROM runs ORDER BY started_at") == [
        ("crashed", 2, 1, 1), ("completed", 0, 0, 0)
    ]  # fmt: skip


def test_a_document_without_an_article_and_a_past_stops_the_run(store: Store):
    info = store.begin_run("r1", "test")
    with pytest.raises(RunFailed, match=r"a\.txt"):
        load_batch(store, info, Incoming(0, [item()[0]]))


def test_a_failure_in_the_middle_leaves_nothing_behind(store: Store):
    run(store, [item()])
    before = dump(store)
    info = store.begin_run("r1", "test")
    store.writer.connection.execute("ALTER TABLE receipts RENAME TO hidden")
    with pytest.raises(WarehouseError, match="cannot write"):
        load(store, info, [item("b.txt", BRIDGE), item(body=HARBOUR + " More."), item("c.txt", "Out", refused="empty")])
    store.writer.connection.execute("ALTER TABLE hidden RENAME TO receipts")
    assert dump(store) == before
    assert load(store, info, [item("b.txt", BRIDGE)])[0].outcome == "loaded"
