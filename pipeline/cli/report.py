"""`swyx-cdr report`: tables for people (contract 2)."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pipeline.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    FromOption,
    SiteOption,
    UntilOption,
    chosen_sites,
    days,
)
from pipeline.cli.report_form import Format, print_report

report = typer.Typer(name="report", help="Tables for people.", no_args_is_help=True, rich_markup_mode=None)
FormatOption = Annotated[Format, typer.Option("--format", help="A table, or CSV for a spreadsheet.")]


@report.command(name="bill-check")
def check_bill(
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    site: SiteOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Show where signalled charges are not what the tariff says, by site, trunk, carrier's site and destination."""
    from connectors.clickhouse.bill_check import bill_check
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.migrate import require_migrated
    from pipeline.cli.endpoints import warehouse
    from pipeline.cli.report_bill import bill_report
    from pipeline.cli.settings import load_settings

    settings = load_settings(config, os.environ)
    of_tariff = {tariff.name: tariff.currency for tariff in settings.tariffs}
    currencies = {entry.name: of_tariff.get(entry.tariff or "", "") for entry in chosen_sites(settings, site)}
    with warehouse(settings) as options:
        require_migrated(options)
        with connected(options) as client:
            found = bill_check(client, currencies, *days(first, until))
    print_report(bill_report(found), form)
