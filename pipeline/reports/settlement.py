"""The report `settlement`: what sites owe each other, both ways and net (contract 2 and 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pipeline.reports.model import Bar, Chart, Column, Kind, Report, Row, Section
from pipeline.reports.period import Period
from pipeline.reports.reader import Reader

if TYPE_CHECKING:
    from datetime import date

    from connectors.clickhouse.report_settlement import Debt

_COLUMNS = (
    Column("month", Kind.MONTH),
    Column("site", empty="none"),
    Column("other_site", empty="none"),
    Column("currency"),
    Column("site_legs", Kind.COUNT),
    Column("site_owes", Kind.MONEY),
    Column("other_legs", Kind.COUNT),
    Column("other_owes", Kind.MONEY),
    Column("net", Kind.MONEY),
)


class _Pair(NamedTuple):
    """Two sites, the alphabetically first one before the other, in a month and a currency."""

    month: date
    site: str
    other: str
    currency: str


def settlement_report(debts: Sequence[Debt], period: Period, reader: Reader) -> Report:
    """A row for each month, pair of sites and currency. `net` is what the first site pays; negative: it is paid."""
    pairs = _pairs(debts)
    rows = [(*pair, *_both(owes, owed)) for pair, (owes, owed) in sorted(pairs.items())]
    shown = reader.period(period)
    return Report(
        title=reader.say("settlement"),
        period=shown,
        columns=_COLUMNS,
        sections=[Section(rows)],
        notes=[] if rows else [reader.say("no_settlement", period=shown)],
        charts=list(_charts(pairs, reader)),
        hint=reader.say("settlement_hint"),
    )


_Sum = tuple[int, Decimal]
_NOTHING: _Sum = (0, Decimal(0))


def _pairs(debts: Sequence[Debt]) -> dict[_Pair, tuple[_Sum, _Sum]]:
    """What the first site of each pair owes the other one, and the reverse."""
    found: dict[_Pair, tuple[_Sum, _Sum]] = {}
    for debt in debts:
        site, other = sorted((debt.payer_site, debt.carrier_site))
        pair, debt_sum = _Pair(debt.month, site, other, debt.currency), (debt.legs, debt.amount)
        owes, owed = found.get(pair, (_NOTHING, _NOTHING))
        found[pair] = (debt_sum, owed) if debt.payer_site == site else (owes, debt_sum)
    return found


def _both(owes: _Sum, owed: _Sum) -> Row:
    return (*owes, *owed, owes[1] - owed[1])


def _charts(pairs: dict[_Pair, tuple[_Sum, _Sum]], reader: Reader) -> Iterator[Chart]:
    """Who pays whom how much in the whole period, a chart for each currency."""
    for currency in sorted({pair.currency for pair in pairs}):
        net: dict[tuple[str, str], Decimal] = {}
        for pair, (owes, owed) in pairs.items():
            if pair.currency == currency:
                sites = (pair.site, pair.other)
                net[sites] = net.get(sites, Decimal(0)) + owes[1] - owed[1]
        yield Chart(
            reader.say("chart_net", currency=currency),
            [_bar(*(sites if amount > 0 else sites[::-1]), abs(amount), reader) for sites, amount in net.items()],
        )


def _bar(site: str, other: str, amount: Decimal, reader: Reader) -> Bar:
    return Bar(reader.say("pays", site=site, other=other), amount, reader.money(amount))
