"""`swyx-cdr simulate`: cdr.txt files of several linked sites, their configuration and the truth beside them."""

from __future__ import annotations

import math
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from infra.simulator.places import PLACES
from infra.simulator.simulation import BULK_LEGS_PER_SECOND, TRUTH_FILE, OccupiedError, Simulation
from pipeline.cli.errors import CommandError, UsageError

# Without --start the counted legs of one seed are the same bytes on any day.
BULK_START = datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001 - local to the first site
POLL_SECONDS = 0.2


def simulate(
    directory: Annotated[Path, typer.Argument(help="Where to write; new or without files of the sites.")],
    sites: Annotated[int, typer.Option(min=1, max=len(PLACES), help="How many sites, linked in a chain.")] = 3,
    legs: Annotated[int | None, typer.Option(min=1, help="Write so many CDRs at once.")] = None,
    rate: Annotated[float | None, typer.Option(help="Write so many CDRs a second, as time goes by.")] = None,
    seconds: Annotated[float | None, typer.Option(help="With --rate: for so long.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed writes the same calls.")] = 1,
    start: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
            metavar="ISO",
            help="The end of the first call, local to the first site; by default a fixed day, with --rate now.",
            show_default=False,
        ),
    ] = None,
    faults: Annotated[
        bool, typer.Option("--faults", help="With torn, broken and repeated lines, and rotation.")
    ] = False,
) -> None:
    """Write cdr.txt files of linked sites, a configuration for them, and the truth to compare with."""
    _check_use(legs, rate, seconds)
    try:
        simulation = Simulation(
            directory,
            start=_start(start, live=rate is not None),
            sites=sites,
            seed=seed,
            legs=legs,
            faults=faults,
            rate=BULK_LEGS_PER_SECOND if rate is None else rate,
        )
        _write(simulation, seconds)
    except OccupiedError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename or directory}: {error.strerror}; make room or choose another") from error
    typer.echo(f"{simulation.legs} CDRs of {sites} sites; the truth is in {directory / TRUTH_FILE}")
    typer.echo(f"read them with: swyx-cdr run --config {simulation.configuration_file} --until-idle")


def _check_use(legs: int | None, rate: float | None, seconds: float | None) -> None:
    if (legs is None) == (rate is None):
        raise UsageError("give either --legs, to write at once, or --rate and --seconds, to write as time goes by")
    if (rate is None) != (seconds is None):
        raise UsageError("--rate and --seconds go together: give both or none")
    if (rate is not None and not 0 < rate < math.inf) or (seconds is not None and not 0 < seconds < math.inf):
        raise UsageError("--rate and --seconds must be greater than 0")


def _start(given: datetime | None, *, live: bool) -> datetime:
    zone = PLACES[0].time_zone
    if given is None and live:
        return datetime.now(zone)
    return (given or BULK_START).replace(tzinfo=zone)


def _write(simulation: Simulation, seconds: float | None) -> None:
    if seconds is None:
        simulation.write_until(math.inf)
    else:
        _write_live(simulation, seconds)
    simulation.finish()


def _write_live(simulation: Simulation, seconds: float) -> None:
    began = time.monotonic()
    elapsed = 0.0
    try:
        while elapsed < seconds:
            time.sleep(min(POLL_SECONDS, seconds - elapsed))
            elapsed = time.monotonic() - began
            simulation.write_until(min(elapsed, seconds))
    except KeyboardInterrupt:
        typer.echo("interrupted: finishing the calls that have begun", err=True)
