"""The warehouse as the state sees it, in memory: rows go in, legs of a stretch of time come out."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.domain.cover import Span, moments
from pipeline.domain.state import Group
from schemas.cdr import Leg
from schemas.rows import Call, Charge, LegRow, Row, SiteCall
from tests.property.test_group import Warehouse, warehouse


class Archive:
    """All rows told so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def around(self, span: Span) -> tuple[Span, list[Leg], list[Charge]]:
        """The legs that have to do with a stretch of time, the others of their calls, and their counted charges."""
        newest = warehouse(self.rows)
        legs = {row.leg.leg_id: row.leg for row in newest.values() if isinstance(row, LegRow)}
        first, until = span.instants()
        found = {leg_id for leg_id, leg in legs.items() if any(first <= moment < until for moment in moments(leg))}
        for call in [row for row in newest.values() if isinstance(row, Call)]:
            members = _members(call, newest)
            if members & found:
                found |= members
        charges = [row for row in newest.values() if isinstance(row, Charge) and row.counted and row.leg_id in found]
        return span, [legs[leg_id] for leg_id in sorted(found)], charges


def _members(call: Call, newest: Warehouse) -> set[str]:
    site_calls = [newest["site_calls", name] for name in call.site_call_ids]
    return {leg_id for row in site_calls if isinstance(row, SiteCall) for leg_id in row.leg_ids}


def add(group: Group, archive: Archive, leg: Leg, version: int) -> list[Row]:
    """What who holds a group does to add a leg."""
    while span := group.lacks(leg):
        group.cover(*archive.around(span))
    rows = group.add(leg, version)
    while span := group.lacks_totals():
        group.cover(*archive.around(span))
        rows += group.late_totals(version)
    return rows


def moved(leg: Leg, days: int) -> Leg:
    """The same leg some days later."""
    values = {
        field: value + timedelta(days=days)
        for field, value in leg.record._asdict().items()
        if isinstance(value, datetime)
    }
    record = leg.record._replace(**values)  # type: ignore[arg-type]
    leg_id = f"{leg.site}:{record.call_id}:{record.started_at:%Y-%m-%dT%H:%M:%S}"
    return leg._replace(record=record, leg_id=leg_id)
