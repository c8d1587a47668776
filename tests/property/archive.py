"""The warehouse as the state sees it, in memory: rows go in, legs of a stretch of time come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pipeline.domain.cover import Span, moments
from pipeline.domain.state import Group
from schemas.cdr import Leg, Position
from schemas.rows import Charge, LegRow, Row, SiteCall
from tests.property.test_group import Warehouse, key, warehouse


class Archive:
    """The newest state of every row told so far."""

    def __init__(self) -> None:
        self._newest: Warehouse = {}

    def take(self, rows: Iterable[Row]) -> None:
        """Rows arrive, in any order of their versions."""
        for row in rows:
            present = self._newest.get(key(row))
            if present is None or present.version <= row.version:
                self._newest[key(row)] = row

    def shown(self) -> Warehouse:
        """What the views show, versions left out."""
        return warehouse(list(self._newest.values()))

    def states(self) -> dict[tuple[str, str], Row]:
        """The newest state of every row by entity and id, those that were withdrawn among them."""
        return dict(self._newest)

    def legs(self) -> dict[str, Leg]:
        """All legs by leg id."""
        return {row.leg.leg_id: row.leg for row in self._leg_rows()}

    def sightings(self) -> list[Leg]:
        """All legs at their positions: a leg that was read at more than one comes at the first and the last of them."""
        return [leg for row in self._leg_rows() for leg in _sightings(row)]

    def _leg_rows(self) -> Iterator[LegRow]:
        return (row for row in self._newest.values() if isinstance(row, LegRow))

    def newest(self) -> datetime | None:
        """The last moment of any leg."""
        return max((moment for leg in self.legs().values() for moment in moments(leg)), default=None)

    def around(self, span: Span) -> tuple[Span, list[Leg], list[Charge]]:
        """The legs that have to do with a stretch of time, the others of their calls, and their counted charges.

        A leg that was read at more than one position comes at the first and the last of them.
        """
        legs = self.legs()
        first, until = span.instants()
        held = {leg_id for leg_id, leg in legs.items() if any(first <= moment < until for moment in moments(leg))}
        rows = list(self._newest.values())
        names = {row.site_call_id for row in rows if isinstance(row, LegRow) and row.leg.leg_id in held}
        site_calls = [row for row in rows if isinstance(row, SiteCall)]
        calls = {row.call_id for row in site_calls if row.site_call_id in names}
        found = held.union(*[row.leg_ids for row in site_calls if row.call_id in calls])
        charges = [row for row in rows if isinstance(row, Charge) and row.counted and row.leg_id in found]
        return span, [leg for leg in self.sightings() if leg.leg_id in found], charges


def _sightings(row: LegRow) -> list[Leg]:
    if row.last_file_started_at is None:
        return [row.leg]
    assert row.last_source_file is not None
    assert row.last_source_offset is not None
    last = Position(row.last_file_started_at, row.last_source_file, row.last_source_offset)
    return [row.leg, row.leg._replace(position=last)]


def add(group: Group, archive: Archive, leg: Leg, version: int) -> list[Row]:
    """What who holds a group does to add a leg."""
    while span := group.lacks(leg):
        group.cover(*archive.around(span))
    return group.add(leg, version) + due_totals(group, archive, version)


def due_totals(group: Group, archive: Archive, version: int) -> list[Row]:
    """The totals of hours that were not held when they changed."""
    rows: list[Row] = []
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
