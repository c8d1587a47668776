"""The report `bill-check`: groups of charges in which signalled and rated differ, and what could not be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline.reports.model import Bar, Chart, Column, Kind, Report, Row, Section
from pipeline.reports.period import Period
from pipeline.reports.reader import Reader

if TYPE_CHECKING:
    from connectors.clickhouse.bill_check import BillCheck, BillGroup

_COLUMNS = (
    *(Column(name) for name in ("site", "trunk", "carrier_site", "destination", "currency")),
    *(Column(name, Kind.COUNT) for name in ("legs", "differing")),
    *(Column(name, Kind.MONEY) for name in ("signalled", "rated", "difference", "greatest_difference")),
    Column("leg"),
)


def bill_check_report(found: BillCheck, period: Period, reader: Reader) -> Report:
    """One row a group with differences, a total of these for each currency, and the numbers of all legs."""
    notes = [reader.say("compared", compared=found.compared, differing=found.differing or reader.say("no_difference"))]
    not_compared = {"other_currency": found.other_currency, "no_rate": found.no_rate, "unrated": found.unrated}
    notes += [reader.say(what, legs=legs) for what, legs in not_compared.items() if legs]
    return Report(
        title=reader.say("bill_check"),
        period=reader.period(period),
        columns=_COLUMNS,
        sections=[Section([_row(group) for group in found.groups])],
        totals=list(_totals(found.groups, reader)),
        notes=notes,
        charts=list(_charts(found.groups, reader)),
        hint=reader.say("bill_check_hint"),
    )


def _row(group: BillGroup) -> Row:
    place = (group.site, group.trunk, group.carrier_site, group.destination, group.currency)
    sums = (group.legs, group.differing, group.signalled, group.rated, group.difference)
    return (*place, *sums, group.greatest_difference, group.leg_id)


def _totals(groups: Sequence[BillGroup], reader: Reader) -> Iterator[Row]:
    """Of each currency; `groups` are sorted by it."""
    for currency, members in groupby(groups, attrgetter("currency")):
        of = list(members)
        signalled, rated = sum((g.signalled for g in of), Decimal(0)), sum((g.rated for g in of), Decimal(0))
        legs, differing = sum(g.legs for g in of), sum(g.differing for g in of)
        sums = (legs, differing, signalled, rated, signalled - rated)
        yield (reader.say("total"), None, None, None, currency, *sums, None, None)


def _charts(groups: Sequence[BillGroup], reader: Reader) -> Iterator[Chart]:
    """How far each group is off, whichever way, a chart for each currency."""
    for currency, members in groupby(groups, attrgetter("currency")):
        bars = [
            Bar(f"{group.trunk} · {group.destination}", abs(group.difference), reader.money(group.difference))
            for group in members
        ]
        yield Chart(f"{reader.say('difference')} {currency}", bars)
