"""`swyx-cdr migrate`: brings topics and warehouse to this version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from pipeline.cli.settings import Settings


def migrate(
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the statements, change nothing.")] = False,
) -> None:
    """Bring topics and warehouse to this version. May be repeated; embedded servers are started for it."""
    from pipeline.cli.settings import load_settings

    settings = load_settings(config, os.environ)
    with _embedded_servers(settings):
        done = bring_up_to_date(settings, dry_run=dry_run)
    for statement in done:
        typer.echo(f"{statement};")
    if not done:
        typer.echo("topics and warehouse are at this version")


def bring_up_to_date(settings: Settings, *, dry_run: bool = False) -> list[str]:
    """Creates and alters what is missing in Kafka and ClickHouse, which run; returns what was done or is to do."""
    from connectors.clickhouse.migrate import migrate as migrate_warehouse
    from connectors.kafka.admin import connect
    from pipeline.agents.topics import CHANGELOG
    from pipeline.cli.endpoints import clickhouse_options, kafka_cluster
    from pipeline.cli.wiring_privacy import kept_topics, set_site_rules

    topics = [*kept_topics(settings), CHANGELOG]
    with connect(kafka_cluster(settings)) as admin:
        actions = admin.plan_topics(topics, settings.kafka.partitions, settings.kafka.replication_factor)
        if not dry_run:
            admin.apply(actions)
    options = clickhouse_options(settings)
    statements = migrate_warehouse(options, dry_run=dry_run)
    return [*map(str, actions), *statements, *set_site_rules(settings, options, dry_run=dry_run)]


@contextmanager
def _embedded_servers(settings: Settings) -> Iterator[None]:
    """The embedded servers that are configured, started for the time being if they do not run."""
    from infra.embedded.services import running_services, start_services
    from pipeline.cli.endpoints import embedded_servers

    state_directory = settings.pipeline.state_directory
    wanted = embedded_servers(settings)
    if not wanted or running_services(state_directory) is not None:
        yield
        return
    with start_services(state_directory, wanted):
        yield
