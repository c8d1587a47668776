"""One process at a time may run servers on a state directory."""

from __future__ import annotations

import fcntl
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
        file.write(f"{os.getpid()} {_command()}\n")
        file.flush()
        yield file.fileno()


def is_alive(pid: int) -> bool:
    """Whether there is a process with that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _acquire(file: IO[str], state_directory: Path) -> None:
    deadline = time.monotonic() + ORPHAN_SECONDS
    while not _locked(file):
        pid, command = _holder(file)
        if is_alive(pid):
            raise ServiceError(
                f"{state_directory} is in use by process {pid} ({command}): stop it, or choose another "
                "pipeline.state_directory"
            )
        if time.monotonic() > deadline:
            raise ServiceError(
                f"{state_directory} is in use by servers of a process that has ended ({command}) and they have not "
                f"ended within {ORPHAN_SECONDS:.0f} s: end them, `fuser {state_directory / LOCK_FILE}` names them"
            )
        time.sleep(POLL_SECONDS)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: IO[str]) -> tuple[int, str]:
    file.seek(0)
    pid, _, command = file.read().strip().partition(" ")
    return (int(pid), command) if pid.isdigit() and int(pid) else (os.getpid(), "it is just starting")


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
