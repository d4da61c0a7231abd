"""Plain text through the public steps: nothing vanishes, and the shapes that no golden page has."""

import hashlib
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.document import make_article
from schemas.document import Document
from schemas.outcome import KINDS
from schemas.settings import Settings
from tasks._encoding import Decoded
from tasks._page import Verdict
from tasks._plain_text import read_text
from tasks.strip import strip_text

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "eval" / "text_lines"

PROSE = [
    "The council voted nine to six on Tuesday night to close the old swimming baths before the winter.",
    "“Nobody asked us,” said Mara Quint, who has taught children to swim there since 1987.",
    "A report that was published in May put the cost of a new roof at 4.2 million.",
    "It will be the third public building to close in the town in as many years.",
]
FURNITURE = [
    "Home", "Share", "Comments", "12 Comments", "Read more: Council leader to stand down", "Advertisement", "By Ann Lee", "Ann Lee",
    "Friday 15 June 2018 13:03 BST", "© 2018 The Lantern", "Photo: Ann Lee", "The baths on a quiet morning (PA)", "• Tomatoes", "Subscribe now",
    "JANE DOE via Northlight Images", "A crowd in the square on Monday NLI PHOTO / JANE DOE", "Council votes to close the old baths", "次の記事", "関連記事",
]  # fmt: skip


def squeezed(text):
    """Text without white space and control characters, in NFC: what must be kept of every line."""
    text = unicodedata.normalize("NFC", text)
    return "".join(
        c
        for c in text
        if (not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Cs")) or c in "\u200c\u200d"
    )


def assert_accounted_for(text):
    """Every piece of every non-blank line is in exactly one place, and together they rebuild the line."""
    lines = re.split(r"\r\n|\r|\n", text)
    by_line = {}
    draft = strip_text(text)
    for piece in draft.pieces:
        assert piece.kind == "body" or piece.kind in KINDS
        assert piece.rule
        assert lines[piece.line - 1][piece.position : piece.position + len(piece.text)] == piece.text
        by_line.setdefault(piece.line, []).append(piece)
    for number, line in enumerate(lines, 1):
        pieces = sorted(by_line.get(number, []), key=lambda piece: piece.position)
        assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(line.split())
    return draft


line = st.one_of(
    st.sampled_from(PROSE),
    st.sampled_from(FURNITURE),
    st.text(max_size=60),
    st.sampled_from(["", "  ", "\t", "\u00a0", "\ufeff"]),
)


@settings(deadline=None)
@given(st.lists(line, max_size=40), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_piece_of_every_line_is_in_one_place(lines, end):
    assert_accounted_for(end.join(lines))


@settings(deadline=None)
@given(st.lists(line, max_size=30))
def test_the_record_rebuilds_the_copy(lines):
    text = "\n".join(lines).encode("utf-8", "ignore").decode()
    content = text.encode()
    article = make_article(Document(hashlib.sha256(content).hexdigest(), "a.txt", content, "text/plain"), Settings())
    if "mojibake_repaired" in article.flags or article.stage == "read" or article.stage == "strip":
        return
    decoded = read_text(content)  # a few bytes with a NUL among them may be UTF-16
    assert isinstance(decoded, Decoded)
    kept = Counter(squeezed(article.body)) + Counter(squeezed("".join(piece.text for piece in article.removed)))
    assert kept == Counter(squeezed(decoded.text))


@pytest.mark.skipif(not SHARED.exists(), reason="the evaluation pages are not here")
def test_nothing_vanishes_from_real_copy():
    for path in sorted(SHARED.iterdir())[::25]:
        assert_accounted_for(path.read_text(encoding="utf-8"))


def article_of(*lines):
    draft = assert_accounted_for("\n".join(lines))
    return draft, draft.paragraphs()


def test_a_photographer_is_no_author_and_a_caption_no_body():
    draft, body = article_of(
        "04/11/2013 09:15 GMT | Updated 05/11/2013 07:40 GMT",
        "Town Loses Its Baths After A Night Of Shouting",
        "Otto Brandt via Corvus Pictures",
        "A cyclist passes the burnt-out cinema in Larkhaven on October 30, 2013, a week after the riots in which two men died and some for CP PHOTO / OTTO BRANDT",
        *PROSE,
    )
    assert draft.title == "Town Loses Its Baths After A Night Of Shouting"
    assert body == PROSE
    assert draft.bylines == ()
    assert [(c.text[-8:], c.credit) for c in draft.captions] == [
        ("some for", "Otto Brandt via Corvus Pictures; CP PHOTO / OTTO BRANDT")
    ]
    assert draft.published == ("04/11/2013 09:15 GMT",)
    assert draft.updated == ("05/11/2013 07:40 GMT",)


def test_a_sentence_that_comes_twice_stays():
    _, body = article_of(
        *PROSE,
        "Nobody was asked.",
        "The vote stands until the spring, when there will be elections in all of the nine wards.",
        "Nobody was asked.",
    )
    assert body.count("Nobody was asked.") == 2


def test_readers_comments_are_not_the_article():
    draft, body = article_of(
        *PROSE * 2,
        "3 Comments",
        "angrybird",
        "2 hours ago",
        "They should have closed the town hall instead, and saved us all the money.",
    )
    assert "town hall" not in " ".join(body)
    assert draft.pieces[-1].kind == "comment"


LIKE_AN_ARTICLE = (
    "The committee published its report on the swimming baths in May, and put the cost of the roof at 4.2 million.",
    "A spokesman for the council said that the money had been set aside two years ago, and was spent on the bridge.",
)


@pytest.mark.parametrize(
    "heads",
    [
        [(f"{name} on September {day + 1}, 2018 at 4:4{day} pm said:",) for day, name in enumerate(("Ann Lee", "Bo", "Cy (staff)"))],
        [("Ann Lee says", "July 14, 2015 at 3:53 pm"), ("bo_ek says", "July 15, 2015 at 8:28 am"), ("Cy", "16 July 2015")],
    ],
)  # fmt: skip
def test_a_thread_of_comments_is_known_by_names_and_days(heads):
    thread = [line for head in heads for line in (*head, *LIKE_AN_ARTICLE)]
    draft, body = article_of(*PROSE * 2, "12 Comments", *thread, "Recent posts", "The harbour reopens on Monday")
    assert not set(LIKE_AN_ARTICLE) & set(body)
    kinds = [piece.kind for piece in draft.pieces]
    assert kinds.count("comment") == len(thread) and kinds[-1] != "comment"


def test_comments_that_were_joined_to_their_heads_are_a_thread():
    heads = [
        (name, "on", f"September {n}, 2018 at 4:4{n} pm", "said that")
        for n, name in enumerate(("Ann Lee", "Bo", "Cy"), 1)
    ]
    comment = (LIKE_AN_ARTICLE[0][0].lower() + LIKE_AN_ARTICLE[0][1:], LIKE_AN_ARTICLE[1])
    thread = [line for head in heads for line in (*head, *comment)]
    draft, body = article_of(*PROSE * 2, "12 Comments", *thread)
    assert [piece.rule for piece in draft.pieces].count("comments:thread") == len(thread)
    assert not set(comment) & set(body)


@pytest.fixture
def in_doubt(monkeypatch):
    """A labeller for which every line is as likely body as the next one."""

    def label_all(lines):
        for line in lines:
            line.body = 0.4
        return Verdict()

    monkeypatch.setattr("tasks.strip.label", label_all)


def test_a_short_article_that_looks_no_more_like_one_than_the_comments_below_it_is_kept(in_doubt):
    heads = [(name, f"September {n}, 2018 at 4:4{n} pm") for n, name in enumerate(("Ann Lee", "Bo", "Cy"), 1)]
    thread = [line for head in heads for line in (*head, *LIKE_AN_ARTICLE * 2)]
    _, body = article_of(*PROSE, "12 Comments", *thread)
    assert body == PROSE


def test_a_header_of_comments_above_the_article_or_a_live_blog_is_no_thread():
    for lines in (
        ["Comments", "Published 10 May 2018, 11:15", "Updated 11 May 2018, 12:30", *PROSE * 2],
        ["Ann Lee", "31 Jan 2018, 20:02", "0 Comments", *PROSE * 2]
        + [
            line
            for name in ("Weather", "Town", "Sport")
            for line in ("A warning was issued", name, "2 Feb 2018, 19:49")
        ],
        ["2 Comments", "Ann Lee", "31 Jan 2018, 20:02", *PROSE * 2, "Town", "2 Feb 2018, 19:49", "Sport", "1 Feb 2018"],
        [
            *PROSE * 2,
            "Comments",
            "Ann Lee",
            "31 Jan 2018, 20:02",
            *PROSE * 6,
            "Town",
            "2 Feb 2018, 19:49",
            "Sport",
            "1 Feb 2018",
        ],
        [*PROSE, "Comments", *(line for time in ("18:30", "18:42", "19:05") for line in (time, *LIKE_AN_ARTICLE))],
    ):
        _, body = article_of("Council votes to close the old baths", *lines)
        assert {line for line in lines if line in PROSE} <= set(body)
        assert len(set(LIKE_AN_ARTICLE) & set(lines)) == len(set(LIKE_AN_ARTICLE) & set(body))


def test_an_article_below_a_long_standfirst_and_the_way_to_its_comments_is_no_thread():
    below = [f"In {1960 + 3 * n} {line[0].lower()}{line[1:]}" for n, line in enumerate(LIKE_AN_ARTICLE * 8)]
    others = [line for name in ("Bo Ek", "Cy Roe") for line in (name, "2 Feb 2018, 19:49")]
    _, body = article_of(*PROSE, "Comments", "Ann Lee", "31 Jan 2018, 20:02", *below, *others)
    assert set(below) <= set(body)


def test_a_box_between_paragraphs_does_not_end_the_article():
    _, body = article_of(
        *PROSE, "Sign up for our newsletter", "Enter your email address", "Sign up", "The baths close on 30 November."
    )
    assert body[-1] == "The baths close on 30 November."


LONG = (
    "The harbour master said that the ferry would leave an hour later from Monday, because the old quay could take no"
    " more than one ship at a time, and that the timetable would be printed again before the end of the month."
)


@pytest.mark.parametrize(
    ("heading", "below", "kind"),
    [
        ("Related articles", ["The baths stay open for another winter, the council says.", LONG[:101] + "."], "related_links"),
        ("Das könnte Sie auch interessieren", ["Die Fähre fährt ab Montag eine Stunde später.", "Der alte Kai bleibt im Winter zu."], "related_links"),
        ("About Norwick Ferries", ["Norwick Ferries runs nine ships between the islands and employs around 300 people.", LONG], "other"),
        ("References", ["1. Lee A. The ferries of the north. Norwick: Harbour Press; 2019. 214 pages with maps.", "2. Ek B. Quays. 2020."], "other"),
        ("Ann Lee", ["Reporter", "Ann Lee is a reporter in Norwick. She has written about ferries since 2009."], "byline"),
    ],
)  # fmt: skip
def test_a_heading_late_in_the_copy_ends_the_article(heading: str, below: list[str], kind: str) -> None:
    article = [*PROSE, *(LONG.replace("Monday", day) for day in ("Sunday", "Tuesday", "Friday", "Saturday", "today"))]
    draft = strip_text("\n".join(("Ferry to leave an hour later", *article, heading, *below)))
    assert [piece.text for piece in draft.pieces if piece.kind == "body"] == article
    assert next(piece.kind for piece in draft.pieces if piece.text == heading) == kind


def test_a_box_of_links_late_in_the_copy_does_not_end_the_article():
    box = ("Related articles", "Council leader to stand down", "The baths in pictures")
    draft = strip_text(
        "\n".join(("Ferry to leave an hour later", *PROSE, *PROSE[::-1], *box, LONG, LONG.replace("old", "new")))
    )
    assert [piece.text for piece in draft.pieces if piece.kind == "body"][-2:] == [LONG, LONG.replace("old", "new")]


def test_a_subhead_above_a_credit_is_no_caption():
    first, second = "1. Tickets for the ferry", "4. Where to buy tickets for the winter"
    told = ["Ferry to leave an hour later", *PROSE, LONG, first, *PROSE[:2], second, "Photo: Ann Lee", *PROSE[::-1]]
    kinds = {piece.text: piece.kind for piece in strip_text("\n".join(told)).pieces}
    assert kinds["Photo: Ann Lee"] == "credit"
    assert kinds[second] == "body"


def test_a_text_that_breaks_off_is_flagged():
    assert (
        "truncated"
        in strip_text("\n".join([*PROSE, "The mayor said that she would look at the figures again before the"])).flags
    )


def test_an_empty_text_has_no_pieces():
    assert strip_text(" \n\t\n").pieces == ()
