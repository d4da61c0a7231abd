"""What the warehouse says of a source's past."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.run import SourceHistory
from warehouse.connection import open_writer
from warehouse.history import source_history

DOCUMENT = (
    "INSERT INTO documents (document_id, origin, source, media_type, size_bytes, received_at, pack, article_id, "
    "rules_version) VALUES ('d', 'o', ?, 'text/plain', 1, now(), 'p', ?, 'r')"
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Any]:
    with open_writer(tmp_path / "news.duckdb") as writer:
        yield writer.connection


def add_articles(connection: Any, source: str | None, rows: str) -> None:
    """`rows`: SQL that gives title, published_at, word_count and valid_to."""
    columns = {
        name: "''" if kind == "VARCHAR" else "now()" if "TIME" in kind else "[]" if kind.endswith("]") else "0"
        for name, kind, nullable in connection.execute(
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = 'article_versions'"
        ).fetchall()
        if not nullable and name != "word_count"
    }
    filling = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
    connection.execute(f"INSERT INTO article_versions BY NAME SELECT {filling}, ? AS source, * FROM ({rows})", [source])


def test_a_source_is_counted_by_itself_and_none_is_one_too(connection: Any):
    connection.executemany(DOCUMENT, [("Coast Post", "a")] * 3 + [("Coast Post", None), (None, None), ("Echo", "b")])
    row = "SELECT {} AS title, {} AS published_at, {} AS word_count, {} AS valid_to"
    add_articles(connection, "Coast Post", row.format("'T'", "now()", 100, "NULL"))
    add_articles(connection, "Coast Post", row.format("NULL", "now()", 200, "NULL"))
    add_articles(connection, "Coast Post", row.format("NULL", "NULL", 400, "NULL"))
    add_articles(connection, "Coast Post", row.format("NULL", "NULL", 9, "now()"))  # a version that is no more
    add_articles(connection, None, row.format("'T'", "NULL", 50, "NULL"))
    assert source_history(connection, ["Coast Post", None, "Coast Post", "Unknown"]) == {
        "Coast Post": SourceHistory(4, 1, 3, 2, 1, 150, 200, 300),
        None: SourceHistory(1, 1, 1, 0, 1, 50, 50, 50),
        "Unknown": SourceHistory(),
    }
    assert source_history(connection, []) == {}


def test_an_empty_warehouse_knows_nothing(connection: Any):
    assert source_history(connection, [None, "Coast Post"]) == {None: SourceHistory(), "Coast Post": SourceHistory()}


def test_the_past_is_the_latest_thousand(connection: Any):
    connection.execute(DOCUMENT.replace("VALUES (", "SELECT ").removesuffix(")") + " FROM range(300)", ["Post", "a"])
    connection.execute(DOCUMENT.replace("VALUES (", "SELECT ").removesuffix(")") + " FROM range(900)", ["Post", None])
    add_articles(
        connection,
        "Post",
        "SELECT CASE WHEN i < 300 THEN 'T' END AS title, now() AS published_at, i AS word_count, NULL AS valid_to "
        "FROM range(1200) AS t(i)",
    )
    past = source_history(connection, ["Post"])["Post"]
    assert (past.documents, past.refused, past.articles, past.missing_title) == (1000, 900, 1000, 900)
    assert past.low_words == pytest.approx(449.75)


def test_a_name_that_no_database_can_hold_is_still_asked_for(connection: Any):
    assert source_history(connection, ["Post \udc80"]) == {"Post \udc80": SourceHistory()}
