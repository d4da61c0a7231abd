"""Whether two warehouses hold the same, and whether the books of one are in order."""

from pathlib import Path
from typing import Any

import duckdb

#: Columns that say when, by which run or in which file something came, not what it is.
_APART = {
    "run_id", "loaded_at", "received_at", "pack", "first_seen_at", "valid_from", "quarantined_at", "story_id",
    "edited_at", "first_quarantined_at", "last_quarantined_at",
}  # fmt: skip
#: Of these only whether they are there is the same in two runs.
_THERE = {"valid_to", "resolved_at"}
#: All but `receipts`, `runs`, `quality_results` and `source_health`, which tell of runs: more runs have more of them.
_PUBLIC = (
    "articles", "article_versions", "captions", "removed_spans", "documents", "quarantine", "article_links", "stories",
    "unique_articles", "coverage_daily", "quarantine_reasons", "edits", "story_coverage",
)  # fmt: skip


def compare(one: Path, other: Path) -> list[str]:
    """Where the public tables of two warehouses differ, a line a table with an example; empty when they are equal."""
    differences = []
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{one}' AS one (READ_ONLY); ATTACH '{other}' AS other (READ_ONLY)")
        rules = "SELECT DISTINCT rules_version FROM one.runs UNION SELECT rules_version FROM other.runs"
        if len(connection.execute(rules).fetchall()) != 1:
            return ["the rules were changed between the runs: nothing can be compared"]
        for table in _PUBLIC:
            told = connection.execute(f"SELECT column_name FROM (DESCRIBE one.{table})").fetchall()
            columns = ", ".join(
                f'"{name}" IS NULL AS "{name}"' if name in _THERE else f'"{name}"'
                for (name,) in told
                if name not in _APART
            )
            sides = [f"(SELECT {columns} FROM {side}.{table})" for side in ("one", "other")]
            for here, there, word in ((*sides, "missing"), (*reversed(sides), "too many")):
                rows = connection.execute(f"FROM {here} EXCEPT ALL FROM {there}").fetchall()
                if rows:
                    differences.append(f"{table}: {len(rows)} rows {word}, such as {str(rows[0])[:150]}")
        # Stories have other ids; the same articles are together in one.
        together = "SELECT list_sort(list(article_id)) AS article_ids FROM {}.articles GROUP BY story_id"
        one_by_one = [
            {str(ids) for (ids,) in connection.execute(together.format(s)).fetchall()} for s in ("one", "other")
        ]
        if apart := one_by_one[0] ^ one_by_one[1]:
            differences.append(f"stories: {len(apart)} are not of the same articles, such as {min(apart)[:150]}")
    return differences


def find_faults(path: Path, undisturbed: Path) -> list[str]:
    """What is not in order in the books of a warehouse after crashes and a re-run; empty when all is.

    Every run has ended, every one but a failed one balances, every run has a receipt for each input it counted, each document
    stands once in `documents` and at most once unresolved in `quarantine`, and over all runs as many inputs were
    loaded, updated, found duplicate and refused as in the undisturbed run: nothing was done twice.
    """
    with duckdb.connect(str(path), read_only=True) as books:

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return books.execute(sql).fetchall()

        faults = [
            f"run {run} is {status} with {inputs} inputs, {counted} counted and {receipts} receipts"
            for run, status, inputs, counted, receipts in ask(
                "SELECT run_id, status, inputs, loaded + updated + unchanged + duplicate + quarantined, "
                "(SELECT count(*) FROM receipts WHERE receipts.run_id = runs.run_id) FROM runs"
            )
            if counted != receipts or (status != "failed" and inputs != counted) or status == "running"
        ]
        last = ask("SELECT status FROM runs ORDER BY started_at DESC LIMIT 1")
        if last != [("completed",)]:
            faults.append(f"the last run is {last}")
        for table, condition in (("documents", "true"), ("quarantine", "resolved_at IS NULL")):
            twice = ask(f"SELECT document_id, origin FROM {table} WHERE {condition} GROUP BY ALL HAVING count(*) > 1")
            if twice:
                faults.append(f"{table} holds {len(twice)} documents twice, such as {twice[0]}")
        twice = ask("SELECT article_id, version FROM article_versions GROUP BY ALL HAVING count(*) > 1")
        if twice:
            faults.append(f"article_versions holds {len(twice)} versions twice, such as {twice[0]}")
        sums = "SELECT sum(loaded), sum(updated), sum(duplicate), sum(quarantined) FROM runs"
        done = ask(sums)[0]
    with duckdb.connect(str(undisturbed), read_only=True) as books:
        expected = books.execute(sums).fetchone()
    if done != expected:
        faults.append(f"loaded, updated, duplicate, quarantined over all runs are {done}, undisturbed {expected}")
    return faults
