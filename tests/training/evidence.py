"""How often what a rule settles is right: `python -m tests.training.evidence [--pages FOLDER] > seeds/evidence.toml`.

On the pages whose truth has the field: titles letter by letter, all authors and no other, the calendar day.  Of a rule
that settled fewer than FEWEST nothing is said.  Nothing is learned from these pages by what reads the fields, but they
were there when it was written: on other sites the shares may be some points lower.
"""

import argparse
import importlib.util
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from flows.document import take_apart
from flows.evidence import tell_fields
from schemas.settings import Settings
from tests.training.pages import PAGES
from tests.training.scores import read

FEWEST = 10


def main() -> None:
    """Print the table: by field and rule, or place for dates, the share that is right."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--pages", type=Path, default=PAGES)
    pages = told.parse_args().pages
    spec = importlib.util.spec_from_file_location("score", pages / "score.py")
    assert spec and spec.loader
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    counts: dict[str, dict[str, list[bool]]] = {
        name: defaultdict(list) for name in ("title", "authors", "published_at")
    }
    for page, true in score.read(pages / "truth.jsonl").items():
        document = read(pages / "html" / f"{page}.html.gz")
        draft, article = take_apart(document, Settings())
        right = rightness(score, true, article.as_record())
        for found in tell_fields(document, draft, article):
            if found.value and found.field in right:
                is_date = found.field == "published_at"
                counts[found.field][next(iter(found.sources), "") if is_date else found.rule].append(right[found.field])
    print("# By field and rule (of dates: by place) how often what it settles is right; tests/training/evidence.py.")
    for name, rules in counts.items():
        print(f"\n[{name}]")
        for rule, results in sorted(rules.items(), key=lambda row: -len(row[1])):
            if len(results) >= FEWEST:
                print(f"{json.dumps(rule)} = {sum(results) / len(results):.2f}  # of {len(results)}")


def rightness(score: Any, true: dict[str, Any], record: dict[str, Any]) -> dict[str, bool]:
    """Of each field that the truth has whether the record is right."""
    right = {}
    if true.get("title"):
        right["title"] = score.norm(true["title"]) == score.norm(record["title"])
    if true.get("authors") is not None:
        right["authors"] = score.authors(true["authors"]) == score.authors(record["authors"])
    if true.get("published_at") is not None:
        right["published_at"] = bool(true["published_at"]) and score.same_day(true["published_at"], record)
    return right


if __name__ == "__main__":
    main()
