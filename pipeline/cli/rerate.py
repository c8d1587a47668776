"""`swyx-cdr rerate`: the calls of some days anew, at the prices of today's configuration."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.options import DAY_FORMAT, DEFAULT_CONFIG, ConfigOption, SiteOption, chosen_sites

if TYPE_CHECKING:
    from pipeline.cli.settings import Settings
    from pipeline.domain.rules import GroupRules
    from schemas.cdr import Rerate

_FIRST_YEAR, _LAST_YEAR = 1970, 2106  # what the warehouse can hold


def rerate(
    first: Annotated[
        datetime, typer.Option("--from", metavar="DATE", formats=[DAY_FORMAT], help="First day, by the legs' start.")
    ],
    until: Annotated[datetime, typer.Option(metavar="DATE", formats=[DAY_FORMAT], help="First day that is left out.")],
    site: SiteOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Price past calls anew after a change of tariffs or users; the stream may run meanwhile."""
    from infra.embedded.endpoints import running_services
    from pipeline.cli.endpoints import embedded_servers
    from pipeline.cli.settings import load_settings
    from pipeline.cli.wiring import groups_of

    settings = load_settings(config, os.environ)
    days = _days(first.date(), until.date())
    groups = groups_of(settings, {chosen.name for chosen in chosen_sites(settings, site)})
    if "kafka" in embedded_servers(settings) and not running_services(settings.pipeline.state_directory):
        _directly(settings, groups, days, site or "")
    else:
        _through_the_stream(settings, _orders(groups, days, site or ""))
    typer.echo(f"priced anew: {len(days)} days of {len(groups)} groups")


def _days(first: date, until: date) -> list[date]:
    if not (first < until and first.year > _FIRST_YEAR and until.year < _LAST_YEAR):
        raise UsageError(
            f"--from {first} --until {until}: expected a first day and a later one that is left out, "
            f"from {_FIRST_YEAR + 1} to {_LAST_YEAR - 1}"
        )
    return [first + timedelta(days=number) for number in range((until - first).days)]


def _orders(groups: list[GroupRules], days: list[date], site: str) -> list[Rerate]:
    from schemas.cdr import Rerate

    return [Rerate(rules.name, site, day.isoformat(), rules.fingerprint) for rules in groups for day in days]


def _through_the_stream(settings: Settings, orders: list[Rerate]) -> None:
    """Have the worker do it, in its own order: who else wrote rows beside it could hide newer ones."""
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.rerate_stream import refusals, send_orders, wait_for_worker_and_sink

    stop = stop_event()
    before = send_orders(settings, orders, stop)
    typer.echo(f"{len(orders)} orders are given to the worker; Ctrl-C ends the waiting, not the orders", err=True)
    if not wait_for_worker_and_sink(settings, stop):
        raise CommandError("not waited for the end; the worker carries the orders out when it comes to them")
    for detail in refusals(settings, before):
        raise CommandError(f"the worker refused: {detail}; then run this again")


def _directly(settings: Settings, groups: list[GroupRules], days: list[date], site: str) -> None:
    """Do it here, under an epoch of its own: the stream, which does not run, begins a newer one when it starts."""
    from connectors.clickhouse.behind import WriterBehind
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.epochs import next_epoch
    from connectors.clickhouse.migrate import require_migrated
    from pipeline.cli.direct import DirectGroups
    from pipeline.cli.endpoints import warehouse
    from pipeline.domain.days import LocalDay
    from pipeline.domain.versions import row_version

    with warehouse(settings) as options:
        require_migrated(options)
        with connected(options) as client, WriterBehind(options) as writer:
            direct = DirectGroups(groups, client, writer)
            epoch = next_epoch(client, "rerate")
            for rules in groups:
                for number, day in enumerate(days):
                    direct.retell(rules, LocalDay(rules, day, site), row_version(epoch, number, 0))
            direct.flush()
