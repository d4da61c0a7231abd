"""Prefect's embedded server, which a flow starts when no server is named: it outlives Ctrl-C, but not the flow."""

import subprocess
from typing import Any

from flows.guard import guarded


def set_apart() -> None:
    """Have the embedded server started in a session of its own, to end by itself when this process is gone.

    Ctrl-C reaches every process of the terminal's group.  With its server gone the flow would spend minutes on telling
    it that it was stopped; set apart, the server hears it, and is then ended by the flow.  A flow that is killed with
    -9 ends nothing any more: the server sees to it.
    """
    from prefect.settings import PREFECT_API_URL

    if PREFECT_API_URL.value():
        return
    from prefect.server.api.server import SubprocessASGIServer

    start = SubprocessASGIServer._run_uvicorn_command

    def start_apart(server: Any) -> Any:
        popen = subprocess.Popen

        def apart(args: list[str], **options: Any) -> Any:
            _python, _m, *module = args  # python -m uvicorn ...
            return popen(guarded(*module), start_new_session=True, **options)

        subprocess.Popen = apart  # type: ignore[assignment, misc]
        try:
            return start(server)
        finally:
            subprocess.Popen = popen  # type: ignore[misc]

    SubprocessASGIServer._run_uvicorn_command = start_apart  # type: ignore[method-assign]
