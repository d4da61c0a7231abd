"""Train the labeller: `make train`, or `python -m tests.training.train [--pages FOLDER]`.

FOLDER holds truth.jsonl, text_lines/ID.txt and text_split/ID.txt (docs/train.md says where the public pages come from and
how they are laid out).  Every figure is cross-validated by site: no page of a site is trained and tested on.  The model
goes to seeds/labeller.json.xz, its figures and the fingerprint of its data to seeds/labeller.toml.

In order, each on what the ones before say of pages they have not seen: what a line is (joins.py: `joins`, `cuts`,
`rejoins`), the weights of words (logistic regression), then oblivious boosted trees (CatBoost) for `body`, `title`, and
`byline`, `time`, `caption`; then `page` (page.py), `blocks` (blocks.py) and `html_page`.
"""

import argparse
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from tasks._features import FEATURES, Sight, line_features, look_at
from tasks._labeller import ROLES
from tasks._lines import Line, read_lines
from tasks._parts import SENTENCE
from tasks._roles import RoleFeatures, body_span
from tasks._trees import MODEL, Model, Trees, load_model
from tasks._words import words_of
from tests.training.blocks import fit_blocks
from tests.training.blocks import read_examples as read_blocks
from tests.training.cuts import Example as Place
from tests.training.cuts import read_examples as read_places
from tests.training.heads import FOLDS, fit_head, fit_weights, write_model
from tests.training.joins import Splits, fit_lines, join_examples
from tests.training.page import fit_html_page, fit_page, read_examples
from tests.training.pages import (
    DUMPS,
    PAGES,
    ROOT,
    Page,
    body_shares,
    folds_of,
    is_caption,
    other_pages,
    read_pages,
    role_answers,
)

INNER_FOLDS = 3
#: A word counts when it stands on pages of so many sites; a pair of words needs two more.
FEWEST_SITES = 4
#: Beside the dumps, each page once more as people paste it.
CROP = "crop"
COPIES = (*DUMPS, CROP)


@dataclass
class Copy:
    """One dump of a page, taken apart: its lines and how much of each is body."""

    page: Page
    dump: str
    lines: list[Line]
    shares: np.ndarray


# --- the parts of the model ----------------------------------------------------------------------------------------


def fit_words(copies: Iterable[Copy]) -> Model:
    """The weights of words and pairs, and how rare words are: from lines that differ, once a site."""
    seen: set[tuple[str, str]] = set()
    rows, captions, sites = [], [], defaultdict(set)
    for copy in copies:
        if copy.dump != DUMPS[0]:
            continue
        for line, share in zip(copy.lines, copy.shares, strict=True):
            words = words_of(line.text)
            key = (copy.page.site, " ".join(words))
            if not words or key in seen:
                continue
            seen.add(key)
            told = {*words, *(f"{a} {b}" for a, b in pairwise(words))}
            for word in told:
                sites[word].add(copy.page.site)
            weight = copy.page.weight * math.sqrt(min(len(words), 25))
            rows.append((told, share > 0.5, weight))
            # What a caption says is told from paragraphs and headlines, not from menus.
            if copy.page.captions and len(words) >= 3:
                captions.append((set(words), is_caption(line.text, copy.page.captions), weight))
    known = sorted(w for w, where in sites.items() if len(where) >= FEWEST_SITES + (2 if " " in w else 0))
    count = len({site for where in sites.values() for site in where})
    weights = {w: weight for w, weight in fit_weights(rows, known, 0.3).items() if " " not in w or abs(weight) >= 0.05}
    single = [word for word in known if " " not in word]
    told = {word: weight for word, weight in fit_weights(captions, single, 0.1).items() if abs(weight) >= 0.05}
    rarity = {word: round(math.log(count / len(sites[word])), 2) for word in single}
    return Model(weights, rarity, round(math.log(count / 3), 2), {}, captions=told)


# --- everything ----------------------------------------------------------------------------------------------------


def read_copy(folder: Path, page: Page, dump: str, model: Model) -> Copy:
    """A dump as lines, with the truth's share of each."""
    text = (folder / (DUMPS[0] if dump == CROP else dump) / f"{page.id}.txt").read_text(encoding="utf-8")
    lines = read_lines(text, model)
    parts = [part.raw for line in lines for part in line.parts]
    shares = iter(body_shares(parts, page.truth["body"]))
    by_line = []
    for line in lines:
        sizes = [max(1, len(part.raw.split())) for part in line.parts]
        by_line.append(sum(size * next(shares) for size in sizes) / sum(sizes))
    return _crop(page, lines, by_line) if dump == CROP else Copy(page, dump, lines, np.array(by_line))


def _crop(page: Page, lines: list[Line], shares: list[float]) -> Copy:
    """The article with a few lines around it, as people paste it; of every fourth page as sentences."""
    chance = random.Random(page.id)
    body = [n for n, share in enumerate(shares) if share > 0.5] or [0]
    first = max(0, body[0] - chance.choice((0, 1, 3, 6, 12, 25)))
    last = min(len(lines), body[-1] + 1 + chance.choice((0, 0, 2, 5, 10, 25)))
    chosen = list(zip(lines, shares, strict=True))[first:last]
    if chance.random() < 0.25:
        chosen = [(one, share) for line, share in chosen for one in _sentences(line)]
    kept = [replace(line) for line, _ in chosen]  # of their own: other features, other odds
    return Copy(page, CROP, kept, np.array([share for _, share in chosen]))


def _sentences(line: Line) -> list[Line]:
    return read_lines(SENTENCE.sub("\n", line.raw), Model({}, {}, 1.0, {})) if line.words > 12 else [line]


def weigh(copy: Copy) -> np.ndarray:
    """A line weighs the root of its words, so that a paragraph counts more than an item, and less than its length."""
    return np.sqrt([max(1, len(words_of(line.text))) for line in copy.lines]) * copy.page.weight


@dataclass
class Seen:
    """What is seen of a copy with words that had not seen its site, and its features."""

    sight: Sight
    values: np.ndarray


def fit_body(copies: Sequence[Copy], seen: dict[int, Seen]) -> Trees:
    """The head `body` on what is `seen` of each copy, by `id(copy)`."""
    known = [copy for copy in copies if copy.lines]
    return fit_head(
        "body",
        np.concatenate([seen[id(copy)].values for copy in known]),
        np.concatenate([copy.shares > 0.5 for copy in known]),
        np.concatenate([weigh(copy) for copy in known]),
    )


def out_of_fold(copies: Sequence[Copy], count: int) -> dict[int, Seen]:
    """What is seen of each copy by `id(copy)`, with the words of the other folds."""
    fold = folds_of([copy.page for copy in copies], count)
    seen = {}
    for number in range(count):
        rest = fit_words(copy for copy in copies if fold[copy.page.id] != number)
        for copy in copies:
            if fold[copy.page.id] == number and copy.lines:
                sight = look_at(copy.lines, rest)
                seen[id(copy)] = Seen(sight, line_features(sight))
    return seen


def fit_roles(copies: Sequence[Copy], sights: dict[int, Seen]) -> dict[str, Trees]:
    """The heads of roles; the `body` of the lines must be set, by a model that had not seen them."""
    spans = [(copy, body_span(copy.lines)) for copy in copies if copy.lines]
    told = [(copy, span, sights[id(copy)]) for copy, span in spans if span[1] >= span[0]]
    seen = [(copy, RoleFeatures(copy.lines, one.sight, one.values, span)) for copy, span, one in told]
    heads = {}
    examples: dict[str, list[tuple[np.ndarray, list[bool]]]] = defaultdict(list)
    titles: dict[int, np.ndarray] = {}
    fold = folds_of([copy.page for copy, _ in seen], INNER_FOLDS)

    def answered(chosen: Iterable[tuple[Copy, RoleFeatures]], role: str) -> list[tuple[np.ndarray, list[bool]]]:
        found = [
            (features.of_title(), role_answers(copy.page, role, copy.lines, features.rows)) for copy, features in chosen
        ]
        return [(values, answers) for values, answers in found if answers is not None]

    def fit(role: str, rows: list[tuple[np.ndarray, list[bool]]]) -> Trees:
        return fit_head(role, np.concatenate([v for v, _ in rows]), np.concatenate([a for _, a in rows]))

    for number in range(INNER_FOLDS):
        rest = fit("title", answered(((c, f) for c, f in seen if fold[c.page.id] != number), "title"))
        for copy, features in seen:
            if fold[copy.page.id] == number:
                titles[id(copy)] = rest.probability(features.of_title())
    heads["title"] = fit("title", answered(seen, "title"))
    for role in ROLES:
        for copy, features in seen:
            answers = role_answers(copy.page, role, copy.lines, features.rows)
            if answers is not None:
                odds = titles[id(copy)]
                values_here = features.of_others(features.rows[int(np.argmax(odds))], odds)
                examples[role].append((values_here, answers))
        heads[role] = fit(role, examples[role])
    return heads


def train(copies: Sequence[Copy], lines: Model) -> Model:
    """The whole model from these copies, whose lines are what `lines` says; leaves their `body` as out-of-fold models say."""
    seen = out_of_fold(copies, INNER_FOLDS)
    fold = folds_of([copy.page for copy in copies], INNER_FOLDS)
    for number in range(INNER_FOLDS):
        rest = fit_body([copy for copy in copies if fold[copy.page.id] != number], seen)
        for copy in copies:
            if fold[copy.page.id] == number and copy.lines:
                for line, odds in zip(copy.lines, rest.probability(seen[id(copy)].values), strict=True):
                    line.body = float(odds)
    heads = {**lines.heads, "body": fit_body(copies, seen), **fit_roles(copies, seen)}
    return replace(fit_words(copies), heads=heads, edges=lines.edges)


def train_folds(
    folder: Path, pages: Sequence[Page], splits: Splits, places: Sequence[Place], out: Path, say: Callable[[str], None]
) -> None:
    """A model for each fold, in `out`, with the ids of the pages it has not seen."""
    fold = folds_of(pages, FOLDS)
    for number in range(FOLDS):
        known = [page for page in pages if fold[page.id] != number]
        model = train_on(folder, known, splits, places)
        write_model(model, out / f"{number}.json.xz")
        (out / f"{number}.txt").write_text("\n".join(page.id for page in pages if fold[page.id] == number))
        others = [name for name, _, its in other_pages(folder, pages, FOLDS) if its == number]
        (out / f"{number}.others.txt").write_text("\n".join(others))
        say(f"fold {number + 1} of {FOLDS}: {len(known)} pages")


def train_on(folder: Path, pages: Sequence[Page], splits: Splits, places: Sequence[Place]) -> Model:
    """A model of these pages, without the head `page`."""
    lines = fit_lines(pages, splits, places)
    return train([read_copy(folder, page, dump, lines) for page in pages for dump in COPIES], lines)


def main() -> int:
    """The models of the folds, then the model, then the head `page`, which learns from what the folds say."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--pages", type=Path, default=PAGES)
    told.add_argument("--folds", type=Path, default=ROOT / "build" / "folds", help="where the models of the folds go")
    told.add_argument("--keep-folds", action="store_true", help="use the models of the folds that are there")
    told.add_argument("--keep-model", action="store_true", help="only the heads `page`, `blocks` and `html_page` anew")
    arguments = told.parse_args()
    folder: Path = arguments.pages
    if not (folder / "truth.jsonl").is_file():
        print(f"no labelled pages in {folder}: see docs/train.md", file=sys.stderr)
        return 2
    started = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {words}", file=sys.stderr, flush=True)

    pages = read_pages(folder)
    arguments.folds.mkdir(parents=True, exist_ok=True)
    splits, places = {page.id: list(join_examples(folder, page)) for page in pages}, read_places(folder, pages)
    if not arguments.keep_folds:
        train_folds(folder, pages, splits, places, arguments.folds, say)
    if arguments.keep_model:
        model = load_model()
    else:
        model = train_on(folder, pages, splits, places)
    fold = folds_of(pages, FOLDS)
    model = fit_page(read_examples(folder, arguments.folds, pages, fold), model, arguments.folds, say)
    model = fit_blocks(read_blocks(folder, pages, fold), model, arguments.folds)
    model = fit_html_page(folder, pages, model, arguments.folds, say)
    write_model(model, MODEL)
    say(
        f"{MODEL.relative_to(ROOT)}: {MODEL.stat().st_size} bytes, {len(model.weights)} words, {len(FEATURES)} features"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
