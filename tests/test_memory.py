"""The memory of a source: what repeats across its documents is learned, and taken out by `reprocess`."""

import json
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

from flows.ingest import ingest
from flows.reprocess import reprocess
from flows.version import rules_hash, rules_version
from schemas.document import Document, Given
from schemas.settings import Settings
from tasks._memory import LEAST_SEEN, Copy, Memory, line_key, load_memory, read_copy
from tasks.strip import strip_document
from tests.conftest import copydesk
from warehouse.memory import KnownLine, LineCount, newest_snapshot, read_snapshot, write_snapshot
from warehouse.reports import run_query
from warehouse.store import Store, open_store

OUTLET = "Lantern Weekly"
#: No phrase knows these.
ABOVE = ["Our readers keep the lamp burning", "Tide tables and moon phases inside"]
AMID = "Puzzle corner has moved to the back of the second section"
BELOW = [
    "The Lantern Weekly has been printed on the old quay since 1911 and is owned by the people who read it, most of whom "
    "live within sound of its presses.",
    "Letters for the editor may be left in the brass box beside the harbour steps on any weekday before noon.",
]
WORDS = [
    "harbour",
    "council",
    "ferry",
    "winter",
    "bridge",
    "budget",
    "market",
    "school",
    "engineer",
    "tide",
    "storm",
    "fishing",
    "boats",
    "railway",
    "tunnel",
    "vote",
    "mayor",
    "museum",
    "library",
    "festival",
    "orchard",
    "valley",
    "river",
    "timber",
    "mill",
    "lighthouse",
    "captain",
    "inspector",
    "ledger",
    "grant",
    "road",
]


def sentence(rng: random.Random) -> str:
    words = [rng.choice(WORDS) for _ in range(rng.randint(14, 24))]
    return f"The {' '.join(words)} was {rng.choice(WORDS)} number {rng.randint(100, 999)} that week."


def article(seed: int, paragraphs: int = 7) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(sentence(rng) for _ in range(2)) for _ in range(paragraphs)]


def dressed(title: str, body: Sequence[str]) -> str:
    lines = [*ABOVE, title, *body[:3], AMID, *body[3:], *BELOW]
    return "\n\n".join(lines)


def reposts(count: int) -> list[list[str]]:
    """One article, time and again, each time with a paragraph edited and one more left out or put in."""
    copies = []
    for n in range(count):
        body = article(9999)
        if n:
            body[n % len(body)] += f" An earlier version of this paragraph left out the mill of district {'x' * n}."
        if n % 3 == 1:
            body.append(f"This was printed again for edition {'z' * n}, with all of its words where they were before.")
        copies.append(body)
    return copies


def dump() -> list[dict[str, str]]:
    rows = [
        {"id": f"a{n}", "text": dressed(f"Quay story of {WORDS[n]} and {WORDS[-n]}", article(n))} for n in range(30)
    ]
    rows += [
        {"id": f"r{n}", "text": dressed("Old lighthouse is to be lit again", body)}
        for n, body in enumerate(reposts(10))
    ]
    return [{**row, "source": OUTLET} for row in rows]


# Counting -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(warehouse=tmp_path / "news.duckdb")) as opened:
        yield opened


def copy_of(text: str, source: str = OUTLET, number: int = 0) -> Copy:
    import hashlib

    document_id = hashlib.sha256(text.encode()).hexdigest()
    document = Document(document_id, f"{number}.txt", text.encode(), "text/plain", given=Given(source=source))
    found = read_copy(document, Settings())
    assert found is not None
    return found


def count(store: Store, copies: Sequence[Copy]) -> dict[tuple[str, str], int]:
    counter = LineCount(store)
    for copy in copies:
        counter.add([(copy.source, copy.document, *line) for line in copy.lines])
    lines, totals = counter.known()
    return {(source, line): n for source, _, n, line in lines} | {(source, ""): n for source, n in totals.items()}


def test_lines_are_counted_in_different_articles_of_a_source(store: Store):
    copies = [copy_of(dressed(f"Story {n}", article(n))) for n in range(12)]
    copies += [copy_of("\n".join(["Our readers keep the lamp burning", *article(n)]), "Other") for n in range(100, 102)]
    counted = count(store, copies)
    assert counted[OUTLET, "our readers keep the lamp burning"] == 12
    assert counted[OUTLET, "story #"] == 12
    assert counted[OUTLET, ""] == 12
    assert {line for source, line in counted if source == OUTLET} == {
        "", "story #", *(line.casefold().rstrip(".").replace("1911", "#") for line in [*ABOVE, AMID, *BELOW])
    }  # fmt: skip
    assert not [source for source, _ in counted if source == "Other"]  # in two only
    random.Random(1).shuffle(copies)
    assert count(store, copies) == counted


def test_an_article_that_is_reposted_counts_once_however_often(store: Store):
    copies = [copy_of(dressed("Again", body)) for body in reposts(50)]
    assert count(store, copies) == {}
    others = [copy_of(dressed(f"Story {n}", article(n))) for n in range(8)]
    counted = count(store, copies + others)
    assert counted[OUTLET, ""] == 9
    assert counted[OUTLET, AMID.casefold()] == 9
    assert not [line for _, line in counted if "district" in line or "that week" in line]


def test_furniture_that_is_longer_than_the_articles_is_learned_all_the_same(store: Store):
    """Half of the articles are short: their own words are less than those of the furniture."""
    texts = [dressed(f"Story {n}", article(n, 1 if n % 2 else 7)) for n in range(20)]
    assert count(store, [copy_of(text) for text in texts])[OUTLET, AMID.casefold()] == 20


def test_the_same_document_from_two_places_counts_once(store: Store):
    copies = [copy_of(dressed(f"Story {n}", article(n)), number=n) for n in range(4)]
    assert count(store, copies + copies)[OUTLET, AMID.casefold()] == 4


def test_the_source_is_as_given_else_as_the_copy_names_it_else_the_domain():
    text = "Stay up to date with notifications from The Harbour Gazette\n\n" + "\n".join(article(1))
    for given, expected in (
        (Given(source="One &amp; Two"), "One & Two"),
        (Given(url="https://www.example.org/a"), "The Harbour Gazette"),
    ):
        found = read_copy(Document("0" * 64, "a.txt", text.encode(), "text/plain", given=given), Settings())
        assert found is not None and found.source == expected
    plain = Document("0" * 64, "https://www.example.org/a", "\n".join(article(1)).encode(), "text/plain")
    found = read_copy(plain, Settings())
    assert found is not None and found.source == "example.org"
    nowhere = Document("0" * 64, "a.txt", plain.content, "text/plain")
    assert read_copy(nowhere, Settings()) is None


# Evidence -------------------------------------------------------------------------------------------------------------


def remember(folder: Path, articles: int, **lines: int) -> Memory:
    from tasks._phrases import fold

    known = [KnownLine(line_key(OUTLET, fold(line)), n, OUTLET, fold(line)) for line, n in lines.items()]
    known.append(KnownLine(line_key(OUTLET, ""), articles, OUTLET, ""))
    return load_memory(write_snapshot(folder, 1, known))


def test_a_snapshot_is_written_and_read(tmp_path: Path):
    memory = remember(tmp_path, 500, **{AMID: 413, "Über uns": 7})
    assert memory.counts(OUTLET, [AMID.upper(), "nothing", "über  uns".replace("  ", " ")]) == [412, 0, 6]
    assert memory.counts("Other", [AMID]) == memory.counts(None, [AMID]) == [0]
    assert (memory.articles(OUTLET), memory.articles("Other")) == (500, 0)
    path = newest_snapshot(tmp_path)
    assert path is not None and rules_version(path) == f"{rules_hash()}.1"
    assert {(k.articles, k.line) for k in read_snapshot(path)} == {(413, AMID.casefold()), (7, "über uns"), (500, "")}


def labels(memory: Memory | None, text: str, **given: Any) -> dict[str, tuple[str, str]]:
    document = Document("0" * 64, "a.txt", text.encode(), "text/plain", given=Given(source=OUTLET, **given))
    draft: Any = strip_document(document, memory)
    assert "\n".join(piece.text for piece in draft.pieces) == "\n".join(line for line in text.split("\n") if line)
    return {piece.text: (piece.kind, piece.rule) for piece in draft.pieces}


def test_what_stands_in_many_other_articles_is_taken_out_and_says_so(tmp_path: Path):
    body = article(3)
    text = dressed("Lighthouse opens", body)
    before = labels(None, text)
    assert before[AMID][0] == "body"
    memory = remember(tmp_path, 500, **{AMID: 413, BELOW[0]: 413, body[1]: LEAST_SEEN, body[2]: 20})
    found = labels(memory, text)
    assert found[AMID] == ("other", "memory:in 412 other articles of this source")
    assert found[BELOW[0]][0] == "other"
    assert [found[paragraph][0] for paragraph in body] == ["body"] * 7  # a sentence in 19 of 500 is no furniture


def test_fields_are_read_though_they_stand_everywhere(tmp_path: Path):
    head = ["Letters to the harbour editor", "By Philippa Strand", "Friday 15 June 2018 13:03 BST"]
    text = "\n\n".join([*head, *article(4)])
    memory = remember(tmp_path, 100, **dict.fromkeys(head, 90), **{"By Philippa Strand and Tom Ash": 90})
    assert labels(memory, text, title=head[0]) == labels(None, text, title=head[0])


# The whole way --------------------------------------------------------------------------------------------------------


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with run_query(warehouse, sql) as (_, rows):
        return list(rows)


def write_dump(folder: Path, rows: Sequence[dict[str, str]], name: str = "lantern.jsonl") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(folder / name)


VERSIONS = "SELECT * EXCLUDE (story_id, run_id, loaded_at) FROM article_versions ORDER BY ALL"
LINES = "FROM source_lines ORDER BY ALL"


def furniture_in_bodies(warehouse: Path) -> int:
    bodies = query(warehouse, "SELECT body FROM articles")
    return sum(line in body for (body,) in bodies for line in [*ABOVE, AMID, *BELOW])


def test_a_dump_comes_out_cleaner_the_second_time(tmp_path: Path):
    warehouse = tmp_path / "data" / "w.duckdb"
    named = {"warehouse": str(warehouse), "workers": 1}
    path = write_dump(tmp_path / "in", dump())
    assert ingest([path], **named)["inputs"] == 40 and furniture_in_bodies(warehouse) > 30
    second = reprocess(**named)
    assert (second["inputs"], second["balanced"]) == (40, True)
    assert furniture_in_bodies(warehouse) == 0
    again = query(warehouse, "SELECT origin, body FROM articles WHERE origin LIKE '%#r%'")
    assert again
    for origin, body in again:
        missing = set(reposts(10)[int(origin.rpartition("#r")[2])]) - set(body.split("\n\n"))
        assert missing == set(), "reposted, and not whole"
    for table in ("documents", "articles"):
        assert query(warehouse, f"SELECT DISTINCT rules_version FROM {table}") == [(f"{rules_hash()}.1",)]
    assert query(warehouse, "SELECT rules_version FROM runs ORDER BY started_at DESC LIMIT 1") == [
        (f"{rules_hash()}.1",)
    ]
    told = query(warehouse, f"SELECT documents, of_documents FROM source_lines WHERE line = '{AMID.casefold()}'")
    assert told == [(31, 31)]
    assert reprocess(**named)["inputs"] == 0
    assert [path.name for path in (tmp_path / "data/landing/memory").iterdir()] == ["0001.npz"]

    # What comes in later is done by the snapshot there is; a part dealt with again does not advance it.
    text = dressed("A new story of the quay", article(77))
    more = write_dump(tmp_path / "in", [{"id": "x", "text": text, "source": OUTLET}], "x.jsonl")
    assert ingest([more], **named)["loaded"] == 1
    assert reprocess(**named, source=OUTLET)["inputs"] == 41
    assert furniture_in_bodies(warehouse) == 0
    versions, lines = query(warehouse, VERSIONS), query(warehouse, LINES)

    # The landing folder alone gives all of it, by the same snapshot, though by now there is more to learn from.
    for file in [*(tmp_path / "data").glob("w.duckdb*"), *(tmp_path / "data").glob(".w.duckdb*")]:
        file.unlink()
    assert reprocess(**named, all=True)["inputs"] == 41
    assert query(warehouse, VERSIONS) == versions
    assert query(warehouse, LINES) == lines
    # What was not learned from yet is, now that all is loaded again.
    assert reprocess(**named)["inputs"] == 41
    assert query(warehouse, "SELECT DISTINCT snapshot, of_documents FROM source_lines") == [(2, 32)]
    assert reprocess(**named)["inputs"] == 0


def test_explain_tells_in_how_many_articles_a_line_stood(tmp_path: Path):
    remember(tmp_path / "landing", 500, **{AMID: 413})
    (tmp_path / "one.txt").write_text(dressed("A new story of the quay", article(77)))
    told = ("explain", str(tmp_path / "one.txt"), "--source", OUTLET, "--warehouse")
    assert "memory:in 412 other articles of this source" in copydesk(*told, str(tmp_path / "w.duckdb")).stdout
    (tmp_path / "none").mkdir()
    shown = copydesk(*told, str(tmp_path / "none" / "w.duckdb")).stdout
    assert AMID in shown and "memory:" not in shown
    (tmp_path / "landing" / "memory" / "0001.npz").write_bytes(b"broken")
    done = copydesk(*told, str(tmp_path / "w.duckdb"))
    assert done.returncode == 1 and "0001.npz" in done.stderr and "Traceback" not in done.stderr


def test_the_order_of_documents_does_not_matter(tmp_path: Path):
    found = []
    for order in range(2):
        rows = dump()
        random.Random(order).shuffle(rows)
        warehouse = tmp_path / f"data{order}" / "w.duckdb"
        # In one case learned from in two steps.
        for part in (rows,) if order else (rows[:15], rows[15:]):
            ingest([write_dump(tmp_path / "in", part)], str(warehouse), workers=1)
            reprocess(str(warehouse), workers=1)
        bodies = query(warehouse, "SELECT DISTINCT body FROM articles ORDER BY ALL")
        found.append((read_snapshot(newest_snapshot(warehouse.parent / "landing")), bodies))
    assert found[0] == found[1]


def test_a_run_that_died_before_its_snapshot_was_used_leaves_it_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    warehouse = tmp_path / "w.duckdb"
    named = {"warehouse": str(warehouse), "workers": 1}
    ingest([write_dump(tmp_path / "in", dump()[:20])], **named)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("flows.memory.settle_memory", fall)
        reprocess(**named)
    assert query(warehouse, LINES) == []
    assert reprocess(**named)["inputs"] == 20
    assert furniture_in_bodies(warehouse) == 0
    assert query(warehouse, "SELECT DISTINCT snapshot FROM source_lines") == [(1,)]
    # A snapshot that was lost is learned again, under a number that was not used.
    (tmp_path / "landing" / "memory" / "0001.npz").unlink()
    assert reprocess(**named)["inputs"] == 20
    assert query(warehouse, "SELECT DISTINCT snapshot FROM source_lines") == [(2,)]


def fall(*_: Any) -> None:
    raise KeyboardInterrupt
