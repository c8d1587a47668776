"""`swyx-cdr rejects`: the lines and messages that could not be read, and another try after a fix."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption, SiteOption, chosen_sites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.clickhouse.client import ClickHouseOptions
    from pipeline.cli.rejects_replay import Done
    from schemas.cdr import Reject

rejects = typer.Typer(
    name="rejects", help="Lines and messages that could not be read.", no_args_is_help=True, rich_markup_mode=None
)


@rejects.command(name="list")
def list_rejects(
    config: ConfigOption = DEFAULT_CONFIG,
    site: SiteOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many, the newest.")] = 50,
) -> None:
    """Print the lines that could not be read, the newest first: where, why, and how they begin."""
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.migrate import require_migrated
    from connectors.clickhouse.rejects import count_rejects, newest_rejects
    from pipeline.cli.endpoints import warehouse
    from pipeline.cli.rejects_table import rejects_table
    from pipeline.cli.settings import load_settings
    from pipeline.cli.tables import table_console

    settings = load_settings(config, os.environ)
    with warehouse(settings) as options:
        require_migrated(options)
        with connected(options) as client:
            count = sum(count_rejects(client, site).values())
            shown = newest_rejects(client, site, limit)
    if shown:
        table_console().print(rejects_table(shown))
    more = f", the {len(shown)} newest are shown" if len(shown) < count else ""
    typer.echo(f"{count} rejects{more}")
    for reason, number in _never_again(shown).items():
        typer.echo(f"{number} of them can never be replayed; {reason}")


@rejects.command(name="replay")
def replay_rejects(config: ConfigOption = DEFAULT_CONFIG, site: SiteOption = None) -> None:
    """Read rejected lines again after a fix: what can be read now goes the normal way and leaves the list."""
    from connectors.clickhouse.migrate import require_migrated
    from pipeline.cli.endpoints import clickhouse_options
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.publishing import publishing
    from pipeline.cli.rejects_replay import Replay
    from pipeline.cli.settings import group_of, load_settings
    from pipeline.cli.wiring_privacy import guards
    from pipeline.cli.wiring_tail import dialect

    stop = stop_event()
    settings = load_settings(config, os.environ)
    chosen_sites(settings, site)
    options = clickhouse_options(settings)
    require_migrated(options)
    dialects = {entry.name: dialect(entry) for entry in settings.sites}
    hiding = {name: guard.leg for name, guard in guards(settings, settings.sites).items()}
    with publishing(settings, stop, "replayed") as publisher:
        done = Replay(dialects, group_of(settings), publisher, hiding).run(_stored(options, site))
    _report(done)


def _stored(options: ClickHouseOptions, site: str | None) -> Iterator[Reject]:
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.rejects import stored_rejects

    with connected(options) as client:
        yield from stored_rejects(client, site)


def _report(done: Done) -> None:
    typer.echo(f"{done.replayed} replayed, {done.refused} still cannot be read, {sum(done.never.values())} left as is")
    for reason, number in done.never.items():
        typer.echo(f"{number} left as is; {reason}")
    if done.replayed:
        typer.echo("those replayed leave the list as soon as worker and sink have taken them")


def _never_again(shown: list[Reject]) -> dict[str, int]:
    from collections import Counter

    from connectors.cdr_file.again import LINE_REASONS, why_never

    return Counter(why for reject in shown if reject.reason in LINE_REASONS and (why := why_never(reject)))
