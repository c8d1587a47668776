"""The body of a lifecycle message: legs whose instants travel as ordered transitions.

The order is by time, equal instants in the order of the kinds; reading puts them back into the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from schemas.cdr import CdrRecord, Leg, Lifecycle, Position
from schemas.codec_records import Codec, array_codec, array_of, read_block, record_codec
from schemas.codec_values import (
    read_instant,
    write_boolean,
    write_instant,
    write_long,
    write_money,
    write_text,
    written_text,
)

Instants = tuple[datetime | None, ...]

_KINDS = 6  # initiated, script_connected, delivered, connected, transferred, ended
_KIND_BYTES = tuple(write_long(kind) for kind in range(_KINDS))
_KIND_OF_BYTE = b"".join(_KIND_BYTES)


def write_transitions(instants: Instants) -> bytes:
    """The instants of a leg, one per kind in the order of the kinds, as an array of (kind, at)."""
    steps = [(at, kind) for kind, at in enumerate(instants) if at is not None]
    steps.sort()
    return array_of([_KIND_BYTES[kind] + write_instant(at) for at, kind in steps])


def read_transitions(data: bytes, position: int) -> tuple[list[datetime | None], int]:
    """Reverses `write_transitions`."""
    instants: list[datetime | None] = [None] * _KINDS
    count, position = read_block(data, position)
    while count:
        for _ in range(count):
            kind = _KIND_OF_BYTE.find(data[position])
            if kind < 0 or instants[kind] is not None:
                raise ValueError(f"transition kind byte {data[position]} is unknown or repeated")
            instants[kind], position = read_instant(data, position + 1)
        count, position = read_block(data, position)
    if instants[0] is None:
        raise ValueError("a leg without the transition initiated")
    return instants, position


def lifecycle_codec(schema: Mapping[str, Any]) -> Codec:
    """Writer and reader of the body of a `Lifecycle` message by its schema.

    The writer raises ValueError for a leg of another site: the site stands once in the message.
    """
    leg_schema = schema["fields"][-1]["type"]["items"]
    leg_codec = record_codec(leg_schema, {"transitions": Codec(write_transitions, read_transitions)})
    message_codec = record_codec(schema, {"legs": Codec(_write_legs, array_codec(leg_codec).read)})

    def write(message: Lifecycle) -> bytes:
        strange = next((leg for leg in message.legs if leg.site != message.site), None)
        if strange:
            raise ValueError(f"leg {strange.leg_id} of site {strange.site} in a message of site {message.site}")
        return message_codec.write(message)

    def read(data: bytes, position: int) -> tuple[Lifecycle, int]:
        (*head, legs), position = message_codec.read(data, position)
        site = head[0]
        return Lifecycle._make((*head, tuple([_leg(site, values) for values in legs]))), position

    return Codec(write, read)


def _write_legs(legs: Sequence[Leg]) -> bytes:
    return array_of(list(map(_write_leg, legs)))


def _write_leg(leg: Leg) -> bytes:
    """A leg in the order of its schema's fields: written out here, as every CDR passes, and faster so."""
    _, leg_id, record, (file_started_at, source_file, offset), anomalies, extra, raw_line = leg
    costs = record[13]
    return b"".join(
        (
            write_text(leg_id),
            write_text(record[0]),
            *map(written_text, record[1:7]),
            written_text(record[12]),
            b"\0" if costs is None else b"\2" + write_money(costs),
            *map(written_text, record[14:18]),
            write_boolean(record[18]),
            *map(written_text, record[19:26]),
            written_text(record[27]),
            write_transitions((*record[7:11], record[26], record[11])),
            _write_file_start(file_started_at),
            written_text(source_file),
            write_long(offset),
            array_of([write_text(anomaly) for anomaly in anomalies]),
            array_of([write_text(name) + write_text(value) for name, value in extra]),
            write_text(raw_line),
        )
    )


# The same instant for all legs of a file.
_write_file_start = lru_cache(maxsize=64)(write_instant)


def _leg(site: str, values: list[Any]) -> Leg:
    started, script, delivered, connected, transferred, ended = values[23]
    instants = (started, script, delivered, connected, ended)
    record = CdrRecord._make((*values[1:8], *instants, *values[8:22], transferred, values[22]))
    return Leg._make((site, values[0], record, Position._make(values[24:27]), *values[27:]))
