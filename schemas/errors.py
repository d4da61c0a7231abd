"""What can go wrong, as a tree.

    CopydeskError            one clear sentence for the person at the keyboard
    ├── UsageError           wrong option, missing input, unreadable configuration   (exit 2)
    ├── WarehouseBusy        another process holds the writer's place                (exit 3)
    ├── WarehouseError       the warehouse file cannot be used                       (exit 1)
    └── RunFailed            the run could not account for what it was given         (exit 1)

A document that cannot become an article is not an error: it is a `Refusal` value (schemas/outcome.py) and ends in
quarantine.  Everything else that is raised stops the run.
"""


class CopydeskError(Exception):
    """A failure told in one sentence that says what to do next."""

    exit_status = 1


class UsageError(CopydeskError):
    """The command line or a configuration file is wrong."""

    exit_status = 2


class WarehouseBusy(CopydeskError):  # noqa: N818  (named for what is the case)
    """Another process is writing to the warehouse."""

    exit_status = 3


class WarehouseError(CopydeskError):
    """The warehouse file cannot be opened, read or written."""


class RunFailed(CopydeskError):  # noqa: N818
    """A run ended without being able to say what became of every input."""
