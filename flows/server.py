"""Prefect's embedded server, which a flow starts when no server is named, made to outlive Ctrl-C by a moment."""

import functools
import subprocess
from typing import Any


def set_apart() -> None:
    """Have the embedded server started in a session of its own.

    Ctrl-C reaches every process of the terminal's group.  With its server gone the flow would spend minutes on telling
    it that it was stopped; set apart, the server hears it, and is then ended by the flow.
    """
    from prefect.settings import PREFECT_API_URL

    if PREFECT_API_URL.value():
        return
    from prefect.server.api.server import SubprocessASGIServer

    start = SubprocessASGIServer._run_uvicorn_command

    def start_apart(server: Any) -> Any:
        popen = subprocess.Popen
        subprocess.Popen = functools.partial(popen, start_new_session=True)  # type: ignore[assignment, misc]
        try:
            return start(server)
        finally:
            subprocess.Popen = popen  # type: ignore[misc]

    SubprocessASGIServer._run_uvicorn_command = start_apart  # type: ignore[method-assign]
