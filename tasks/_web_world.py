"""What collecting has from outside: the time, names and chance.  Tests give it others."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tasks._web_addresses import Resolve, resolve


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class World:
    """`now`: the time; `sleep`: wait so many seconds of it; `resolve`: the addresses of a name; `random`: 0 to 1.

    `backend` makes the connections to checked addresses (`tasks._web_addresses.SafeBackend`); None: real ones.
    """

    now: Callable[[], datetime] = _now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    resolve: Resolve = resolve
    random: Callable[[], float] = random.random
    backend: Any = None


REAL = World()
