"""docs/operations.md tells the truth: its commands run, in order; its unit and image use what is there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", TEXT, re.S | re.M)
UNIT = re.findall(r"^```ini\n(.*?)^```", TEXT, re.S | re.M)
IMAGE = re.findall(r"^```dockerfile\n(.*?)^```", TEXT, re.S | re.M)


def test_the_commands_run_in_order(tmp_path: Path):
    shutil.copytree(ROOT / "seeds" / "articles" / "harbour-standard", tmp_path / "inbox")
    home = str(Path(sys.executable).parent)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")}
    # Without Prefect, whose start takes longer than all of this; tests/test_flow.py runs with it.
    environment |= {"PATH": f"{home}{os.pathsep}{os.environ['PATH']}", "COPYDESK_TRACK": "0"}
    assert len(BLOCKS) >= 8
    for block in BLOCKS:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    assert "all is well" in done.stderr  # the last one: after the warehouse was made anew
    assert (tmp_path / "exported" / "articles.parquet").exists()


def test_every_command_that_is_named_exists():
    from tests.test_architecture import commands

    named = set(re.findall(r"(?:^|`)copydesk ((?:quarantine )?[a-z]+)", TEXT, re.M))
    assert {"up", "check", "quarantine replay"} <= named <= set(commands()), named - set(commands())


def test_the_systemd_unit_is_valid(tmp_path: Path):
    (unit,) = UNIT
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    command = str(Path(sys.executable).parent / "copydesk")
    assert "/srv/copydesk/.venv/bin/copydesk up --warehouse " in unit
    unit = unit.replace("/srv/copydesk/.venv/bin/copydesk", command).replace("User=copydesk", "User=root")
    (tmp_path / "copydesk.service").write_text(unit.replace("/srv/copydesk", str(ROOT)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "copydesk.service")], capture_output=True, text=True
    )
    assert [line for line in done.stderr.splitlines() if "copydesk" in line] == []
    assert done.returncode == 0, done.stderr


def test_the_image_uses_what_is_there():
    (image,) = IMAGE
    copied = {name for line in re.findall(r"^COPY (.+)$", image, re.M) for name in line.split()[:-1]}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"flows", "tasks", "schemas", "warehouse", "seeds", "prefect.yaml", "automations.yaml"} <= copied
    for target in re.findall(r"^RUN make (\S+)$", image, re.M):
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert 'CMD [".venv/bin/copydesk", "up"]' in image
    assert re.search(r'^copydesk = "flows\.cli:main"$', (ROOT / "pyproject.toml").read_text(), re.M)
