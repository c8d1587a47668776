"""`swyx-cdr status`: what arrived last from each site, how far each stage is behind, whether the stores answer."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.cli.settings import Settings

_SITES = "SELECT site, last_cdr_at, last_seen_at, file, file_offset, bytes_behind FROM sites"


def status(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print sites, lag and stores. Exit code 1 if a store cannot be reached."""
    from rich.console import Console

    from pipeline.cli.settings import load_settings

    settings = load_settings(config, os.environ)
    console = Console()
    trouble = []
    for show in (_sites, _lag):
        try:
            console.print(show(settings))
        except CommandError as error:
            trouble.append(str(error))
    if trouble:
        raise CommandError("\n".join(dict.fromkeys(trouble)))
    typer.echo("Kafka and ClickHouse answer")


def _sites(settings: Settings) -> Table:
    from rich.table import Table

    from connectors.clickhouse.client import connect
    from pipeline.cli.endpoints import clickhouse_options

    client = connect(clickhouse_options(settings))
    try:
        seen = {row[0]: row[1:] for row in client.execute(_SITES)}
    finally:
        client.disconnect()
    table = Table(title="sites")
    for heading in ("site", "last CDR (UTC)", "last sign of life (UTC)", "file", "position", "bytes behind"):
        table.add_column(heading, overflow="fold")
    for site in settings.sites:
        values = seen.get(site.name)
        table.add_row(site.name, *(map(_text, values) if values else ("never seen", "", "", "", "")))
    return table


def _lag(settings: Settings) -> Table:
    from rich.table import Table

    from connectors.kafka.admin import connect
    from pipeline.cli.endpoints import kafka_cluster
    from pipeline.cli.lag import lag

    with connect(kafka_cluster(settings)) as admin:
        behind = lag(admin)
    table = Table("stage", "messages behind", title="lag")
    table.add_row("worker", str(behind.worker))
    table.add_row("sink", str(behind.sink))
    return table


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)
