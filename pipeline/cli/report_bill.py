"""The report `bill-check`: groups of charges in which signalled and rated differ, and what could not be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline.cli.report_form import Cell, Report

if TYPE_CHECKING:
    from connectors.clickhouse.bill_check import BillCheck, BillGroup

_HEADINGS = (
    *("site", "trunk", "carrier site", "destination", "currency"),
    *("legs", "differing", "signalled", "rated", "difference", "greatest difference", "leg"),
)


def bill_report(found: BillCheck) -> Report:
    """One row a group with differences, a total of these for each currency, and the numbers of all legs."""
    notes = [
        f"signalled charges compared with the tariff: {found.compared}; "
        f"more than 0.005 apart: {found.differing or 'none'}"
    ]
    not_compared = {
        "signalled in another currency than the tariff's": found.other_currency,
        "signalled without a rate to compare with": found.no_rate,
        "neither signalled nor rated": found.unrated,
    }
    notes += [f"{what}: {legs}" for what, legs in not_compared.items() if legs]
    return Report(_HEADINGS, [_row(group) for group in found.groups], list(_totals(found.groups)), notes)


def _row(group: BillGroup) -> tuple[Cell, ...]:
    place = (group.site, group.trunk, group.carrier_site, group.destination, group.currency)
    sums = (group.legs, group.differing, group.signalled, group.rated, group.difference)
    return (*place, *sums, group.greatest_difference, group.leg_id)


def _totals(groups: Sequence[BillGroup]) -> Iterator[tuple[Cell, ...]]:
    """Of each currency; `groups` are sorted by it."""
    for currency, members in groupby(groups, attrgetter("currency")):
        of = list(members)
        signalled, rated = sum((g.signalled for g in of), Decimal(0)), sum((g.rated for g in of), Decimal(0))
        legs, differing = sum(g.legs for g in of), sum(g.differing for g in of)
        yield ("total", "", "", "", currency, legs, differing, signalled, rated, signalled - rated, "", "")
