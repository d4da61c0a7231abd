"""What an operator sees in Prefect: the words in this process, the rest in flows of their own on a server of their own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

os.environ["COPYDESK_TRACK"] = "0"  # this process; the flows below are tracked

from flows import artifacts, crashed, watch
from schemas.run import Tally
from tasks.batch import log, printable
from tests.conftest import ROOT

HOSTILE = [
    "a|b\\|c`d``e\\", "<script>alert(1)</script><img src=x onerror=alert(1)>", "in\nbox\r\n\x00\x1b[31m\ud800",
    "[x](javascript:alert(1)) ![i](http://127.0.0.1:9/x.png)", "*st* _u_ ~~s~~ # h &amp; <!-- c -->",
    "../../etc/passwd", "naïve – 漢字 \u202eevil", "'; DROP TABLE articles; --", "# x", "- x", "",
]  # fmt: skip
SUMMARY = {
    "what": "ingest inbox, a|b", "run_id": "r1", "inputs": 1204, "loaded": 1098, "updated": 12, "unchanged": 40,
    "duplicate": 30, "quarantined": 24, "reasons": {"paywall_stub": 6, "too_short": 14, "failed_check:has_words": 4},
    "seconds": 61.2, "documents_per_second": 19.67, "balanced": True, "warehouse": "data/copydesk.duckdb",
    "dry_run": False, "steps": {"read": 3.2, "transform": 40.2, "check": 8.8},
    "refused": [{"origin": text, "reasons": ["too_short"], "detail": text} for text in HOSTILE],
    "missed_expectations": [
        {"expectation": "ExpectColumnValueLengths", "column_name": "title", "severity": "warning", "checked": 256,
         "unexpected": 3, "sample": HOSTILE}
    ],
    "warnings": ["40% of articles have no date", *HOSTILE],
    "outlets": [
        {"source": text, "documents": 3, "loaded": 1, "updated": 0, "unchanged": 2, "duplicate": 0, "quarantined": 0}
        for text in (None, *HOSTILE)
    ],
    "loaded_samples": [
        {"title": text, "source": text, "url": url, "origin": text, "word_count": 1312, "confidence": 0.5}
        for text, url in zip(HOSTILE, [
            "https://news.example/a?b=1&amp=2#c", "http://news.example/<script>alert(1)</script>)](x)", "javascript:alert(1)",
            "https://news.example/a|b \"x\"", "HTTPS://news.example/naïve", None, "http://", "//news.example", "data:text/html,x", "", "x",
        ], strict=True)
    ],
}  # fmt: skip


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)


# Words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "values", "name"),
    [
        ("ingest", {"inputs": ["inbox"]}, "ingest inbox"),
        ("ingest", {"inputs": ["a", "-", "b\nc", "d", "e"]}, "ingest a, standard input, b c and 2 more"),
        ("reprocess", {"source": "Harbour Standard", "since": None, "all": True, "until": False}, "reprocess source Harbour Standard all"),
        ("check", {}, "check"),
    ],
)  # fmt: skip
def test_a_run_is_named_for_what_it_does(verb: str, values: dict[str, Any], name: str):
    assert watch.run_name(verb, values) == name


def test_long_names_keep_their_end_and_stay_short():
    name = watch.run_name("ingest", {"inputs": [f"/data/{'deep/' * 30}{n}.jsonl.gz" for n in range(3)]})
    assert len(name) <= watch.NAME_CHARACTERS
    assert name.startswith("ingest /data/")
    assert name.endswith("2.jsonl.gz")


def test_a_batch_in_one_line():
    line = watch.batch_line(
        3, 1256, {"loaded": 1240, "updated": 0, "duplicate": 10, "quarantined": 6},
        {"paywall_stub": 2, "too_short": 4}, 7.06,
    )  # fmt: skip
    assert line == (
        "batch 3: 1,256 documents: 1,240 loaded, 10 duplicate, 6 quarantined (4 too_short, 2 paywall_stub); 7.1 s"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\nb\t c", "a b c"), ("\ud800", "\\ud800"), ("\x00\x1b", "\\x00\\x1b"), ("\u202ex", "\\u202ex"), ("漢é", "漢é")],
)
def test_what_cannot_be_seen_is_shown_as_its_escape(text: str, shown: str):
    assert printable(text) == shown


@given(st.text(max_size=80))
def test_any_text_is_shown_as_it_is_in_a_cell(text: str):
    cell = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = cell.parse(f"| a | b |\n| --- | --- |\n| {artifacts.escaped(text)} | x |")
    inline = [token for token in tokens if token.type == "inline"]
    assert len(inline) == 4
    assert "".join(child.content for child in inline[2].children or []) == printable(text)
    assert {child.type for child in inline[2].children or []} <= {"text", "text_special"}


@example("[x](http://127.0.0.1:9) ![i](/x.png)")
@example("[x]: /y")
@example("<http://127.0.0.1:9> <img src=x> &amp; <!-- c -->")
@example("*a* _a_ __a__ ~~a~~ `a` \\\\*a*")
@given(st.text(st.sampled_from("ab[]()!<>&*_~`\\#-+= /:"), max_size=40))
def test_a_cell_of_a_table_artifact_holds_no_markup(text: str):
    tokens = MarkdownIt("commonmark", {"html": True}).enable("strikethrough").parse(artifacts.quiet(text))
    found = {child.type for token in tokens for child in token.children or []}
    assert found <= {"text", "text_special"}, found
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


def test_plain_origins_and_reasons_stay_as_they_are_in_tables():
    for text in ("inbox/2026-11/harbour_standard.jsonl.gz#17", "failed_check:body_has_words", "12 words, 40 needed."):
        assert artifacts.quiet(text) == text


def test_the_summary_page_says_everything_and_runs_nothing():
    page = artifacts.summary_page(SUMMARY)
    html = rendered(page)
    assert page.startswith("# ingest inbox\\, a\\|b 1\\,204 documents\n")
    assert html.count("<h1>") == 1
    for words in ("1,098", "91.2%", "40% of articles have no date", "19.7 a second", "40.2 s", "65.7%", "3 of 256"):
        assert words in html
    assert html.index("too_short") < html.index("paywall_stub") < html.index("failed_check:has_words")
    assert html.index("transform") < html.index("8.8 s") < html.index("3.2 s")
    # One line of names each; 10 outlets, samples and refusals at most.
    assert html.count("<tr>") == 1 + 6 + 1 + 3 + 1 + 10 + 1 + 10 + 1 + 10 + 1 + 1 + 1 + 3
    for tag in ("<script", "<img", "<em>", "<s>", "<!--"):
        assert tag not in html
    assert re.findall(r'<a href="([^"]*)"', html) == [
        "https://news.example/a?b=1&amp;amp=2#c", "http://news.example/%3Cscript%3Ealert%281%29%3C/script%3E%29%5D%28x%29",
        "https://news.example/a%7Cb%20%22x%22", "HTTPS://news.example/na%C3%AFve",
    ]  # fmt: skip
    assert page.encode("utf-8")


@pytest.mark.parametrize(
    "summary", [{}, {"inputs": 0, "seconds": 0.0, "reasons": None, "steps": None, "refused": None}]
)
def test_a_summary_may_lack_anything(summary: dict[str, Any]):
    assert rendered(artifacts.summary_page(summary)).startswith("<h1>ingest 0 documents</h1>")
    assert list(artifacts.tables(summary)) == []


def test_a_run_that_does_not_balance_says_so():
    assert "**The run does not balance**" in artifacts.summary_page({**SUMMARY, "balanced": False})


def test_tables_hold_what_went_wrong():
    summary = {**SUMMARY, "sources": [{"source": "harbour", "requests": 3, "fetched": 2, "detail": "*timed* out"}]}
    found = {key: json.loads(rows) for key, _, rows in artifacts.tables(summary)}
    assert [row["source"] for row in found["outlets"][:2]] == ["(none named)", r"a|b\\|c\`d\`\`e\\"]
    assert found["sources"] == [{"source": "harbour", "requests": 3, "fetched": 2, "detail": r"\*timed\* out"}]
    assert found["reasons"][0] == {"reason": "too_short", "documents": 14}
    assert len(found["refused"]) == len(HOSTILE)
    assert found["expectations"][0]["unexpected"] == 3


def test_without_prefect_nothing_happens_but_the_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", logger="copydesk")
    crashed.claim_flow_run()
    watch.leave_artifacts(SUMMARY)
    with watch.progress_artifact("ingest") as show:
        show(Tally())
    assert crashed.mark_crashed(["x"]) == 0
    log("a\nb")
    watch.warn("copydesk.quality.drop", "dates dropped", "copydesk.source.x", {})
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "a b"), ("WARNING", "dates dropped")
    ]  # fmt: skip


# Runs that died ------------------------------------------------------------------------------------------------------


def labels(**other: Any) -> dict[str, Any]:
    """Those of a living process: this one."""
    pid = os.getpid()
    own = {"machine": crashed._machine(), "pid": pid, "process_started": crashed._process_started(pid), "attempt": 1}
    return {f"copydesk.{name}": value for name, value in {**own, **other}.items()}


@pytest.mark.parametrize(
    ("found", "in_warehouse", "died"),
    [
        (labels(), False, False),
        (labels(), True, False),  # whatever the warehouse says, there it is
        (labels(process_started=1), False, True),  # its number has been given to another process
        (labels(process_started=1, attempt=0), True, False),  # begun again since
        (labels(machine="elsewhere", pid=1), False, False),
        (labels(machine="elsewhere", pid=1), True, True),
        ({}, False, False),
        ({}, True, True),
        ({"prefect.flow.id": "x"}, False, False),
    ],
)
def test_only_what_is_dead_is_dead(found: dict[str, Any], in_warehouse: bool, died: bool):
    assert crashed._has_died(SimpleNamespace(labels=found, run_count=1), in_warehouse) is died


def test_a_process_that_has_ended_is_gone_even_before_its_parent_has_looked():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert crashed._process_started(child.pid) is not None
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert crashed._process_started(child.pid) is None
    child.communicate()
    assert crashed._process_started(child.pid) is None


# On a server ---------------------------------------------------------------------------------------------------------

FLOW = r"""
import json, os, sys
from flows import crashed, watch
from flows.server import flow
from prefect.settings import PREFECT_API_URL, temporary_settings
from schemas.run import Tally
from tasks.batch import flow_run_id, log, task

given = json.loads(sys.argv[1])

@task(name="step")
def step():
    log("from within a task")

@flow(name="ingest", flow_run_name=watch.named_by("ingest", "inputs"))
def ingest(inputs):
    crashed.claim_flow_run()
    print(flow_run_id(), flush=True)
    if given["what"] == "die":
        os.kill(os.getpid(), 9)
    if given["what"] == "live":
        input()
        return
    if given["what"] == "fail":
        with watch.progress_artifact("ingest inbox") as show:
            show(Tally(3, {"loaded": 2}))
            raise ValueError("the <b>disk</b> is full")
    print(crashed.mark_crashed([given["living"], given["dead"], flow_run_id(), "no id"]), flush=True)
    step()
    watch.PROGRESS_SECONDS = 0
    with watch.progress_artifact("ingest inbox") as show:
        for n in (1, 2):
            show(Tally(n, {"loaded": n}, documents_expected=8))
    watch.warn("copydesk.quality.drop", "dates \ud800 dropped", "copydesk.source.harbour-standard",
               {"sample": ["\ud800\x00"], "share": 0.4})
    watch.leave_artifacts(given["summary"])
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):  # nobody answers there
        crashed.claim_flow_run()
        watch.leave_artifacts(given["summary"])
        print(crashed.mark_crashed(), flush=True)
    log("done \ud800")

ingest(["inbox", "-"])
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server, and the environment of flows that use it."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "COPYDESK_"))}
    shared = {**inherited, "PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with (home / "server.log").open("w") as told:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"],
            env=shared, stdout=told, stderr=told, start_new_session=True,
        )  # fmt: skip
    try:
        until = time.monotonic() + 180
        while not answers(url):
            assert server.poll() is None and time.monotonic() < until, (home / "server.log").read_text()
            time.sleep(0.2)
        yield {**shared, "PREFECT_API_URL": url, "PYTHONPATH": str(ROOT)}
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").status_code == 200
    except httpx.HTTPError:
        return False


def start(environment: dict[str, str], what: str, **given: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", FLOW, json.dumps({"what": what, "summary": SUMMARY, **given})], text=True, cwd=ROOT,
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ask(environment: dict[str, str], what: str, **given: Any) -> Any:
    answer = httpx.post(f"{environment['PREFECT_API_URL']}/{what}/filter", json=given)
    answer.raise_for_status()
    return answer.json()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def watched(environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Four runs: killed, living, stopped by an error, and the one after that looks around and tells its story."""
    killed, failed = start(environment, "die"), start(environment, "fail")
    living = start(environment, "live")
    ids = {"killed": first_line(killed), "failed": first_line(failed), "living": first_line(living)}
    killed.communicate(timeout=180)
    failed.communicate(timeout=180)
    unlabelled = httpx.post(
        f"{environment['PREFECT_API_URL']}/flow_runs/",
        json={"flow_id": ask(environment, "flows")[0]["id"], "name": "older", "state": {"type": "RUNNING"}},
    ).json()["id"]
    after = start(environment, "tell", living=ids["living"], dead=unlabelled)
    out, err = after.communicate(timeout=180)
    assert after.returncode == 0, err
    ids |= {"unlabelled": unlabelled, "after": out.split()[0]}
    yield {"ids": ids, "marked": out.split()[1:], "err": err}
    living.communicate("\n", timeout=180)


def test_a_killed_run_is_marked_and_a_living_one_is_not(environment: dict[str, str], watched: dict[str, Any]):
    states = {run["id"]: run["state"] for run in ask(environment, "flow_runs")}
    found = {name: states[run]["type"] for name, run in watched["ids"].items()}
    assert found == {
        "killed": "CRASHED", "unlabelled": "CRASHED", "living": "RUNNING", "failed": "FAILED", "after": "COMPLETED"
    }  # fmt: skip
    assert watched["marked"] == ["2", "0"]
    assert "was gone" in states[watched["ids"]["killed"]]["message"]


def test_the_run_is_named_and_leaves_its_artifacts(environment: dict[str, str], watched: dict[str, Any]):
    run = watched["ids"]["after"]
    names = {r["id"]: r["name"] for r in ask(environment, "flow_runs")}
    assert names[watched["ids"]["killed"]] == "ingest inbox, standard input"
    assert names[run] == "ingest inbox, a|b 1,204 documents"
    found = {a["key"]: a for a in ask(environment, "artifacts") if a["flow_run_id"] == run and a["key"]}
    ends = ("summary", "progress", "outlets", "reasons", "refused", "expectations")
    assert set(found) == {f"ingest-{end}" for end in ends}
    assert (found["ingest-progress"]["type"], found["ingest-progress"]["data"]) == ("progress", 100)
    tags = {r["id"]: set(r["tags"]) for r in ask(environment, "flow_runs")}
    assert tags[watched["ids"]["killed"]] == {"copydesk"}
    assert tags[run] == {"copydesk", "refused", "warnings"}
    assert found["ingest-summary"]["data"] == artifacts.summary_page(SUMMARY)  # no longer the progress
    assert found["ingest-summary"]["description"].startswith("1,098 loaded, 12 updated")
    assert json.loads(found["ingest-refused"]["data"])[2]["origin"] == r"in box \\x00\\x1b\[31m\\ud800"


def test_a_run_that_fails_says_how_far_it_came(environment: dict[str, str], watched: dict[str, Any]):
    run = watched["ids"]["failed"]
    found = [a for a in ask(environment, "artifacts") if a["flow_run_id"] == run and a["key"] == "ingest-summary"]
    assert [a["description"] for a in found] == ["stopped: 2 loaded"]
    assert "ValueError: the &lt;b&gt;disk&lt;/b&gt; is full 2 of 3 documents" in rendered(found[0]["data"]).replace(
        "</strong>", ""
    )


def test_the_log_tells_the_story_and_prefect_does_not_drown_it(environment: dict[str, str], watched: dict[str, Any]):
    told = ask(environment, "logs", logs={"flow_run_id": {"any_": [watched["ids"]["after"]]}}, sort="TIMESTAMP_ASC")
    lines = [(line["level"], line["message"]) for line in told]
    assert (20, "from within a task") in lines
    assert (30, "dates \\ud800 dropped") in lines
    assert (20, "done \\ud800") in lines
    assert sum("marked as crashed" in message for _, message in lines) == 2
    assert (
        watched["err"].count("Prefect's server did not let the run") == 3
    )  # the one that did not answer; the run went on
    assert [message for _, message in lines if "Finished in state" in message] == ["Finished in state Completed()"]


def test_an_event_is_sent_and_related_to_the_run(environment: dict[str, str], watched: dict[str, Any]):
    until = time.monotonic() + 30
    while not (found := ask(environment, "events", filter={"event": {"name": ["copydesk.quality.drop"]}})["events"]):
        assert time.monotonic() < until
        time.sleep(0.5)
    assert found[0]["resource"]["prefect.resource.id"] == "copydesk.source.harbour-standard"
    assert found[0]["payload"] == {"sample": ["\\ud800\\x00"], "share": 0.4, "message": "dates \\ud800 dropped"}
    related = {resource["prefect.resource.id"] for resource in found[0]["related"]}
    assert f"prefect.flow-run.{watched['ids']['after']}" in related
