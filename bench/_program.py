"""The real program as a child process, with what it uses, for the benchmarks that measure whole processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import structlog

Found = TypeVar("Found")

_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 30
_DEADLINE_SECONDS = 600.0


class Used(NamedTuple):
    """What a process and its children have used so far: processor seconds, their size now and its greatest, in MB.

    Memory that they share counts once.
    """

    processor_seconds: float
    megabytes: float
    largest_megabytes: float


def log_to_stderr() -> None:
    """Keep standard output for the benchmark's one line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command of the program in the background; stopped at the end, and killed if that takes too long."""
    process = subprocess.Popen([sys.executable, "-m", "pipeline.cli", *map(str, arguments)], stdout=sys.stderr.fileno())
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(*arguments: str | Path) -> Used:
    """A command of the program to its end; ends this process if it fails."""
    used = Used(0, 0, 0)
    with running(*arguments) as process:
        while process.poll() is None:
            now = used_by(process) or used
            used = now._replace(largest_megabytes=max(now.largest_megabytes, used.largest_megabytes))
            time.sleep(0.1)
    if process.returncode:
        sys.exit(f"swyx-cdr {' '.join(map(str, arguments))} ended with {process.returncode}")
    return used


def used_by(process: subprocess.Popen[bytes]) -> Used | None:
    """What the process uses, `None` if it has ended."""
    folder = Path(f"/proc/{process.pid}")
    try:
        own = _processor_seconds(folder)
        largest = int(re.findall(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())[0]) / 1024
        children = [Path(f"/proc/{pid}") for pid in (folder / f"task/{process.pid}/children").read_text().split()]
        now = _megabytes(folder)
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return None
    for child in children:
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            own += _processor_seconds(child)
            now += _megabytes(child)
    return Used(own, now, max(now, largest))


def _processor_seconds(folder: Path) -> float:
    """Those of a process, and of its children that have ended."""
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _megabytes(folder: Path) -> float:
    """The size of a process; of what it shares with others its share."""
    return int(re.findall(r"Pss:\s+(\d+) kB", (folder / "smaps_rollup").read_text())[0]) / 1024


def wait_for(look: Callable[[], Found | None], what: str, process: subprocess.Popen[bytes], pause: float) -> Found:
    """Look every `pause` seconds until there is something to return; ends this process if `process` has ended."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not (found := look()):
        if process.poll() is not None:
            sys.exit(f"waiting until {what}: the program ended with {process.returncode}")
        if time.monotonic() > deadline:
            sys.exit(f"not within {_DEADLINE_SECONDS:.0f} s: {what}")
        time.sleep(pause)
    return found
