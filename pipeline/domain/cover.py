"""For which stretches of time the state holds every leg of its group; all others are in the warehouse alone.

Which legs are held has no influence on any row: what a leg may touch is restored before the leg is added
(docs/architecture.md). Time is counted in whole hours, UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from schemas.cdr import Leg

# References reach 24 h (contract 6); the rest is for pairs, whose ends are seconds apart.
REACH_HOURS = 25
WINDOWS = 4
_AHEAD_HOURS = 24
_EVERYTHING = 0
_NOTHING = 1 << 40
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


class Span(NamedTuple):
    """From the hour `first` until the hour `until`, which is left out."""

    first: int
    until: int

    def instants(self) -> tuple[datetime, datetime]:
        """The same as instants; those that a datetime cannot hold are its limits."""
        return _instant(self.first), _instant(self.until)


def hour_of(instant: datetime) -> int:
    """The hour of an instant (aware UTC)."""
    return instant.toordinal() * 24 + instant.hour


def moments(leg: Leg) -> tuple[datetime, ...]:
    """The instants by which other legs or totals may have to do with a leg: start, delivered, connected."""
    record = leg.record
    return tuple([at for at in (record.started_at, record.delivered_at, record.connected_at) if at is not None])


class Cover:
    """What is held: everything from `floor` on, and some windows before it; at first everything."""

    def __init__(self) -> None:
        self.floor = _EVERYTHING
        self.hot_from = _instant(_EVERYTHING)
        self._windows: list[Span] = []

    def clear(self) -> None:
        """Nothing is held."""
        self._windows = []
        self._set_floor(_NOTHING)

    def set_floor(self, hour: int) -> None:
        """Everything from this hour on is held."""
        self._set_floor(max(hour, _EVERYTHING))

    def add(self, span: Span) -> None:
        """A window is held as well."""
        self._windows.append(span)

    @property
    def crowded(self) -> bool:
        """Whether `trim` would give up a window."""
        return len(self._windows) > WINDOWS

    def trim(self) -> None:
        """Give up all windows but those used last."""
        self._windows = self._windows[-WINDOWS:]

    def holds(self, hour: int) -> bool:
        """Whether all legs of this hour are held."""
        return hour >= self.floor or any(span.first <= hour < span.until for span in self._windows)

    def lacks(self, leg: Leg) -> Span | None:
        """What must be held before `leg` may be added, or the first part of it; `None` if it is."""
        record = leg.record
        delivered_at = record.delivered_at or record.started_at
        if record.started_at >= self.hot_from and delivered_at >= self.hot_from:
            return None
        for instant in (record.started_at, delivered_at):
            hour = hour_of(instant)
            if lacking := self.lacks_hours(Span(hour - REACH_HOURS, hour + REACH_HOURS + 1)):
                return lacking
        return None

    def lacks_hours(self, span: Span) -> Span | None:
        """The span to add so that all its hours are held, with some hours ahead; `None` if they are."""
        for window in self._windows:
            if window.first <= span.first and min(span.until, self.floor) <= window.until:
                self._windows.remove(window)
                self._windows.append(window)
                return None
        if span.first >= self.floor:
            return None
        return Span(span.first, min(span.until + _AHEAD_HOURS, self.floor))

    def _set_floor(self, hour: int) -> None:
        self.floor = hour
        self.hot_from = _instant(hour + REACH_HOURS if hour else _EVERYTHING)


def _instant(hour: int) -> datetime:
    if hour >= hour_of(_END):
        return _END
    return _BEGINNING + timedelta(hours=max(0, hour - 24))
