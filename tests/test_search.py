"""`copydesk search`: what is found, in which order, what is shown of it."""

import csv
import io
import json
import shutil
import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.search import SearchFilter
from tests.conftest import copydesk
from warehouse._search_words import find_marks, fold, index_words, phrases, read_wanted, snippet
from warehouse.connection import open_writer
from warehouse.publish import publish
from warehouse.search import search
from warehouse.search_index import bring_up_to_date, index_folder

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ANY = SearchFilter()
COPY = {
    "surge": ("Harbour Standard", "en", "2026-10-01", "Storm surge closes the harbour", "The sea wall held. A storm surge of three metres came at night, the harbourmaster said."),
    "cricket": ("Harbour Standard", "en", "2026-10-20", "Cricket: storm stops play", "A storm stopped play in the second over; the surge in ticket sales was for nothing."),
    "cafe": ("Coastal Observer", "en", None, "New café for the quay", "Señora Núñez opens a Wi‑Fi café. It's naïve, she says, to expect Ærø prices. Don’t miss it."),
    "chinese": ("海港日报", "zh", "2026-10-03", "洪水淹没港口", "昨夜洪水灾害发生,港口关闭了两天。渡轮abc停航。"),
    "japanese": ("港新聞", "ja", "2026-10-04", "港で火災", "東京の港で火災があり、フェリーが止まった。"),
    "thai": ("ข่าวท่าเรือ", "th", "2026-10-05", "น้ำท่วมท่าเรือ", "เมื่อคืนนี้น้ำท่วมท่าเรือและเรือข้ามฟากหยุดให้บริการ"),
    "arabic": ("ميناء", "ar", "2026-10-06", "إغلاق الميناء", "أُغْلِقَ الميناءُ بعد العاصفة، وقال أحمد إن السفن بخير."),
    "hindi": ("बंदरगाह", "hi", "2026-10-07", "बंदरगाह बंद", "तूफ़ान के बाद बंदरगाह बंद रहा और नावें नहीं चलीं।"),
    "korean": ("항구", "ko", "2026-10-08", "항구 폐쇄", "폭풍으로 항구가 이틀 동안 문을 닫았다."),
    "russian": ("Гавань", "ru", "2026-10-09", "Шторм закрыл гавань", "Ночной шторм закрыл гавань на два дня."),
}  # fmt: skip


def put(warehouse: Path, name: str, *, at: datetime = NOW, version: int = 1, **told: object) -> None:
    """A version of an article, its only one, written straight into the warehouse and published."""
    source, language, day, title, body = COPY.get(name, ("Harbour Standard", "en", "2026-10-10", name, name))
    row = {
        "document_id": name, "origin": name, "outcome": "accepted", "reasons": [], "title": title, "authors": [], "author_kinds": [],
        "published_on": day and date.fromisoformat(day), "source": source, "language": language, "tags": [], "body": body,
        "captions": [], "removed": [], "flags": [], "word_count": len(body.split()), "confidence": 1.0, "article_id": name,
        "version": version, "body_hash": name, "first_seen_at": at, "loaded_at": at, "run_id": "r", "rules_version": "1",
        "valid_from": at, "change": [], **told,
    }  # fmt: skip
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            connection.execute("DELETE FROM article_versions WHERE article_id = ?", [name])
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO article_versions ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        publish(writer)


def take_out(warehouse: Path, name: str) -> None:
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            connection.execute("DELETE FROM article_versions WHERE article_id = ?", [name])
        publish(writer)


@pytest.fixture(scope="module")
def newsstand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of the articles above, for reading only."""
    warehouse = tmp_path_factory.mktemp("newsstand") / "w.duckdb"
    for name in COPY:
        put(warehouse, name)
    return warehouse


@pytest.fixture
def own(newsstand: Path, tmp_path: Path) -> Path:
    """A copy of it to be written to, with its index."""
    bring_up_to_date(newsstand)
    for name in (newsstand.name, index_folder(newsstand).name):
        (shutil.copytree if (newsstand.parent / name).is_dir() else shutil.copy)(
            newsstand.parent / name, tmp_path / name
        )
    return tmp_path / newsstand.name


def found(warehouse: Path, typed: str, only: SearchFilter = ANY, limit: int = 10) -> list[str]:
    return [hit.article_id for hit in search(warehouse, typed, only, limit)]


# What is found --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("storm", {"surge", "cricket"}),
        ("STORM surge", {"surge", "cricket"}),
        ('"storm surge"', {"surge"}),
        ("“storm surge”", {"surge"}),
        ('"surge storm"', set()),
        ("storm NOT cricket", {"surge"}),
        ("storm -cricket", {"surge"}),
        ('storm -"second over"', {"surge"}),
        ("cricket OR quay", {"cricket", "cafe"}),
        ("storm cricket OR harbour", {"surge", "cricket"}),
        ("(cricket play) OR (quay prices)", {"cricket", "cafe"}),
        ("harbourm*", {"surge"}),
        ('"sea wa*', {"surge"}),
        ('"sea wa"*', {"surge"}),
        ("harbourm", set()),
        ("cafe", {"cafe"}),
        ("CAFÉ senora nunez", {"cafe"}),
        ("aero", {"cafe"}),
        ("wi-fi", {"cafe"}),
        ("don't", {"cafe"}),
        ("洪水", {"chinese"}),
        ("洪水灾害", {"chinese"}),
        ("灾洪", set()),
        ("水", {"chinese"}),
        ("渡轮abc停航", {"chinese"}),
        ("フェリー", {"japanese"}),
        ("港", {"chinese", "japanese"}),
        ("น้ำท่วม", {"thai"}),
        ("ข้ามฟาก", {"thai"}),
        ("أغلق الميناء", {"arabic"}),
        ("احمد", {"arabic"}),
        ("बंदरगाह", {"hindi"}),
        ("항구", {"korean"}),
        ("ШТОРМ гавань", {"russian"}),
    ],
)
def test_what_is_typed_finds(newsstand: Path, typed: str, names: set[str]):
    assert set(found(newsstand, typed)) == names


def test_the_best_come_first_and_no_more_than_asked_for(newsstand: Path):
    hits = search(newsstand, "surge", ANY)
    assert [hit.article_id for hit in hits] == ["surge", "cricket"]  # in its title, and twice
    assert hits[0].score > hits[1].score > 0
    assert found(newsstand, "surge", limit=1) == ["surge"]


@pytest.mark.parametrize(
    ("only", "names"),
    [
        (SearchFilter(source="harbour standard"), {"surge", "cricket"}),
        (SearchFilter(source="Coastal Observer"), {"cafe"}),
        (SearchFilter(source="nobody"), set()),
        (SearchFilter(since=date(2026, 10, 2)), {"cricket"}),
        (SearchFilter(until=date(2026, 10, 1)), {"surge"}),
        (SearchFilter(since=date(2026, 10, 1), until=date(2026, 10, 20)), {"surge", "cricket"}),
        (SearchFilter(language="EN"), {"surge", "cricket", "cafe"}),
        (SearchFilter(language="de"), set()),
    ],
)
def test_filters(newsstand: Path, only: SearchFilter, names: set[str]):
    assert set(found(newsstand, "storm OR cafe", only)) == names


def test_captions_and_standfirst_are_searched_too(own: Path):
    put(
        own,
        "cafe",
        at=NOW + timedelta(days=1),
        captions=[{"text": "The espresso machine", "credit": None}],
        standfirst="Forty seats, no waiting.",
    )
    (hit,) = search(own, "espresso", ANY)
    assert hit.article_id == "cafe" and "espresso machine" in hit.snippet
    assert found(own, '"forty seats"') == ["cafe"]


def test_the_snippet_shows_the_find(newsstand: Path):
    for typed, name, words in (
        ("harbourmaster", "surge", ["harbourmaster"]),
        ('"storm surge" metres', "surge", ["storm surge", "metres"]),
        ("cafe", "cafe", ["café"]),
        ("灾害", "chinese", ["灾害"]),
        ("أغلق", "arabic", ["أُغْلِقَ"]),
    ):
        hit = next(hit for hit in search(newsstand, typed, ANY) if hit.article_id == name)
        shown = [hit.snippet[begin:end] for begin, end in hit.marks]
        assert [unicodedata.normalize("NFC", w).strip(" \u0650\u064e") for w in shown] == [
            w.strip(" \u0650\u064e") for w in words
        ]


def test_a_snippet_is_a_passage_not_the_article():
    text = (
        "Nothing to see here, and much of it.\n\n" * 40
        + "Then the barrier broke at night. "
        + "And more of that. " * 60
    )
    line, marks = snippet(text, list(phrases(read_wanted("barrier night"))))
    assert len(line) <= 246 and "\n" not in line and line.startswith("… ") and line.endswith(" …")
    assert [line[b:e] for b, e in marks] == ["barrier", "night"]


@pytest.mark.parametrize("typed", ["", "   ", "-only", "NOT storm", "!!! ???", '""', "()", "(((", "x" * 501])
def test_nothing_to_look_for_is_wrong_usage(newsstand: Path, typed: str):
    with pytest.raises(UsageError):
        search(newsstand, typed, ANY)


def test_days_the_wrong_way_round_are_wrong_usage(newsstand: Path):
    with pytest.raises(UsageError, match="turn them round"):
        search(newsstand, "storm", SearchFilter(since=date(2026, 10, 2), until=date(2026, 10, 1)))


@settings(max_examples=60, deadline=None)
@given(typed=st.text(max_size=60))
def test_whatever_is_typed_gives_hits_or_a_sentence(newsstand: Path, typed: str):
    try:
        search(newsstand, typed, ANY)
    except UsageError as error:
        assert str(error)


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=200))
def test_folding_is_the_same_again_and_ascii_has_no_way_of_its_own(text: str):
    assert fold(fold(text)) == fold(text)
    assert all(len(token) <= 200 for token in index_words(text).split())
    mixed = fold(text + "é")
    assert mixed.startswith(fold(text)[: len(fold(text))])


@settings(max_examples=100, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(["storm", "Café", "洪水灾害", "harbour", "น้ำท่วม", "أُغْلِقَ", "x1"]), min_size=1, max_size=6
    )
)
def test_each_word_of_a_text_is_marked_in_it(words: list[str]):
    text = " ".join(words)
    for word in words:
        marks = find_marks(text, list(phrases(read_wanted(word))))
        assert len(marks) == words.count(word)


# The command ----------------------------------------------------------------------------------------------------------


def test_the_command_in_three_formats(newsstand: Path):
    def ask(*arguments: str) -> str:
        done = copydesk("search", *arguments, "--warehouse", str(newsstand))
        assert done.returncode == 0, done.stderr
        return done.stdout

    rows = json.loads(ask("storm", "surge", "--json"))
    assert [row["article_id"] for row in rows] == ["surge", "cricket"]
    assert set(rows[0]) == {"score", "published_at", "published_on", "source", "language", "title", "snippet", "url", "article_id", "version"}  # fmt: skip
    as_csv = list(csv.DictReader(io.StringIO(ask("storm", "--format", "csv", "--source", "harbour standard"))))
    assert {row["article_id"] for row in as_csv} == {"surge", "cricket"}
    table = ask("storm", "--since", "2026-10-02", "--until", "2026-12-31").splitlines()
    assert len(table) == 2 and "\x1b" not in table[1] and "Cricket: storm stops play" in table[1]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "nothing to look for"),
        (["storm", "--format", "xml"], 2, "--format"),
        (["storm", "--since", "yesterday"], 2, "--since"),
        (["storm", "--limit", "0"], 2, "--limit"),
        (["storm", "--warehouse", "nowhere.duckdb"], 1, "nowhere.duckdb"),
    ],
)
def test_errors_are_one_sentence(newsstand: Path, arguments: list[str], status: int, words: str):
    done = copydesk("search", *arguments, *([] if "--warehouse" in arguments else ["--warehouse", str(newsstand)]))
    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr and "Traceback" not in done.stderr
