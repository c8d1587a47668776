"""When a process is told to stop (contract 2: every command that runs until it is stopped)."""

from __future__ import annotations

import subprocess
import sys

# The main thread handles a signal wherever it happens to be, so also in the middle of a look at the event.
SIGNALLED_DURING_A_LOOK = """
import signal
from pipeline.cli.lifetime import stop_event
stop = stop_event()
with stop._cond:
    signal.raise_signal(signal.SIGTERM)
print(stop.wait(50))
"""


def test_a_signal_in_the_middle_of_a_look_at_the_event_is_heard() -> None:
    command = [sys.executable, "-c", SIGNALLED_DURING_A_LOOK]

    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=True)

    assert done.stdout == "True\n"
