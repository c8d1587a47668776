"""Legs back out of the warehouse: what a backfill joins with the legs of the files that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clickhouse_driver import Client

from schemas.cdr import CdrRecord, Leg, Position

_ROWS_AT_ONCE = 10_000
_RENAMED = {"call_id": "call_id_number", "offset": "source_offset"}
_FIELDS = ("site", "leg_id", *CdrRecord._fields, *Position._fields, "anomalies", "extra", "raw_line")
_COLUMNS = ", ".join(_RENAMED.get(field, field) for field in _FIELDS)
_RECORD = slice(2, 2 + len(CdrRecord._fields))
_POSITION = slice(_RECORD.stop, _RECORD.stop + len(Position._fields))


def stored_legs(client: Client, sites: Iterable[str]) -> Iterator[Leg]:
    """All legs of these sites, in no particular order, a block of rows at a time in memory."""
    query = f"SELECT {_COLUMNS} FROM leg_rows FINAL WHERE site IN %(sites)s"  # noqa: S608 - names of the program's own
    settings = {"max_block_size": _ROWS_AT_ONCE}
    for row in client.execute_iter(query, {"sites": tuple(sites)}, settings=settings):
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
