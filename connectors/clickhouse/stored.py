"""Legs back out of the warehouse: those that late legs are joined with, and what `export` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.retained import retained
from schemas.cdr import CdrRecord, Leg, Position
from schemas.rows import Charge

_ROWS_AT_ONCE = 10_000
# What ClickHouse's Date can hold.
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2149, 6, 6)
_FIRST_SECOND, _LAST_SECOND = datetime(1970, 1, 1, tzinfo=UTC), datetime(2106, 2, 7, tzinfo=UTC)
_FARTHEST_DAYS = 31
_FARTHEST = timedelta(days=_FARTHEST_DAYS)
_NEAR = "site IN %(sites)s AND started_on >= %(first_day)s AND started_on <= %(last_day)s"
_MOMENTS = ("started_at", "delivered_at", "connected_at")
_IN_WINDOW = f"{_NEAR} AND ({' OR '.join(f'({at} >= %(first)s AND {at} < %(until)s)' for at in _MOMENTS)})"
_HELD = f"WITH held AS (SELECT leg_id, site_call_id FROM leg_rows FINAL WHERE {_IN_WINDOW})"  # noqa: S608
_THEIR_CALLS = (
    f"SELECT call_id FROM site_call_rows FINAL WHERE {_NEAR} AND site_call_id IN (SELECT site_call_id FROM held)"  # noqa: S608
)
_OTHERS = f"""
    SELECT arrayJoin(leg_ids) AS member FROM site_call_rows FINAL
    WHERE {_NEAR} AND call_id IN ({_THEIR_CALLS}) AND member NOT IN (SELECT leg_id FROM held)"""  # noqa: S608
_RENAMED = {"call_id": "call_id_number", "offset": "source_offset"}
_LAST = ("last_file_started_at", "last_source_file", "last_source_offset")
_FIELDS = ("site", "leg_id", *CdrRecord._fields, *Position._fields, "anomalies", "extra", "raw_line", *_LAST)
_COLUMNS = ", ".join(_RENAMED.get(field, field) for field in _FIELDS)
_RECORD = slice(2, 2 + len(CdrRecord._fields))
_POSITION = slice(_RECORD.stop, _RECORD.stop + len(Position._fields))


def newest_moment(client: Client, sites: Iterable[str]) -> datetime | None:
    """The last moment at which a leg of these sites started, was delivered or connected; `None` without any leg."""
    latest = "max(greatest(started_at, ifNull(delivered_at, started_at), ifNull(connected_at, started_at)))"
    query = f"SELECT count(), {latest} FROM leg_rows WHERE site IN %(sites)s"  # noqa: S608 - nothing from outside
    ((count, newest),) = client.execute(query, {"sites": tuple(sites)})
    return newest if count else None


class Stored(NamedTuple):
    """Legs, and their counted charges. A leg that was read at several positions comes at its first and its last."""

    legs: list[Leg]
    charges: list[Charge]


def stored_around(client: Client, sites: Iterable[str], first: datetime, until: datetime) -> Stored:
    """The legs of these sites that started, were delivered or connected from `first` until before `until`.

    With each come all others of its call. Both are looked for among legs that started at most 31 days away.
    """
    near = {"sites": tuple(sites), "first_day": _day(first, -_FARTHEST_DAYS), "last_day": _day(until, _FARTHEST_DAYS)}
    values = {**near, "first": _second(first), "until": _second(until)}
    legs = list(_sightings(client, _IN_WINDOW, values))
    legs += _sightings(client, f"{_NEAR} AND leg_id IN ({_OTHERS})", values, _HELD)
    counted = f"{_NEAR} AND counted AND leg_id IN (SELECT leg_id FROM held UNION ALL {_OTHERS})"  # noqa: S608
    query = f"{_HELD} SELECT {', '.join(Charge._fields)} FROM charge_rows FINAL WHERE {counted}"  # noqa: S608
    return Stored(legs, [_charge(row) for row in client.execute(query, values)])


def _charge(row: Sequence[Any]) -> Charge:
    charge = Charge._make(row)
    return charge._replace(counted=bool(charge.counted), anomalies=tuple(charge.anomalies))


def legs_in_order(client: Client, site: str, first: date = _FIRST_DAY, end: date = _LAST_DAY) -> Iterator[Leg]:
    """The legs of a site by their start, those of one start as in the file; a block of rows at a time in memory.

    Those whose retention is over are left out. `first` is their first local day, `end` the first day that is left out.
    """
    # The first three are how the table is sorted: the server sorts a day at a time, whatever the number of days.
    order = "toYYYYMM(started_on), site, started_on, started_at, file_started_at, source_file, source_offset, leg_id"
    span = "started_on >= %(first)s AND started_on < %(end)s"
    where = f"site = %(site)s AND {span} AND {retained('site')} ORDER BY {order}"
    days = {"first": max(first, _FIRST_DAY), "end": min(end, _LAST_DAY)}
    return (leg for leg, _ in _legs(client, where, {"site": site, **days}))


def _day(instant: datetime, days: int) -> date:
    """The day so many days away, within what the warehouse can hold."""
    return min(max(instant.date(), _FIRST_DAY + _FARTHEST), _LAST_DAY - _FARTHEST) + timedelta(days=days)


def _second(instant: datetime) -> datetime:
    return min(max(instant, _FIRST_SECOND), _LAST_SECOND)


def _sightings(client: Client, where: str, values: dict[str, object], before: str = "") -> Iterator[Leg]:
    for leg, last in _legs(client, where, values, before):
        yield leg
        if last is not None:
            yield leg._replace(position=last)


def _legs(
    client: Client, where: str, values: dict[str, object], before: str = ""
) -> Iterator[tuple[Leg, Position | None]]:
    """Legs, each with the position at which it was read last if that is another one."""
    query = f"{before} SELECT {_COLUMNS} FROM leg_rows FINAL WHERE {where}"  # noqa: S608 - names of the program's own
    settings = {"max_block_size": _ROWS_AT_ONCE}
    for row in client.execute_iter(query, values, settings=settings):
        record = CdrRecord._make(row[_RECORD])
        anomalies, extra, raw_line, *last = row[_POSITION.stop :]
        leg = Leg(
            row[0],
            row[1],
            record._replace(aoc=bool(record.aoc)),
            Position._make(row[_POSITION]),
            tuple(anomalies),
            tuple(extra.items()),
            raw_line,
        )
        yield leg, None if last[0] is None else Position._make(last)
