"""Legs back out of the warehouse: what a backfill joins with the legs that it reads, what `export` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from clickhouse_driver import Client

from schemas.cdr import CdrRecord, Leg, Position

_ROWS_AT_ONCE = 10_000
# What ClickHouse's Date can hold.
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2149, 6, 6)
_RENAMED = {"call_id": "call_id_number", "offset": "source_offset"}
_FIELDS = ("site", "leg_id", *CdrRecord._fields, *Position._fields, "anomalies", "extra", "raw_line")
_COLUMNS = ", ".join(_RENAMED.get(field, field) for field in _FIELDS)
_RECORD = slice(2, 2 + len(CdrRecord._fields))
_POSITION = slice(_RECORD.stop, _RECORD.stop + len(Position._fields))


def stored_legs(client: Client, sites: Iterable[str]) -> Iterator[Leg]:
    """All legs of these sites, in no particular order, a block of rows at a time in memory."""
    return _legs(client, "site IN %(sites)s", {"sites": tuple(sites)})


def legs_in_order(client: Client, site: str, first: date = _FIRST_DAY, end: date = _LAST_DAY) -> Iterator[Leg]:
    """The legs of a site by their start, those of one start as in the file; a block of rows at a time in memory.

    `first` is their first local day, `end` the first day that is left out.
    """
    # The first two are how the table is sorted: the server sorts a day at a time, whatever the number of days.
    order = "site, started_on, started_at, file_started_at, source_file, source_offset, leg_id"
    where = f"site = %(site)s AND started_on >= %(first)s AND started_on < %(end)s ORDER BY {order}"
    days = {"first": max(first, _FIRST_DAY), "end": min(end, _LAST_DAY)}
    return _legs(client, where, {"site": site, **days})


def _legs(client: Client, where: str, values: dict[str, object]) -> Iterator[Leg]:
    query = f"SELECT {_COLUMNS} FROM leg_rows FINAL WHERE {where}"  # noqa: S608 - names of the program's own
    settings = {"max_block_size": _ROWS_AT_ONCE}
    for row in client.execute_iter(query, values, settings=settings):
        record = CdrRecord._make(row[_RECORD])
        anomalies, extra, raw_line = row[_POSITION.stop :]
        yield Leg(
            row[0],
            row[1],
            record._replace(aoc=bool(record.aoc)),
            Position._make(row[_POSITION]),
            tuple(anomalies),
            tuple(extra.items()),
            raw_line,
        )
