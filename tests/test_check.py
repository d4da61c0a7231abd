"""The expectations on articles and on batches: what is refused, flagged, warned of, and what is never touched."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.document import make_article
from schemas.article import Article
from schemas.errors import RunFailed
from schemas.run import SourceHistory
from schemas.settings import Settings
from tasks import check
from tasks._measures import NONE_NAMED, OTHERS
from tasks.check import check_articles, check_batch
from tasks.read import read_input

ROOT = Path(__file__).resolve().parent.parent
EXPECTATIONS = ROOT / "schemas" / "expectations"
SUITE, BATCH_SUITE = (
    json.loads((EXPECTATIONS / name).read_text(encoding="utf-8")) for name in ("article.json", "batch.json")
)
SENTENCE = "The council of {} agreed on {} evenings to mend {} roofs before the winter of that year. "
PLACES = ("Aldby", "Borsa", "Culver", "Dunmore", "Elsten", "Farrow", "Gild", "Hoxne")
GOOD = Article(
    "d" * 64,
    "good.txt",
    title="Roofs to be mended",
    authors=("Ann Lee",),
    author_kinds=("person",),
    published_at=datetime(2020, 1, 2, tzinfo=UTC),
    source="Coast Post",
    url="https://coast.example/roofs",
    language="en",
    body="".join(SENTENCE.format(place, number, number + 3) for number, place in enumerate(PLACES)),
    word_count=130,
    confidence=0.9,
)
REFUSED = [
    ({"body": "spam " * 300}, "body_varied"),
    ({"body": GOOD.body + "QUJD" * 300}, "body_of_words"),
    ({"body": "Results: " + "--- *** === +++ ||| " * 30}, "body_of_letters"),
    ({"body": "<div class='x'><p>Home</p><p>News</p><p>Sport</p></div>" * 9}, "body_without_markup"),
    ({"body": "\n\n".join(f"var item{n} = load({n});" for n in range(60))}, "body_without_code"),
    ({"body": GOOD.body.replace("e", "\ufffd")}, "body_readable"),
    ({"body": GOOD.body.replace("e", "â€™")}, "body_encoding"),
    ({"confidence": 1.5}, "confidence_in_range"),
]
FLAGGED = [
    ({"body": "A short notice on roofs, no more than that.", "word_count": 9}, "body_length"),
    ({"body": GOOD.body + " <br/>"}, "body_markup_free"),
    ({"title": "x" * 301}, "title_length"),
    ({"title": "Write to news@coast.example"}, "title_plain"),
    ({"authors": ("She has covered the council and its roofs for many years and never once " * 2,)}, "author_length"),
    ({"authors": ("ann@coast.example",)}, "authors_plain"),
    ({"published_at": datetime.now(UTC) + timedelta(days=3)}, "published_not_in_future"),
    ({"updated_at": datetime(2019, 1, 1, tzinfo=UTC)}, "published_before_update"),
    ({"url": "coast.example/roofs"}, "url_well_formed"),
    ({"language": "english"}, "language_code"),
]


@pytest.fixture(scope="module")
def checked() -> dict[str, Article]:
    """All bad examples, by the name of what they miss, checked in one batch: a failing row must be the right one."""
    examples = [replace(GOOD, origin=name, **fields) for fields, name in REFUSED + FLAGGED]  # type: ignore[arg-type]
    articles, _ = check_articles([GOOD, *examples, GOOD])
    assert articles[0] == articles[-1] == GOOD
    return {article.origin: article for article in articles}


def outcome(**fields: object) -> tuple[str, list[str], list[str]]:
    (article,), _ = check_articles([replace(GOOD, **fields)])  # type: ignore[arg-type]
    return article.outcome, list(article.reasons), list(article.flags)


def test_a_good_article_comes_back_as_it_was():
    articles, results = check_articles([GOOD])
    assert articles == [GOOD]
    assert all(r.success and r.checked == 1 and r.unexpected == 0 for r in results)
    assert len(results) == len(SUITE["expectations"])


@pytest.mark.parametrize("name", [name for _, name in REFUSED])
def test_what_no_article_is_is_refused(checked: dict[str, Article], name: str):
    assert checked[name].outcome == "rejected"
    assert f"failed_check:{name}" in checked[name].reasons


def test_a_refusal_says_where_and_why():
    (article,), results = check_articles([replace(GOOD, confidence=7.0)])
    assert (article.stage, article.reasons) == ("check", ("failed_check:confidence_in_range",))
    assert "confidence_in_range" in (article.detail or "")
    (missed,) = [r for r in results if not r.success]
    assert (missed.expectation, missed.column_name, missed.severity) == (
        "confidence_in_range",
        "confidence",
        "critical",
    )
    assert (missed.checked, missed.unexpected, missed.sample) == (1, 1, ("7.0",))


@pytest.mark.parametrize("name", [name for _, name in FLAGGED])
def test_what_an_article_hardly_is_is_flagged(checked: dict[str, Article], name: str):
    assert (checked[name].outcome, checked[name].reasons) == ("accepted", ())
    assert f"warned:{name}" in checked[name].flags


def test_what_is_not_known_misses_nothing():
    fields = {"title": None, "published_at": None, "url": None, "language": None, "authors": ()}
    assert outcome(**fields) == ("accepted", [], [])


@pytest.mark.parametrize(
    "body",
    [
        "港口委员会周二投票决定在秋季风暴到来之前疏浚北部海湾。工程师在黎明时分发现铁梁裂缝后关闭了旧桥。" * 3,
        "नगर परिषद ने मंगलवार को पुराने पुल की मरम्मत के लिए नई योजना को मंजूरी दी और काम जल्द शुरू होगा।",
        "Рада порту проголосувала у вівторок за поглиблення північної гавані до початку осінніх штормів.",
        "صوّت مجلس الميناء يوم الثلاثاء على تعميق الحوض الشمالي قبل وصول عواصف الخريف.",
        "Leeds 2-1 Hull (HT 1-0); York 0-0 Ripon; Bury 3-3 Stoke (14', 22', 71'); Crewe 4-0 Wigan.",
    ],
)
def test_no_script_and_no_list_of_results_is_refused(body: str):
    assert outcome(body=body)[0] == "accepted"


def test_refused_ones_are_not_looked_at_and_order_is_kept():
    refused = replace(GOOD, outcome="rejected", reasons=("empty",), body="", origin="r.txt")
    bad = replace(GOOD, body="spam " * 300, origin="b.txt")
    articles, results = check_articles([refused, GOOD, bad, refused])
    assert [a.origin for a in articles] == ["r.txt", "good.txt", "b.txt", "r.txt"]
    assert [a.outcome for a in articles] == ["rejected", "accepted", "rejected", "rejected"]
    assert articles[0] == refused
    assert {r.checked for r in results} == {2}
    assert check_articles([]) == ([], [])
    assert check_articles([refused]) == ([refused], [])


@pytest.fixture
def suites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of suites that may be changed, used instead of the real one."""
    for path in EXPECTATIONS.glob("*.json"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(check, "_SUITES", tmp_path)
    check._build.cache_clear()
    yield tmp_path
    check._build.cache_clear()


def add_expectations(path: Path, *expectations: dict) -> None:
    suite = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**suite, "expectations": [*suite["expectations"], *expectations]}), encoding="utf-8")


def test_an_expectation_that_raised_stops_the_run(suites: Path):
    broken = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "no_such_column", "min_value": 1}}
    for name in ("article.json", "batch.json"):
        add_expectations(suites / name, {**broken, "meta": {"name": "never", "notes": ""}, "severity": "warning"})
    with pytest.raises(RunFailed, match=r"never of article\.json"):
        check_articles([GOOD])
    with pytest.raises(RunFailed, match=r"never of batch\.json"):
        check_batch([GOOD] * 40, {})


def test_every_expectation_has_a_name_of_its_own_a_note_and_a_severity():
    names = [e["meta"]["name"] for e in SUITE["expectations"] + BATCH_SUITE["expectations"]]
    assert len(set(names)) == len(names) >= 23
    assert all(e["severity"] in ("critical", "warning") and e["meta"]["notes"] for e in SUITE["expectations"])
    assert all(e["severity"] == "warning" and e["meta"]["notes"] for e in BATCH_SUITE["expectations"])


def test_every_article_stands_for_itself():
    assert [e for e in SUITE["expectations"] if "mostly" in e["kwargs"]] == []


PAST = SourceHistory(1000, 30, 970, 10, 40, 100, 130, 160)
REFUSED_ONE = replace(GOOD, outcome="rejected", reasons=("not_an_article",), title=None, body="", word_count=0)


def test_a_source_that_looks_wrong_is_told_and_hides_no_other():
    undated = [replace(GOOD, source="Harbour Standard", published_at=None)] * 61
    dated = [replace(GOOD, source="Harbour Standard")] * 39
    cut = [replace(GOOD, source=None, word_count=55)] * 40
    known = {"Harbour Standard": PAST, "Coast Post": PAST, None: PAST}
    results = {r.expectation: r for r in check_batch([*undated, *[GOOD] * 60, *dated, *cut, *[REFUSED_ONE] * 2], known)}
    assert set(results) == {"refusals_as_before", "titles_as_before", "dates_as_before", "length_as_before"}
    assert {r.severity for r in results.values()} == {"warning"}
    assert {r.checked for r in results.values()} == {3}
    dates, length = results.pop("dates_as_before"), results.pop("length_as_before")
    assert (dates.success, dates.unexpected, dates.column_name) == (False, 1, "missing_date_rise")
    assert dates.sample == ("Harbour Standard: 61% without a date, 4% before",)
    assert (length.success, length.unexpected) == (False, 1)
    assert length.sample == (f"{NONE_NAMED}: 55 words in the median, 130 before",)
    assert all(r.success and (r.unexpected, r.sample) == (0, ()) for r in results.values())


def test_shops_as_the_first_of_a_source_are_warned_of_also_from_many_sites():
    def wrong(articles: list[Article]) -> dict[str, tuple[str, ...]]:
        return {r.expectation: r.sample for r in check_batch(articles, {}) if not r.success}

    pages = [*[REFUSED_ONE] * 90, *[GOOD] * 10]
    assert wrong(pages) == {"new_source_accepted": ("Coast Post: 90% of 100 refused",)}
    sites = [replace(page, source=f"shop{number}.example") for number, page in enumerate(pages)]
    assert wrong(sites) == {"new_source_accepted": (f"{OTHERS}: 90% of 100 refused",)}


def test_a_batch_of_which_nothing_can_be_said_has_no_results():
    assert check_batch([], {}) == []
    assert check_batch([REFUSED_ONE], {}) == []
    assert check_batch([REFUSED_ONE], {"Coast Post": PAST}) == []


def test_the_sample_copy_looks_right():
    articles = [make_article(document, Settings()) for document in read_input(str(ROOT / "seeds/articles"), Settings())]
    assert sum(article.outcome != "accepted" for article in articles) >= 10
    results = check_batch(articles, {})
    assert results
    assert [r for r in results if not r.success] == []


def test_the_examples_of_the_docs_work(suites: Path, monkeypatch: pytest.MonkeyPatch):
    page = (ROOT / "docs" / "add_a_check.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    of_articles, of_batches = map(json.loads, re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    measure = check._measure
    monkeypatch.setattr(
        check,
        "_measure",
        lambda article, now: measure(article, now) | eval("{" + line + "}", vars(check), {"article": article}),
    )
    add_expectations(suites / "article.json", of_articles)
    add_expectations(suites / "batch.json", of_batches)
    (good, long), _ = check_articles([GOOD, replace(GOOD, standfirst="word " * 81)])
    assert (good.flags, long.flags) == ((), ("warned:standfirst_length",))
    wrong = [r.expectation for r in check_batch([*[GOOD] * 30, *[replace(GOOD, title=None)] * 10], {}) if not r.success]
    assert wrong == ["new_source_most_titles"]


@pytest.mark.skipif(not (ROOT.parent / "shared").exists(), reason="the evaluation data is not here")
def test_no_real_article_is_refused():
    lines = (ROOT.parent / "shared" / "eval" / "truth.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    pages = [replace(GOOD, document_id=r["id"], origin=r["id"], body=r["body"]) for r in rows]
    articles, _ = check_articles(pages)
    assert [(a.origin, a.reasons) for a in articles if a.outcome != "accepted"] == []


def test_great_expectations_keeps_its_own_doings_to_itself(caplog: pytest.LogCaptureFixture):
    check._build.cache_clear()
    with caplog.at_level("INFO"):
        check._build("article")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("great_expectations")] == []


def test_great_expectations_comes_without_what_our_checks_do_not_use():
    code = (
        "import sys; from tasks.check import check_articles; from schemas.article import Article; "
        "told = check_articles([Article(document_id='a', origin='a', body='Words. ' * 99, outcome='accepted')])[1]; import sqlalchemy; "
        "print(len(told) > 9, 'altair.vegalite' in sys.modules, 'scipy.stats.distributions' in sys.modules, bool(sqlalchemy.__version__))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "True False False True\n", done.stderr
