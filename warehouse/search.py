"""`copydesk search`: articles by their words, the best first, each with the passage that shows why."""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError, WarehouseError
from schemas.search import Hit, SearchFilter
from warehouse._search_words import AnyOf, Part, Phrase, Wanted, phrases, read_wanted, snippet
from warehouse._sql import query
from warehouse.connection import open_reader
from warehouse.search_index import (
    IndexBroken,
    bring_up_to_date,
    forget_in_index,
    index_folder,
    open_words,
    read_index_state,
    read_shown,
)

if TYPE_CHECKING:
    import tantivy

#: A word in the title counts so much more (times its BM25 there) than the same word further down.
_TITLE_BOOST = 2.0
#: How long the first search waits for another process that makes the index, at a time.
_POLL_SECONDS = 0.5

Tell = Callable[[str], None]
#: A score, and what `read_shown` makes of an article.
Found = tuple[float, tuple[dict[str, Any], str]]


def search(
    warehouse: Path, typed: str, only: SearchFilter, limit: int = 10, tell: Tell = lambda words: None
) -> list[Hit]:
    """The articles that have what a person typed (`read_wanted` says how), the best first, at most `limit`.

    The index is brought up to date first; `tell` hears what takes longer.  Raises UsageError where there is nothing to
    look for, WarehouseError where there is no warehouse, or the index cannot be written.
    """
    wanted = read_wanted(typed)
    folder = index_folder(warehouse)
    is_latest = bring_up_to_date(warehouse, tell)
    if not is_latest:
        tell("the search index is being brought up to date by another process; the latest articles may be missing")
        while (read_index_state(folder) or {}).get("revision") is None:  # it has never been whole
            time.sleep(_POLL_SECONDS)
            bring_up_to_date(warehouse, tell)
    try:
        found = _find(open_words(folder), wanted, only, limit)
    except IndexBroken as broken:
        tell(f"the search index cannot be used ({broken}): it is made anew")
        forget_in_index(warehouse)
        bring_up_to_date(warehouse, tell)
        try:
            found = _find(open_words(folder), wanted, only, limit)
        except IndexBroken as again:
            raise WarehouseError(
                f"the search index {folder} cannot be used ({again}): delete it and search again"
            ) from again
    if not is_latest:
        found = _still_there(warehouse, found)
    return sorted(
        (_hit(score, shown, list(phrases(wanted))) for score, shown in found),
        key=lambda hit: (-hit.score, hit.article_id),
    )


def _find(index: "tantivy.Index", wanted: Wanted, only: SearchFilter, limit: int) -> list[Found]:
    """The best."""
    schema = index.schema
    try:
        asked = _query(schema, wanted, _filters(schema, only))
        searcher = index.searcher()
        found = searcher.search(asked, limit, count=False).hits
        return [(score, read_shown(searcher.doc(address).get_first("shown") or b"")) for score, address in found]
    except (ValueError, OSError) as error:
        raise IndexBroken(str(error).split("\n")[0][:200]) from error


def _query(schema: "tantivy.Schema", wanted: Wanted, filters: Sequence["tantivy.Query"] = ()) -> "tantivy.Query":
    from tantivy import Occur, Query

    parts = [(Occur.Must, _part(schema, part)) for part in wanted.all_of]
    parts += [(Occur.MustNot, _part(schema, part)) for part in wanted.none_of]
    parts += [(Occur.Must, Query.const_score_query(each, 0.0)) for each in filters]
    in_title = {token for phrase in phrases(wanted) for _, token in phrase.tokens}
    parts += [
        (Occur.Should, Query.boost_query(Query.term_query(schema, "title", token, "freq"), _TITLE_BOOST))
        for token in sorted(in_title)
    ]
    return Query.boolean_query(parts)


def _part(schema: "tantivy.Schema", part: Part) -> "tantivy.Query":
    from tantivy import Occur, Query

    if isinstance(part, Wanted):
        return _query(schema, part)
    if isinstance(part, AnyOf):
        return Query.boolean_query([(Occur.Should, _part(schema, each)) for each in part.parts])
    return _phrase(schema, part)


def _phrase(schema: "tantivy.Schema", phrase: Phrase) -> "tantivy.Query":
    from tantivy import Query

    (_, first), *more = phrase.tokens
    if more:
        kind = Query.phrase_prefix_query if phrase.is_prefix else Query.phrase_query
        return kind(schema, "words", list(phrase.tokens))
    if phrase.is_prefix:  # all the same to it how rare the word is: every find counts 1
        return Query.regex_query(schema, "words", re.escape(first) + ".*")
    return Query.term_query(schema, "words", first, "freq")


def _filters(schema: "tantivy.Schema", only: SearchFilter) -> list["tantivy.Query"]:
    from tantivy import FieldType, Query

    filters = []
    if only.source is not None:
        filters.append(Query.term_query(schema, "source", only.source.casefold(), "basic"))
    if only.language is not None:
        filters.append(Query.term_query(schema, "language", only.language.casefold(), "basic"))
    if only.since or only.until:
        if only.since and only.until and only.since > only.until:
            raise UsageError(f"no day is both on or after {only.since} and on or before {only.until}: turn them round")
        first, last = (int(day.strftime("%Y%m%d")) if day else None for day in (only.since, only.until))
        filters.append(Query.range_query(schema, "published_on", FieldType.Unsigned, first, last))
    return filters


def _still_there(warehouse: Path, found: list[Found]) -> list[Found]:
    """Without what the published warehouse has no more, or another version of."""
    if not found:
        return []
    # Written into the SQL, because DuckDB imports pandas, for half a second, to look at a parameter.
    ids = ", ".join("'" + row["article_id"].replace("'", "''") + "'" for _, (row, _) in found)
    with closing(open_reader(warehouse)) as connection:
        there = set(connection.execute(query("search_current").format(ids=ids)).fetchall())
    return [(score, shown) for score, shown in found if (shown[0]["article_id"], shown[0]["version"]) in there]


def _hit(score: float, shown: tuple[dict[str, Any], str], wanted: list[Phrase]) -> Hit:
    row, copy = shown
    passage, marks = snippet(copy, wanted)
    return Hit(score=round(score, 3), snippet=passage, marks=marks, **row)
