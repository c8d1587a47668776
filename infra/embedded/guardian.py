"""Runs one command for as long as the process that started the guardian lives.

Usage: `python guardian.py LOG COMMAND…`. It prints the command's process id, copies what the command says into LOG,
and ends with the command's exit code. When its standard input ends (the starter closed it, or died in any way), or
on SIGTERM, it ends the command: SIGTERM first, SIGKILL ten seconds later. Java needs this, as it cannot
watch its starter itself. Run as a file, with the standard library alone, so that it starts in an instant.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

STOP_SECONDS = 10.0
LOG_BYTES = 5_000_000
CHUNK = 65_536
PR_SET_PDEATHSIG = 1
KILLED_BY_SIGNAL = 128


def main(log: Path, command: list[str]) -> int:
    """Runs the command to its end; returns its exit code, 128 + n where signal n ended it."""
    # Before the command exists, so that whoever reads its id can end both at once.
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # What the starter handed down, such as its lock, is the command's too.
        close_fds=False,
        preexec_fn=_end_with_guardian,  # noqa: PLW1509 - no thread runs yet
    )
    print(child.pid, flush=True)  # noqa: T201 - read by the starter
    assert child.stdout is not None  # noqa: S101 - a pipe was asked for
    copying = threading.Thread(target=_copy, args=(child.stdout, log), daemon=True)
    for thread in (
        copying,
        threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True),
        threading.Thread(target=_end_when_asked, args=(stop, child), daemon=True),
    ):
        thread.start()
    code = child.wait()
    copying.join(1)
    return code if code >= 0 else KILLED_BY_SIGNAL - code


def _end_with_guardian() -> None:
    """Runs in the child: should the guardian itself be killed, the command gets SIGTERM (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_for_end_of_input(stop: threading.Event) -> None:
    while os.read(0, CHUNK):
        pass
    stop.set()


def _end_when_asked(stop: threading.Event, child: subprocess.Popen[bytes]) -> None:
    stop.wait()
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def _copy(said: IO[bytes], log: Path) -> None:
    """Copies into the log, of which the last 5 to 10 MB are kept: `log` and, before it, `log.1`."""
    while chunk := os.read(said.fileno(), CHUNK):
        try:
            if log.exists() and log.stat().st_size > LOG_BYTES:
                log.replace(log.with_name(log.name + ".1"))
            with log.open("ab") as file:
                file.write(chunk)
        except OSError:
            # A full disk must not stop the command from speaking, and so from running.
            continue


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
