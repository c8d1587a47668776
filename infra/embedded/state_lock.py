"""One process at a time may run servers on a state directory."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from infra.embedded.errors import ServiceError

LOCK_FILE = "services.lock"
ORPHAN_SECONDS = 20.0
DYING_SECONDS = 1.0
POLL_SECONDS = 0.1


@contextmanager
def state_lock(state_directory: Path) -> Iterator[int]:
    """Holds the directory's lock; gives its descriptor, which the servers inherit and thereby hold as well.

    So the lock of a process that was killed lasts until its servers have ended; that is waited for, 20 s at most.

    Raises:
        ServiceError: another process holds it; the message names that process and its command.
    """
    # Appending, so that the name of the present holder stays until the lock is ours.
    with (state_directory / LOCK_FILE).open("a+", encoding="utf-8", errors="surrogateescape") as file:
        _acquire(file, state_directory)
        file.truncate(0)
        file.write(f"{os.getpid()} {shlex.join(sys.argv)}\n")
        file.flush()
        yield file.fileno()


def is_alive(pid: int) -> bool:
    """Whether there is a process with that id that has not ended."""
    try:
        os.kill(pid, 0)
        # One that has ended but whose parent has not taken notice yet is in state Z.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return True


def _acquire(file: IO[str], state_directory: Path) -> None:
    started = time.monotonic()
    while not _locked(file):
        waited = time.monotonic() - started
        pid, command = _holder(file)
        # One that has just been killed takes a moment to go.
        if is_alive(pid) and waited > DYING_SECONDS:
            raise ServiceError(
                f"{state_directory} is in use by process {pid} ({command}): stop it, or choose another "
                "pipeline.state_directory"
            )
        if waited > ORPHAN_SECONDS:
            raise ServiceError(
                f"{state_directory} is in use by servers of a process that has ended ({command}) and they have not "
                f"ended within {ORPHAN_SECONDS:.0f} s: end them, `fuser {state_directory / LOCK_FILE}` names them"
            )
        time.sleep(POLL_SECONDS)


def _locked(file: IO[str]) -> bool:
    import fcntl  # noqa: PLC0415 - Windows, where a tail may run, has none

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: IO[str]) -> tuple[int, str]:
    file.seek(0)
    pid, _, command = file.read().strip().partition(" ")
    return (int(pid), command) if pid.isdigit() and int(pid) else (os.getpid(), "it is just starting")
