"""Prefect's embedded server, for flows where no other server is named.

Prefect starts one itself, but only after it was imported (2 s), with 2 s of imports for it in our process: the command
line starts it early.  However it was started, it does not outlive a flow that is killed with -9.
"""

import atexit
import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flows.guard import guarded
from schemas.errors import CopydeskError

#: As Prefect 3.8.8 does in `SubprocessASGIServer._run_uvicorn_command`, and quiet as tasks/batch.py has it.
_APPLICATION = ("--factory", "prefect.server.api.server:create_app", "--log-level", "error", "--lifespan", "on")
_ENVIRONMENT = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
_QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
#: The first start ever, with its migrations, takes 8 s on a quiet machine.
_READY_SECONDS = 120.0
_ANSWER_SECONDS = 15.0
#: A flow run says so often that it lives (Prefect allows no less); automations.yaml acts when it does not.
HEARTBEAT_SECONDS = 30

#: On every flow run of copydesk (prefect.yaml has it too); automations.yaml leaves the runs of others alone.
TAG = "copydesk"

F = TypeVar("F", bound=Callable[..., Any])
_server: "subprocess.Popen[bytes] | None" = None


def start_early() -> None:
    """Start the server, before Prefect is imported, and name it to Prefect; not where one may be named already.

    It is in a session of its own, because Ctrl-C reaches every process of the terminal's group: with its server gone
    the flow would spend minutes on telling it that it was stopped.
    """
    global _server
    prefect = importlib.util.find_spec("prefect")
    if prefect is None or prefect.origin is None or "prefect" in sys.modules or _may_be_named():
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = ("--app-dir", str(Path(prefect.origin).parent.parent), "--host", "127.0.0.1", "--port", str(port))
    command = guarded("uvicorn", *place, *_APPLICATION)
    _server = subprocess.Popen(command, env={**_QUIET, **os.environ, **_ENVIRONMENT}, start_new_session=True)
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    atexit.register(_stop, _server)  # before Prefect's own, which send it their last words, and so after them


def _may_be_named() -> bool:
    """Whether the environment or a file that Prefect reads might name a server, or say that there is to be none."""
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    files = [Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml")), Path(".env")]
    told = any(path.is_file() and "PREFECT_API_URL" in path.read_text("utf-8", "replace") for path in files)
    return told or "PREFECT_API_URL" in os.environ or Path("prefect.toml").exists()


def wait() -> None:
    """Until the server that was started early answers, or the one that is named; CopydeskError when it does not."""
    import httpx

    if _server is None:
        from prefect.settings import PREFECT_API_URL

        named = PREFECT_API_URL.value()
        try:
            if named:
                httpx.get(f"{named}/health", timeout=_ANSWER_SECONDS)
        except httpx.HTTPError as error:
            raise CopydeskError(
                f"Prefect's server at {named} does not answer: start it, unset PREFECT_API_URL, or use --no-track"
            ) from error
        return
    until = time.monotonic() + _READY_SECONDS
    with httpx.Client() as client:
        while _server.poll() is None and time.monotonic() < until:
            try:
                if client.get(f"{os.environ['PREFECT_API_URL']}/health").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise CopydeskError(
        "Prefect's embedded server does not come up: `prefect server start` shows why; --no-track goes on without it"
    )


def is_embedded() -> bool:
    """Whether the server in use is one that ends with this process."""
    from prefect.settings import PREFECT_API_URL

    return _server is not None or not PREFECT_API_URL.value()


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()


def flow(**options: Any) -> Callable[[F], F]:
    """`prefect.flow` whose embedded server ends with it; with `COPYDESK_TRACK=0` the function as it is."""
    if os.environ.get("COPYDESK_TRACK") == "0":
        return lambda function: function
    os.environ.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", str(HEARTBEAT_SECONDS))
    import prefect

    class Flow(prefect.Flow[Any, Any]):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            _guard_prefects_own()
            with prefect.tags(TAG):
                return super().__call__(*args, **kwargs)

    return lambda function: Flow(function, persist_result=False, **options)  # type: ignore[return-value]


def _guard_prefects_own() -> None:
    """Have the server that Prefect is about to start, where it knows of none, end when this process is gone."""
    from prefect.settings import PREFECT_API_URL

    if PREFECT_API_URL.value():
        return
    from prefect.server.api.server import SubprocessASGIServer

    start = SubprocessASGIServer._run_uvicorn_command
    if start.__name__ == "start_guarded":
        return

    def start_guarded(server: Any) -> Any:
        popen = subprocess.Popen

        def apart(args: list[str], **options: Any) -> Any:
            _python, _m, *module = args  # python -m uvicorn ...
            return popen(guarded(*module), start_new_session=True, **options)

        subprocess.Popen = apart  # type: ignore[assignment, misc]
        try:
            return start(server)
        finally:
            subprocess.Popen = popen  # type: ignore[misc]

    SubprocessASGIServer._run_uvicorn_command = start_guarded  # type: ignore[method-assign]
