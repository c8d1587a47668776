"""`swyx-cdr status`: what arrived last from each site, how far each stage is behind, whether the stores answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from rich.table import Table

    from connectors.clickhouse.sites import Site
    from pipeline.cli.lag import Lag
    from pipeline.cli.settings import Settings

_HEADINGS = ("last CDR (UTC)", "age", "state", "file", "position", "bytes behind", "torn bytes", "rejects")
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class Stored(NamedTuple):
    """What the warehouse knows: its sites, and the number of rejects by site."""

    sites: Mapping[str, Site]
    rejects: Mapping[str, int]


def status(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print sites, lag and stores. Exit code 1 if a store cannot be reached."""
    from connectors.clickhouse.errors import WarehouseError
    from connectors.kafka.admin import KafkaUnreachable, TopicError
    from pipeline.cli.settings import load_settings
    from pipeline.cli.tables import table_console

    settings = load_settings(config, os.environ)
    console = table_console()
    trouble = []
    try:
        console.print(sites_table(settings, _stored(settings), datetime.now(UTC)))
        typer.echo("ClickHouse answers")
    except (CommandError, WarehouseError) as error:
        trouble.append(str(error))
    try:
        console.print(_lag_table(_lag(settings)))
        typer.echo("Kafka answers")
    except (CommandError, KafkaUnreachable, TopicError) as error:
        trouble.append(str(error))
    if trouble:
        raise CommandError("\n".join(dict.fromkeys(trouble)))


def sites_table(settings: Settings, stored: Stored, now: datetime) -> Table:
    """One row a configured site; a last one where messages that name no site were rejected."""
    from rich.table import Table
    from rich.text import Text

    from pipeline.cli.rejects_table import shown

    table = Table(title="sites")
    for heading in ("site", *_HEADINGS):
        table.add_column(heading, overflow="fold")
    for entry in settings.sites:
        rejects = str(stored.rejects.get(entry.name, 0))
        site = stored.sites.get(entry.name)
        cells = ("never seen", *[""] * (len(_HEADINGS) - 2), rejects) if site is None else (*_cells(site, now), rejects)
        table.add_row(entry.name, *(Text(shown(cell, 200)) for cell in cells))
    if "" in stored.rejects:
        table.add_row("(none)", *[""] * (len(_HEADINGS) - 1), str(stored.rejects[""]))
    return table


def age(since: datetime, now: datetime) -> str:
    """How long ago that was, in the largest unit that fits twice, else in the next one: `90 min`, `2 h`."""
    seconds = int((now - since).total_seconds())
    if seconds < 0:
        return "in the future"
    length, unit = next(((length, unit) for length, unit in _UNITS if seconds >= 2 * length), _UNITS[-1])
    return f"{seconds // length} {unit}"


def _cells(site: Site, now: datetime) -> tuple[str, ...]:
    """All columns but the first and the last."""
    state = f"{site.state} since {site.last_seen_at:%Y-%m-%d %H:%M:%S}" if site.state == "away" else site.state
    return (
        f"{site.last_cdr_at:%Y-%m-%d %H:%M:%S}" if site.last_cdr_at else "",
        age(site.last_cdr_at, now) if site.last_cdr_at else "",
        f"{state}: {site.problem}" if site.problem else state,
        site.file,
        *map(str, (site.file_offset, site.bytes_behind, site.torn_bytes)),
    )


def _stored(settings: Settings) -> Stored:
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.migrate import require_migrated
    from connectors.clickhouse.rejects import count_rejects
    from connectors.clickhouse.sites import read_sites
    from pipeline.cli.endpoints import clickhouse_options

    options = clickhouse_options(settings)
    require_migrated(options)
    with connected(options) as client:
        return Stored(read_sites(client), count_rejects(client))


def _lag(settings: Settings) -> Lag:
    from connectors.kafka.admin import connect
    from pipeline.cli.endpoints import kafka_cluster
    from pipeline.cli.lag import lag

    with connect(kafka_cluster(settings)) as admin:
        return lag(admin)


def _lag_table(behind: Lag) -> Table:
    from rich.table import Table

    table = Table("stage", "messages behind", title="lag")
    table.add_row("worker", str(behind.worker))
    table.add_row("sink", str(behind.sink))
    return table
