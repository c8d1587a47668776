"""`swyx-cdr run`: the whole pipeline for the configured sites in one terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from pipeline.cli.settings import Settings


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    until_idle: Annotated[
        bool,
        typer.Option("--until-idle", help="Return when every file is read to its last complete line and stored."),
    ] = False,
) -> None:
    """Follow the files, join the legs, fill the warehouse, show it live. A part that crashes ends all of it."""
    from pipeline.cli.board_address import page, with_board_at
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.settings import load_settings
    from pipeline.cli.settings_files import require_folders, require_tables
    from pipeline.cli.stack import running_stack

    settings = load_settings(config, os.environ)
    require_folders(settings, settings.sites)
    require_tables(settings)
    stop = stop_event()
    if not until_idle:
        settings = with_board_at(settings, settings.board.listen)
    with running_stack(settings, live=not until_idle) as stack:
        if not until_idle:
            typer.echo(f"running, Ctrl-C ends it; live board: {page(settings.board.listen)}")
            stack.wait_until(stop)
        elif stack.drain(stop):
            typer.echo(_summary(settings))
        else:
            raise CommandError("stopped before everything was in the warehouse; run it again to go on")


def _summary(settings: Settings) -> str:
    from connectors.clickhouse.client import connected
    from pipeline.cli.endpoints import clickhouse_options

    with connected(clickhouse_options(settings)) as client:
        counts = "(SELECT count() FROM legs), (SELECT count() FROM calls), (SELECT count() FROM rejects)"
        ((legs, calls, rejects),) = client.execute(f"SELECT {counts}")
    return f"all files are read; the warehouse has {legs} legs, {calls} calls, {rejects} rejects"
