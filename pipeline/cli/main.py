"""The program `swyx-cdr`: its commands, and how a failure leaves it (contract 2).

Command modules are imported at once, so they import what is slow to load (Faust, the clients of Kafka and
ClickHouse, pydantic) inside their functions: `swyx-cdr --help` answers in an instant.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from infra.compiled import changed_sources
from pipeline.cli.backfill import backfill
from pipeline.cli.board import board
from pipeline.cli.check_config import check_config
from pipeline.cli.demo import demo
from pipeline.cli.erase import erase
from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.export import export
from pipeline.cli.inspect_file import inspect
from pipeline.cli.migrate import migrate
from pipeline.cli.rejects import rejects
from pipeline.cli.report import report
from pipeline.cli.rerate import rerate
from pipeline.cli.run import run
from pipeline.cli.services import services
from pipeline.cli.simulate import simulate
from pipeline.cli.sink import sink
from pipeline.cli.sql import sql
from pipeline.cli.status import status
from pipeline.cli.tail import tail
from pipeline.cli.verify import verify
from pipeline.cli.worker import worker

app = typer.Typer(
    name="swyx-cdr",
    help="Call detail records of SwyxWare sites: joined, charged once, streamed to ClickHouse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_COMMANDS = (
    demo,
    run,
    tail,
    worker,
    sink,
    board,
    services,
    backfill,
    export,
    erase,
    rerate,
    verify,
    inspect,
    migrate,
    sql,
    simulate,
    status,
    check_config,
)
for command in _COMMANDS:
    app.command()(command)
app.add_typer(rejects)
app.add_typer(report)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"swyx-cdr {version('swyx-cdr')}")
        raise typer.Exit


@app.callback()
def prepare(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Sets up logging before the command runs; refuses to run with modules that were compiled from other sources."""
    from pipeline.cli.logs import configure_logging

    if changed := changed_sources():
        raise UsageError(f"{changed[0]} has changed since it was compiled: run scripts/setup, which compiles it again")
    configure_logging()


def main() -> None:
    """Entry point: runs the command and turns what its user can mend into lines on standard error."""
    try:
        app(prog_name="swyx-cdr")
    except (UsageError, CommandError) as error:
        _leave(error, error.exit_code)
    except Exception as error:
        if not isinstance(error, _connector_errors()):
            raise
        _leave(error, CommandError.exit_code)


def _leave(error: Exception, exit_code: int) -> NoReturn:
    for line in str(error).splitlines():
        typer.echo(f"swyx-cdr: {line}", err=True)
    sys.exit(exit_code)


def _connector_errors() -> tuple[type[Exception], ...]:
    """Servers and files that cannot be used as they are; their modules load slowly, so only when one may be at hand."""
    from connectors.cdr_file.errors import TailError
    from connectors.clickhouse.errors import WarehouseError
    from connectors.kafka.admin import KafkaUnreachable, TopicError
    from infra.embedded.errors import ServiceError

    return TailError, WarehouseError, KafkaUnreachable, TopicError, ServiceError
