"""The report `charges`: counted charges by day, site, payer and so on (contract 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.reports.keys import ChargesBy
from pipeline.reports.model import Bar, Cell, Chart, Column, Kind, Report, Row, Section
from pipeline.reports.period import Period
from pipeline.reports.reader import Reader

if TYPE_CHECKING:
    from connectors.clickhouse.report_charges import ChargeSum


_SITE = Column("site", empty="none")
_CARRIER = Column("carrier_site", empty="none")
_COLUMNS: dict[ChargesBy, tuple[Column, ...]] = {
    ChargesBy.DAY: (Column("day", Kind.DAY),),
    ChargesBy.MONTH: (Column("month", Kind.MONTH),),
    ChargesBy.SITE: (_SITE,),
    ChargesBy.USER: (_SITE, Column("number", empty="none"), Column("name")),
    ChargesBy.COST_CENTRE: (Column("cost_centre", empty="none"),),
    ChargesBy.DEPARTMENT: (Column("department", empty="none"),),
    ChargesBy.PROJECT: (Column("project", empty="none"),),
    ChargesBy.CARRIER: (_CARRIER,),
    ChargesBy.TRUNK: (_CARRIER, Column("trunk", empty="none")),
    ChargesBy.DESTINATION: (Column("destination"), Column("country", Kind.COUNTRY), Column("kind", Kind.WORD)),
}
_SUMS = (
    Column("currency"),
    Column("calls", Kind.COUNT),
    Column("legs", Kind.COUNT),
    Column("duration_seconds", Kind.SECONDS),
    Column("amount", Kind.MONEY),
)
_TIMES = {ChargesBy.DAY, ChargesBy.MONTH}


def charges_report(sums: Sequence[ChargeSum], by: Sequence[ChargesBy], period: Period, reader: Reader) -> Report:
    """A row for each combination of keys and currency; subtotals for the first of several keys; totals by currency."""
    keys = tuple(column for name in by for column in _COLUMNS[name])
    rows = [one for one in sums if one.depth == len(by)]
    shown = reader.period(period)
    return Report(
        title=reader.say("by", what=reader.say("charges"), keys=reader.headings(_COLUMNS[name][-1] for name in by)),
        period=shown,
        columns=(*keys, *_SUMS),
        sections=list(_sections(sums, by, keys, reader)),
        totals=[_row(one, by, keys, reader) for one in sums if one.depth == 0] if rows else [],
        notes=[] if rows else [reader.say("no_charges", period=shown)],
        charts=list(_charts(sums, by[:1], reader)),
        hint=reader.say("charges_hint"),
    )


def _sections(
    sums: Sequence[ChargeSum], by: Sequence[ChargesBy], keys: Sequence[Column], reader: Reader
) -> Iterator[Section]:
    """With several keys a section for each value of the first one."""
    length = _parts(by[0])
    for _, members in groupby((one for one in sums if one.depth), lambda one: one.key[:length] if len(by) > 1 else ()):
        of = list(members)
        rows = [_row(one, by, keys, reader) for one in of if one.depth == len(by)]
        totals = [_row(one, by, keys, reader) for one in of if one.depth < len(by)]
        yield Section(rows, totals)


def _parts(name: ChargesBy) -> int:
    """How many values of a sum's key a key has: a payer's name is none of them."""
    return len(_COLUMNS[name]) - (name is ChargesBy.USER)


def _row(one: ChargeSum, by: Sequence[ChargesBy], keys: Sequence[Column], reader: Reader) -> Row:
    cells: list[Cell] = []
    values = iter(one.key)
    for name in by[: one.depth]:
        cells += [next(values) for _ in range(_parts(name))]  # type: ignore[misc]  # what the columns of the key hold
        cells += [one.name] if name is ChargesBy.USER else []
    if one.depth < len(by):
        cells = [*cells, reader.say("total")]
    cells += [None] * (len(keys) - len(cells))
    return (*cells, one.currency, one.calls, one.legs, one.seconds, one.amount)


def _charts(sums: Sequence[ChargeSum], by: Sequence[ChargesBy], reader: Reader) -> Iterator[Chart]:
    """What the values of the first key cost, a chart for each currency, as currencies cannot be compared."""
    keys = _COLUMNS[by[0]]
    bars: dict[str, list[Bar]] = {}
    for one in sums:
        if one.depth == 1:
            cells = zip(_row(one, by, keys, reader), keys, strict=False)
            label = " · ".join(filter(None, (reader.cell(cell, column) for cell, column in cells)))
            bars.setdefault(one.currency, []).append(Bar(label, max(one.amount, Decimal(0)), reader.money(one.amount)))
    for currency, members in sorted(bars.items()):
        title = reader.say("chart_amount", currency=currency, keys=reader.heading(keys[-1]))
        yield Chart(title, members, upright=by[0] in _TIMES)
