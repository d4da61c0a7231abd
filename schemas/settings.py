"""What a run may be told, frozen."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEBIBYTE = 1 << 20
_SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def project() -> Path:
    """The folder with `sources.toml` and `publishers/`: the working folder where that is a project of somebody's own
    (`copydesk init`), else copydesk's seeds.
    """
    here = Path.cwd()
    return here if (here / "sources.toml").is_file() else _SEEDS


def is_own_project() -> bool:
    """Whether the working folder is a project of somebody's own."""
    return project() != _SEEDS


@dataclass(frozen=True, slots=True)
class Settings:
    """The knobs of a run.

    `warehouse`: the published DuckDB file.  `landing`: the folder of raw packs; beside the warehouse unless
    `COPYDESK_LANDING` says otherwise.  `source`: the outlet of every document that was given none.
    `workers`: processes for CPU work; as `COPYDESK_WORKERS` says, else one for every core.
    `batch_documents`, `batch_bytes`: a batch ends at whichever comes first.
    `max_document_bytes`: larger documents are refused (`too_large`), measured after decompression; 20 MiB is more
    than a hundred times the median news page (170 KB).  `document_seconds`: the time limit of one document; the
    slowest real page of 773 takes about one second, which leaves a busy machine room, and a file that is nothing but
    trouble is over and done with in 20 s, start-up included.  `document_memory_bytes`: what a worker process may take
    for one document, on top of the 180 MB that it has when it starts: with the run itself (430 MB) about 1 GB.  Of 200
    real pages none took more than 35 MB, a table of 100,000 rows takes 305.
    `allow_private`: pages of this machine and of private networks may be fetched by URL (`COPYDESK_ALLOW_PRIVATE=1`).
    `memory`: the snapshot of what was learned of sources that this run works with; None: nothing was learned.
    """

    warehouse: Path = field(default_factory=lambda: Path(os.environ.get("COPYDESK_WAREHOUSE", "data/copydesk.duckdb")))
    source: str | None = None
    workers: int = field(default_factory=lambda: int(os.environ.get("COPYDESK_WORKERS") or os.cpu_count() or 1))
    limit: int | None = None
    wait_seconds: float = 0.0
    batch_documents: int = 256
    batch_bytes: int = 48 * MEBIBYTE
    max_document_bytes: int = 20 * MEBIBYTE
    document_seconds: float = 8.0
    document_memory_bytes: int = 400 * MEBIBYTE
    allow_private: bool = field(default_factory=lambda: os.environ.get("COPYDESK_ALLOW_PRIVATE") == "1")
    memory: Path | None = None

    @classmethod
    def of(cls, warehouse: str | Path | None = None, **said: Any) -> "Settings":
        """Settings of what was said; None means that nothing was, and leaves the default."""
        if warehouse is not None:
            said["warehouse"] = Path(warehouse)
        return cls(**{name: value for name, value in said.items() if value is not None})

    @property
    def landing(self) -> Path:
        """Where raw documents are kept."""
        told = os.environ.get("COPYDESK_LANDING")
        return Path(told) if told else self.warehouse.parent / "landing"
