"""Why a file could not be used, in words for the person at the keyboard."""

import errno
import os

#: What the operating system says, also inside a message of DuckDB or Arrow, and what there is to do about it.
_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "the disk quota is used up; free some space and run again",
    errno.EROFS: "the disk is read-only; make it writable, or name another place with --warehouse",
    errno.EACCES: "permission denied; run as its owner, or name another place with --warehouse",
    errno.EIO: "the disk fails (input/output error); look at it before running again",
}


def reason(error: Exception) -> str:
    """The end of a sentence that says what could not be done: one line, no full stop."""
    told = str(error)
    for number, advice in _ADVICE.items():
        if os.strerror(number) in told:
            return advice
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return told.split("\n", 1)[0].rstrip(". ")


def is_locked(error: Exception) -> bool:
    """Whether DuckDB could not open a file because another program has it open."""
    return "could not set lock" in str(error).lower()
