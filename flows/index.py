"""The search index kept up to date in the background, beside loads and searches."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from schemas.errors import WarehouseError
from warehouse.search_index import bring_up_to_date

#: A new article must be found within a minute of its publication; this leaves most of it for the indexing.
_LOOK_EVERY_SECONDS = 10.0


def follow(warehouse: Path, say: Callable[[str], None]) -> None:
    """Index what is published, until the process is ended; gives way to everything else on the machine.

    What cannot be done is said once, and tried again: a load may yet make the warehouse.
    """
    os.nice(10)
    said = seen = None
    while True:
        try:
            now = warehouse.stat().st_mtime_ns if warehouse.exists() else None
            if now is not None and now != seen and bring_up_to_date(warehouse):
                seen, said = now, None
        except (WarehouseError, OSError) as error:
            if str(error) != said:
                said = str(error)
                say(f"copydesk: {said}")
        time.sleep(_LOOK_EVERY_SECONDS)
