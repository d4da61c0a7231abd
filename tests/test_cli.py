"""The commands as people type them: what goes where, exit statuses, what is imported, how long it takes."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, copydesk

LETTER = """Ferry fares to rise in spring

By Ann Lee

12 March 2019

The harbour board will raise ferry fares by four per cent in April, its chair said on Tuesday evening.

She told a meeting in the old custom house that fuel had cost the board twice what it had set aside for it.

Passengers who travel every day can keep this year's price until June if they buy a season ticket by Friday.

The board last raised its fares six years ago, when it bought the second of its two boats from Norway.
"""


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


def modules_after(*arguments: str) -> set[str]:
    """The top-level packages that a command has imported when it ends."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('MODULES', *{m.split('.')[0] for m in sys.modules}, file=sys.stderr))\n"
        f"sys.argv = ['copydesk', *{list(arguments)!r}]\nfrom flows.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    line = next(line for line in done.stderr.splitlines() if line.startswith("MODULES"))
    return set(line.split()[1:])


def test_help_is_light():
    assert copydesk("--help").returncode == 0
    heavy = {"prefect", "pandas", "great_expectations", "duckdb", "trafilatura", "numpy", "pyarrow"}
    assert modules_after("--help") & heavy == set()


def test_extract_of_one_text_is_light(letter: Path):
    heavy = {"prefect", "pandas", "great_expectations", "duckdb", "trafilatura", "pyarrow"}
    assert modules_after("extract", str(letter)) & heavy == set()


def test_extract_prints_one_record_a_document_in_order(tmp_path: Path):
    rows = [{"id": f"n{i}", "text": LETTER.replace("April", f"the month after number {i}")} for i in range(30)]
    dump = tmp_path / "dump.jsonl"
    dump.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    done = copydesk("extract", str(dump), "--workers", "2")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["origin"] for r in records] == [f"{dump}#n{i}" for i in range(30)]
    assert {r["outcome"] for r in records} == {"accepted"}
    assert {r["title"] for r in records} == {"Ferry fares to rise in spring"}


def test_extract_here_and_in_the_pool_say_the_same(letter: Path, tmp_path: Path):
    alone = json.loads(copydesk("extract", str(letter)).stdout)
    for i in range(5):
        (tmp_path / f"z{i}.txt").write_text(LETTER + f"\nThere are {i} more boats on order from the same yard.\n")
    together = [json.loads(line) for line in copydesk("extract", str(tmp_path)).stdout.splitlines()]
    assert together[0] == alone


def test_extract_reads_json_lines_from_standard_input():
    done = copydesk("extract", "-", input=json.dumps({"id": "a", "text": LETTER, "source": "Harbour Standard"}) + "\n")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["source"] == "Harbour Standard"


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path):
    dump = tmp_path / "dump.jsonl"
    dump.write_text("\n".join(json.dumps({"id": i, "text": LETTER * 20 + str(i)}) for i in range(300)))
    shell = f"{sys.executable} -m flows extract {dump} | head -n 1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert json.loads(done.stdout)["origin"].endswith("#0")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["ingest", "no-such-folder", "--no-track"], 2, "no-such-folder"),
        (["extract", "no-such-file.txt"], 2, "no-such-file.txt"),
        (["explain", "no-such-file.txt"], 2, "no-such-file.txt"),
        (["extract"], 2, "inputs"),
        (["ingest", ".", "--workers", "0"], 2, "--workers"),
        (["no-such-command"], 2, "no-such-command"),
        (["query", "SELECT 1", "--format", "xml"], 2, "--format"),
        (["query", "SELECT 1", "--out", "rows.csv"], 2, "--out"),
        (["query", "SELECT 1", "--warehouse", "nowhere.duckdb"], 1, "nowhere.duckdb"),
        (["query", "SELECT 1", "--warehouse", "README.md"], 1, "README.md"),
        (["status", "--warehouse", "nowhere.duckdb"], 1, "nowhere.duckdb"),
    ],
)
def test_an_error_is_one_sentence_with_its_status(arguments: list[str], status: int, words: str):
    done = copydesk(*arguments)
    assert done.returncode == status, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_debug_shows_the_traceback():
    assert "Traceback" in copydesk("extract", "no-such-file.txt", "--debug").stderr


def test_explain_shows_every_piece_without_colour_in_a_pipe(letter: Path):
    done = copydesk("explain", str(letter))
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    for line in LETTER.split("\n\n"):
        assert line.strip() in done.stdout
    assert "Ann Lee" in done.stdout


def test_explain_as_json(letter: Path):
    told = json.loads(copydesk("explain", str(letter), "--json").stdout)
    kinds = {piece["kind"] for piece in told["pieces"]}
    assert {"body", "title", "byline", "timestamp"} <= kinds
    assert all(piece["rule"] for piece in told["pieces"])
    assert told["record"]["title"] == "Ferry fares to rise in spring"


# With the warehouse of seeds/articles ---------------------------------------------------------------------------------


def ask(seeded: tuple[Path, Any], *arguments: str):
    return copydesk(*arguments, "--warehouse", str(seeded[0]))


def test_the_summary_balances_and_agrees_with_the_warehouse(seeded: tuple[Path, dict]):
    summary = seeded[1]
    counts = [summary[name] for name in ("loaded", "updated", "unchanged", "duplicate", "quarantined")]
    assert summary["balanced"] is True
    assert summary["inputs"] == sum(counts) >= 20
    assert summary["loaded"] > 0
    assert summary["quarantined"] > 0
    assert sum(summary["reasons"].values()) >= summary["quarantined"]
    rows = json.loads(ask(seeded, "query", "SELECT * FROM runs", "--format", "json").stdout)
    assert len(rows) == 1
    assert [rows[0][n] for n in ("loaded", "updated", "unchanged", "duplicate", "quarantined")] == counts


def test_query_formats(seeded: tuple[Path, dict], tmp_path: Path):
    sql = "SELECT source, authors, published_at FROM articles WHERE len(authors) > 0 ORDER BY document_id"
    as_json = json.loads(ask(seeded, "query", sql, "--format", "json").stdout)
    assert all(isinstance(row["authors"], list) for row in as_json)
    as_csv = list(csv.DictReader(io.StringIO(ask(seeded, "query", sql, "--format", "csv").stdout)))
    assert [json.loads(row["authors"]) for row in as_csv] == [row["authors"] for row in as_json]
    as_table = ask(seeded, "query", sql).stdout.splitlines()
    assert as_table[0].split("\t") == ["source", "authors", "published_at"]
    assert len(as_table) == 1 + len(as_json)
    out = tmp_path / "rows.parquet"
    assert ask(seeded, "query", sql + ";", "--out", str(out)).returncode == 0
    import pyarrow.parquet

    assert pyarrow.parquet.read_table(out).num_rows == len(as_json)


@pytest.mark.parametrize(
    "sql", ["DELETE FROM articles", "CREATE TABLE t (a INT)", "SELEC 1", "SELECT nothing", "", "/* no */"]
)
def test_query_refuses_writes_and_errors_in_one_sentence(seeded: tuple[Path, dict], sql: str):
    done = ask(seeded, "query", sql)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_status_fits_one_screen(seeded: tuple[Path, dict]):
    done = ask(seeded, "status")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) <= 24
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "42 articles of" in done.stdout and "16 in quarantine" in done.stdout
    told = json.loads(ask(seeded, "status", "--json").stdout)
    assert told["totals"]["articles"] == seeded[1]["loaded"]
    assert told["runs"][0]["balanced"] is True


def test_status_of_much_fits_one_screen_too(capsys: pytest.CaptureFixture[str]):
    from flows.show_status import status

    moment = datetime(2026, 11, 26, 14, 5, 9, tzinfo=UTC)
    outlet = {
        "articles": 123_456,
        "last_published_at": moment,
        "mean_words": 1234,
        "with_flags": 99_999,
        "rules_missed": 321,
    }
    run = dict.fromkeys(("inputs", "loaded", "updated", "unchanged", "duplicate", "quarantined"), 1_234_567)
    report = {
        "totals": {
            "articles": 1_234_567, "sources": 40, "raw_documents": 2_345_678, "in_quarantine": 123_456,
            "first_published_at": moment, "last_published_at": moment, "last_loaded_at": moment,
        },
        "alarms": [{"source": "港新聞" * 9, "kind": "volume_low", "severity": "warning", "told": "fewer " * 40}] * 10,
        "sources": [{**outlet, "source": name} for name in ("The Harbour Standard " * 4, "港新聞" * 20, "A\nB\x1b[31m", "C", "D", "E")],
        "languages": [{"language": "en", "articles": 123_456}] * 8,
        "runs": [{**run, "started_at": moment, "status": "completed", "balanced": n > 0} for n in range(5)],
        "quarantine": [{"reason": "failed_check:body_without_markup", "documents": 12_345}] * 10,
    }  # fmt: skip
    status(report)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 23  # and the line on which the next command is typed
    assert max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines) <= 80
    assert "\x1b" not in "".join(lines)
    assert sum("UNBALANCED" in line for line in lines) == 1
    assert any("3 of 10:" in line for line in lines) and any("5 largest of 40" in line for line in lines)
    assert any("321 rules missed" in line for line in lines)
    assert lines[-1] == "in quarantine: failed_check:body_without_markup 12,345, and 9 more"
    status(
        {
            **report,
            "totals": dict.fromkeys(report["totals"], 0),
            **{name: [] for name in report if name != "totals"},
        }
    )
    assert capsys.readouterr().out == "0 articles of 0 outlets, 0 raw documents, 0 in quarantine\n"


def test_status_of_one_article_is_in_the_singular(letter: Path, tmp_path: Path):
    warehouse = str(tmp_path / "w.duckdb")
    assert copydesk("ingest", str(letter), "--no-track", "--warehouse", warehouse).returncode == 0
    told = copydesk("status", "--warehouse", warehouse).stdout
    assert told.startswith("1 article of 0 outlets, 1 raw document, 0 in quarantine\n")


def test_quarantine_list_and_show(seeded: tuple[Path, dict]):
    rows = json.loads(ask(seeded, "quarantine", "list", "--json").stdout)
    assert len(rows) == seeded[1]["quarantined"]
    reason = rows[0]["reasons"][0]
    some = json.loads(ask(seeded, "quarantine", "list", "--json", "--reason", reason).stdout)
    assert some
    assert all(reason in row["reasons"] for row in some)
    assert len(json.loads(ask(seeded, "quarantine", "list", "--json", "--limit", "1").stdout)) == 1
    by_id = json.loads(ask(seeded, "quarantine", "show", rows[0]["document"], "--json").stdout)
    assert by_id[0]["origin"] == rows[0]["origin"]
    assert ask(seeded, "quarantine", "show", rows[0]["origin"]).returncode == 0
    assert ask(seeded, "quarantine", "show", "no-such-thing").returncode == 2


def test_what_was_refused_can_be_read_again(seeded: tuple[Path, dict]):
    rows = json.loads(ask(seeded, "quarantine", "list", "--json").stdout)
    row = next(r for r in rows if r["origin"].endswith(".txt") and r["reasons"] == ["not_an_article"])
    shown = ask(seeded, "quarantine", "show", row["origin"]).stdout
    first_line = (ROOT / row["origin"]).read_text(encoding="utf-8", errors="replace").split("\n")[0]
    assert first_line.strip()[:40] in shown


def test_no_color_is_respected(letter: Path):
    assert "\x1b" not in copydesk("explain", str(letter), NO_COLOR="1").stdout


def test_module_and_console_script_are_the_same():
    script = Path(sys.executable).parent / "copydesk"
    if not script.exists():
        pytest.skip("not installed")
    by_script = subprocess.run([str(script), "--help"], capture_output=True, text=True, env={**os.environ})
    assert by_script.stdout.replace("copydesk", "X") == copydesk("--help").stdout.replace("copydesk", "X")


# On a terminal --------------------------------------------------------------------------------------------------------


def test_progress_tells_rate_and_time_left():
    from flows.show import progress_words
    from schemas.run import Tally

    tally = Tally(inputs=400, bytes_read=4_000, bytes_expected=16_000)
    tally.outcomes |= {"loaded": 150, "quarantined": 50}
    assert (
        progress_words("ingest", tally, 10.0)
        == "ingest: 200 of 400 read; 50 refused; 20 a second; 12%, about 0:01:10 left"
    )
    tally.documents_expected = 800
    assert progress_words("reprocess", tally, 10.0).endswith("25%, about 0:00:30 left")
    unknown = Tally(inputs=400)
    assert progress_words("ingest", unknown, 10.0) == "ingest: 0 of 400 read; 0 refused"
    unknown.outcomes["loaded"] = 400
    assert progress_words("ingest", unknown, 10.0).endswith("; 40 a second")  # a pipe, an archive
    assert progress_words("ingest", unknown, 1000.0).endswith("; 0.4 a second")


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command writes when a person looks on."""
    import pty

    here, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=there, stderr=there,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "160", **environment},
    )  # fmt: skip
    os.close(there)
    told = b""
    while True:
        try:
            told += os.read(here, 65536)
        except OSError:  # the other end is closed
            break
    os.close(here)
    assert process.wait() == 0, told
    return told.decode()


def test_a_narrow_terminal_gets_refused_documents_as_paragraphs(seeded: tuple[Path, dict]):
    told = on_a_terminal("quarantine", "list", "--warehouse", str(seeded[0]), COLUMNS="80", NO_COLOR="1")
    lines = re.sub("\x1b\\[[0-9;]*m", "", told).splitlines()
    assert "  seeds/articles/harbour-standard/paywalled-marina.html" in lines
    assert "  the page says that the rest is for subscribers" in lines
    assert sum(bool(re.match("[0-9a-f]{12}  ....-..-.. ..:..  [a-z_:]+  ", line)) for line in lines) == 16


def test_the_list_of_commands_is_not_cut_off():
    for command in ((), ("sources",), ("publisher",), ("quarantine",)):
        told = on_a_terminal(*command, "--help", COLUMNS="80")
        assert "..." not in told.split("Commands:")[1], told


def test_a_terminal_gets_colour_and_progress_unless_it_wants_none(letter: Path, tmp_path: Path):
    colour = "\x1b[1;36m"  # of the title
    assert colour in on_a_terminal("explain", str(letter))
    plain = on_a_terminal("explain", str(letter), NO_COLOR="1")
    assert not any(f"\x1b[{codes}3{digit}m" in plain for codes in ("", "1;") for digit in range(8))
    told = on_a_terminal("ingest", str(letter), "--no-track", "--warehouse", str(tmp_path / "w.duckdb"))
    assert "a second; 100%, about 0:00:00 left" in told and "every document accounted for" in told
