"""The command `swyx-cdr simulate`."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli.errors import UsageError
from pipeline.cli.simulate import simulate
from tests.unit.simulated import all_cdrs, cdrs, local, truth

app = typer.Typer()
app.command()(simulate)


def simulated(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_legs_are_written_at_once(tmp_path: Path) -> None:
    said = simulated(str(tmp_path), "--legs", "40", "--sites", "2", "--seed", "5", "--start", "2026-05-04T09:00")
    assert len(all_cdrs(tmp_path)) == 40
    assert truth(tmp_path)["start"] == "2026-05-04T09:00:00+02:00"
    assert "40 CDRs of 2 sites" in said


def test_a_rate_is_written_as_time_goes_by(tmp_path: Path) -> None:
    simulated(str(tmp_path), "--rate", "200", "--seconds", "0.5", "--start", "2026-05-04T09:00")
    assert len(all_cdrs(tmp_path)) == truth(tmp_path)["legs"]["all"] > 0
    assert {local(cdr, "End").hour for cdr in cdrs(tmp_path, "dortmund")} <= {8, 9}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--legs", "5", "--rate", "5"],
        ["--rate", "5"],
        ["--legs", "5", "--seconds", "5"],
        ["--rate", "0", "--seconds", "5"],
    ],
)
def test_contradicting_options_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(UsageError, match="--rate"):
        simulated(str(tmp_path), *arguments)


def test_an_occupied_directory_is_named(tmp_path: Path) -> None:
    simulated(str(tmp_path), "--legs", "5")
    with pytest.raises(UsageError, match="exists already"):
        simulated(str(tmp_path), "--legs", "5")
