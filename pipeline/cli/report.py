"""`swyx-cdr report`: tables for people (contract 2)."""

from __future__ import annotations

from typing import Annotated, TypeVar

import typer

from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption, FromOption, SiteOption, UntilOption
from pipeline.cli.report_options import (
    Days,
    Format,
    FormatOption,
    LastOption,
    LocaleOption,
    MonthOption,
    OutputOption,
    asked_for,
    asked_warehouse,
    zones_of,
)
from pipeline.cli.report_output import give_out
from pipeline.cli.report_payers import (
    CostCentreOption,
    DepartmentOption,
    Payers,
    ProjectOption,
    UserOption,
    chosen_charges,
)
from pipeline.reports.keys import CallsBy, ChargesBy

report = typer.Typer(name="report", help="Tables for people.", no_args_is_help=True, rich_markup_mode=None)
Key = TypeVar("Key", ChargesBy, CallsBy)


def _distinct(keys: list[Key]) -> list[Key]:
    """The keys of `--by`. Raises UsageError where one stands twice."""
    if len(set(keys)) < len(keys):
        raise UsageError(f"--by: {', '.join(keys)}: one of these stands twice")
    return keys


@report.command()
def charges(
    by: Annotated[list[ChargesBy] | None, typer.Option(help="What a row is; once more for rows within rows.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    month: MonthOption = None,
    last: LastOption = None,
    site: SiteOption = None,
    user: UserOption = None,
    cost_centre: CostCentreOption = None,
    department: DepartmentOption = None,
    project: ProjectOption = None,
    form: FormatOption = Format.TEXT,
    locale: LocaleOption = None,
    output: OutputOption = None,
) -> None:
    """Sums of counted charges; without --by those of each month."""
    from connectors.clickhouse.report_charges import charge_sums
    from pipeline.reports.charges import charges_report

    keys = _distinct(by or [ChargesBy.MONTH])
    settings, _, period, reader = asked_for(config, Days(first, until, month, last), site, locale)
    payers = Payers(site, user, cost_centre, department, project)
    with asked_warehouse(settings) as client:
        sums = charge_sums(client, chosen_charges(settings, period, payers), keys)
    give_out(charges_report(sums, keys, period, reader), reader, form, output)


@report.command()
def calls(
    by: Annotated[list[CallsBy] | None, typer.Option(help="What a row is; once more for rows within rows.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    month: MonthOption = None,
    last: LastOption = None,
    site: SiteOption = None,
    form: FormatOption = Format.TEXT,
    locale: LocaleOption = None,
    output: OutputOption = None,
) -> None:
    """Numbers of calls: answered, missed, ring and talk time, transfers; without --by those of each site."""
    from connectors.clickhouse.report_calls import ChosenCalls, call_sums
    from pipeline.cli.wiring import group_rules
    from pipeline.reports.call_keys import CallUsers, asked_of, calls_by
    from pipeline.reports.calls import calls_report

    keys = _distinct(by or [CallsBy.SITE])
    settings, _, period, reader = asked_for(config, Days(first, until, month, last), site, locale)
    users = CallUsers(group_rules(settings).values())
    with asked_warehouse(settings) as client:
        sums = call_sums(client, ChosenCalls(*period, zones_of(settings), site), asked_of(keys))
    give_out(calls_report(calls_by(sums, keys, users), keys, period, reader), reader, form, output)


@report.command()
def bill(
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    month: MonthOption = None,
    last: LastOption = None,
    site: SiteOption = None,
    user: UserOption = None,
    cost_centre: CostCentreOption = None,
    department: DepartmentOption = None,
    project: ProjectOption = None,
    short_numbers: Annotated[
        bool, typer.Option("--short-numbers", help="Hide the last three digits of the numbers called.")
    ] = False,
    form: FormatOption = Format.TEXT,
    locale: LocaleOption = None,
    output: OutputOption = None,
) -> None:
    """Itemised bills: every counted charge of a payer, cost centre, department, project or site."""
    from connectors.clickhouse.audit import record_audit
    from connectors.clickhouse.report_bill import TooManyItemsError, bill_items
    from pipeline.reports.bill import bill_report

    payers = Payers(site, user, cost_centre, department, project)
    if not any(value is not None for value in payers):
        raise UsageError("give --user, --cost-centre, --department, --project or --site: whose bill?")
    settings, _, period, reader = asked_for(config, Days(first, until, month, last), site, locale)
    with asked_warehouse(settings) as client:
        try:
            items = bill_items(client, chosen_charges(settings, period, payers))
        except TooManyItemsError as error:
            raise CommandError(str(error)) from error
        record_audit(client, "report bill", f"{payers.without_number()}; {period}", len(items))
    found = bill_report(items, period, reader, zones_of(settings), short_numbers=short_numbers)
    give_out(found, reader, form, output)


@report.command()
def settlement(
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    month: MonthOption = None,
    last: LastOption = None,
    site: SiteOption = None,
    form: FormatOption = Format.TEXT,
    locale: LocaleOption = None,
    output: OutputOption = None,
) -> None:
    """What sites owe each other by month (UTC), both ways and net, in each currency."""
    from connectors.clickhouse.report_settlement import settlement as debts_of
    from pipeline.reports.settlement import settlement_report

    settings, _, period, reader = asked_for(config, Days(first, until, month, last), site, locale)
    if not period.is_of_whole_months():
        raise UsageError("settlement is by whole months: give --month, --last month, or --from and --until a first day")
    with asked_warehouse(settings) as client:
        debts = [debt for debt in debts_of(client, *period) if site in {None, debt.payer_site, debt.carrier_site}]
    give_out(settlement_report(debts, period, reader), reader, form, output)


@report.command()
def trunks(
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    month: MonthOption = None,
    last: LastOption = None,
    site: SiteOption = None,
    form: FormatOption = Format.TEXT,
    locale: LocaleOption = None,
    output: OutputOption = None,
) -> None:
    """Traffic, peaks and cost of each trunk, and the channels that it needs by Erlang B."""
    from connectors.clickhouse.report_trunks import trunk_report
    from pipeline.reports.trunks import trunks_report

    settings, sites, period, reader = asked_for(config, Days(first, until, month, last), site, locale)
    zones = {entry.name: entry.time_zone for entry in sites}
    with asked_warehouse(settings) as client:
        found = trunk_report(client, *period, zones)
    give_out(trunks_report(found, period, reader, zones), reader, form, output)


@report.command(name="bill-check")
def check_bill(
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    month: MonthOption = None,
    last: LastOption = None,
    site: SiteOption = None,
    form: FormatOption = Format.TEXT,
    locale: LocaleOption = None,
    output: OutputOption = None,
) -> None:
    """Where signalled charges are not what the tariff says, by site, trunk, carrier's site and destination."""
    from connectors.clickhouse.bill_check import bill_check
    from pipeline.reports.bill_check import bill_check_report

    settings, sites, period, reader = asked_for(config, Days(first, until, month, last), site, locale)
    of_tariff = {tariff.name: tariff.currency for tariff in settings.tariffs}
    currencies = {entry.name: of_tariff.get(entry.tariff or "", "") for entry in sites}
    with asked_warehouse(settings) as client:
        found = bill_check(client, currencies, *period)
    give_out(bill_check_report(found, period, reader), reader, form, output)
