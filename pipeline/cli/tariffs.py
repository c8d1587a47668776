"""Tariff files, valid by `settings_tables`, as the domain takes them (contract 3 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pipeline.cli.settings_models import TariffSettings
from pipeline.cli.settings_tables import day_of, rows_of
from pipeline.domain.tariffs import MINUTES_A_DAY, Rate, Tariff


def load_tariff(settings: TariffSettings) -> Tariff:
    """The tariff of a configuration; its file is valid (`settings_files.require_tables`)."""
    return Tariff(settings.currency, settings.decimals, map(rate_of, rows_of(settings.rates)))


def rate_of(row: Mapping[str, str]) -> Rate:
    """One row of a tariff file."""
    return Rate(
        row["prefix"],
        row["destination"],
        day_of(row["valid_from"]),
        day_of(row["valid_until"]),
        _weekdays(row["weekdays"]),
        _minute(row["from_time"], 0),
        _minute(row["until_time"], MINUTES_A_DAY),
        Decimal(row["connect_fee"]),
        Decimal(row["price_per_minute"]),
        int(row["first_increment"]),
        int(row["next_increment"]),
        Decimal(row["minimum"]),
    )


def _minute(text: str, default: int) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes) if text else default


def _weekdays(text: str) -> frozenset[int]:
    """`1-5` and `6,7`; a range may run over Sunday: `6-2` is Saturday to Tuesday."""
    days: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        begin, end = int(first), int(last or first)
        days.update((day - 1) % 7 + 1 for day in range(begin, end + (1 if begin <= end else 8)))
    return frozenset(days)
