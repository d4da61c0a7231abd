"""Collecting that is killed with -9 at any moment: nothing is lost or doubled, nothing that was landed is fetched again."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from tests.conftest import ROOT
from tests.newsroom import HEAD, Clock, Newsroom, Paper, Reply, Request, sends
from tests.test_archives_of_news import records
from tests.test_flow import ask

#: `make torture` kills more often.
ROUNDS = int(os.environ.get("COPYDESK_KILLS", "7"))
STORIES = 60

#: The real flow in a process of its own, but for what takes seconds to start.
CHILD = """
import os, sys
os.environ["COPYDESK_TRACK"] = "0"
from pathlib import Path
import flows.ingest
import flows.run
from flows import early
from flows.collect import collect
from schemas.settings import Settings
from tests.test_collect import Here
early.take_pool, flows.run.Checks = Here, lambda: None
flows.ingest.check = lambda batch, run: None
Settings.of = classmethod(lambda cls, w=None, **said: cls(warehouse=Path(w), workers=1, batch_documents=6))
print("begun", flush=True)
print(collect(warehouse=sys.argv[1], sources_file=sys.argv[2])["balanced"], flush=True)
"""


def start(warehouse: Path, sources: Path) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CHILD, str(warehouse), str(sources)]
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n", child.communicate()[1]
    return child


def landed(folder: Path) -> set[str]:
    return {
        row
        for path in folder.glob("*.parquet")
        for row in pq.read_table(path, columns=["origin"])["origin"].to_pylist()
    }


def test_killed_while_an_archive_is_fetched_and_read(tmp_path: Path):
    """What was landed of an archive is kept, the archive is fetched again from its beginning, no page counts twice."""
    warehouse, sources = tmp_path / "w.duckdb", tmp_path / "sources.toml"
    body = b"".join(gzip.compress(record, 1) for number in range(STORIES) for record in records(number))
    half = len(body) // 2
    with Newsroom(Clock(datetime.now(UTC))) as room:
        paper = Paper(room, "127.0.0.1")
        pause = 30.0

        def serve(request: Request) -> Reply:
            return sends(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[:half], body[half:], pause=pause)(
                request
            )

        paper.faults["/news.warc.gz"] = serve
        sources.write_text(
            '[collect]\ncontact = "desk@copydesk.example"\n[[source]]\nid = "paper"\nname = "The Paper"\nkind = "warc"\n'
            f'address = "{paper.base}/news.warc.gz"\nallow_private = true\nlimits = {{ delay_seconds = 0.02 }}\n'
        )
        left = []
        for packs in (0, 1, 4):
            child = start(warehouse, sources)
            while child.poll() is None and (
                len(landed(tmp_path / "landing")) < 6 * packs or not room.asked("127.0.0.1", "/news.warc.gz")
            ):
                time.sleep(0.01)
            time.sleep(0.1)
            child.send_signal(signal.SIGKILL)
            child.communicate()
            left.append(len(landed(tmp_path / "landing")))
            assert list(tmp_path.rglob("*.warc*")) == []
            pause = 0.0
        out, err = start(warehouse, sources).communicate(timeout=120)
        assert out == "True\n", err
        assert left[0] == 0 < left[1] < STORIES, left
        assert len(room.asked("127.0.0.1", "/news.warc.gz")) >= 3
    urls = [url for (url,) in ask(warehouse, "SELECT url FROM articles ORDER BY url")]
    assert urls == sorted(f"https://archive.example/news/{n}" for n in range(STORIES))
    assert ask(warehouse, "SELECT max(version), count(*) FROM article_versions") == [(1, STORIES)]
    assert ask(warehouse, "SELECT count(*), count(DISTINCT origin) FROM documents") == [(STORIES, STORIES)]
    assert ask(warehouse, "SELECT count(*) FROM landed_packs") == [(0,)]


def test_killed_at_any_moment(tmp_path: Path):
    chance = random.Random(7)
    warehouse, sources = tmp_path / "w.duckdb", tmp_path / "sources.toml"
    with Newsroom(Clock(datetime.now(UTC))) as room:
        paper = Paper(room, "127.0.0.1")
        paper.feed_limit = STORIES
        for n in range(STORIES):
            paper.add(n)
        sources.write_text(
            '[collect]\ncontact = "desk@copydesk.example"\n[[source]]\nid = "paper"\nname = "The Paper"\nkind = "feed"\n'
            f'address = "{paper.base}/feed.xml"\nallow_private = true\nlimits = {{ delay_seconds = 0.02 }}\n'
        )
        before: list[tuple[int, set[str]]] = []
        for _ in range(ROUNDS):
            had, asked, packs = len(room.requests), chance.randrange(STORIES // 2), chance.randrange(3)
            before_it = len(list((tmp_path / "landing").glob("*.parquet")))
            child = start(warehouse, sources)
            # So many requests and packs later, not seconds: a slow machine must come as far.
            while child.poll() is None and (
                len(room.requests) - had < asked
                or len(list((tmp_path / "landing").glob("*.parquet"))) - before_it < packs
            ):
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.2))
            child.send_signal(signal.SIGKILL)
            child.communicate()
            room.clock.at = datetime.now(UTC)
            before.append((len(room.requests), landed(tmp_path / "landing")))
        child = start(warehouse, sources)
        out, err = child.communicate(timeout=120)
        assert (child.returncode, out) == (0, "True\n"), err
        urls = Counter(url for (url,) in ask(warehouse, "SELECT url FROM articles"))
        assert urls == Counter(f"{paper.base}/{story.slug}" for story in paper.stories)
        assert ask(warehouse, "SELECT max(version), count(*) FROM article_versions") == [(1, STORIES)]
        assert ask(warehouse, "SELECT count(*) FROM documents") == [(STORIES,)]
        assert ask(warehouse, "SELECT count(*) FROM landed_packs") == [(0,)]
        # Nobody asked again for what was on the disk.
        for number, origins in before:
            again = [r.path for r in room.requests[number:] if f"{paper.base}{r.path}" in origins]
            assert again == [], (number, again)
        assert any(0 < len(origins) < STORIES for _, origins in before), [len(o) for _, o in before]
