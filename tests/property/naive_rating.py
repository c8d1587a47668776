"""What the contract says of the price of a call (contract 7), second by second and without the pipeline's rating.

Rows are those of a tariff file, as texts by column (contract 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

Row = Mapping[str, str]


class Leg(NamedTuple):
    """The canonical destination of a leg, its start and connect, its duration in seconds, the zone of its site."""

    number: str
    started_at: datetime
    connected_at: datetime
    duration: int
    zone: tzinfo


class Rated(NamedTuple):
    """Amount, name of the destination, and whether it is flagged `no_band`."""

    amount: Decimal
    destination: str
    no_band: bool


def naive_rate(rows: Sequence[Row], decimals: int, leg: Leg) -> Rated | None:
    """The price of a call; `None` without a matching rate."""
    rows = matching(rows, leg.number, leg.started_at.astimezone(leg.zone).date().isoformat())
    if not rows:
        return None
    at_connect = band(rows, leg.connected_at.astimezone(leg.zone))
    destination = (at_connect or rows[0])["destination"]
    if leg.duration == 0:
        return Rated(Decimal(0), destination, no_band=False)
    cost, covered, no_band = Fraction(0), 0, False
    for second in range(leg.duration):
        if second == covered:  # the next increment begins
            row = band(rows, (leg.connected_at + timedelta(seconds=second)).astimezone(leg.zone))
            length = int((row or rows[0])["first_increment" if second == 0 else "next_increment"])
            covered += length
            if row is None:
                no_band = True
            else:
                cost += Fraction(row["price_per_minute"]) * length / 60
    if at_connect is not None:
        cost = max(cost + Fraction(at_connect["connect_fee"]), Fraction(at_connect["minimum"]))
    units = int(cost * 10**decimals + Fraction(1, 2))
    return Rated(Decimal(units) / 10**decimals, destination, no_band)


def matching(rows: Sequence[Row], number: str, day: str) -> list[Row]:
    """The rows of the longest prefix among those valid on a day; ISO days compare as texts."""
    digits = number.removeprefix("+")
    if not digits or set(digits) - set("0123456789X"):
        return []
    fitting = [
        row
        for row in rows
        if number.startswith(row["prefix"]) and (row["valid_from"] or "0") <= day < (row["valid_until"] or "9")
    ]
    longest = max((row["prefix"] for row in fitting), key=len, default="")
    return [row for row in fitting if row["prefix"] == longest]


def band(rows: Sequence[Row], local: datetime) -> Row | None:
    """The row that is in force at a local time; times of the day compare as texts."""
    now = local.strftime("%H:%M")
    for row in rows:
        begin, end = row["from_time"] or "00:00", row["until_time"] or "24:00"
        today = begin <= now < end if begin < end else begin <= now
        of_yesterday = end < begin and now < end
        if (today and holds_on(row, local)) or (of_yesterday and holds_on(row, local - timedelta(days=1))):
            return row
    return None


def holds_on(row: Row, local: datetime) -> bool:
    """Whether a row holds on the weekday of a local time."""
    if not row["weekdays"]:
        return True
    week, days = "12345671234567", ""
    for part in row["weekdays"].split(","):
        begin = week.index(part[0])
        days += week[begin : week.index(part[-1], begin) + 1]
    return str(local.isoweekday()) in days
