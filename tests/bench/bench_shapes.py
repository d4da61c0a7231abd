"""How well news copy is read in the shapes that dumps have: `python -m tests.bench.bench_shapes [--folds build/folds]`

The pages of ../shared/eval/text_lines, but for those of wcxb, escaped, quoted, marked up; scored by its score.py.  With
`--folds` each is read with the model that has not seen its site (`make train`).  Markdown is there where html2text is installed.
"""

import argparse
import gzip
import hashlib
import html
import importlib.util
import json
import re
import textwrap
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

import tasks._trees
from flows.document import make_article
from schemas.document import Document
from schemas.settings import Settings

EVAL = Path(__file__).resolve().parents[3] / "shared" / "eval"
FIGURES = ("f1", "p", "r", "title", "authors", "date", "captions_found", "refused")


def wrapped(text: str) -> str:
    return "\n".join("\n".join(textwrap.wrap(line, 72)) for line in text.split("\n"))


def divided(text: str) -> str:
    """Wrapped at 60, a blank line behind each paragraph; words of more than seven letters are divided where a line ends."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            room = 58 - len(line)
            if not line or len(line) + len(word) < 60:
                line = f"{line} {word}".strip()
            elif len(word) > 7 and room > 3 and word.isalpha():
                lines.append(f"{line} {word[:room]}-")
                line = word[room:]
            else:
                lines.append(line)
                line = word
        lines += [line, ""]
    return "\n".join(lines)


SHAPES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "wrapped at 72": wrapped,
    "words divided at 60": divided,
    "line breaks escaped": lambda text: text.replace("\n", "\\n"),
    "a string of JSON": json.dumps,
    "entities": html.escape,
    "quoted mail": lambda text: re.sub("^", "> ", text, flags=re.M),
    "no capitals": str.lower,
    "bare paragraphs": lambda text: "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n")),
    "one line": lambda text: text.replace("\n", " "),
}


def read_html(page: str) -> str:
    return gzip.decompress((EVAL / "html" / f"{page}.html.gz").read_bytes()).decode("utf-8", "replace")


def as_markdown(page: str, width: int) -> str:
    import html2text  # pyright: ignore[reportMissingImports]

    return html2text.HTML2Text(bodywidth=width).handle(read_html(page))


#: From the HTML, as most scripts write it out: all on one line, or with the line breaks of its source.
FROM_HTML: dict[str, Callable[[str], str]] = {
    "get_text(' ')": lambda page: BeautifulSoup(read_html(page), "lxml").get_text(" ", strip=True).replace("\n", " "),
    "get_text()": lambda page: BeautifulSoup(read_html(page), "lxml").get_text(),
    "Markdown 0": lambda page: as_markdown(page, 0),
    "Markdown 78": lambda page: as_markdown(page, 78),
}


def records_of(pages: list[str], shape: str, model: Path | None) -> dict[str, dict[str, Any]]:
    """The records of these pages in that shape."""
    tasks._trees.MODEL = model or tasks._trees.MODEL
    records = {}
    for page in pages:
        if shape in FROM_HTML:
            text = FROM_HTML[shape](page)
        else:
            text = SHAPES[shape]((EVAL / "text_lines" / f"{page}.txt").read_text(encoding="utf-8"))
        media_type = "text/html" if shape == "bare paragraphs" else "text/plain"
        content = text.encode()
        document = Document(hashlib.sha256(content).hexdigest(), page, content, media_type)
        records[page] = make_article(document, Settings()).as_record()
    return records


def folded(page: dict[str, Any]) -> dict[str, Any]:
    """A page or record whose body, headline and authors are in small letters."""
    told: dict[str, Any] = {name: page[name].lower() for name in ("body", "title") if page.get(name)}
    return {**page, **told, "authors": page["authors"] and [name.lower() for name in page["authors"]]}


def main() -> None:
    """A line for each shape."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--only", default="", help="shapes whose name has this")
    told = parser.parse_args()
    folder: Path | None = told.folds
    spec = importlib.util.spec_from_file_location("score", EVAL / "score.py")
    assert spec and spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    truth = {page: row for page, row in scorer.read(EVAL / "truth.jsonl").items() if row["set"] != "wcxb"}
    jobs: list[tuple[list[str], Path | None]] = [(list(truth), None)]
    if folder:
        models = sorted(folder.glob("*.json.xz"))
        listed = [(model.with_name(model.name.split(".")[0] + ".txt").read_text().split(), model) for model in models]
        jobs = [([page for page in pages if page in truth], model) for pages, model in listed]
    has_html2text = importlib.util.find_spec("html2text") is not None
    shapes = [shape for shape in (*SHAPES, *FROM_HTML) if told.only in shape and (has_html2text or "down" not in shape)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for shape in shapes:
            parts = [pool.submit(records_of, pages, shape, model) for pages, model in jobs]
            records = {page: record for part in parts for page, record in part.result().items()}
            pages = truth
            if shape == "no capitals":
                pages, records = ({page: folded(row) for page, row in rows.items()} for rows in (truth, records))
            figures, _ = scorer.score(pages, records)
            print(f"{shape:20}", *(f"{name}={figures[name]:.3f}" for name in FIGURES if name in figures), flush=True)


if __name__ == "__main__":
    main()
