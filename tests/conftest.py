"""Shared by all tests: a warehouse made from the sample copy, once a session."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import warehouse.connection

ROOT = Path(__file__).resolve().parent.parent
#: Files that take a minute or more are begun first: whoever gets one last keeps all others waiting.
LONG = (
    "test_operations.py", "test_up.py", "test_crash.py", "test_quality.py", "test_forgotten.py", "test_memory.py",
    "test_relate.py", "test_project.py", "test_reprocess.py", "test_stories.py", "test_flow.py", "test_hostile.py",
)  # fmt: skip
#: `make test` draws the same examples each time: its verdict is about the code.  `make fuzz` draws others.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("random", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(scope="session", autouse=True)
def _one_core_for_each():
    """Two tests run at a time, and of a dozen articles DuckDB's threads wait for each other; commands have both."""
    warehouse.connection.THREADS = 1


@pytest.fixture(autouse=True)
def _environment_as_before():
    """A command that is run within the tests' process may set what would reach the processes of later tests."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def copydesk(*arguments: str, cwd: Path = ROOT, input: str | None = None, **environment: str):
    """Run the command as a person would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "flows", *arguments],
        capture_output=True, text=True, input=input, timeout=180, cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A warehouse of `seeds/articles`, for reading only, and the summary of the run that made it."""
    warehouse = tmp_path_factory.mktemp("seeded") / "copydesk.duckdb"
    done = copydesk("ingest", "seeds/articles", "--no-track", "--json", "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stderr
    return warehouse, json.loads(done.stdout)


@pytest.fixture(scope="session")
def report_page(seeded: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the sample copy, made as a person makes it."""
    out = tmp_path_factory.mktemp("report") / "report.html"
    done = copydesk("report", "--warehouse", str(seeded[0]), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and str(out) in done.stderr
    return out
