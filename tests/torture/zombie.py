"""A run killed with -9 beside a living server: how long until the UI says that it crashed?  `python -m tests.torture.zombie`."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.test_up import PAGE, Place, wait_for

#: What is promised (docs/operations.md).
SECONDS = 180


def main() -> int:
    """Exit status 0 where it was in time and the next run loaded and balanced."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        up, _ = place.up()
        try:
            (place.folder / "many").mkdir()
            for number in range(4000):
                (place.folder / "many" / f"{number}.html").write_text(PAGE.replace("Skarra", f"Skarra {number}"))
            ingest = place.start("ingest", "many", PREFECT_API_URL=place.api)
            (run,) = wait_for(lambda: [r for r in place.post("flow_runs/filter") if r["state_type"] == "RUNNING"])
            time.sleep(5)
            for process in [*psutil.Process(ingest.pid).children(recursive=True), psutil.Process(ingest.pid)]:
                os.kill(process.pid, signal.SIGKILL)
            killed = time.monotonic()
            wait_for(lambda: place.flow_run(run["id"])["state_type"] == "CRASHED", 2 * SECONDS)
            seconds = time.monotonic() - killed
            print(f"crashed in the UI after {seconds:.0f} s: {place.flow_run(run['id'])['state']['message']}")
            (place.folder / "inbox" / "ferry.html").write_text(PAGE)
            after = place.run_inbox()
            wait_for(lambda: place.flow_run(after)["state_type"] in ("COMPLETED", "FAILED", "CRASHED"))
            print(f"the next run: {place.flow_run(after)['state_type']}: {place.flow_run(after)['name']}")
            return int(seconds > SECONDS or place.flow_run(after)["state_type"] != "COMPLETED")
        finally:
            up.terminate()
            up.wait(60)


if __name__ == "__main__":
    sys.exit(main())
