"""The questions of docs/queries.md have the answers that it prints; `python -m tests.test_queries` prints them anew."""

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, copydesk

PAGE = ROOT / "docs" / "queries.md"
QUESTION = re.compile(r"^## (\d+)\. (.+?)\n(.*?)^```sql\n(.*?)^```\n+((?:^\|[^\n]*\n)*)", re.S | re.M)
QUESTIONS = [(int(m[1]), m[2], m[4], m[5]) for m in QUESTION.finditer(PAGE.read_text(encoding="utf-8"))]


def answer(sql: str, warehouse: Path) -> str:
    """What the warehouse says, as a table of Markdown."""
    done = copydesk("query", sql, "--format", "csv", "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stderr
    columns, *rows = csv.reader(io.StringIO(done.stdout))
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def test_there_are_twelve():
    assert [number for number, *_ in QUESTIONS] == list(range(1, 13))


@pytest.mark.parametrize(("number", "question", "sql", "told"), QUESTIONS, ids=[str(q[0]) for q in QUESTIONS])
def test_the_answer_is_what_the_page_says(number: int, question: str, sql: str, told: str, seeded: tuple[Path, dict]):
    assert question.endswith("?")
    assert told == answer(sql, seeded[0])


def main() -> None:
    """Write the answers of today's sample copy into the page."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "w.duckdb"
        done = copydesk("ingest", "seeds/articles", "--no-track", "--warehouse", str(warehouse))
        assert done.returncode == 0, done.stderr

        def told(found: re.Match[str]) -> str:
            return f"## {found[1]}. {found[2]}\n{found[3]}```sql\n{found[4]}```\n\n{answer(found[4], warehouse)}" + (
                "" if found[5] else "\n"
            )

        PAGE.write_text(QUESTION.sub(told, PAGE.read_text(encoding="utf-8")).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
