"""Tariffs: what a minute costs to which prefix, when (contract 3 and 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from pipeline.domain.validity import is_valid_on

MINUTES_A_DAY = 24 * 60

_NUMBER = re.compile(r"\+?[0-9X]+\Z")


class Rate(NamedTuple):
    """One row of a tariff file: a band of a prefix.

    `weekdays` are ISO numbers, empty for all; `from_minute` and `until_minute` minutes of the local day, 0 and 1440
    for the whole day; a band whose end is before its beginning runs over midnight and belongs to the day on which it
    begins. Prices are in the tariff's currency, increments in seconds. A day is valid from `valid_from` on, until the
    day before `valid_until`.
    """

    prefix: str
    destination: str
    valid_from: date | None
    valid_until: date | None
    weekdays: frozenset[int]
    from_minute: int
    until_minute: int
    connect_fee: Decimal
    price_per_minute: Decimal
    first_increment: int
    next_increment: int
    minimum: Decimal

    @property
    def always(self) -> bool:
        """Whether the band is in force at every moment."""
        return not self.weekdays and self.from_minute == 0 and self.until_minute == MINUTES_A_DAY

    def is_valid_on(self, day: date) -> bool:
        """Whether calls that start on this local day are rated by this row."""
        return is_valid_on(day, self.valid_from, self.valid_until)

    def is_in_force(self, local: datetime) -> bool:
        """Whether the band holds at this local time."""
        minute, weekday = local.hour * 60 + local.minute, local.isoweekday()
        if self.from_minute < self.until_minute:
            return self.from_minute <= minute < self.until_minute and self._is_on(weekday)
        yesterday = (weekday - 2) % 7 + 1
        return (minute >= self.from_minute and self._is_on(weekday)) or (
            minute < self.until_minute and self._is_on(yesterday)
        )

    def _is_on(self, weekday: int) -> bool:
        return not self.weekdays or weekday in self.weekdays


class Tariff:
    """The rates of a tariff in the order of its file; `decimals` is what its amounts are rounded to."""

    def __init__(self, currency: str, decimals: int, rates: Iterable[Rate]) -> None:
        self.currency = currency
        self.decimals = decimals
        self._rates: dict[str, list[Rate]] = {}
        for rate in rates:
            self._rates.setdefault(rate.prefix, []).append(rate)
        self._lengths = sorted({len(prefix) for prefix in self._rates}, reverse=True)

    def __repr__(self) -> str:
        return f"Tariff({self.currency!r}, {self.decimals}, {self._rates})"

    def bands(self, number: str, day: date) -> Sequence[Rate]:
        """The rows of the longest prefix of a canonical number among those valid on a local day; none if none fits.

        A masked number fits a prefix that it shows whole. What is no telephone number fits none.
        """
        if not _NUMBER.match(number):
            return ()
        for length in self._lengths:
            valid = [rate for rate in self._rates.get(number[:length], ()) if rate.is_valid_on(day)]
            if valid:
                return valid
        return ()
