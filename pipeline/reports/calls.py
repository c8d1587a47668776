"""The report `calls`: how many, who took them, how long they rang and lasted (contract 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from pipeline.reports.keys import CallsBy
from pipeline.reports.model import Bar, Cell, Chart, Column, Kind, Report, Row, Section
from pipeline.reports.period import Period
from pipeline.reports.reader import Reader
from pipeline.reports.shares import mean_seconds, percent

_SITE = Column("site", empty="none")
_COLUMNS: dict[CallsBy, tuple[Column, ...]] = {
    CallsBy.DAY: (Column("day", Kind.DAY),),
    CallsBy.MONTH: (Column("month", Kind.MONTH),),
    CallsBy.HOUR: (Column("hour", Kind.COUNT),),
    CallsBy.SITE: (_SITE,),
    CallsBy.USER: (_SITE, Column("number", empty="none"), Column("name")),
    CallsBy.COST_CENTRE: (Column("cost_centre", empty="none"),),
    CallsBy.DEPARTMENT: (Column("department", empty="none"),),
    CallsBy.PROJECT: (Column("project", empty="none"),),
    CallsBy.DIRECTION: (Column("direction", Kind.WORD),),
    CallsBy.DESTINATION: (Column("country", Kind.COUNTRY), Column("kind", Kind.WORD, empty="unknown")),
}
_MISSED = ("no_answer", "busy", "abandoned", "rejected", "failed", "script", "answered_elsewhere")
_COUNTS = (
    *(Column(name, Kind.COUNT) for name in ("calls", "answered", "missed")),
    *(Column(name, Kind.COUNT, rare=True) for name in _MISSED),
    Column("asr", Kind.NUMBER),
    *(Column(name, Kind.SECONDS) for name in ("ring_seconds", "talk_seconds", "acd_seconds")),
    *(Column(name, Kind.COUNT, rare=True) for name in ("transfers", "conferences", "incomplete")),
)
_TIMES = {CallsBy.DAY, CallsBy.MONTH, CallsBy.HOUR}


class Calls(NamedTuple):
    """Numbers of calls that can be added up; times in seconds."""

    calls: int = 0
    answered: int = 0
    missed: int = 0
    no_answer: int = 0
    busy: int = 0
    abandoned: int = 0
    rejected: int = 0
    failed: int = 0
    script: int = 0
    answered_elsewhere: int = 0
    ring_seconds: int = 0
    talk_seconds: int = 0
    transfers: int = 0
    conferences: int = 0
    incomplete: int = 0

    def plus(self, other: Calls) -> Calls:
        """Both together."""
        return Calls._make(one + more for one, more in zip(self, other, strict=True))


Key = tuple[Cell, ...]


def calls_report(sums: Iterable[tuple[Key, Calls]], by: Sequence[CallsBy], period: Period, reader: Reader) -> Report:
    """A row for each key, its cells under the columns of `by`; subtotals for the first of several; the total.

    `sums` are sorted, with equal keys at most once.
    """
    keys = tuple(column for name in by for column in _COLUMNS[name])
    found = list(sums)
    shown = reader.period(period)
    return Report(
        title=reader.say(
            "by", what=reader.say("calls_report"), keys=reader.headings(_COLUMNS[name][-1] for name in by)
        ),
        period=shown,
        columns=(*keys, *_COUNTS),
        sections=list(_sections(found, by, reader)),
        totals=[_total(found, (), len(keys), reader)] if found else [],
        notes=[] if found else [reader.say("no_calls", period=shown)],
        charts=[_chart(found, by, reader)],
        hint=reader.say("calls_hint"),
    )


def _sections(sums: Sequence[tuple[Key, Calls]], by: Sequence[CallsBy], reader: Reader) -> Iterator[Section]:
    length = len(_COLUMNS[by[0]]) if len(by) > 1 else 0
    for first, members in groupby(sums, lambda one: one[0][:length]):
        of = list(members)
        rows = [(*key, *_cells(calls)) for key, calls in of]
        yield Section(rows, [_total(of, first, len(of[0][0]), reader)] if length else [])


def _total(sums: Sequence[tuple[Key, Calls]], first: Key, keys: int, reader: Reader) -> Row:
    empty = (None,) * (keys - len(first) - 1)
    return (*first, reader.say("total"), *empty, *_cells(_together(calls for _, calls in sums)))


def _together(many: Iterable[Calls]) -> Calls:
    total = Calls()
    for calls in many:
        total = total.plus(calls)
    return total


def _cells(calls: Calls) -> Row:
    means = (percent(calls.answered, calls.calls), calls.ring_seconds, calls.talk_seconds)
    counts = calls[: -len(("ring", "talk", "transfers", "conferences", "incomplete"))]
    return (*counts, *means, mean_seconds(calls.talk_seconds, calls.answered), *calls[-3:])


def _chart(sums: Sequence[tuple[Key, Calls]], by: Sequence[CallsBy], reader: Reader) -> Chart:
    """Calls under each value of the first key."""
    columns = _COLUMNS[by[0]]
    bars = []
    for key, members in groupby(sums, lambda one: one[0][: len(columns)]):
        calls = _together(calls for _, calls in members).calls
        label = " · ".join(filter(None, map(reader.cell, key, columns)))
        bars.append(Bar(label, Decimal(calls), reader.say("{count}", count=calls)))
    return Chart(reader.say("chart_calls", keys=reader.heading(columns[-1])), bars, upright=by[0] in _TIMES)
