"""Collecting at scale: `python -m tests.bench.bench_collect [--hosts 200] [--pages 20] [--delay 1] [--tracked]`.

A news server in a process of its own, as many hosts on it as asked for, and the real flow in this one.  The bar of the
issue: at least 80% of the rate that the delays allow while pages are fetched, and under 400 MB in this process.
`--tracked`: as a Prefect flow run on an embedded server, as `copydesk collect` is; else as with `--no-track`.

Each page has words of its own, drawn in short stretches from the samples in seeds/articles: 4,000 copies of one
article would measure `relate` (whose own bench is bench_relate), and no outlets are like that.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from itertools import pairwise
from pathlib import Path

import psutil

from flows import crawl
from flows.cli_run import a_run
from schemas.settings import Settings
from tasks._web_world import World

ROOT = Path(__file__).resolve().parents[2]


def prose(number: int, known: list[str]) -> str:
    """Some three hundred words in sentences of twenty, in stretches of three to six that stand together somewhere."""
    chance, words = random.Random(number), []
    while len(words) < 300:
        start, size = chance.randrange(len(known)), chance.randrange(3, 7)
        words += known[start : start + size]
    sentences = (" ".join(words[n : n + 20]).capitalize() + "." for n in range(0, len(words), 20))
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)


def serve(hosts: int, pages: int) -> None:
    """The server: prints its port; at the end of its input, when the first and the last page were asked for."""
    from datetime import UTC, datetime

    from tasks._text import words
    from tests.newsroom import Clock, Newsroom, Paper, Request, Story

    samples = sorted((ROOT / "seeds" / "articles").rglob("*.txt"))
    known = [word for path in samples for word in words(path.read_text("utf-8", "replace"))]
    common = Story.page

    def page(story: Story, base: str) -> bytes:
        begin, _, _ = common(story, base).partition(b"<p>")
        return begin + prose(zlib.crc32(story.slug.encode()), known).encode() + b"</article></body></html>"

    Story.page = page  # type: ignore[method-assign]
    clock = Clock()
    clock.now = lambda: datetime.now(UTC)  # type: ignore[method-assign]
    with Newsroom(clock) as room:
        for number in range(hosts):
            paper = Paper(room, f"h{number}.test")
            paper.feed_limit = pages
            for n in range(pages):
                story = paper.add(n)
                story.town = f"{story.town} {number}"
                story.slug = f"news/{number}-{n}"
        print(room.port, flush=True)
        sys.stdin.read()
        asked: list[Request] = [r for r in room.requests if "/news/" in r.path]
        by_host: dict[str, list[float]] = {}
        for request in room.requests:
            by_host.setdefault(request.host, []).append(request.at.timestamp())
        gaps = [b - a for times in by_host.values() for a, b in pairwise(times)]
        told = {"pages": len(asked), "requests": len(room.requests), "shortest_gap": min(gaps, default=0.0),
                "first": room.requests[0].at.timestamp(), "last": asked[-1].at.timestamp()}  # fmt: skip
        print(json.dumps(told), flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--tracked", action="store_true")
    parser.add_argument("--serve", action="store_true")
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.hosts, asked.pages)
        return
    command = [
        sys.executable,
        "-m",
        "tests.bench.bench_collect",
        "--serve",
        "--hosts",
        str(asked.hosts),
        "--pages",
        str(asked.pages),
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None and server.stdin is not None
        port = int(server.stdout.readline())

        async def resolve(host: str, _port: int) -> list[str]:
            return ["127.0.0.1"]

        crawl.WORLD = World(resolve=resolve)
        lines = ['[collect]\ncontact = "desk@copydesk.example"\n']
        for number in range(asked.hosts):
            lines.append(
                f'[[source]]\nid = "h{number}"\nname = "Outlet {number}"\nkind = "feed"\nallow_private = true\n'
                f'address = "http://h{number}.test:{port}/feed.xml"\nlimits = {{ delay_seconds = {asked.delay} }}\n'
            )
        sources = Path(folder) / "sources.toml"
        sources.write_text("".join(lines))
        most, over = {"while pages were fetched": 0, "after that": 0}, threading.Event()

        def watch() -> None:
            process = psutil.Process()
            while not over.wait(0.1):
                is_fetching = any(thread.name == "crawl" for thread in threading.enumerate())
                when = (
                    "while pages were fetched" if is_fetching or not most["while pages were fetched"] else "after that"
                )
                most[when] = max(most[when], process.memory_info().rss)

        threading.Thread(target=watch, daemon=True).start()
        started = time.monotonic()
        warehouse = str(Path(folder) / "w.duckdb")
        os.environ["PREFECT_HOME"] = str(Path(folder) / "prefect")
        with a_run(Settings.of(warehouse), no_track=not asked.tracked, debug=False, is_fetching=True):
            from flows.collect import collect  # as the command line does, once it is known whether Prefect is in it

            summary = collect(warehouse=warehouse, sources_file=str(sources))
        seconds = time.monotonic() - started
        over.set()
        out, _ = server.communicate()
        told = json.loads(out)
    # robots.txt, the feed, and then the pages, with a delay before each but the first request.
    ideal = (asked.pages + 1) * asked.delay
    took = told["last"] - told["first"]
    print(
        f"{told['pages']:,} pages of {asked.hosts} hosts in {took:.1f} s; the delays allow {ideal:.1f} s: {ideal / took:.0%} of the rate"
    )
    print(f"shortest time between two requests to a host: {told['shortest_gap']:.3f} s")
    print(
        f"whole run {seconds:.1f} s, {summary['loaded']:,} loaded, balanced {summary['balanced']}, steps {summary['steps']}"
    )
    peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(
        "most memory of this process: "
        + ", ".join(f"{size >> 20} MB {when}" for when, size in most.items())
        + f"; {int(peak) >> 10} MB by the system's account"
    )


if __name__ == "__main__":
    main()
