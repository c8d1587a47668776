"""Whatever happens to files and processes, the tail loses no line: the scripts of `tests.faults.scripts`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.scripts import CASES, KILLED_ONLY, MAY_REPEAT, without_kills
from tests.faults.stage import Outcome, play_tail

Outcomes = dict[str, Outcome]
GOOD = Outcome(lost=0, repeated=0, fragments=0, divided=0, gone=0)


@pytest.fixture(scope="module")
def running(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return play_tail(kafka, tmp_path_factory.mktemp("running"), without_kills(CASES))


@pytest.fixture(scope="module")
def killed(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return play_tail(kafka, tmp_path_factory.mktemp("killed"), CASES | KILLED_ONLY)


@pytest.mark.parametrize("case", CASES)
def test_a_running_tail_loses_and_repeats_nothing(running: Outcomes, case: str) -> None:
    found = running[case]._replace(gone=0)
    assert (found._replace(repeated=0) if case in MAY_REPEAT else found) == GOOD


@pytest.mark.parametrize("case", [*CASES, *KILLED_ONLY])
def test_a_killed_tail_loses_nothing_and_repeats_equal_legs(killed: Outcomes, case: str) -> None:
    assert killed[case]._replace(gone=0, repeated=0) == GOOD


def test_every_case_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "delivery.md").read_text("utf-8")
    assert [case for case in [*CASES, *KILLED_ONLY] if f"`{case}`" not in page] == []
