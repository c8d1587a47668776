"""When a process is to stop: SIGTERM, Ctrl-C, or the end of the process that supervises it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

SUPERVISED = "SWYX_CDR_SUPERVISED"


def stop_event() -> threading.Event:
    """An event that is set on SIGTERM and SIGINT.

    With `SWYX_CDR_SUPERVISED=1` it is set also when standard input ends: the supervisor holds the other end
    of that pipe, so that its children stop however it ends, by SIGKILL too.
    """
    stop = threading.Event()
    requests, request = os.pipe()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        # The main thread runs this, perhaps in the middle of stop.wait(): with stop.set() it would wait for itself.
        os.write(request, b"\0")

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    threading.Thread(target=_wait_for_request, args=(requests, stop), daemon=True, name="stop-watch").start()
    if os.environ.get(SUPERVISED) == "1":
        threading.Thread(target=_wait_for_end, args=(stop,), daemon=True, name="supervisor-watch").start()
    return stop


def _wait_for_request(requests: int, stop: threading.Event) -> None:
    os.read(requests, 1)
    stop.set()


def _wait_for_end(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()
