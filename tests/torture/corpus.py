"""Made-up copy of many shapes, for runs that are killed: the same for the same seed."""

import gzip
import json
import random
from pathlib import Path

TOWNS = [
    "Skarra",
    "Brenholm",
    "Ostby",
    "Wend",
    "Ellery",
    "Marrow",
    "Tarn",
    "Hollin",
    "Pell",
    "Quay",
    "Rusk",
    "Sandby",
    "Thorne",
    "Ulver",
    "Vane",
    "Wick",
]
PEOPLE = ["Ada Quill", "Tom Marsh", "Ines Ferro", "Joel Tarn", "Mira Holt", "Sven Aker", "Ruth Dale", "Omar Lind"]
THINGS = [
    "ferry",
    "harbour",
    "bridge",
    "school",
    "library",
    "market",
    "tramway",
    "reservoir",
    "orchard",
    "lighthouse",
    "sawmill",
    "museum",
]
SENTENCES = (
    "The {thing} in {town} will stay open for {n} more weeks, the council said after a long meeting on Tuesday.",
    "{person}, who has worked there for {n} years, told a full room that nobody had expected the decision.",
    "Residents of {town} had asked for the change since last summer, when {n} families lost a day each week.",
    "The work will cost {n} thousand crowns, of which the region pays about a third before the winter.",
    "A spokeswoman said that the {thing} had been looked at by engineers from {town}, and was found to be sound.",
    "Two of the {n} members voted against it, because they want the money to go to the road from {town} instead.",
    '"We have waited long enough for this," said {person}, whose shop stands beside the {thing}.',
    "The first visitors are expected in the spring, when the water has gone down and the path is dry again.",
    "In the past {n} months the old building has been closed more often than it was open, the report says.",
    "The mayor of {town} thanked the {n} people who had helped, and promised to come back in the autumn.",
    "It is not yet known who will look after the {thing} once the present keeper goes home to {town}.",
    "Fishermen and farmers alike will have to wait until the {n} missing parts have come by train.",
)
OUTLETS = ["Harbour Standard", "Tarn Courier", "The Ostby Mail"]


def write_corpus(folder: Path, seed: int = 7, scale: float = 1.0) -> Path:
    """A folder of some 450 documents times `scale`: text, pages, dumps with edits and copies, .gz, and refusals."""
    make = random.Random(seed)
    for name in ("a_text", "b_pages", "c_dumps", "d_refused"):
        (folder / name).mkdir(parents=True)
    for number in range(int(60 * scale)):
        text = "\n\n".join(
            [f"Headline {number}: {_title(make)}", f"By {make.choice(PEOPLE)}", "3 May 2024", *_story(make)]
        )
        _write(folder / "a_text" / f"{number:05}.txt", text + "\n\nShare this article\n", packed=number % 6 == 0)
    for number in range(int(60 * scale)):
        _write(folder / "b_pages" / f"{number:05}.html", _page(make, number), packed=number % 7 == 0)
    _write_dumps(folder / "c_dumps", make, int(200 * scale))
    refused = folder / "d_refused"
    (refused / "empty.txt").write_bytes(b"")
    (refused / "binary.txt").write_bytes(bytes(range(256)) * 8)
    (refused / "broken.html.gz").write_bytes(gzip.compress(b"<html>" * 500)[:40])
    for number in range(12):
        (refused / f"short{number}.txt").write_text(f"Too short, number {number}.\n", encoding="utf-8")
    return folder


def write_small_dump(path: Path, count: int, seed: int = 7) -> Path:
    """A dump of `count` short articles, each of its own words; another `seed`, other articles."""
    make = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            row = _row(make, number) | {"id": f"{seed}-{number}", "url": f"https://standard.example/{seed}/{number}"}
            file.write(json.dumps(row) + "\n")
    return path


def _write_dumps(folder: Path, make: random.Random, count: int) -> None:
    rows = [_row(make, number) for number in range(count)]
    copies = [{**row, "id": f"copy-{row['id']}", "url": None, "source": make.choice(OUTLETS)} for row in rows[::5]]
    edits = [{**row, "text": row["text"] + "\n\n" + _paragraph(make, 3)} for row in rows[::4]]
    again = [{**row, "text": row["text"] + "\n\n" + _paragraph(make, 2)} for row in edits[::3]]
    lines = [json.dumps(row) for row in [*rows, *copies, *rows[: count // 10]]]
    lines.insert(len(lines) // 2, '{"id": "broken", "text": ')
    _write(folder / "1_first.jsonl", "\n".join(lines) + "\n", packed=True)
    _write(folder / "2_edits.jsonl", "".join(json.dumps(row) + "\n" for row in [*edits, *again]))


def _row(make: random.Random, number: int) -> dict[str, str | None]:
    return {
        "id": f"row-{number}",
        "url": f"https://standard.example/2024/05/{number:05}",
        "source": OUTLETS[number % 3],
        "title": f"{_title(make)}, part {number}",
        "published_at": f"2024-05-{1 + number % 28:02}T08:00:00Z",
        "text": "\n\n".join(_story(make)),
    }


def _page(make: random.Random, number: int) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in _story(make))
    address = f"https://courier.example/news/{number:05}"
    return (
        f"<html lang='en'><head><title>{_title(make)} {number} | Tarn Courier</title>"
        f"<link rel='canonical' href='{address}'><meta property='og:site_name' content='Tarn Courier'></head><body>"
        f"<nav><a href='/'>Home</a> <a href='/news'>News</a></nav><article><h1>Page {number} of {make.choice(TOWNS)}</h1>"
        f"<time datetime='2024-06-{1 + number % 28:02}T09:30:00Z'>June</time>{body}"
        f"<figure><img src='a.jpg'><figcaption>The {make.choice(THINGS)} at dusk. Photo: {make.choice(PEOPLE)}</figcaption>"
        f"</figure></article><footer>Subscribe to our newsletter</footer></body></html>"
    )


def _title(make: random.Random) -> str:
    return f"{make.choice(TOWNS)} keeps its {make.choice(THINGS)} for {make.randint(2, 900)} weeks"


def _story(make: random.Random) -> list[str]:
    return [_paragraph(make, 4) for _ in range(4)]


def _paragraph(make: random.Random, sentences: int) -> str:
    return " ".join(
        sentence.format(
            town=make.choice(TOWNS), person=make.choice(PEOPLE), thing=make.choice(THINGS), n=make.randint(2, 9000)
        )
        for sentence in make.sample(SENTENCES, sentences)
    )


def _write(path: Path, text: str, packed: bool = False) -> None:
    content = text.encode()
    if packed:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, mtime=0))
    else:
        path.write_bytes(content)
