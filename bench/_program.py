"""The real program as a child process, with what it uses, for the benchmarks that measure whole processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import structlog

Found = TypeVar("Found")

_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 30
_DEADLINE_SECONDS = 600.0


class Used(NamedTuple):
    """What a process has used so far: processor seconds of all its threads, its size now and its greatest, in MB."""

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
            used = used_by(process) or used
            time.sleep(0.05)
    if process.returncode:
        sys.exit(f"swyx-cdr {' '.join(map(str, arguments))} ended with {process.returncode}")
    return used


def used_by(process: subprocess.Popen[bytes]) -> Used | None:
    """What the process uses, `None` if it has ended."""
    folder = Path(f"/proc/{process.pid}")
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        sizes = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", (folder / "status").read_text()))
    except (FileNotFoundError, ProcessLookupError):
        return None
    if not sizes:
        return None
    seconds = (int(fields[11]) + int(fields[12])) / _TICKS
    return Used(seconds, int(sizes["VmRSS"]) / 1024, int(sizes["VmHWM"]) / 1024)


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
