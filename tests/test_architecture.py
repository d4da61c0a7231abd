"""The conventions of the house, kept by tests."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from flows.cli import app

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(p for room in ("flows", "tasks", "schemas", "warehouse") for p in (ROOT / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The top-level packages a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def commands() -> list[str]:
    """Every command as it is typed: `ingest`, `quarantine list`, ..."""
    names = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        names += [f"{name} {sub}" for sub in getattr(command, "commands", {})] or [name]
    return names


def test_contracts_of_import_linter_hold():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("prefect", r"tasks/batch\.py|flows/(automations|crashed|ordering|server|up|watch)\.py"),
        ("duckdb", r"warehouse/\w+\.py"),
        ("great_expectations", r"tasks/check\.py"),
        ("pandas", r"tasks/check\.py"),
        ("trafilatura", r"tasks/(extract|discover|_\w+)\.py"),
        ("rich", r"flows/show\w*\.py"),
        ("typer", r"flows/cli\w*\.py"),
        ("httpx", r"tasks/_web_client\.py|flows/(server|watch)\.py"),
        ("feedparser", r"tasks/discover\.py"),
        ("jinja2", r"tasks/report\.py"),
        ("tantivy", r"warehouse/search\w*\.py"),
        ("pygal", r"tasks/_report_charts\.py"),
    ],
)
def test_a_library_is_imported_only_where_it_belongs(package: str, allowed: str):
    places = [str(p.relative_to(ROOT)) for p in SOURCES if package in imports(p)]
    assert [p for p in places if not re.fullmatch(allowed, p)] == []


def test_files_and_functions_stay_small():
    long_files = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert long_files == {}
    wide = []
    for path in SOURCES:
        if path.name.startswith("cli"):  # a command's parameters are its options
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                count = len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs)
                if count > 8:
                    wide.append(f"{path.name}:{node.name}")
    assert wide == []


def test_the_ingest_flow_fits_on_one_screen():
    assert len((ROOT / "flows" / "ingest.py").read_text("utf-8").splitlines()) <= 60


def test_every_command_has_help_with_an_example_and_a_place_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in commands():
        assert f"copydesk {name}" in readme, f"README.md does not say what `copydesk {name}` does"
        command = get_command(app)
        for part in name.split():
            command = command.commands[part]  # type: ignore[attr-defined]
        assert command.help, name
        assert "Example: copydesk " in (command.epilog or ""), name


def test_entry_points_named_in_prefect_yaml_exist():
    for module, function in re.findall(r"entrypoint: ([\w.]+)\.(\w+)$", (ROOT / "prefect.yaml").read_text(), re.M):
        tree = ast.parse((ROOT / (module.replace(".", "/") + ".py")).read_text("utf-8"))
        assert function in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}


def test_locks_name_no_place_but_the_public_index():
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"file:|://|--index|--find-links", text), lock
