"""Row messages straight into their tables: the server reads their Avro, not this program.

To decode a row and to pack it again costs this process fifty times as much as to hand its bytes on (docs/warehouse.md).
The bytes go as an Avro container file of one block a message, so that a malformed message cannot shift into the
next one.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from connectors.clickhouse.blocks import CALLS, CHARGES, LEGS, LINKS, SITE_CALLS, TOTALS
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.errors import WarehouseError
from connectors.clickhouse.figures import WriteFigures
from connectors.clickhouse.http import HttpClient
from connectors.clickhouse.retry import until_done
from schemas.registry import Schema, current_schemas

HEAD_BYTES = 10
_MAGIC = b"\xc3\x01"
_SYNC = b"swyx-cdr row end"
_TABLES = {
    "leg": LEGS.name,
    "site_call": SITE_CALLS.name,
    "call": CALLS.name,
    "charge": CHARGES.name,
    "total": TOTALS.name,
    "link_match": LINKS.name,
}
_RENAMED = {("leg_rows", "call_id"): "call_id_number", ("leg_rows", "offset"): "source_offset"}
_DATE_TIME = "DateTime('UTC')"
_SETTINGS = {"max_partitions_per_insert_block": "0"}  # an old archive brings rows of many months at once


@dataclass(frozen=True, slots=True)
class _Target:
    """Where messages of one schema go: the INSERT, and what stands before the first message."""

    statement: str
    header: bytes


class DirectWriter:
    """Hands messages of the current row schemas to the server. Not for use by several threads."""

    def __init__(self, options: ClickHouseOptions, stop: threading.Event, figures: WriteFigures | None = None) -> None:
        self._client = HttpClient(options)
        self._stop = stop
        self._figures = figures or WriteFigures()
        self._schemas = {_MAGIC + schema.fingerprint: schema for schema in _row_schemas()}
        self._targets: dict[bytes, _Target] = {}

    def knows(self, head: bytes) -> bool:
        """Whether messages that begin with these ten bytes can be handed on."""
        return head in self._schemas

    def write(self, head: bytes, messages: Sequence[bytes]) -> None:
        """Returns when all messages, which begin with `head`, are rows of their table.

        Known transient failures are tried again without end. Raises WriteInterrupted when the stop event is set
        meanwhile, ServerException for what the server refuses; some months of the rows may be written then.
        """
        begun = monotonic()
        until_done(lambda: self._attempt(head, messages), self._client.close, self._stop)
        self._figures.inserted(_TABLES[self._schemas[head].name], len(messages), monotonic() - begun)

    def close(self) -> None:
        """Closes the connection; the next write opens a new one."""
        self._client.close()

    def _attempt(self, head: bytes, messages: Sequence[bytes]) -> None:
        if head not in self._targets:
            self._targets[head] = self._target(self._schemas[head])
        target = self._targets[head]
        _exhaust(self._client.post(target.statement, container(target.header, messages), _SETTINGS))

    def _target(self, schema: Schema) -> _Target:
        table = _TABLES[schema.name]
        answer = b"".join(self._client.post(f"DESCRIBE TABLE {table} FORMAT JSONCompact"))
        types = {column[0]: column[1] for column in json.loads(answer)["data"]}
        return _Target(insert_statement(table, schema, types), container_header(schema))


def insert_statement(table: str, schema: Schema, types: dict[str, str]) -> str:
    """The INSERT that reads messages of the schema; `types` are the table's columns.

    Raises WarehouseError for a field that has no column.
    """
    structure, columns, values = [], [], []
    for field in schema.definition["fields"]:
        column = _RENAMED.get((table, field["name"]), field["name"])
        if column not in types:
            raise WarehouseError(f"table {table} has no column {column}: run `swyx-cdr migrate`")
        sent, value = _as_sent(f"`{field['name']}`", types[column])
        structure.append(f"`{field['name']}` {sent}")
        columns.append(column)
        values.append(value)
    quoted = ", ".join(structure).replace("'", "\\'")
    source = f"SELECT {', '.join(values)} FROM input('{quoted}')"  # noqa: S608 - names of the program's own
    return f"INSERT INTO {table} ({', '.join(columns)}) {source} FORMAT Avro"


def _as_sent(name: str, column_type: str) -> tuple[str, str]:
    """The type in which the server reads a field, and the expression that makes a column's value of it.

    Whole numbers and instants come as signed 64 bits; a plain conversion would wrap what the column cannot hold.
    """
    if "DateTime" in column_type:
        milliseconds, seconds = column_type.replace(_DATE_TIME, "Int64"), column_type.replace(_DATE_TIME, "UInt32")
        return milliseconds, f"accurateCast(intDiv({name}, 1000), '{seconds}')"
    if "Int" in column_type and column_type != "UInt8":
        return re.sub(r"U?Int\d+", "Int64", column_type), f"accurateCast({name}, '{column_type}')"
    return column_type.replace("LowCardinality(String)", "String"), name


def _row_schemas() -> Iterable[Schema]:
    return (schema for name, schema in current_schemas().items() if name in _TABLES)


def container_header(schema: Schema) -> bytes:
    """What stands before the first message of an Avro container file."""
    metadata = {"avro.schema": json.dumps(schema.definition).encode(), "avro.codec": b"null"}
    pairs = b"".join(_sized(key.encode()) + _sized(value) for key, value in metadata.items())
    return b"Obj\x01" + _long(len(metadata)) + pairs + b"\0" + _SYNC


def container(header: bytes, messages: Sequence[bytes]) -> bytes:
    """An Avro container file of one block a message; `messages` are single objects, ten bytes before the body."""
    parts = [header]
    one = _long(1)
    for message in messages:
        parts += (one, _long(len(message) - HEAD_BYTES), message[HEAD_BYTES:], _SYNC)
    return b"".join(parts)


def _sized(data: bytes) -> bytes:
    return _long(len(data)) + data


def _long(value: int) -> bytes:
    """A number that is not negative, as Avro writes it."""
    rest, encoded = value << 1, bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


def _exhaust(pieces: Iterable[Any]) -> None:
    for _ in pieces:
        pass
