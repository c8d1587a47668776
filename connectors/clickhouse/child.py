"""Work for a second processor: a child process that is forked, and so has all that this one has without a copy."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

CAN_FORK = sys.platform == "linux"
"""Elsewhere forks are missing or, beside the system's libraries, not safe."""


class Child:
    """A process that does one thing and sends what comes of it. It ends with this process, however this one ends.

    To be forked by a process without other threads.
    """

    def __init__(self, work: Callable[[Connection], None]) -> None:
        """Begin `work`, which is given the connection to send on."""
        context = multiprocessing.get_context("fork")
        self._answers, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(work, theirs))
        self._process.start()
        theirs.close()

    def answer(self) -> Any:
        """The next thing that it sends. Raises EOFError if it ended without; what it died of stands in the output."""
        return self._answers.recv()

    def end(self) -> None:
        """Kill it if it has not ended by itself."""
        self._answers.close()
        self._process.kill()
        self._process.join()


def _work(work: Callable[[Connection], None], answers: Connection) -> None:
    gc.disable()  # a search for garbage would copy all the memory that is shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(answers)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
