"""`swyx-cdr demo`: simulated sites write live, everything real reads them, and the sums are compared at the end."""

from __future__ import annotations

import os
import shutil
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import CommandError, UsageError

if TYPE_CHECKING:
    from infra.simulator.simulation import Simulation
    from pipeline.cli.demo_view import LiveTable
    from pipeline.cli.stack import Stack

_MARKER = "made-by-swyx-cdr-demo"
_LEGS_PER_SECOND = 20.0
_LOOK_SECONDS = 0.25


def demo(
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Write for so long, then finish; without it Ctrl-C finishes.")
    ] = None,
    directory: Annotated[
        Path, typer.Option(help="Where the demo keeps its files; what an earlier demo left there is replaced.")
    ] = Path("swyx-cdr-demo"),
) -> None:
    """Show everything at work on this machine: simulated sites, Kafka, the pipeline, ClickHouse."""
    from connectors.kafka.admin import connect
    from infra.simulator.places import PLACES
    from infra.simulator.simulation import Simulation
    from pipeline.cli.board_address import demo_listen, page, with_board_at
    from pipeline.cli.demo_view import LiveTable, print_summary
    from pipeline.cli.endpoints import clickhouse_options, kafka_cluster
    from pipeline.cli.lag import lag
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.settings import load_settings
    from pipeline.cli.stack import running_stack

    began = time.monotonic()
    directory = _fresh(directory.absolute())
    stop = stop_event()
    simulation = Simulation(directory, start=datetime.now(PLACES[0].time_zone), rate=_LEGS_PER_SECOND)
    settings = load_settings(simulation.configuration_file, os.environ)
    settings = with_board_at(settings, demo_listen(os.environ))
    with (
        running_stack(settings) as stack,
        connect(kafka_cluster(settings)) as admin,
        LiveTable(clickhouse_options(settings), lambda: lag(admin)) as table,
    ):
        typer.echo(f"live board: {page(settings.board.listen)}", err=True)
        _write(simulation, stack, table, began, seconds, stop)
        simulation.finish()
        typer.echo("no more CDRs are written; the last ones are on their way to the warehouse", err=True)
        stack.drain(threading.Event())
        numbers = table.numbers()
    equal = print_summary(simulation.truth, numbers, directory, simulation.configuration_file)
    if not equal:
        raise CommandError(f"the warehouse differs from {directory / 'truth.json'}: please report this as a bug")


def _write(
    simulation: Simulation,
    stack: Stack,
    table: LiveTable,
    began: float,
    seconds: float | None,
    stop: threading.Event,
) -> None:
    """Let the sites write until the time is over or the user ends it, and show what arrives."""
    start = time.monotonic()
    first_rows = False
    while not stop.wait(_LOOK_SECONDS):
        elapsed = time.monotonic() - start
        simulation.write_until(elapsed if seconds is None else min(elapsed, seconds))
        table.show(simulation.truth)
        if not first_rows and table.numbers().legs:
            first_rows = True
            typer.echo(f"first rows in the warehouse {time.monotonic() - began:.1f} s after the start", err=True)
        stack.check()
        if seconds is not None and elapsed >= seconds:
            return


def _fresh(directory: Path) -> Path:
    """An empty directory; only what a demo made is removed, and only if its servers do not run."""
    from infra.embedded.services import running_services

    if directory.exists() and any(directory.iterdir()):
        if not (directory / _MARKER).exists():
            raise UsageError(f"--directory {directory}: it is not empty and not of a demo; name another one")
        if running_services(directory / "state") is not None:
            raise UsageError(f"--directory {directory}: a demo or its servers still run there; end them first")
        shutil.rmtree(directory)
        typer.echo(f"removed the data of the last demo in {directory}", err=True)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _MARKER).touch()
    return directory
