"""One server process: its start, its end, and what it said last."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.errors import ServiceError

STOP_SECONDS = 15.0
SHOWN_LINES = 5
KILLED_BY_SIGNAL = 128
TROUBLE = ("ERROR", "Exception", "Error:", "FATAL", "No space left on device")


@dataclass(frozen=True, slots=True)
class Server:
    """A child process that ends when its standard input is closed.

    It runs in a session of its own, so that Ctrl-C in the terminal reaches only the process that started it.
    """

    name: str
    ports: Mapping[str, int]
    pid: int
    """Of the process that serves, which may be a child of `process`."""
    log: Path
    answers: Callable[[], bool]
    """Whether it answers requests now."""
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        """Looks whether the server still runs.

        Raises:
            ServiceError: it has ended; the message has its exit code and what it said last.
        """
        code = self.process.poll()
        if code is None:
            return
        last = _last_lines(self.log)
        if any("No space left on device" in line for line in last):
            raise ServiceError(f"{self.name} has ended because the disk of {self.log.parent} is full: make room on it")
        signal = _signal(code)
        how = f"by signal {signal}" if signal else f"with exit code {code}"
        raise ServiceError(f"{self.name} has ended {how}{_telling(last, bool(signal))} (see {self.log})")

    def ask_to_stop(self) -> None:
        """Asks the server to end; returns at once."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()

    def stop(self) -> int:
        """Ends the server, waits for that and returns its exit code; kills it if it takes longer than 15 s."""
        self.ask_to_stop()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def start_child(
    command: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    log: Path,
    lock: int,
    pipe_output: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts a command that has to end when its standard input does, in `directory`.

    What it says goes to a new `log`, its standard output instead to a pipe with `pipe_output`. It inherits the
    descriptor `lock`, so the lock holds until it has ended even if this process is killed before. The files that
    it makes are for this user alone.
    """
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if pipe_output else output,
            stderr=output,
            cwd=directory,
            env=environment,
            pass_fds=(lock,),
            start_new_session=True,
            umask=0o077,
        )


def _last_lines(log: Path, count: int = 200) -> list[str]:
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            return [line.strip() for line in deque(lines, count) if line.strip()]
    except FileNotFoundError:
        return []


def _signal(code: int) -> int:
    """The signal that ended a process, as its parent or the guardian tells it; 0 if none did."""
    return -code if code < 0 else max(0, code - KILLED_BY_SIGNAL)


def _telling(lines: Sequence[str], killed: bool) -> str:
    """The last line that speaks of trouble, else the last one, unless somebody killed the server in its work."""
    troubled = [line for line in lines if any(word in line for word in TROUBLE) and not line.startswith("at ")]
    found = troubled or ([] if killed else lines)
    return f": {' '.join(found[-1].split())[:400]}" if found else ""
