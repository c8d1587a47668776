"""In which order a file writes day, month and year, guessed from its dates. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.errors import UnreadableError
from connectors.cdr_file.survey.counts import Guess, often
from connectors.cdr_file.times import TimeReader

# As contract 3 names them, the default first.
ORDERS = ("dmy", "mdy", "ymd")
_PLACES = ("first", "second", "third")
_PARTS = re.compile(r"([0-9]+)[./-]([0-9]+)[./-]([0-9]+)")

Read = dict[str, date | None]


def guess_date_order(dates: Mapping[str, int]) -> Guess[str]:
    """The order of `date_order` in which most dates exist; where several do equally well, that of the calmest file.

    `dates` are texts as written with their counts, in the order of their first lines: a file is written as time
    goes by, so in the right order consecutive dates lie close together.
    """
    total = sum(dates.values())
    days = {order: _read(dates, order) for order in ORDERS}
    fitting = {order: sum(dates[text] for text, day in read.items() if day) for order, read in days.items()}
    most = max(fitting.values())
    if not most:
        return Guess("dmy", "no date could be read", sure=False)
    misfits = f"; {total - most} of {total} dates do not exist in this order" if most < total else ""
    best = [order for order in ORDERS if fitting[order] == most]
    if len(best) == 1:
        return Guess(best[0], _proof(dates, best[0]) + misfits, sure=2 * most > total)
    steps = {order: _steps(days[order]) for order in best}
    calmest = min(best, key=lambda order: steps[order])
    if all(steps[calmest] < steps[order] for order in best if order != calmest):
        spans = " against ".join(
            f"{steps[order].days} days as {order}" for order in sorted(best, key=steps.__getitem__)
        )
        return Guess(calmest, f"no date decides; from line to line they move {spans} in all{misfits}", sure=False)
    dots = ", with dots as in German" if best[0] == "dmy" and all("." in text for text in dates) else ""
    return Guess(best[0], f"cannot be told: every date exists as {' and as '.join(best)}{dots}{misfits}", sure=False)


def _read(dates: Mapping[str, int], order: str) -> Read:
    """Each date as the reader of CDRs understands it, `None` where it does not exist."""
    reader = TimeReader(Dialect("UTC", date_order=order))
    days: Read = {}
    for text in dates:
        try:
            days[text] = reader.start(text, "00:00:00")[1].date()
        except UnreadableError:
            days[text] = None
    return days


def _steps(days: Read) -> timedelta:
    """How far the dates move from one to the next, forth and back."""
    known = [day for day in days.values() if day]
    return sum((abs(later - earlier) for earlier, later in pairwise(known)), timedelta())


def _proof(dates: Mapping[str, int], order: str) -> str:
    """What in the dates speaks for an order: a day over 12, or a year that is written out."""
    day, year = order.index("d"), order.index("y")
    days_over_12 = years = 0
    for text, count in dates.items():
        parts = _PARTS.fullmatch(text)
        if parts:
            days_over_12 += count * (12 < int(parts[day + 1]) <= 31)
            years += count * (len(parts[year + 1]) == 4)
    found = []
    if days_over_12:
        found.append(f"day 13..31 in {_PLACES[day]} place {often(days_over_12)}")
    if years:
        found.append(f"year in {_PLACES[year]} place {often(years)}")
    return ", ".join(found) or "the only order in which the dates exist"
