"""What was learned is advanced: what repeats across the documents of each outlet, and what words are common."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from flows.inputs import with_memory
from flows.pool import Pool
from flows.run import Run
from flows.version import rules_hash, rules_version
from schemas.errors import WarehouseError
from tasks import _terms
from tasks._memory import Copy, line_key, read_copy
from tasks.batch import log, step
from warehouse.frequencies import articles_by_language, read_frequencies, some_articles, write_frequencies
from warehouse.memory import (
    KnownLine,
    LineCount,
    highest_number,
    is_learned,
    newest_snapshot,
    number_of,
    read_snapshot,
    settle_memory,
    text_documents,
    what_there_is,
    write_snapshot,
)

#: Documents whose lines are put into the count at once.
_AT_ONCE = 256
#: Words are counted again once a language has so many times the articles: all stories are worked out anew by them.
_GROWN = 2


@step("learn")
def learn(run: Run) -> None:
    """Write the next snapshot, when what is learned is not what the newest says, and go on by it.

    It is learned from the raw copy of all plain-text documents, also refused ones, and from what was given with them:
    so the labels that it leads to change nothing in it, and neither does the order in which documents came.
    While the landing folder holds documents that the warehouse does not, as before and amid a rebuild, nothing is
    learned, and the newest snapshot goes on: a rebuild, killed or not, gives what there was.
    Killed at any point, the next `reprocess` comes to the same: a snapshot that was written is the newest, whether or
    not any article was made by it.
    """
    assert run.store is not None and run.info is not None
    learned_from = None
    try:
        if next(run.store.not_loaded(), None) is not None:
            log("the landing folder has documents that are not loaded: what is known of sources stays as it is")
        else:
            _learn_words(run)
            learned_from = what_there_is(run.store, rules_hash())
            if not is_learned(run.store, learned_from):
                _advance(run)
    except WarehouseError as error:  # a pack that was moved away: articles can be made anew all the same
        learned_from = None
        log(f"nothing new is learned of sources: {error}", logging.WARNING)
    settings = with_memory(run.settings)
    rules = rules_version(settings.memory)
    settle_memory(run.store, run.info.run_id, rules, learned_from)
    run.info = replace(run.info, rules_version=rules)
    if settings != run.settings:
        run.pool.stop()
        run.settings, run.pool = settings, Pool(settings)


def _advance(run: Run) -> None:
    assert run.store is not None
    count = LineCount(run.store)
    documents = 0
    with Pool(run.settings, read_copy, lambda document, refusal: None) as pool:
        copies = pool.map(text_documents(run.store))
        while some := list(islice(copies, _AT_ONCE)):
            documents += len(some)
            count.add(list(_rows(some)))
    lines, totals = count.known()
    known = [KnownLine(key, articles, source, line) for source, key, articles, line in lines]
    known += [KnownLine(line_key(source, ""), articles, source, "") for source, articles in totals.items()]
    newest = newest_snapshot(run.store.landing_folder)
    if sorted(known) == read_snapshot(newest):
        log(f"learned from {documents:,} documents: nothing new ({len(lines):,} lines of {len(totals):,} sources)")
        return
    highest = highest_number(run.store)
    path = write_snapshot(run.store.landing_folder, highest + 1, known)
    told = f"snapshot {number_of(path)}, {len(lines):,} lines of {len(totals):,} sources"
    log(f"learned from {documents:,} documents: {told}; what was made by another is dealt with again")


def _learn_words(run: Run) -> None:
    """Count which words are common in the warehouse, where it has grown to have enough articles, or many more."""
    assert run.store is not None
    articles = articles_by_language(run.store)
    known = read_frequencies(run.store.landing_folder).languages
    if not any(
        count >= _terms.LEAST_ARTICLES and (name not in known or count >= _GROWN * known[name].articles)
        for name, count in articles.items()
    ):
        return
    found = _terms.common_words(some_articles(run.store), articles)
    path = write_frequencies(run.store.landing_folder, found)
    words = sum(len(common.terms) for common in found.values())
    log(f"snapshot {number_of(path)} of words: {words:,} are common in {len(found):,} languages; stories are made anew")


def _rows(copies: list[Copy | None]) -> Iterator[tuple[str, int, int, int, str]]:
    for copy in copies:
        if copy is not None:
            yield from ((copy.source, copy.document, *line) for line in copy.lines)
