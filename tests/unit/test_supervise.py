"""What the supervisor makes of children that end (contract 2: `run`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.errors import CommandError
from pipeline.cli.supervise import Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    made = Supervisor(Path("unused.toml"))
    yield made
    made.stop()


def start(supervisor: Supervisor, *arguments: str, may_finish: bool) -> None:
    """Start a child that ends at once, and wait until it has; the supervisor has not looked at it yet."""
    supervisor.start("status", *arguments, may_finish=may_finish)
    os.waitid(os.P_PID, supervisor.pids()["status"], os.WEXITED | os.WNOWAIT)


def test_a_child_that_finishes_between_two_looks_is_no_failure(supervisor: Supervisor) -> None:
    start(supervisor, "--help", may_finish=True)

    supervisor.check()

    assert supervisor.has_finished("status")
    assert supervisor.pids() == {}


def test_a_child_that_may_finish_and_fails_is_reported(supervisor: Supervisor) -> None:
    start(supervisor, "--nonsense", may_finish=True)

    assert not supervisor.has_finished("status")
    with pytest.raises(CommandError, match=r"status \(process \d+\) ended with exit code 2"):
        supervisor.check()


def test_a_child_that_must_go_on_and_ends_well_is_reported(supervisor: Supervisor) -> None:
    start(supervisor, "--help", may_finish=False)

    with pytest.raises(CommandError, match="ended with exit code 0"):
        supervisor.check()
