"""The days that a report is about, as the options of the command line tell them (contract 2)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


class Period(NamedTuple):
    """Local days: the first one and the first one that is left out. `date.min` and `date.max` mean no limit."""

    first: date
    end: date

    def __str__(self) -> str:
        """Both days, the second one left out."""
        return f"{self.first} until {self.end}"

    @property
    def last(self) -> date:
        """The last day of a limited period."""
        return self.end - timedelta(days=1)

    def is_of_whole_months(self) -> bool:
        """Whether it begins and ends with a month, or not at all."""
        return all(day.day == 1 or day in {date.min, date.max} for day in self)


def month_of(text: str) -> Period:
    """The month `2026-10`. Raises ValueError for another form."""
    if not _MONTH.fullmatch(text) or text[:4] in {"0000", "9999"}:
        raise ValueError(f"found {text!r}; expected a month such as 2026-10")
    return _month(date.fromisoformat(f"{text}-01"))


def last_period(unit: str, today: date) -> Period:
    """The last whole `day`, `week` (from Monday on) or `month` before today."""
    if unit == "month":
        return _month((today.replace(day=1) - timedelta(days=1)).replace(day=1))
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return Period(monday - timedelta(days=7), monday)
    return Period(today - timedelta(days=1), today)


def _month(first: date) -> Period:
    return Period(first, (first + timedelta(days=31)).replace(day=1))
