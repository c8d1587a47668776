"""Writers and readers of whole records, put together from a schema (Avro's binary encoding).

A record is a sequence of values in the order of the schema's fields. Arrays become tuples, maps tuples of pairs
in their order, `["null", X]` becomes None or X. Only what the project's schemas use is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from schemas.codec_values import (
    Reader,
    Writer,
    read_boolean,
    read_bytes,
    read_instant,
    read_long,
    read_money,
    read_text,
    read_texts,
    write_boolean,
    write_bytes,
    write_instant,
    write_long,
    write_money,
    write_text,
    written_text,
)


class Codec(NamedTuple):
    """Writer and reader of one type of value."""

    write: Writer
    read: Reader


TEXT = Codec(write_text, read_text)
_LONG = Codec(write_long, read_long)

_SIMPLE: dict[str, Codec] = {
    "string": TEXT,
    "long": _LONG,
    "int": _LONG,
    "boolean": Codec(write_boolean, read_boolean),
    "bytes": Codec(write_bytes, read_bytes),
    "timestamp-millis": Codec(write_instant, read_instant),
    "decimal": Codec(write_money, read_money),
}


def record_codec(schema: Mapping[str, Any], special: Mapping[str, Codec] | None = None) -> Codec:
    """The codec of a record: the writer takes a sequence of its values, the reader returns a list of them.

    `special` has the codecs of fields, by name, whose types are not known here.
    """
    special = special or {}
    codecs = [special.get(field["name"]) or _codec(field["type"]) for field in schema["fields"]]
    return Codec(_record_writer(codecs), _record_reader(codecs))


def _record_writer(codecs: Sequence[Codec]) -> Writer:
    plan: list[tuple[int, int, Writer | None]] = []  # a run of texts from here to there, or one value by its writer
    for codec, run in groupby(enumerate(codecs), itemgetter(1)):
        places = [place for place, _ in run]
        if codec is TEXT and len(places) > 1:
            plan.append((places[0], places[-1] + 1, None))
        else:
            plan += [(place, place + 1, codec.write) for place in places]

    def write(values: Sequence[Any]) -> bytes:
        if len(values) != len(codecs):
            raise ValueError(f"{len(values)} values for a record of {len(codecs)} fields")
        parts: list[bytes] = []
        for begin, end, writer in plan:
            if writer is None:
                parts += map(written_text, values[begin:end])
            else:
                parts.append(writer(values[begin]))
        return b"".join(parts)

    return write


def _record_reader(codecs: Sequence[Codec]) -> Reader:
    plan: list[tuple[int, Reader | None]] = []  # a run of so many texts, or one value by its reader
    for codec, run in groupby(codecs):
        same = len(list(run))
        plan += [(same, None)] if codec is TEXT else [(1, codec.read)] * same

    def read(data: bytes, position: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        for texts, reader in plan:
            if reader is None:
                position = read_texts(data, position, texts, values)
            else:
                value, position = reader(data, position)
                values.append(value)
        return values, position

    return read


def _codec(kind: Any) -> Codec:
    match kind:
        case str():
            return _SIMPLE[kind]
        case {"logicalType": logical}:
            return _SIMPLE[logical]
        case ["null", other]:
            return optional_codec(_codec(other))
        case {"type": "array", "items": items}:
            return array_codec(_codec(items))
        case {"type": "map", "values": values}:
            return array_codec(pair_codec(_codec(values)))
    raise ValueError(f"no codec for the Avro type {kind}")


def optional_codec(codec: Codec) -> Codec:
    """The codec of a value that may be None."""
    write_value, read_value = codec

    def write(value: Any) -> bytes:
        return b"\0" if value is None else b"\2" + write_value(value)

    def read(data: bytes, position: int) -> tuple[Any, int]:
        branch = data[position]
        if branch == 0:
            return None, position + 1
        if branch != 2:
            raise ValueError(f"branch byte {branch} of a union of two")
        return read_value(data, position + 1)

    return Codec(write, read)


def array_codec(codec: Codec) -> Codec:
    """The codec of an array of one type; reads a tuple."""

    def write(values: Sequence[Any]) -> bytes:
        return array_of(list(map(codec.write, values))) if values else b"\0"

    def read_items(data: bytes, position: int, count: int, values: list[Any]) -> int:
        for _ in range(count):
            value, position = codec.read(data, position)
            values.append(value)
        return position

    def read(data: bytes, position: int) -> tuple[tuple[Any, ...], int]:
        values: list[Any] = []
        count, position = read_block(data, position)
        while count:
            position = read_run(data, position, count, values)
            count, position = read_block(data, position)
        return tuple(values), position

    read_run: Callable[[bytes, int, int, list[Any]], int] = read_texts if codec is TEXT else read_items
    return Codec(write, read)


def pair_codec(codec: Codec) -> Codec:
    """The codec of an entry of a map."""

    def write(pair: tuple[str, Any]) -> bytes:
        return write_text(pair[0]) + codec.write(pair[1])

    def read(data: bytes, position: int) -> tuple[tuple[str, Any], int]:
        key, position = read_text(data, position)
        value, position = codec.read(data, position)
        return (key, value), position

    return Codec(write, read)


def array_of(items: Sequence[bytes]) -> bytes:
    """An array of items that are written already: their number, they, an end mark."""
    return b"".join([write_long(len(items)), *items, b"\0"]) if items else b"\0"


def read_block(data: bytes, position: int) -> tuple[int, int]:
    """The number of items in the next block of an array or map (0: the end) and the position of the first."""
    if data[position] == 0:
        return 0, position + 1
    count, position = read_long(data, position)
    if count < 0:  # other writers put the block's size in bytes behind a negative count
        _, position = read_long(data, position)
        count = -count
    return count, position
