"""`copydesk diff`: versions side by side, and what two articles share."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks._edits import compare_paragraphs, compare_words
from tasks._passages import compare_bodies
from tests.conftest import copydesk

FERRY = [
    "The Skarra ferry will run an hour later from Monday, the harbour board said after a long meeting on Tuesday evening.",
    "Twelve people were hurt and 12 boats were lost in the storm that broke the old pier in January, the board said.",
    "Its chair told a full room in the custom house that the tide tables left the board no other choice before the spring.",
    "Fishermen had asked for the change since last summer, when two boats lost a day at the pier each and every week.",
]
LATER = [FERRY[0], FERRY[1].replace("12 boats", "14 boats"), FERRY[2],
         "A new pier will cost 3.5 million, and nobody has said yet who is to pay for it, the chair told the room."]  # fmt: skip
QUOTING = [
    "Councillors on the mainland have heard enough of timetables, to judge by what was said in their hall last night.",
    "They were read a letter: " + FERRY[2] + " Nobody wished to speak to it.",
    "A vote on the budget for roads, schools and the swimming bath was put off for the third time since the autumn.",
    "The hall was cold, the coffee was out, and the clerk asked all of them to bring a coat to the meeting in April.",
]


def rows(*articles: tuple[str, str, str, list[str]]) -> str:
    return "".join(
        json.dumps({"id": i, "source": s, "url": f"https://{s}.example/{i}", "title": t, "text": "\n\n".join(p)}) + "\n"
        for i, s, t, p in articles
    )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diff")
    path = folder / "w.duckdb"
    first = rows(("ferry", "harbour", "Skarra ferry to run an hour later", FERRY),
                 ("hall", "mainland", "Cold hall, no vote", QUOTING))  # fmt: skip
    second = rows(("ferry", "harbour", "Skarra ferry to run two hours later", LATER))
    for number, text in enumerate((first, second)):
        (folder / f"{number}.jsonl").write_text(text)
        done = copydesk(
            "ingest", str(folder / f"{number}.jsonl"), "--no-track", "--warehouse", str(path), "--workers", "1"
        )
        assert done.returncode == 0, done.stderr
    return path


def diff(warehouse: Path, *names: str):
    done = copydesk("diff", *names, "--json", "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_versions_of_an_article_side_by_side(warehouse):
    told = diff(warehouse, "https://harbour.example/ferry")
    assert told["versions"] == 2
    (revision,) = told["revisions"]
    assert [change["name"] for change in revision["fields"]] == ["title"]
    assert revision["figures"] == [{"before": "12 boats", "after": "14 boats"}]
    kinds = {(p["before"] is None, p["after"] is None) for p in revision["paragraphs"]}
    assert kinds == {(False, False), (True, False), (False, True)}, "one changed, one added, one removed"
    assert diff(warehouse, told["article_id"][:10]) == told, "the beginning of an id will do"


def test_it_reads_well_in_a_pipe(warehouse):
    done = copydesk("diff", "https://harbour.example/ferry", "--warehouse", str(warehouse))
    assert "title       Skarra ferry to run [-an hour-]{+two hours+} later" in done.stdout
    assert "figure      [-12 boats-] {+14 boats+}" in done.stdout
    done = copydesk("diff", "https://mainland.example/hall", "--warehouse", str(warehouse))
    assert "The outlet has changed nothing." in done.stdout


def test_what_two_articles_share(warehouse):
    told = diff(warehouse, "https://harbour.example/ferry", "https://mainland.example/hall")
    assert [link["kind"] for link in told["links"]] == ["quotes"]
    (passage,) = told["passages"]
    assert passage["one"]["text"] == passage["other"]["text"] == FERRY[2].rstrip(".")
    assert passage["other"]["before"].endswith("They were read a letter: ")
    done = copydesk(
        "diff", "https://harbour.example/ferry", "https://mainland.example/hall", "--warehouse", str(warehouse)
    )
    assert "links: quotes" in done.stdout
    assert "{+" + FERRY[2].rstrip(".") + "+}" in done.stdout


def test_names_that_stand_for_none_or_several_are_told(warehouse):
    done = copydesk("diff", "https://harbour.example/other", "--warehouse", str(warehouse))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no article has the id, URL or origin https://harbour.example/other" in done.stderr
    done = copydesk(
        "diff", "https://harbour.example/ferry", "https://harbour.example/ferry", "--warehouse", str(warehouse)
    )
    assert done.returncode == 2 and "are one article" in done.stderr


def test_the_view_edits_has_paragraphs_and_figures(warehouse):
    sql = "SELECT len(paragraphs_added), len(paragraphs_removed), figures_before, figures_after FROM edits"
    done = copydesk("query", sql, "--format", "csv", "--warehouse", str(warehouse))
    assert done.stdout.splitlines()[1] == '2,2,"[""12""]","[""14"",""3.5""]"'


@given(st.text("ab 12\n", max_size=60), st.text("ab 12\n", max_size=60))
@settings(max_examples=200, deadline=None)
def test_both_texts_can_be_read_out_of_their_difference(before, after):
    words = compare_words(before, after)
    assert "".join(word.text for word in words if word.sign != "+") == before
    assert "".join(word.text for word in words if word.sign != "-") == after


@given(
    st.lists(st.sampled_from(["a b c", "d e f g", "a b c d", "x"]), max_size=8),
    st.lists(st.sampled_from(["a b c", "d e f g", "x"]), max_size=8),
)
@settings(max_examples=200, deadline=None)
def test_every_paragraph_is_told_once(before, after):
    changes = compare_paragraphs("\n\n".join(before), "\n\n".join(after))
    removed = [c.before for c in changes if c.before is not None]
    added = [c.after for c in changes if c.after is not None]
    assert len(before) - len(removed) == len(after) - len(added)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.lists(st.sampled_from("abcdefgh"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_shared_passage_stands_in_both(mine, theirs):
    one, other = " ".join(mine), " ".join(theirs)
    for passage in compare_bodies(one, other, least_words=4).passages:
        assert one[slice(*passage.one)] == other[slice(*passage.other)]
        assert passage.words >= 4
