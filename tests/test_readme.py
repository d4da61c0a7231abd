"""The README's SQL runs."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, copydesk

EXAMPLES = re.findall(r"```sql\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)


def test_there_are_examples():
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("sql", EXAMPLES, ids=lambda sql: sql.split("FROM")[0][:40])
def test_sql_example_runs(sql: str, seeded: tuple[Path, dict]):
    done = copydesk("query", sql, "--warehouse", str(seeded[0]))
    assert done.returncode == 0, done.stderr
