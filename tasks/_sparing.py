"""Importing a large package without what it imports and we never use."""

import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType


@contextmanager
def importing_less(
    absent: Collection[str] = (), later: Collection[str] = (), in_all_threads: bool = False
) -> Iterator[None]:
    """What this thread imports meanwhile finds that modules are not there, or gets them when it first uses them.

    `absent`: packages that the importer can do without, by its own account (an extra of it).  `later`: modules whose
    contents it needs in no import.  Other threads, unless `in_all_threads`, and modules that are there already see
    nothing of it.
    """
    finder = _Finder(absent, later, None if in_all_threads else threading.get_ident())
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    def __init__(self, absent: Collection[str], later: Collection[str], thread: int | None):
        self._absent, self._later, self._thread = absent, later, thread

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if self._thread not in (None, threading.get_ident()):
            return None
        if fullname in self._absent:
            raise ModuleNotFoundError(f"No module named {fullname!r} for this import", name=fullname)
        if fullname not in self._later:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec
