"""`swyx-cdr backfill`: whole files into the warehouse without Kafka, by the same domain core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption, chosen_sites

if TYPE_CHECKING:
    from clickhouse_driver import Client

    from connectors.clickhouse.behind import WriterBehind
    from pipeline.cli.settings import Settings, SiteSettings
    from pipeline.domain.rules import GroupRules

_STREAM_IS_ALIVE = timedelta(seconds=30)


def backfill(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to read, with --site; by default all configured ones.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    site: Annotated[str | None, typer.Option(help="The site that the files are of.")] = None,
    accept_last_line: Annotated[
        bool, typer.Option("--accept-last-line", help="Read also a last line that has no line end.")
    ] = False,
) -> None:
    """Read whole files and write the same rows as the stream, without Kafka. The stream of these sites must not run."""
    from connectors.clickhouse.behind import WriterBehind
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.epochs import begin_backfill, end_backfills
    from connectors.clickhouse.migrate import migrate
    from pipeline.cli.backfill_files import FileBackfill
    from pipeline.cli.direct import DirectGroups
    from pipeline.cli.endpoints import warehouse
    from pipeline.cli.garbage import collect_seldom
    from pipeline.cli.settings import load_settings
    from pipeline.cli.wiring import groups_of
    from pipeline.cli.wiring_privacy import set_site_rules

    settings = load_settings(config, os.environ)
    todo = _files(settings, site, files or [])
    groups = groups_of(settings, {entry.name for entry, _ in todo})
    names = [rules.name for rules in groups]
    with warehouse(settings) as options, _alone(settings, names):
        migrate(options)
        set_site_rules(settings, options)
        with connected(options) as client:
            _refuse_beside_stream(client, {name for rules in groups for name in rules.sites})
            with WriterBehind(options) as writer:
                collect_seldom()
                for rules in groups:
                    _recover(client, writer, rules)
                direct = DirectGroups(groups, client, writer)
                epoch = begin_backfill(client, names)
                done = FileBackfill(settings, direct, epoch, accept_last_line).read(todo)
                end_backfills(client, [epoch], names)
    for file in done.torn:
        typer.echo(f"{file}: the last line has no line end and is left out; --accept-last-line reads it", err=True)
    left_out = f"; {done.never_recorded} legs are never recorded" if done.never_recorded else ""
    typer.echo(f"{done.legs} legs and {done.rejects} rejects of {len(todo)} files{left_out}")


def _files(settings: Settings, site: str | None, files: list[Path]) -> list[tuple[SiteSettings, Path]]:
    from pipeline.cli.settings_files import matched_files

    sites = chosen_sites(settings, site)
    if files and site is None:
        raise UsageError("FILES need --site, the site that wrote them")
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: no such file")
    return [(entry, file.absolute()) for entry in sites for file in (files or matched_files(entry))]


@contextmanager
def _alone(settings: Settings, groups: list[str]) -> Iterator[None]:
    """No other backfill of these groups runs on this machine meanwhile."""
    from connectors.cdr_file.lock import process_lock

    with ExitStack() as held:
        for name in sorted(groups):
            path = settings.pipeline.state_directory / "backfills" / f"{name}.lock"
            held.enter_context(process_lock(path, f"files of the group {name} are already read"))
        yield


def _recover(client: Client, writer: WriterBehind, rules: GroupRules) -> None:
    """Put right what backfills of a group left that were killed."""
    from connectors.clickhouse.epochs import end_backfills, killed_backfills, next_epoch
    from pipeline.cli.recovery import put_right

    killed = killed_backfills(client, rules.name)
    if killed:
        typer.echo(
            f"group {rules.name}: a backfill did not come to its end; the days that it wrote are put right", err=True
        )
        put_right(client, writer, rules, killed, next_epoch(client, "recovery"))
        end_backfills(client, killed, [rules.name])


def _refuse_beside_stream(client: Client, sites: set[str]) -> None:
    alive = client.execute("SELECT site, last_seen_at FROM sites")
    limit = datetime.now(UTC) - _STREAM_IS_ALIVE
    for site, last_seen_at in alive:
        if site in sites and last_seen_at > limit:
            raise CommandError(
                f"site {site}: its tail was alive at {last_seen_at:%H:%M:%S} UTC; "
                "stop tail, worker and sink for 30 s, then backfill, then start them again"
            )
