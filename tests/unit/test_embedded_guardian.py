"""The guardian that runs Java for as long as its starter lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.embedded.kafka import GUARDIAN
from infra.embedded.state_lock import is_alive

DEADLINE_SECONDS = 60
SLEEP = ("sleep", "600")
IGNORES_SIGTERM = ("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done")


@contextmanager
def guardian(log: Path, *command: str, prelude: str = "") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A guardian with its command; the process and the command's id. `prelude` changes its constants."""
    start: tuple[str, ...] = (str(GUARDIAN), str(log))
    if prelude:
        program = (
            f"import sys\nfrom pathlib import Path\nsys.path.insert(0, {str(GUARDIAN.parent)!r})\n"
            f"import guardian\n{prelude}\nsys.exit(guardian.main(Path({str(log)!r}), sys.argv[1:]))"
        )
        start = ("-c", program)
    with subprocess.Popen(
        [sys.executable, *start, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"nothing happened within {DEADLINE_SECONDS} s"
        time.sleep(0.02)


def test_the_exit_code_of_the_command_is_passed_on(tmp_path: Path) -> None:
    with guardian(tmp_path / "log", "sh", "-c", "exit 7") as (process, _):
        assert process.wait(DEADLINE_SECONDS) == 7


def test_the_command_ends_when_the_input_ends(tmp_path: Path) -> None:
    with guardian(tmp_path / "log", *SLEEP) as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(DEADLINE_SECONDS) == 128 + signal.SIGTERM


def test_sigterm_is_passed_on(tmp_path: Path) -> None:
    with guardian(tmp_path / "log", *SLEEP) as (process, _):
        process.terminate()
        assert process.wait(DEADLINE_SECONDS) == 128 + signal.SIGTERM


def test_a_command_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with guardian(log, *IGNORES_SIGTERM, prelude="guardian.STOP_SECONDS = 0.2") as (process, _):
        wait_for(lambda: log.exists() and "deaf" in log.read_text())
        process.terminate()
        assert process.wait(DEADLINE_SECONDS) == 128 + signal.SIGKILL


def test_the_command_ends_when_the_guardian_is_killed(tmp_path: Path) -> None:
    with guardian(tmp_path / "log", *SLEEP) as (process, pid):
        process.kill()
        wait_for(lambda: not is_alive(pid))


def test_a_kill_of_the_command_is_told_like_a_shell_does(tmp_path: Path) -> None:
    with guardian(tmp_path / "log", *SLEEP) as (process, pid):
        os.kill(pid, signal.SIGKILL)
        assert process.wait(DEADLINE_SECONDS) == 128 + signal.SIGKILL


def test_output_and_errors_go_to_the_log(tmp_path: Path) -> None:
    with guardian(tmp_path / "log", "sh", "-c", "echo out; echo err >&2") as (process, _):
        process.wait(DEADLINE_SECONDS)
    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_the_log_does_not_grow_without_end(tmp_path: Path) -> None:
    chatter = "for n in 1 2 3 4 5 6 7 8 9; do head -c 50000 /dev/zero; sleep 0.01; done"
    with guardian(tmp_path / "log", "sh", "-c", chatter, prelude="guardian.LOG_BYTES = 100_000") as (process, _):
        process.wait(DEADLINE_SECONDS)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 2 * (100_000 + 65_536)
