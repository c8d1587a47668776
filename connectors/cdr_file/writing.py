"""A leg → a line of cdr.txt in any dialect: the reverse of `parse` (contract 2 `export`, contract 4). Pure."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.dialect import Dialect, decoder_of
from connectors.cdr_file.framing import MAX_LINE_BYTES
from connectors.cdr_file.writing_columns import columns_for
from schemas.cdr import CdrRecord, Leg

LINE_END = b"\r\n"
VERSION_LINE = b"4.10" + LINE_END

_DATES: dict[str, Callable[[date], str]] = {
    "dmy": lambda day: f"{day.day:02}.{day.month:02}.{day.year:04}",
    "mdy": lambda day: f"{day.month:02}/{day.day:02}/{day.year:04}",
    "ymd": lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}",
}
_LOCAL_START = len("yyyy-mm-ddThh:mm:ss")


class UnwritableError(Exception):
    """A leg cannot be written in this dialect; the message names leg and field and says what to do."""


class LegWriter:
    """Writes the legs of one site in one dialect, every field in quotes, dates with years of four digits.

    What is written and read again in the same dialect is the same leg, if it has come from a file: all of it but
    `position` and `raw_line`, which are of the old file, and the flag `conflicting_duplicate`, which speaks of
    another line than this. `dialect.time_zone` must be that of the site when it was read.
    """

    def __init__(self, dialect: Dialect, *, header: bool = True) -> None:
        """Without `header`, only legs without further columns can be written."""
        self._header = header
        self._columns: tuple[str, ...] = COLUMNS
        self._zone = ZoneInfo(dialect.time_zone)
        self._zone_name = dialect.time_zone
        self._date = lru_cache(maxsize=1024)(_DATES[dialect.date_order])
        self._scale = dialect.cost_scale
        self._mark = "," if dialect.cost_decimal == "," else "."
        self._encode = encoder_of(dialect.encoding)

    def head(self) -> bytes:
        """What the file begins with: the header, if it has one."""
        return f"{quoted(COLUMNS)}\r\n".encode("ascii") if self._header else b""

    def write(self, leg: Leg) -> bytes:
        """The leg's line with its line end, behind another header wherever the columns change.

        Raises `UnwritableError` where the dialect has no way to say what the leg holds.
        """
        texts = self._texts(leg)
        columns, fields = columns_for(leg, texts)
        if columns == self._columns:
            return self._line(leg, columns, fields)
        if not self._header:
            further = ", ".join(name for name, _ in leg.extra)
            raise UnwritableError(f"leg {leg.leg_id}: its further columns ({further}) need a header; write one")
        self._columns = columns
        return self._line(leg, columns, columns) + self._line(leg, columns, fields)

    def _texts(self, leg: Leg) -> tuple[str, ...]:
        """The 34 fields in the specification's order."""
        record = leg.record
        start, script, delivered, connect, end, transfer = self._times(leg)
        return (
            record.call_id,
            record.origination_number, record.origination_name,
            record.called_number, record.called_name,
            record.destination_number, record.destination_name,
            *start, *script, *delivered, *connect, *end,
            record.currency, self._costs(record.costs), record.state,
            record.public_access_prefix, record.lcr_provider, record.project_number,
            "1" if record.aoc else "0",
            record.origination_device, record.destination_device,
            record.transferred_by_number, record.transferred_by_name,
            record.transferred_call_id_1, record.transferred_call_id_2, record.transferred_to_call_id,
            *transfer,
            record.disconnect_reason,
        )  # fmt: skip

    def _costs(self, costs: Decimal | None) -> str:
        if costs is None:
            return ""
        return f"{(costs * self._scale).normalize():f}".replace(".", self._mark)

    def _times(self, leg: Leg) -> list[tuple[str, str]]:
        """Date and time of each instant in the columns' order, by the site's clock; the start as it was written."""
        start = self._start(leg)
        later = _later_times(leg.record)
        walls = [None if instant is None else instant.astimezone(self._zone) for instant in later]
        if "nonexistent_time" in leg.anomalies and start == _naive(leg.record.started_at.astimezone(self._zone)):
            _write_one_as_skipped(walls, [instant and skipped_time(instant, self._zone) for instant in later])
        return [self._date_and_time(wall) for wall in (start, *walls)]

    def _start(self, leg: Leg) -> datetime:
        """The local start that the leg's id holds (contract 4): it may be one that the zone skips."""
        start = datetime.fromisoformat(leg.leg_id[-_LOCAL_START:])
        instant = leg.record.started_at
        if start not in (_naive(instant.astimezone(self._zone)), skipped_time(instant, self._zone)):
            raise UnwritableError(
                f"leg {leg.leg_id}: StartTime: {instant:%Y-%m-%d %H:%M:%S} UTC is not the local start in its id in "
                f"time_zone {self._zone_name}; set the zone that the site had when it was read"
            )
        return start

    def _date_and_time(self, wall: datetime | None) -> tuple[str, str]:
        if wall is None:
            return "", ""
        return self._date(wall.date()), f"{wall.hour:02}:{wall.minute:02}:{wall.second:02}"

    def _line(self, leg: Leg, columns: Sequence[str], fields: Sequence[str]) -> bytes:
        data = self._encode(quoted(fields))
        if data is None:
            place = next(at for at, field in enumerate(fields) if self._encode(field) is None)
            name = columns[place] if place < len(columns) else f"field {place + 1}"
            raise UnwritableError(
                f"leg {leg.leg_id}: {name}: {fields[place]!r} has no form in this encoding; use utf-8"
            )
        if len(data) > MAX_LINE_BYTES or b"\n" in data or b"\0\0" in data:
            raise UnwritableError(
                f"leg {leg.leg_id}: its line would have {len(data)} bytes, or a line end within; "
                f"expected at most {MAX_LINE_BYTES} bytes in one line; leave its day out"
            )
        return data + LINE_END


def quoted(fields: Sequence[str]) -> str:
    """The fields as a line, each in quotes, their own quotes doubled."""
    return '"' + '","'.join(field.replace('"', '""') for field in fields) + '"'


def encoder_of(encoding: str) -> Callable[[str], bytes | None]:
    """The reverse of `decoder_of`: the bytes that it reads as this text, None where there are none.

    `auto` writes UTF-8. `encoding` is one that `decoder_of` takes.
    """
    decode = decoder_of(encoding)
    name = "utf-8" if encoding == "auto" else codecs.lookup(encoding).name
    # The five bytes that Windows-1252 leaves undefined are read as code points, so they can be written too.
    table = codecs.charmap_build(decode(bytes(range(256)))) if name == "cp1252" else None
    codec = name.removesuffix("-sig")

    def encode(text: str) -> bytes | None:
        try:
            data = codecs.charmap_encode(text, "strict", table)[0] if table else text.encode(codec)
        except UnicodeError:
            return None
        return data if decode(data) == text else None

    return encode


def skipped_time(instant: datetime, zone: ZoneInfo) -> datetime | None:
    """The local time without zone that does not exist and is read as this instant (contract 4), if there is one."""
    before = (instant - timedelta(days=1)).astimezone(zone).utcoffset() or timedelta()
    wall = _naive(instant) + before
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return wall if first == before and first < second else None


def _later_times(record: CdrRecord) -> tuple[datetime | None, ...]:
    return (
        record.script_connected_at,
        record.delivered_at,
        record.connected_at,
        record.ended_at,
        record.transferred_at,
    )


def _write_one_as_skipped(walls: list[datetime | None], skipped: Sequence[datetime | None]) -> None:
    """One time as one that does not exist: which of them it was is not known, and each is read as the same instant."""
    place = next((at for at, wall in enumerate(skipped) if wall is not None), None)
    if place is not None:
        walls[place] = skipped[place]


def _naive(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None, fold=0)
