"""The pool: order, time limit, dead processes, what its processes import."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from flows.pool import Pool
from schemas.article import Article
from schemas.document import Document
from schemas.settings import Settings


def document(name: str, content: bytes = b"") -> Document:
    return Document(document_id=name, origin=name, content=content or name.encode(), media_type="text/plain")


def make(document: Document, settings: Settings) -> Article:
    """Does in a worker what the document's name says."""
    if document.origin.startswith("hang"):
        time.sleep(60)
    if document.origin.startswith("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if document.origin.startswith("modules"):
        found = [
            m for m in ("prefect", "great_expectations", "pandas", "duckdb", "pytest", "typer") if m in sys.modules
        ]
        return Article(document.document_id, document.origin, tags=tuple(found))
    return Article(document.document_id, document.origin)


@pytest.fixture(scope="module")
def pool():
    with Pool(Settings(workers=2, document_seconds=1.5), make) as pool:
        list(pool.map([document("warm")]))
        yield pool


def test_articles_come_in_the_order_of_the_documents(pool: Pool):
    names = [f"d{i}" for i in range(100)]
    assert [a.origin for a in pool.submit(document(n) for n in names).articles()] == names
    assert [a.origin for a in pool.map(document(n) for n in names)] == names
    assert pool.submit([]).articles() == []


def test_a_slow_document_is_refused_and_its_neighbours_are_unharmed(pool: Pool):
    names = ["a", "b", "hang", "c", *(f"d{i}" for i in range(20))]
    articles = pool.submit(document(n) for n in names).articles()
    assert [a.origin for a in articles] == names
    assert [(a.origin, a.reasons) for a in articles if a.reasons] == [("hang", ("timeout",))]


def test_a_dead_process_costs_one_document(pool: Pool):
    names = ["a", "die", "b", *(f"d{i}" for i in range(20))]
    articles = pool.submit(document(n) for n in names).articles()
    assert [a.origin for a in articles] == names
    refused = [a for a in articles if a.reasons]
    assert [(a.origin, a.reasons) for a in refused] == [("die", ("unreadable",))]
    assert "died" in (refused[0].detail or "")


def test_workers_import_nothing_heavy(pool: Pool):
    # This module brings pytest along; everything else would be the pool's own doing.
    (article,) = pool.map([document("modules")])
    assert set(article.tags) <= {"pytest"}


def test_reading_ahead_is_bounded(pool: Pool):
    read = 0

    def stream():
        nonlocal read
        for i in range(1000):
            read += 1
            yield document(f"d{i}")

    articles = pool.map(stream())
    next(articles)
    assert read < 100
    articles.close()  # type: ignore[attr-defined]


def test_nothing_heavy_stands_behind_the_modules_of_the_way_through_a_worker():
    code = (
        "import sys, flows.pool, flows.document\nfrom flows.worker import warm\nwarm()\n"
        "print([m for m in ('prefect', 'great_expectations', 'pandas', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def ends_with_its_parent(made: str, seconds: int) -> bool:
    """Whether the worker processes of a pool end when the process that made it so is killed after some seconds."""
    code = (
        "import time, multiprocessing\nfrom flows.pool import Pool\nfrom schemas.settings import Settings\n"
        f"from tests.test_pool import document, make_stuck\n{made}; time.sleep({seconds})\n"
        "print(*[c.pid for c in multiprocessing.active_children()], flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        children = [int(pid) for pid in parent.stdout.readline().split()]
        assert children
    finally:
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(_alive(pid) for pid in children):
        time.sleep(0.1)
    return not any(_alive(pid) for pid in children)


def test_no_process_is_left_when_the_parent_is_killed():
    assert ends_with_its_parent("p = Pool(Settings(workers=2))", 2)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_process_killed_from_outside_costs_nothing(tmp_path):
    (tmp_path / "first").touch()
    with Pool(Settings(workers=2), make_unlucky) as pool:
        names = [*(f"d{i}" for i in range(10)), f"unlucky {tmp_path / 'first'}", *(f"e{i}" for i in range(10))]
        articles = pool.submit(document(n) for n in names).articles()
    assert [a.origin for a in articles] == names
    assert [a.reasons for a in articles if a.reasons] == []
    assert not (tmp_path / "first").exists()  # it did happen


def make_unlucky(document: Document, settings: Settings) -> Article:
    """Is killed at the first try of an unlucky document."""
    mark = document.origin.partition(" ")[2]
    if mark and os.path.exists(mark):  # noqa: PTH110
        os.unlink(mark)  # noqa: PTH108
        os.kill(os.getpid(), signal.SIGKILL)
    return Article(document.document_id, document.origin)


def test_the_signal_is_named_when_a_document_kills_twice(pool: Pool):
    (article,) = pool.submit([document("die")]).articles()
    assert article.reasons == ("unreadable",) and "SIGKILL" in (article.detail or "")


def make_greedy(document: Document, settings: Settings) -> Article:
    """Takes as many megabytes as the document's name says, in itself or below it."""
    held = [bytearray(1 << 20) for _ in range(int(document.origin.partition(" ")[2] or 0))]
    return Article(document.document_id, document.origin, word_count=len(held))


def test_what_needs_too_much_memory_is_refused(capfd: pytest.CaptureFixture[str]):
    with Pool(Settings(workers=1, document_memory_bytes=100 << 20), make_greedy) as pool:
        articles = pool.submit(document(n) for n in ("a", "greedy 50", "greedy 400", "b")).articles()
    assert [a.reasons for a in articles] == [(), (), ("too_large",), ()]
    assert "100 MiB" in (articles[2].detail or "")
    assert capfd.readouterr().err == ""


def test_documents_held_up_do_not_hold_up_the_others():
    with Pool(Settings(workers=1, document_seconds=60), make) as pool:
        held_up = pool.submit([document("hang")])
        articles = pool.submit(document(f"d{i}") for i in range(20)).articles()  # or this waits for a minute
        assert len(articles) == 20
        assert not held_up._futures[0].done()


def test_a_pool_that_is_stopped_is_stopped_at_once():
    pool = Pool(Settings(workers=2))
    slots = list(pool._slots)
    pool.submit(document(f"d{i}") for i in range(5))
    pool.stop()
    assert len(slots) == 2 and not any(slot.thread.is_alive() for slot in slots)
    assert not any(_alive(slot._process.pid or 0) for slot in slots if slot._process)


def test_a_worker_deep_in_a_call_ends_with_its_parent():
    """Backtracking in a regular expression holds Python's lock for good: no thread of the worker's own can look."""
    made = "p = Pool(Settings(workers=1, document_seconds=300), make_stuck); p.submit([document('a')])"
    assert ends_with_its_parent(made, 4)


def make_stuck(document: Document, settings: Settings) -> Article:
    """Never comes back."""
    re.match(r"(a*)*b", "a" * 60)
    return Article(document.document_id, document.origin)
