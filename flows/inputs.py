"""What a person names on the command line: whether it is there, and as a stream of documents."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from schemas.document import Document
from schemas.errors import UsageError
from schemas.settings import Settings, project
from tasks._phrases import all_phrases
from tasks._publishers import load_publishers
from tasks.read import check_inputs, read_input
from warehouse.memory import newest_snapshot, read_counts

#: How large the documents in these are, their size does not tell.
_PACKED = (".gz", ".zst", ".parquet", ".warc")


def require(inputs: Iterable[str]) -> None:
    """`UsageError` for the first input that is not there, or rules that are wrong: before anything is started."""
    require_rules()
    check_inputs(name for name in inputs if not is_page(name))


def require_rules() -> None:
    """`UsageError` for a file of phrases or of an outlet's rules that is wrong; else each document would tell of it."""
    all_phrases()
    load_publishers(project() / "publishers")


def require_stored(settings: Settings, all: bool = False, narrowed: bool = False) -> None:
    """`UsageError` when there is nothing to deal with again, or when it is asked for all and for some."""
    require_rules()
    if all and narrowed:
        raise UsageError("--all goes over everything; leave out --source, --since and --until, or leave out --all")
    if not settings.warehouse.exists() and not any(settings.landing.glob("*.parquet")):
        raise UsageError(
            f"there is no warehouse at {settings.warehouse}, and no raw copy in {settings.landing}: "
            "name another with --warehouse"
        )


def with_memory(settings: Settings) -> Settings:
    """These settings, with the newest snapshot of what was learned of sources; WarehouseError if it cannot be read."""
    memory = newest_snapshot(settings.landing)
    if memory:
        read_counts(memory)
    return replace(settings, memory=memory)


def size_of(inputs: Iterable[str]) -> int | None:
    """The bytes of all files, about as many as their documents will have; None where something is no plain file."""
    size = 0
    for name in inputs:
        paths = [Path(name)] if Path(name).is_file() else [path for path in Path(name).rglob("*") if path.is_file()]
        if not paths or any(path.suffix.lower() in _PACKED for path in paths):
            return None
        size += sum(path.stat().st_size for path in paths)
    return size


def is_page(name: str) -> bool:
    """Whether an input is the address of a page."""
    return name.lower().startswith(("http://", "https://"))


def read_all(
    inputs: Iterable[str], settings: Settings, fetch: Callable[[str, Settings], Document] | None = None
) -> Iterator[Document]:
    """Every document of every input, in order, as they come; `fetch` gets the pages (`tasks.fetch.fetch_page`)."""
    for document in _read_all(inputs, settings, fetch):
        if settings.source and not document.given.source:
            document = replace(document, given=replace(document.given, source=settings.source))
        yield document


def _read_all(
    inputs: Iterable[str], settings: Settings, fetch: Callable[[str, Settings], Document] | None
) -> Iterator[Document]:
    for name in inputs:
        if not is_page(name):
            yield from read_input(name, settings)
        elif fetch is not None:
            yield fetch(name, settings)
        else:
            from tasks.fetch import fetch_page  # httpx costs 0.1 s

            yield fetch_page(name, settings)
