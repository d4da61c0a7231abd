"""Whatever a run is fed: each hostile file ends as it should, and the hundred good ones beside it load.

The files, and how each must end, are in tests/hostile.py; here the sized ones are a few thousandths of their full size, which
`python -m tests.bench.bench_hostile` runs.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.show import printable
from tests.conftest import ROOT, copydesk
from tests.hostile import CASES, LOADED, story, write_case, write_traps

SCALE = 0.003
GOOD = 100


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory):
    """A warehouse of one run over all of it: (its path, the run's summary, what is right for each origin's end)."""
    folder = tmp_path_factory.mktemp("fed")
    inbox = folder / "in"
    inbox.mkdir()
    right = {name: outcomes for name, (_, outcomes) in CASES.items()} | write_traps(inbox)
    for name in CASES:
        write_case(inbox, name, SCALE)
    for number in range(GOOD):
        (inbox / f"good{number}.txt").write_text(f"Good news number {number} from the pier\n{story(number)}")
    # A name of this shape can only come from a careless unpacker, and is only a name.
    odd = inbox / "a...."
    odd.mkdir()
    (odd / "_..__.._etc_passwd.txt").write_text("A pier\n" + story(2000))
    warehouse = folder / "w.duckdb"
    done = copydesk("ingest", str(inbox), "--no-track", "--json", "--workers", "2", "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stderr
    return warehouse, json.loads(done.stdout), right


def ends(warehouse: Path) -> dict[str, set[str]]:
    """By file, how its documents ended: reason codes, or that they are in the warehouse (a duplicate is, too)."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "SELECT r.origin, r.outcome, q.reasons FROM receipts r LEFT JOIN quarantine q USING (document_id, origin)"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for origin, outcome, reasons in rows:
        name = origin.partition("/in/")[2]
        if name.count("#"):
            name = name.partition("#")[0]
        found.setdefault(name, set()).update(reasons if outcome == "quarantined" else [LOADED])
    return found


def test_the_hundred_good_ones_load_and_the_run_balances(fed: tuple):
    warehouse, summary, _ = fed
    found = ends(warehouse)
    assert summary["balanced"]
    assert {str(found[f"good{n}.txt"]) for n in range(GOOD)} == {"{'loaded'}"}
    assert summary["inputs"] == sum(
        summary[outcome] for outcome in ("loaded", "updated", "unchanged", "duplicate", "quarantined")
    )


def test_each_hostile_file_ends_as_it_should(fed: tuple):
    warehouse, _, right = fed
    found = ends(warehouse)
    wrong = {name: found.get(name) for name, outcomes in right.items() if not found.get(name, {"nothing"}) <= outcomes}
    assert wrong == {}
    assert found["a..../_..__.._etc_passwd.txt"] == {LOADED}


def test_a_loop_is_walked_once_and_pipes_are_left_alone(fed: tuple):
    names = set(ends(fed[0]))
    assert not {name for name in names if name.startswith("loop/") or name == "pipe"}


def test_what_is_stored_is_what_came(fed: tuple):
    """SQL in every field is words; what no text can hold is gone, and the rest of the field is there."""
    with duckdb.connect(str(fed[0]), read_only=True) as connection:
        sql = connection.execute("SELECT title, source FROM articles WHERE origin LIKE '%/sql.jsonl#%'").fetchone()
        half = connection.execute("SELECT title FROM articles WHERE origin LIKE '%/surrogates.jsonl#%'").fetchone()
        bad = connection.execute(
            "SELECT count(*) FROM articles WHERE contains(body, chr(0)) OR contains(title, chr(0))"
        )
        assert bad.fetchone() == (0,)
    assert sql is not None and all("DROP TABLE articles" in words for words in sql)
    assert half is not None and half[0].startswith("Half")


def test_no_output_for_a_person_drives_the_terminal(fed: tuple, tmp_path: Path):
    warehouse = str(fed[0])
    evil = tmp_path / "evil \x1b]0;owned\x07.txt"
    evil.write_text("Short \x1b[2J\x1b[31m and \x9b31m red.")
    copydesk("ingest", str(evil), "--no-track", "--warehouse", warehouse)
    listed = copydesk("quarantine", "list", "--warehouse", warehouse, "--limit", "500")
    shown = copydesk("quarantine", "show", str(evil), "--warehouse", warehouse)
    explained = copydesk("explain", str(evil))
    failed = copydesk("extract", "no \x1b[31m file")
    for done in (listed, shown, explained, failed):
        assert "\x1b" not in done.stdout + done.stderr and "\x9b" not in done.stdout + done.stderr
    assert shown.returncode == explained.returncode == 0 and "\\x1b[2J" in explained.stdout + shown.stdout


def test_printable():
    assert printable("a\x1b[31mb\x7f\x9b\x00\n\tü–漢\u200d") == "a\\x1b[31mb\\x7f\\x9b\\x00\n\tü–漢\u200d"
    assert printable("\ud800 \u202e") == "\\ud800 \\u202e"


@pytest.mark.parametrize("name", ["surrogates.jsonl", "nested.html"])
def test_extract_and_explain_survive_too(name: str, tmp_path: Path):
    path = write_case(tmp_path, name, 0.1)
    extracted = copydesk("extract", str(path))
    assert extracted.returncode == 0, extracted.stderr
    records = [json.loads(line) for line in extracted.stdout.splitlines()]
    assert {reason for record in records for reason in record["reasons"] or [LOADED]} <= CASES[name][1]
    assert copydesk("explain", str(path)).returncode == 0


def test_hostile_rows_on_standard_input(tmp_path: Path):
    rows = b"".join((write_case(tmp_path, name, SCALE)).read_bytes() for name in CASES if name.endswith(".jsonl"))
    done = subprocess.run(
        [sys.executable, "-m", "flows", "extract", "-", "--workers", "1"],
        input=rows + json.dumps({"id": "good", "text": story(3000)}).encode() + b"\n", capture_output=True, cwd=ROOT,
        timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["origin"], last["outcome"]) == ("-#good", "accepted")
