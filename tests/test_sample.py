"""A sample is drawn fairly, written whole, and its codes come back as precision with intervals."""

import csv
import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.sample import QUESTIONS, Code
from tasks.sample import as_cell, estimate, read_codes, wilson
from tests.conftest import copydesk


def sample(seeded: tuple[Path, dict], out: Path, *more: str) -> list[dict]:
    done = copydesk("sample", *more, "--out", str(out), "--warehouse", str(seeded[0]))
    assert done.returncode == 0, done.stderr
    if out.suffix == ".jsonl":
        return [json.loads(line) for line in out.read_text().splitlines()]
    return list(csv.DictReader(out.open(encoding="utf-8-sig", newline="")))


def test_the_same_seed_draws_the_same_articles_and_strata_get_as_many(seeded: tuple[Path, dict], tmp_path: Path):
    rows = sample(seeded, tmp_path / "a.csv", "12")
    again = sample(seeded, tmp_path / "b.jsonl", "12", "--seed", "1")
    other = sample(seeded, tmp_path / "c.csv", "12", "--seed", "2")
    ids = [row["article_id"] for row in rows]
    assert ids == [row["article_id"] for row in again] and len(set(ids)) == 12
    assert ids != [row["article_id"] for row in other]
    drawn = Counter(row["stratum"] for row in rows)
    sizes = {row["stratum"]: int(row["stratum_size"]) for row in rows}
    most = max(drawn.values())
    assert all(count == sizes[name] or count >= most - 1 for name, count in drawn.items())
    assert all(row[question] == "" for row in rows for question in QUESTIONS)
    # The copy with what was taken out in its place.
    taken_out = [row for row in again if "[navigation] " in row["copy"] or "[title] " in row["copy"]]
    assert len(taken_out) > 6
    for row in again:
        kept = [line for line in row["copy"].split("\n") if not line.startswith("[")]
        assert " ".join(" ".join(kept).split())[:40] == " ".join(row["body"].split())[:40]


def test_codes_come_back_as_precision(seeded: tuple[Path, dict], tmp_path: Path):
    out = tmp_path / "a.csv"
    rows = sample(seeded, out, "12")
    for number, row in enumerate(rows):
        row |= {"title_right": "yes" if number else "NO", "body_clean": "1", "date_right": "?"}
    with out.open("w", encoding="utf-8-sig", newline="") as file:  # as a spreadsheet of another country writes it
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    told = json.loads(copydesk("sample", "--codes", str(out), "--json").stdout)
    overall = {row["question"]: row for row in told if row["stratum"] is None}
    assert set(overall) == {"title_right", "body_clean"}
    assert (overall["title_right"]["coded"], overall["title_right"]["right"]) == (12, 11)
    assert overall["body_clean"]["precision"] == 1 and 0.6 < overall["body_clean"]["low"] < 1
    shown = copydesk("sample", "--codes", str(out)).stdout.splitlines()
    assert shown[0].split("\t")[:3] == ["question", "stratum", "coded"] and "(all)" in shown[1]


def code(stratum: str, size: int, is_right: bool) -> Code:
    return Code("title_right", stratum, size, is_right)


def test_strata_are_weighed_by_their_size():
    """Of 900 articles half are right, of 100 all: .55, though as many were coded of each."""
    codes = [code("large", 900, n < 5) for n in range(10)] + [code("small", 100, True) for _ in range(10)]
    overall, large, small = estimate(codes)
    assert (overall.stratum, overall.coded, overall.right, overall.size) == (None, 20, 15, 1000)
    assert overall.precision == pytest.approx(0.55)
    assert (large.precision, small.precision) == (0.5, 1.0)
    # Kish: as good as 1 / (.9² / 10 + .1² / 10) articles drawn at random.
    assert (overall.low, overall.high) == pytest.approx(wilson(0.55, 1 / (0.81 / 10 + 0.01 / 10)))


def test_wilson_is_that_of_the_books():
    """Brown, Cai, DasGupta 2001; the same figures as R's prop.test(correct = FALSE)."""
    assert wilson(0.9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(1.0, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=40))
def test_an_interval_holds_its_precision_and_lies_within_bounds(drawn: list[tuple[str, bool]]):
    sizes = {"a": 1000, "b": 50, "c": 7}
    for row in estimate([code(name, sizes[name], is_right) for name, is_right in drawn]):
        assert 0 <= row.low <= row.precision + 1e-12 and row.precision <= row.high + 1e-12 <= 1 + 2e-12
        assert row.right <= row.coded and not math.isnan(row.low)


def test_what_is_no_code_is_told_with_its_row():
    good = {"stratum": "x", "stratum_size": "4", "title_right": "yes"}
    for bad, words in (
        ({**good, "title_right": "perhaps"}, "row 2: title_right"),
        ({"title_right": "yes"}, "row 2: stratum"),
    ):
        with pytest.raises(UsageError, match=words):
            read_codes([good, bad], "f.csv")
    with pytest.raises(UsageError, match="no codes"):
        read_codes([{**good, "title_right": ""}], "f.csv")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "copydesk sample 60"), (["5", "--out", "x.txt"], ".csv"), (["5", "--by", "weather"], "source, language"),
        (["5", "--codes", "x.csv"], "copydesk sample 60"), (["--codes", "no-such.csv"], "no-such.csv"), (["5", "--out", "README.md"], ".csv"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_sentence(seeded: tuple[Path, dict], arguments: list[str], words: str):
    done = copydesk("sample", *arguments, "--warehouse", str(seeded[0]))
    assert (done.returncode, done.stdout) == (2, "") and words in done.stderr and "Traceback" not in done.stderr


def test_a_coded_file_is_never_written_over(seeded: tuple[Path, dict], tmp_path: Path):
    (tmp_path / "a.csv").write_text("coded\n")
    done = copydesk("sample", "5", "--out", str(tmp_path / "a.csv"), "--warehouse", str(seeded[0]))
    assert done.returncode == 2 and (tmp_path / "a.csv").read_text() == "coded\n"


def test_other_peoples_words_are_no_formula():
    assert (
        as_cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
        and as_cell("-5") == "'-5"
        and as_cell("plain") == "plain"
        and as_cell(3) == 3
    )
