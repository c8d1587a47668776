"""The report `trunks`: what each trunk carried, and how many channels it needs (contract 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.reports.erlang import channels_needed
from pipeline.reports.model import Bar, Cell, Chart, Column, Kind, Report, Row, Section
from pipeline.reports.period import Period
from pipeline.reports.reader import Reader
from pipeline.reports.shares import mean_seconds, percent

if TYPE_CHECKING:
    from connectors.clickhouse.report_trunks import TrunkReport, TrunkUse

_COLUMNS = (
    Column("site"),
    Column("trunk"),
    Column("direction", Kind.WORD),
    *(Column(name, Kind.COUNT) for name in ("calls", "answered", "blocked")),
    Column("asr", Kind.NUMBER),
    Column("talk_seconds", Kind.SECONDS),
    Column("acd_seconds", Kind.SECONDS),
    Column("peak", Kind.COUNT),
    Column("peak_at", Kind.MINUTE),
    Column("busy_hour", Kind.MINUTE),
    Column("carried_erlang", Kind.NUMBER),
    Column("offered_erlang", Kind.NUMBER),
)
_BLOCKING = {"channels_0_1": 0.001, "channels_1": 0.01, "channels_2": 0.02, "channels_5": 0.05}
_HUNDREDTH = Decimal("0.01")


def trunks_report(found: TrunkReport, period: Period, reader: Reader, zones: Mapping[str, str]) -> Report:
    """A row for each trunk and direction, both directions together in one more; a column for each currency's cost."""
    currencies = sorted({currency for use in found.uses for currency in use.costs})
    channels = [Column(name, Kind.COUNT) for name in _BLOCKING]
    rows = [_row(use, zones[use.site], currencies) for use in found.uses]
    shown = reader.period(period)
    return Report(
        title=reader.say("trunks"),
        period=shown,
        columns=(*_COLUMNS, *channels, *(Column("cost", Kind.MONEY, unit=currency) for currency in currencies)),
        sections=[Section(rows)],
        notes=list(_notes(found, shown, reader)),
        charts=[_chart(found.uses, reader)],
        hint=reader.say("trunks_hint"),
    )


def _row(use: TrunkUse, zone: str, currencies: Iterable[str]) -> Row:
    carried = Fraction(use.busy_seconds, 3600)
    offered = _offered(carried, use)
    needed: list[Cell] = [None if offered is None else channels_needed(float(offered), b) for b in _BLOCKING.values()]
    return (
        *(use.site, use.trunk, use.direction, use.calls, use.answered, use.blocked),
        *(percent(use.answered, use.calls), use.talk_seconds, mean_seconds(use.talk_seconds, use.answered)),
        *(use.peak, _local(use.peak_at, zone) if use.peak else None),
        *(_local(use.busy_hour_at, zone) if use.busy_seconds else None, _erlang(carried)),
        *(None if offered is None else _erlang(offered), *needed),
        *(use.costs.get(currency) for currency in currencies),
    )


def _offered(carried: Fraction, use: TrunkUse) -> Fraction | None:
    """What would have been carried with channels for all; unknown where every call of the busy hour was blocked."""
    if not use.busy_blocked:
        return carried
    tried = use.busy_calls - use.busy_blocked
    return carried * use.busy_calls / tried if tried else None


def _erlang(traffic: Fraction) -> Decimal:
    return (Decimal(traffic.numerator) / traffic.denominator).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _local(instant: int, zone: str) -> datetime:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone))


def _notes(found: TrunkReport, shown: str, reader: Reader) -> Iterator[str]:
    if not found.uses:
        yield reader.say("no_calls", period=shown)
    if without_end := sum(use.open for use in found.uses if use.direction == "both"):
        yield reader.say("without_end", legs=without_end)
    for currency, amount in found.other_costs.items():
        yield reader.say("cost_elsewhere", amount=reader.money(amount), currency=currency)


def _chart(uses: Iterable[TrunkUse], reader: Reader) -> Chart:
    of_both = (use for use in uses if use.direction == "both")
    bars = [Bar(f"{use.site} · {use.trunk}", Decimal(use.peak), str(use.peak)) for use in of_both]
    return Chart(reader.say("chart_channels"), bars)
