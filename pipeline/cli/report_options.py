"""What all reports can be asked for: days, form, locale, file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pipeline.cli.errors import UsageError
from pipeline.cli.options import chosen_sites, days

if TYPE_CHECKING:
    from clickhouse_driver import Client

    from pipeline.cli.settings import Settings, SiteSettings
    from pipeline.reports.period import Period
    from pipeline.reports.reader import Reader


class Format(StrEnum):
    """The forms in which a report can be had."""

    TEXT = "text"
    CSV = "csv"
    HTML = "html"


class Last(StrEnum):
    """Whole periods before today."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


MonthOption = Annotated[str | None, typer.Option(metavar="MONTH", help="One month, such as 2026-10.")]
LastOption = Annotated[Last | None, typer.Option(help="The last whole day, week or month before today.")]
FormatOption = Annotated[Format, typer.Option("--format", help="A table, CSV for a spreadsheet, or a page to print.")]
LocaleOption = Annotated[
    str | None, typer.Option(help="Language, numbers and dates, such as de_DE; otherwise LC_ALL or LANG tells it.")
]
OutputOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write this file, whole or not at all, instead of standard output.")
]


class Days(NamedTuple):
    """The options that say which days."""

    first: datetime | None
    until: datetime | None
    month: str | None
    last: Last | None


class Asked(NamedTuple):
    """What a report is asked for: the configuration, the chosen sites of it, the days, and who reads it."""

    settings: Settings
    sites: Sequence[SiteSettings]
    period: Period
    reader: Reader


def asked_for(config: Path, asked: Days, site: str | None, locale: str | None) -> Asked:
    """What the options that all reports have mean; days before today are those of the first of the chosen sites.

    Raises ConfigurationError and UsageError.
    """
    from pipeline.cli.settings import load_settings

    settings, reader = load_settings(config, os.environ), reader_for(locale)
    sites = chosen_sites(settings, site)
    return Asked(settings, sites, period_of(asked, sites[0]), reader)


def period_of(asked: Days, site: SiteSettings) -> Period:
    """The days that the options mean; `today` is that of a site. Raises UsageError if they contradict each other."""
    from zoneinfo import ZoneInfo

    from pipeline.reports.period import Period, last_period, month_of

    limits = asked.first is not None or asked.until is not None
    if limits + (asked.month is not None) + (asked.last is not None) > 1:
        raise UsageError("give only one of --month, --last, and --from with --until")
    if asked.month is not None:
        try:
            return month_of(asked.month)
        except ValueError as error:
            raise UsageError(f"--month: {error}") from error
    if asked.last is not None:
        return last_period(asked.last, datetime.now(ZoneInfo(site.time_zone)).date())
    first, end = days(asked.first, asked.until)
    if first >= end:
        raise UsageError(f"--from {first} --until {end}: no day between them; --until is the first day left out")
    return Period(first, end)


def reader_for(locale: str | None) -> Reader:
    """The reader that `--locale` names, else the environment. Raises UsageError for an unknown `--locale`."""
    from pipeline.reports.reader import locale_of, reader_of

    try:
        return reader_of(locale if locale is not None else locale_of(os.environ))
    except ValueError as error:
        if locale is None:  # a locale of the system that Unicode does not know is no reason to fail
            return reader_of("en")
        raise UsageError(f"--locale: {error}") from error


def zones_of(settings: Settings) -> dict[str, str]:
    """The time zone of each site."""
    return {site.name: site.time_zone for site in settings.sites}


@contextmanager
def asked_warehouse(settings: Settings) -> Iterator[Client]:
    """A client of the warehouse for one report."""
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.migrate import require_migrated
    from pipeline.cli.endpoints import warehouse

    with warehouse(settings) as options:
        require_migrated(options)
        with connected(options) as client:
            yield client
