"""`swyx-cdr verify`: whether every line is in the warehouse and every row follows from the legs (contract 2)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption, FromOption, UntilOption, days

if TYPE_CHECKING:
    from datetime import date

    from clickhouse_driver import Client

    from pipeline.cli.settings import Settings
    from pipeline.cli.verify_rows import Difference

_SHOWN = 100


def verify(config: ConfigOption = DEFAULT_CONFIG, first: FromOption = None, until: UntilOption = None) -> None:
    """Derive all rows anew from the stored legs, account for every byte of the files; exit code 1 if they differ."""
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.migrate import require_migrated
    from pipeline.cli.endpoints import warehouse
    from pipeline.cli.garbage import collect_seldom
    from pipeline.cli.settings import load_settings

    settings = load_settings(config, os.environ)
    collect_seldom()
    count = 0
    with warehouse(settings) as options:
        require_migrated(options)
        with connected(options) as client:
            for count, difference in enumerate(_differences(settings, client, days(first, until)), 1):
                if count <= _SHOWN:
                    typer.echo(f"{difference.view} {difference.key}: {difference.text}")
    if count > _SHOWN:
        typer.echo(f"… and {count - _SHOWN} more")
    if count:
        raise CommandError(f"{count} differences; docs/operations.md says what each kind of them means")
    typer.echo("no differences")


def _differences(settings: Settings, client: Client, span: tuple[date, date]) -> Iterator[Difference]:
    from pipeline.cli.settings_files import matched_files
    from pipeline.cli.verify_files import FileAccounts

    accounts = FileAccounts(client, settings, span)
    for site in settings.sites:
        for file in matched_files(site):
            yield from accounts.differences(site, file)
            typer.echo(accounts.summary(file))
    yield from _row_differences(settings, client, span)


def _row_differences(settings: Settings, client: Client, span: tuple[date, date]) -> Iterator[Difference]:
    from connectors.clickhouse.stored_rows import stored_days
    from connectors.clickhouse.total_sums import wrong_totals
    from pipeline.cli.rederived import Rederived
    from pipeline.cli.verify_rows import Difference, differences
    from pipeline.cli.wiring import group_rules
    from pipeline.domain.cover import Span
    from pipeline.domain.days import LocalDay

    verified: set[date] = set()
    hours: set[int] = set()
    for rules in group_rules(settings).values():
        rederived = Rederived(client, rules)
        for day in stored_days(client, rules.sites.keys(), *span):
            yield from differences(client, rederived, day)
            verified.add(day)
            hours.update(LocalDay(rules, day).span)
    if hours:
        for name, text in wrong_totals(client, *Span(min(hours), max(hours)).instants()):
            yield Difference("charge_totals", name, text)
    typer.echo(f"{len(verified)} days derived anew")
