"""`copydesk init`: an empty folder becomes a project of one's own, in which every command finds what is its own."""

import json
import signal
from pathlib import Path

import pytest

from tests.conftest import ROOT, copydesk
from tests.test_cli import LETTER
from tests.test_up import Place

OUTLET = 'name = "Skarra Post"\ndomains = ["skarra.example"]\nzone = "Europe/Oslo"\n'
PAGE = """<html><head><title>Ferry fares to rise</title><link rel="canonical" href="https://skarra.example/a">
<meta property="article:published_time" content="2026-07-01T09:30:00"></head><body><article><h1>Ferry fares to rise</h1>
{}</article></body></html>"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    done = copydesk("init", str(tmp_path / "my news"))
    assert done.returncode == 0 and "Next: cd '" in done.stderr, done.stderr
    return tmp_path / "my news"


def test_what_is_there_stays_as_it_is(project: Path):
    assert {p.name for p in project.iterdir()} == {
        "README.md", "sources.toml", ".gitignore", "prefect.yaml", "automations.yaml", "inbox", "publishers", "golden", "data"
    }  # fmt: skip
    (project / "sources.toml").write_text("# mine\n")
    (project / "README.md").unlink()
    told = json.loads(copydesk("init", ".", "--json", cwd=project).stdout)
    assert told["made"] == ["README.md"] and "sources.toml" in told["kept"]
    assert (project / "sources.toml").read_text() == "# mine\n"


def test_every_command_finds_the_projects_own(project: Path):
    (project / "inbox" / "letter.txt").write_text(LETTER)
    summary = json.loads(copydesk("ingest", "inbox", "--no-track", "--json", cwd=project).stdout)
    assert summary["loaded"] == 1 and (project / "data" / "copydesk.duckdb").exists()
    # Its sources,
    (project / "clippings").mkdir()
    (project / "clippings" / "page.html").write_text(
        PAGE.format("".join(f"<p>{p}</p>" for p in LETTER.split("\n\n")[3:]))
    )
    with (project / "sources.toml").open("a") as file:
        file.write('\n[[source]]\nid = "clips"\nname = "Skarra Post"\nkind = "folder"\naddress = "clippings"\n')
    assert "clips" in copydesk("sources", "check", cwd=project).stdout
    # its publishers, whose zone the page's time is read by,
    (project / "publishers" / "skarra.toml").write_text(OUTLET)
    assert copydesk("publisher", "check", cwd=project).returncode == 0
    done = copydesk("collect", "--no-track", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    asked = copydesk(
        "query",
        "SELECT published_at, published_basis FROM articles WHERE url LIKE '%skarra%'",
        "--format",
        "csv",
        cwd=project,
    )
    assert asked.stdout.splitlines()[1] == "2026-07-01T07:30:00Z,source"
    # and they are part of the rules.
    rules = copydesk("query", "SELECT DISTINCT rules_version FROM runs", "--format", "csv", cwd=project).stdout.split()
    assert len(rules) == 1 + 2
    (project / "publishers" / "skarra.toml").write_text("nam = 1\n")
    wrong = copydesk("extract", "inbox/letter.txt", cwd=project)
    assert wrong.returncode == 2 and str(project / "publishers" / "skarra.toml") in wrong.stderr


def test_a_draft_of_rules_is_the_projects_own(project: Path):
    (project / "page.html").write_text(PAGE.format("".join(f"<p>{p}</p>" for p in LETTER.split("\n\n")[3:])))
    done = copydesk("publisher", "draft", "page.html", cwd=project)
    assert done.returncode == 0, done.stderr
    written = [Path(line).relative_to(project).parts[0] for line in done.stdout.splitlines()]
    assert written == ["publishers", "golden", "golden"]
    assert copydesk("publisher", "check", cwd=project).returncode == 0


def test_the_deployments_are_those_of_copydesk(project: Path):
    names = [line for line in (ROOT / "prefect.yaml").read_text().splitlines() if line.startswith("  - name:")]
    assert [
        line for line in (project / "prefect.yaml").read_text().splitlines() if line.startswith("  - name:")
    ] == names


def test_up_finds_the_deployments(project: Path):
    place = Place(project)  # which brings copydesk's own prefect.yaml along
    place.home = project.parent / "prefect"
    (project / "prefect.yaml").unlink()
    assert copydesk("init", str(project)).returncode == 0
    process, told = place.up()
    try:
        assert any(str(project / "inbox") in line for line in told), told
        found = place.post("deployments/filter")
        assert {"inbox", "collect-hourly", "nightly-check", "reprocess"} <= {deployment["name"] for deployment in found}
        step = "prefect.deployments.steps.set_working_directory"
        assert {steps[step]["directory"] for d in found for steps in d["pull_steps"]} == {str(project)}
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
