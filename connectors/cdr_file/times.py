"""Local dates and times of one CDR → instants in UTC by the site's zone (contract 4). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.errors import UnreadableError

_DATE = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})")
# What the warehouse's DateTime can hold in any zone (contract 9).
_FIRST_YEAR, _LAST_YEAR = 1971, 2105
_CACHED_DAYS = 1024

# Every way to write hours and minutes (`13:03:`, `13.03:`), every way to write seconds.
_MINUTES = {
    f"{hour:{form}}{mark}{minute:02}{behind}": (timedelta(hours=hour, minutes=minute), f"T{hour:02}:{minute:02}:")
    for form in ("02", "")
    for mark in ":."
    for behind in ":."
    for hour in range(24)
    for minute in range(60)
}
_SECONDS = {f"{second:02}": timedelta(seconds=second) for second in range(60)}


class LegTimes(NamedTuple):
    """The instants of a CDR near a change of the offset, and whether its start is ambiguous or a time missing.

    `later`: script connect, connect, transfer, end.
    """

    started_at: datetime
    later: list[datetime | None]
    delivered_at: datetime | None
    ambiguous: bool
    nonexistent: bool


class _Day(NamedTuple):
    local: date
    iso: str
    midnight: datetime  # in UTC; on a day whose offset changes it serves its first hours only


Pair = tuple[str, str]


class TimeReader:
    """Reads the dates and times of one site's CDRs. Keeps the dates it has read before, in bounded memory.

    `start` and `instant` give the first instant that a local time can mean. For CDRs with one of the
    `changing` dates, on which the zone's offset changes, `read_together` knows better.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._zone = ZoneInfo(dialect.time_zone)
        self._order = dialect.date_order
        self._days: dict[str, _Day] = {}
        # As written; few, as only real dates come in.
        self.changing: set[str] = set()

    def start(self, date_text: str, time_text: str) -> tuple[str, datetime]:
        """The start as the file says it, `yyyy-mm-ddThh:mm:ss`, and as instant (UTC).

        Raises `UnreadableError`: `no_start` where date or time is missing, `bad_time` where one is impossible.
        """
        try:
            day = self._days[date_text]
            minutes, clock = _MINUTES[time_text[:-2]]
            seconds = _SECONDS[time_text[-2:]]
        except KeyError:
            if not date_text.strip() or not time_text.strip():
                missing = "StartTime" if date_text.strip() else "StartDate"
                raise UnreadableError("no_start", f"{missing}: expected a start, found it empty") from None
            day, minutes, clock, seconds = self._parts(date_text, time_text, "Start")
        return f"{day.iso}{clock}{time_text.rstrip()[-2:]}", day.midnight + minutes + seconds

    def instant(self, date_text: str, time_text: str, name: str) -> datetime | None:
        """The instant (UTC) of the columns `<name>Date` and `<name>Time`; None where both are empty.

        Raises `UnreadableError` (`bad_time`) where a date comes without time or the reverse, or is impossible.
        """
        if not date_text and not time_text:
            return None
        try:
            return self._days[date_text].midnight + _MINUTES[time_text[:-2]][0] + _SECONDS[time_text[-2:]]
        except KeyError:
            pass
        has_date, has_time = bool(date_text.strip()), bool(time_text.strip())
        if has_date != has_time:
            found, missing = ("Date", "Time") if has_date else ("Time", "Date")
            raise UnreadableError("bad_time", f"{name}{found} without {name}{missing}: expected both or none")
        if not has_date:
            return None
        day, minutes, _, seconds = self._parts(date_text, time_text, name)
        return day.midnight + minutes + seconds

    def read_together(self, start: Pair, later: Sequence[Pair], delivered: Pair) -> LegTimes:
        """The times of one CDR near a change of the offset; `later`: script connect, connect, transfer, end.

        Each takes the first reading that is not before the earlier ones, delivered that nearest to the start
        (contract 4). All of them have been read one by one before.
        """
        starts, *others = (self._readings(*pair) for pair in (start, *later, delivered))
        (first, *second), *_ = starts
        *chain, (near_start, _) = others
        chosen, fits = _in_order(first, [readings for readings, _ in chain])
        return LegTimes(
            first,
            chosen,
            min(near_start, key=lambda reading: abs(reading - first), default=None),
            bool(second) and fits and _in_order(second[0], [readings for readings, _ in chain])[1],
            any(missing for _, missing in (starts, *others)),
        )

    def _parts(self, date_text: str, time_text: str, name: str) -> tuple[_Day, timedelta, str, timedelta]:
        """The day, its minute as length and as text (`Thh:mm:`), and the seconds."""
        day = self._days.get(date_text) or self._new_day(date_text, f"{name}Date")
        clock = time_text.strip()
        try:
            return (day, *_MINUTES[clock[:-2]], _SECONDS[clock[-2:]])
        except KeyError:
            raise UnreadableError("bad_time", f"{name}Time: expected hh:mm:ss, found {time_text!r}") from None

    def _new_day(self, text: str, column: str) -> _Day:
        local = self._parse_date(text, column)
        if self._offset_changes(local):
            self.changing.add(text)
        if len(self._days) >= _CACHED_DAYS:
            self._days.clear()
        midnight = datetime.combine(local, time(), self._zone).astimezone(UTC)
        day = self._days[text] = _Day(local, local.isoformat(), midnight)
        return day

    def _parse_date(self, text: str, column: str) -> date:
        match = _DATE.fullmatch(text.strip())
        try:
            if match:
                parts = dict(zip(self._order, (match[1], match[3], match[4]), strict=True))
                if len(parts["y"]) in {2, 4} and max(len(parts["d"]), len(parts["m"])) <= 2:
                    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
                    day = date(year, int(parts["m"]), int(parts["d"]))
                    if _FIRST_YEAR <= day.year <= _LAST_YEAR:
                        return day
        except ValueError:
            pass
        raise UnreadableError(
            "bad_time",
            f"{column}: expected a date in the order {self._order} (date_order) between "
            f"{_FIRST_YEAR} and {_LAST_YEAR}, found {text!r}",
        )

    def _offset_changes(self, day: date) -> bool:
        """Whether the zone's offset is not the same at every moment of this local day."""
        midnight = datetime.combine(day, time())
        offsets = {
            (midnight + timedelta(minutes=30 * step)).replace(tzinfo=self._zone, fold=fold).utcoffset()
            for step in range(49)
            for fold in (0, 1)
        }
        return len(offsets) > 1

    def _readings(self, date_text: str, time_text: str) -> tuple[tuple[datetime, ...], bool]:
        """All instants that a local time can mean, earliest first, and whether the zone skips it."""
        if not date_text.strip():
            return (), False
        day, minutes, _, seconds = self._parts(date_text, time_text, "")
        wall = datetime.combine(day.local, time()) + minutes + seconds
        # In a gap, fold 0 is the offset before the change (PEP 495).
        first, second = (wall.replace(tzinfo=self._zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
        utc = wall.replace(tzinfo=UTC)
        if first > second:
            return (utc - first, utc - second), False
        return (utc - first,), first < second


def _in_order(start: datetime, later: Sequence[Sequence[datetime]]) -> tuple[list[datetime | None], bool]:
    """The first reading of each time that is not before those before it, and whether each has such a reading."""
    chosen: list[datetime | None] = []
    latest, fits = start, True
    for readings in later:
        if not readings:
            chosen.append(None)
            continue
        following = [reading for reading in readings if reading >= latest]
        fits = fits and bool(following)
        chosen.append(following[0] if following else readings[-1])
        latest = max(latest, chosen[-1] or latest)
    return chosen, fits
