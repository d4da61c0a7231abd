"""A sample for hand-coding, written for a spreadsheet or as JSON Lines, and read back with its codes."""

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from flows.report import read_again
from schemas.errors import UsageError, WarehouseError
from schemas.sample import STRATA, ReadDrawn
from schemas.settings import Settings
from tasks.sample import as_cell, estimate, read_codes, rows_of
from warehouse.made import note_made
from warehouse.sample import draw

#: A spreadsheet takes no more characters in a cell (Excel: 32,767), and would cut what is longer without a word.
_CELL_CHARACTERS = 32_000


def write_sample(
    settings: Settings, most: int, out: Path, by: str, seed: int, since: date | None, until: date | None
) -> dict[str, Any]:
    """Draw at most `most` articles and write them to `out` (.csv or .jsonl), whole or not at all.

    The answer: `out`, `seed`, `articles`, and `strata`: how many each has in it and in all.  `settings.source`: only of
    this outlet.
    """
    if out.suffix not in (".csv", ".jsonl"):
        raise UsageError(f"--out {out} ends in neither .csv nor .jsonl; name a file that does")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}; make it first")
    if out.exists():
        raise UsageError(f"--out {out} is there already, maybe with codes in it; name another, or move it away")
    if by not in STRATA:
        raise UsageError(f"--by {by} is not known; say one of {', '.join(STRATA)}")
    drawn = draw(settings.warehouse, most, by, seed, settings.source, since, until)
    if not drawn:
        raise UsageError(f"there is no article to draw in {settings.warehouse}: load some, or ask for less narrow ones")
    read = read_again([one.sample for one in drawn], settings)
    rows = rows_of(ReadDrawn(one, again) for one, again in zip(drawn, read, strict=True))
    _put_in_place(_as_csv(rows) if out.suffix == ".csv" else b"".join(orjson.dumps(r) + b"\n" for r in rows), out)
    note_made(settings.warehouse, "sample", out)
    strata: dict[str, dict[str, Any]] = {}
    for one in drawn:
        told = strata.setdefault(one.stratum, {by: one.stratum, "drawn": 0, "articles": one.stratum_size})
        told["drawn"] += 1
    return {"out": str(out), "seed": seed, "articles": len(drawn), "strata": [strata[name] for name in sorted(strata)]}


def read_back(path: Path) -> list[dict[str, Any]]:
    """The precision by question and stratum that the codes of a file come to; `UsageError` when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--codes {path} cannot be read ({error}); name the file with the codes, saved as UTF-8"
        ) from error
    return [asdict(row) for row in estimate(read_codes(_rows(text, path), str(path)))]


def _rows(text: str, path: Path) -> Iterable[Mapping[str, Any]]:
    if path.suffix == ".jsonl":
        try:
            rows = [orjson.loads(line) for line in text.splitlines() if line.strip()]
        except orjson.JSONDecodeError as error:
            raise UsageError(f"--codes {path} is no JSON Lines: {error}") from error
        if not all(isinstance(row, dict) for row in rows):
            raise UsageError(f"--codes {path} has a line that is no JSON object; keep those that were written")
        return rows
    head = text.split("\n", 1)[0]
    csv.field_size_limit(max(1 << 20, len(text)))
    try:  # spreadsheets of some countries write semicolons
        delimiter = max(",;\t", key=head.count)
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"--codes {path} is no CSV: {error}") from error


def _as_csv(rows: list[dict[str, Any]]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow({name: as_cell(_cut(value)) for name, value in row.items()})
    return out.getvalue().encode("utf-8-sig", "replace")


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _CELL_CHARACTERS:
        return value[:_CELL_CHARACTERS] + " [... cut: longer than a cell; take .jsonl]"
    return value


def _put_in_place(content: bytes, out: Path) -> None:
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(out)
    except OSError as error:
        raise WarehouseError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
