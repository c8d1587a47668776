"""Messages to bytes and back: Avro single-object encoding.

A message is `C3 01`, the 8 bytes of its schema's CRC-64-AVRO fingerprint (little-endian) and the body in Avro's
binary encoding. The current schemas are written and read by own code, faster than fastavro with the conversions it
would need (`bench/codec.py`); a message of an older released schema is brought to the current one by fastavro's
schema resolution. Instants travel as milliseconds, money as decimal(18,6).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import fastavro
from fastavro.read import SchemaResolutionError

from schemas.cdr import CdrRecord, Heartbeat, Leg, Lifecycle, Position, Reject, Rerate
from schemas.codec_lifecycle import lifecycle_codec
from schemas.codec_records import Codec, record_codec
from schemas.codec_rows import ROW_WRITERS
from schemas.codec_values import Reader, Writer
from schemas.registry import MESSAGE_TYPES, Schema, current_schemas, released_schemas
from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall, Total, Withdrawal

Message = Lifecycle | Heartbeat | Rerate | Reject | LegRow | SiteCall | Call | Charge | Total | LinkMatch | Withdrawal

_MAGIC = b"\xc3\x01"
_HEAD = 10


class DecodeError(Exception):
    """Bytes that are no message of this system; the text names the schema or fingerprint and what was found."""


def encode(message: Message) -> bytes:
    """The message as one Avro single object.

    Raises TypeError for a value of no message type, ValueError for one that its schema cannot hold: money of more
    than 18 digits or 6 decimals, a number over 64 bits, a leg of another site in a lifecycle message.
    """
    known = _writers().get(type(message))
    if known is None:
        raise TypeError(f"{type(message).__name__} is no message type")
    head, write = known
    return head + write(message)


def decode(data: bytes) -> Message:
    """The message of one Avro single object, whatever released schema it was written by.

    Raises DecodeError where the bytes are no such object, its schema is unknown, or the body does not fit the
    schema to its last byte.
    """
    known = _readers().get(data[:_HEAD])
    if known is None:
        return decode_released(data, _writer_schema(data))
    return _read(*known, data)


def decode_released(data: bytes, older: Schema) -> Message:
    """A message written by an older schema: rewritten by the current one, as Avro resolves them, and read as such.

    Slower than `decode` and the same otherwise.
    """
    current = current_schemas()[older.name]
    name = f"{older.file} read as {current.file}"
    source, target = BytesIO(data), BytesIO()
    source.seek(_HEAD)
    try:
        values = fastavro.schemaless_reader(source, older.plain, current.plain)
    except (EOFError, IndexError, ValueError, OverflowError, SchemaResolutionError) as problem:
        raise DecodeError(f"schema {name}: {problem!r}") from None
    if source.tell() != len(data):
        raise DecodeError(f"schema {name}: the message has {len(data)} bytes, its values take {source.tell()}")
    target.write(_MAGIC + current.fingerprint)
    fastavro.schemaless_writer(target, current.plain, values)
    rewritten = target.getvalue()
    return _read(name, _readers()[rewritten[:_HEAD]][1], rewritten)


def _writer_schema(data: bytes) -> Schema:
    if data[:2] != _MAGIC or len(data) < _HEAD:
        found = data[:_HEAD].hex(" ") or "nothing"
        raise DecodeError(f"expected C3 01 and a schema fingerprint of 8 bytes, found {found}")
    schema = _older().get(data[:_HEAD])
    if schema is None:
        raise DecodeError(f"unknown schema fingerprint {data[2:_HEAD].hex()}: upgrade the program that reads it")
    return schema


def _read(name: str, read: Reader, data: bytes) -> Message:
    message: Message
    try:
        message, end = read(data, _HEAD)
    except IndexError:
        raise DecodeError(f"schema {name}: the message ends too early, after {len(data)} bytes") from None
    except (ValueError, OverflowError) as problem:
        raise DecodeError(f"schema {name}: {problem}") from None
    if end != len(data):
        raise DecodeError(f"schema {name}: the message has {len(data)} bytes, its values take {end}")
    return message


@cache
def _older() -> dict[bytes, Schema]:
    return {_MAGIC + schema.fingerprint: schema for schema in released_schemas()}


@cache
def _writers() -> dict[type, tuple[bytes, Writer]]:
    return {
        MESSAGE_TYPES[name]: (_MAGIC + schema.fingerprint, _codec(schema).write)
        for name, schema in current_schemas().items()
    }


@cache
def _readers() -> dict[bytes, tuple[str, Reader]]:
    return {_MAGIC + schema.fingerprint: (name, _codec(schema).read) for name, schema in current_schemas().items()}


def _codec(schema: Schema) -> Codec:
    message_type = MESSAGE_TYPES[schema.name]
    if message_type is Lifecycle:
        return lifecycle_codec(schema.definition)
    write_values, read_values = record_codec(schema.definition)
    build = _leg_row if message_type is LegRow else message_type._make  # type: ignore[attr-defined]
    return Codec(ROW_WRITERS.get(message_type, write_values), _built_by(read_values, build))


def _built_by(read_values: Reader, build: Callable[[list[Any]], Any]) -> Reader:
    def read(data: bytes, position: int) -> tuple[Any, int]:
        values, position = read_values(data, position)
        return build(values), position

    return read


def _leg_row(values: list[Any]) -> LegRow:
    leg = Leg._make((*values[:2], CdrRecord._make(values[2:30]), Position._make(values[30:33]), *values[33:36]))
    return LegRow._make((leg, *values[36:]))
