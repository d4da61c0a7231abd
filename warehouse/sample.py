"""Articles drawn at random from the published warehouse."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from schemas.sample import Drawn
from warehouse._sql import query
from warehouse.connection import open_reader
from warehouse.report import sample_of


def draw(
    warehouse: Path, most: int, by: str, seed: int, source: str | None, since: date | None, until: date | None
) -> list[Drawn]:
    """At most `most` current articles, stratified; of `source`, first seen from the day `since` to `until`."""
    asked = {"most": most, "by": by, "seed": seed, "source": source, "since": since, "until": until}
    with closing(open_reader(warehouse)) as connection:
        connection.execute(query("sample_articles"), asked)
        columns = [column[0] for column in connection.description or []]
        return [_drawn(dict(zip(columns, row, strict=True))) for row in connection.fetchall()]


def _drawn(row: dict[str, Any]) -> Drawn:
    own = {
        name: row.pop(name) for name in ("article_id", "version", "authors", "standfirst", "stratum", "stratum_size")
    }
    return Drawn(**{**own, "authors": tuple(own["authors"])}, sample=sample_of(row))
