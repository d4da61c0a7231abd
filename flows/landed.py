"""Documents of the landing folder on their way once more, in batches and in the order in which they were received."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

from flows.run import Run, open_books
from schemas.document import Document
from schemas.errors import WarehouseError
from tasks.batch import Batch, log
from warehouse.rows import Pack


def landed_batches(run: Run, packs: Iterable[tuple[Pack, list[Document]]]) -> Iterator[Batch]:
    """Packs of documents that were never loaded; each is a batch."""
    for number, (pack, documents) in enumerate(packs):
        first = run.tally.inputs
        run.tally.inputs += len(documents)
        yield Batch(number, documents, first, {(d.document_id, d.origin): pack for d in documents})


@contextmanager
def left_behind(run: Run) -> Iterator[tuple[Run, Iterator[Batch]]]:
    """What a run that died or failed had received and not loaded: its batches, and a run of their own to be in.

    There are no batches when there is nothing, or when what there is cannot be read: new copy need not wait for it.
    """
    packs: Iterator[tuple[Pack, list[Document]]] = iter(())
    first = None
    try:
        if run.store is not None:
            packs = run.store.left_behind()
            first = next(packs, None)
    except WarehouseError as error:
        log(f"what an earlier run left behind cannot be loaded: {error}", logging.WARNING)
    if first is None or run.store is None:
        yield run, iter(())
        return
    log("an earlier run ended before it had loaded all that it had received: this is loaded first")
    with open_books("what was left behind", run.settings, run.pool, run.store, run.checks) as dead:
        yield dead, landed_batches(dead, chain([first], packs))
        run.left_behind = dead.finish()


def chosen_batches(run: Run, chosen: list[tuple[str, int, int]]) -> Iterator[Batch]:
    """The documents that `Store.choose` laid out; each batch has yet to be made ready (`make_ready`)."""
    assert run.store is not None
    limits, number = run.settings, 0
    run.tally.documents_expected = run.tally.inputs + sum(count for _, count, _ in chosen)
    names: list[str] = []
    documents = size = 0
    for name, count, size_bytes in [*chosen, ("", 0, 0)]:
        if names and (not name or documents + count > limits.batch_documents or size + size_bytes > limits.batch_bytes):
            # Less than was counted, where some were dealt with already for the sake of another's article.
            if packs := run.store.take_chosen(names):
                yield Batch(number, [], 0, packs)
                number += 1
            names, documents, size = [], 0, 0
        names.append(name)
        documents, size = documents + count, size + size_bytes


def make_ready(batch: Batch, run: Run) -> None:
    """Read the documents of a batch, and with them the others of the same articles, which are all made anew."""
    assert run.store is not None
    group = run.store.group(list(batch.packs))
    others = [pair for pair in group if pair not in batch.packs]
    batch.again = True
    batch.helpers = frozenset(others) - run.store.take_if_chosen(others)
    batch.forgotten = frozenset(known.article_id for known in group.values() if known.article_id)
    batch.packs = {pair: known.pack for pair, known in group.items()}
    read_again(batch, run)
    batch.fresh = batch.documents
    batch.first_position = run.tally.inputs
    run.tally.inputs += len(batch.documents) - len(batch.helpers)


def read_again(batch: Batch, run: Run) -> None:
    """The documents of a batch, from the packs; WarehouseError when one is not there any more."""
    assert run.store is not None
    batch.documents = run.store.read(batch.packs)
    found = {(document.document_id, document.origin) for document in batch.documents}
    if lost := sorted(batch.packs.keys() - found):
        pack = batch.packs[lost[0]].name
        raise WarehouseError(
            f"{lost[0][1]} is not in {run.settings.landing / pack} any more: put the pack back, and run again"
        )
