"""The warehouse of made-up articles that several benches measure, beside those of seeds/articles."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import copydesk
from warehouse.connection import open_writer
from warehouse.publish import publish


@contextmanager
def made_up_warehouse(description: str | None, articles: int) -> Iterator[Path]:
    """Its file, of so many articles unless `--articles` says another number; with `--keep` it stays, and is used again."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=articles)
    parser.add_argument("--keep", type=Path, help="leave what is made in this folder")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = wanted.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        warehouse = home / "bench.duckdb"
        if not warehouse.exists():
            done = copydesk("ingest", "seeds/articles", "--no-track", "--warehouse", str(warehouse))
            assert done.returncode == 0, done.stderr
            _fill(warehouse, wanted.articles)
        yield warehouse


def _fill(warehouse: Path, articles: int) -> None:
    """Add so many articles of 40 outlets in 90 days: with copies, edits, stories, refusals and runs."""
    script = (Path(__file__).parent / "fill_warehouse.sql").read_text(encoding="utf-8")
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            connection.execute("SELECT setseed(0.5)")
            connection.execute(f"SET VARIABLE articles = {articles}")
            connection.execute(script)
        publish(writer)
