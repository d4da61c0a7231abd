"""What takes seconds to start, started before it is needed.

The worker processes come up while Prefect is imported, and Great Expectations is imported while Prefect's server
comes up.  All of it is optional: what was not started early is started when it is needed.
"""

import threading

from flows.pool import Pool
from schemas.settings import Settings

_pool: Pool | None = None
_checks: threading.Thread | None = None


def start_pool(settings: Settings) -> None:
    """Start the worker processes of the run that comes."""
    global _pool
    _pool = Pool(settings)


def take_pool(settings: Settings) -> Pool:
    """The pool that was started early if it is of the same settings, or a new one; it is the caller's to close."""
    global _pool
    early, _pool = _pool, None
    if early is not None and early.settings == settings:
        return early
    if early is not None:
        early.stop()
    return Pool(settings)


def drop_pool() -> None:
    """End the processes that no run has taken."""
    global _pool
    early, _pool = _pool, None
    if early is not None:
        early.stop()


def give_back(pool: Pool) -> None:
    """Hand a warm pool to the run that comes."""
    global _pool
    _pool = pool


def start_checks() -> None:
    """Import Great Expectations (3 to 9 s) beside whatever comes next.

    Not beside another large import: two threads that import packages which need each other can see half of one.
    """
    global _checks
    if _checks is None:
        _checks = threading.Thread(target=_import_checks, name="import-checks", daemon=True)
        _checks.start()


def wait_for_checks() -> None:
    """Until they are imported; an import that failed fails again, with its reason, where they are used."""
    if _checks is not None:
        _checks.join()


def _import_checks() -> None:
    from tasks.check import warm

    warm()
