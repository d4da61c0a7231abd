"""Checks in a process of their own: the same answers, whatever becomes of the process."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.checks import Checks, _as_it_travels
from schemas.errors import RunFailed
from tasks._sparing import importing_less
from tasks.check import check_all
from tests.test_check import GOOD

#: The second is refused by a critical expectation, the third is no article.
ARTICLES = [GOOD, replace(GOOD, origin="b", body="word " * 200), replace(GOOD, origin="c", outcome="rejected")]


@pytest.fixture(scope="module")
def checks() -> Iterator[Checks]:
    apart = Checks()
    yield apart
    apart.stop()


def test_the_answers_are_those_of_this_process(checks: Checks):
    told = checks.check(ARTICLES, [0, 1], {})
    assert told == check_all(ARTICLES, [0, 1], {})
    assert [a.outcome for a in told[0]] == ["accepted", "rejected", "rejected"]


def test_a_process_that_was_killed_is_started_again(checks: Checks):
    checks.start()
    assert checks._process is not None and checks._process.pid is not None
    os.kill(checks._process.pid, signal.SIGKILL)
    assert checks.check(ARTICLES, [], {}) == check_all(ARTICLES, [], {})


def test_what_goes_wrong_in_it_is_told(checks: Checks):
    with pytest.raises(AttributeError, match="outcome"):
        checks.check(["no article"], [], {})  # type: ignore[list-item]
    assert checks.check(ARTICLES, [], {})[1], "and it goes on"


class OfTwoWordsError(Exception):
    def __init__(self, one: str, other: str):
        super().__init__(f"{one} {other}")


def test_an_exception_that_no_pipe_takes_is_told_in_its_words():
    assert _as_it_travels(ValueError("simple")).args == ("simple",)
    told = _as_it_travels(OfTwoWordsError("so", "long"))
    assert isinstance(told, RunFailed) and str(told) == "OfTwoWordsError: so long"


def test_a_batch_that_always_takes_the_process_down_fails_the_run(monkeypatch: pytest.MonkeyPatch):
    apart = Checks()
    monkeypatch.setattr("flows.checks._serve", os.abort)  # which takes no arguments, and so the process ends
    with pytest.raises(RunFailed, match=r"died 2 times \(exit status 1\)"):
        apart.check(ARTICLES, [], {})


def test_what_is_absent_may_be_so_for_all_threads(monkeypatch: pytest.MonkeyPatch):
    import threading

    found: list[object] = []

    def look() -> None:
        try:
            import wave

            found.append(wave)
        except ModuleNotFoundError as error:
            found.append(error.name)

    for everywhere, expected in ((True, "wave"), (False, sys)):
        monkeypatch.delitem(sys.modules, "wave", raising=False)
        with importing_less(("wave",), in_all_threads=everywhere):
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
        assert isinstance(found.pop(), type(expected))
