"""The report `bill`: itemised bills, a section for each payer (contract 2)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.reports.model import Bar, Chart, Column, Kind, Report, Row, Section
from pipeline.reports.period import Period
from pipeline.reports.reader import Reader

if TYPE_CHECKING:
    from connectors.clickhouse.report_bill import BillItem

_COLUMNS = (
    *(Column(name, titled=True) for name in ("payer_site", "number", "name", "department", "cost_centre")),
    Column("started_at", Kind.MOMENT),
    Column("destination_number"),
    Column("destination"),
    Column("country", Kind.COUNTRY),
    Column("kind", Kind.WORD),
    Column("project"),
    Column("source", Kind.WORD),
    Column("duration_seconds", Kind.SECONDS),
    Column("currency"),
    Column("amount", Kind.MONEY),
)
_TITLED = 5
_LAST_DIGITS = re.compile(r"[0-9X]{1,3}\Z")


def bill_report(
    items: Sequence[BillItem],
    period: Period,
    reader: Reader,
    zones: Mapping[str, str],
    *,
    short_numbers: bool = False,
) -> Report:
    """A row for each charge, sums by currency for each payer and for all.

    Starts are local to the payer's site, UTC where `zones` does not have it. `short_numbers` hides the last three
    digits of each number called, as German law has it for itemised bills (section 11(3) TDDDG).
    """
    sections = []
    for _, members in groupby(items, lambda item: (item.payer_site, item.payer_number)):
        of = list(members)
        rows = [_row(item, zones.get(item.payer_site, "UTC"), short_numbers) for item in of]
        sections.append(Section(rows, list(_totals(of, reader)), _payer(of)))
    shown = reader.period(period)
    notes = [reader.say("shortened")] if short_numbers and items else []
    return Report(
        title=reader.say("bill"),
        period=shown,
        columns=_COLUMNS,
        sections=sections,
        totals=list(_totals(items, reader)),
        notes=notes if items else [reader.say("no_charges", period=shown)],
        charts=list(_charts(items, reader)) if len(sections) > 1 else [],
        hint=reader.say("bill_hint"),
    )


def shortened(number: str) -> str:
    """A number without its last three digits, which are written as X like those that SwyxWare hides."""
    return _LAST_DIGITS.sub(lambda digits: "X" * len(digits[0]), number)


def _row(item: BillItem, zone: str, short_numbers: bool) -> Row:
    payer = (item.payer_site, item.payer_number, item.payer_name, item.department, item.cost_centre)
    number = shortened(item.destination_number) if short_numbers else item.destination_number
    where = (number, item.destination, item.country, item.kind)
    start: datetime = item.started_at.astimezone(ZoneInfo(zone))
    return (*payer, start, *where, item.project_number, item.source, item.seconds, item.currency, item.amount)


def _payer(items: Sequence[BillItem]) -> str:
    """Number, newest name, site, and the departments and cost centres that the payer had."""
    places = dict.fromkeys(place for item in items for place in (item.department, item.cost_centre))
    return " · ".join(part for part in (_user(items), items[0].payer_site, *places) if part)


def _user(items: Sequence[BillItem]) -> str:
    names = [item.payer_name for item in items if item.payer_name]
    return " · ".join((items[0].payer_number, *names[-1:]))


def _sums(items: Iterable[BillItem]) -> dict[str, tuple[int, Decimal]]:
    sums: defaultdict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for item in items:
        seconds, amount = sums[item.currency]
        sums[item.currency] = (seconds + item.seconds, amount + item.amount)
    return dict(sorted(sums.items()))


def _totals(items: Iterable[BillItem], reader: Reader) -> Iterator[Row]:
    between = (None,) * (len(_COLUMNS) - _TITLED - 4)
    for currency, (seconds, amount) in _sums(items).items():
        yield (*(None,) * _TITLED, reader.say("total"), *between, seconds, currency, amount)


def _charts(items: Sequence[BillItem], reader: Reader) -> Iterator[Chart]:
    """What each payer pays, a chart for each currency."""
    payers = [list(members) for _, members in groupby(items, lambda item: (item.payer_site, item.payer_number))]
    for currency in _sums(items):
        owed = [(_user(of), _sums(of)[currency][1]) for of in payers if currency in _sums(of)]
        yield Chart(currency, [Bar(payer, amount, reader.money(amount)) for payer, amount in owed])
