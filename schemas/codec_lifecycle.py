"""The body of a lifecycle message: legs whose instants travel as ordered transitions.

The order is by time, equal instants in the order of the kinds; reading puts them back into the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.cdr import CdrRecord, Leg, Lifecycle, Position
from schemas.codec_records import Codec, array_codec, array_of, read_block, record_codec
from schemas.codec_values import millis_of, read_instant, write_long, write_millis

Instants = tuple[datetime | None, ...]

_KINDS = 6  # initiated, script_connected, delivered, connected, transferred, ended
_KIND_BYTES = tuple(write_long(kind) for kind in range(_KINDS))
_KIND_OF_BYTE = b"".join(_KIND_BYTES)


def write_transitions(instants: Instants) -> bytes:
    """The instants of a leg, one per kind in the order of the kinds, as an array of (kind, at)."""
    steps = [(millis_of(at), kind) for kind, at in enumerate(instants) if at is not None]
    steps.sort()
    return array_of([_KIND_BYTES[kind] + write_millis(millis) for millis, kind in steps])


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
    message_codec = record_codec(schema, {"legs": array_codec(leg_codec)})

    def write(message: Lifecycle) -> bytes:
        legs = [_values(leg, message.site) for leg in message.legs]
        return message_codec.write((*message[:3], legs))

    def read(data: bytes, position: int) -> tuple[Lifecycle, int]:
        (*head, legs), position = message_codec.read(data, position)
        site = head[0]
        return Lifecycle._make((*head, tuple([_leg(site, values) for values in legs]))), position

    return Codec(write, read)


def _values(leg: Leg, site: str) -> tuple[Any, ...]:
    if leg.site != site:
        raise ValueError(f"leg {leg.leg_id} of site {leg.site} in a message of site {site}")
    record = leg.record
    instants = (*record[7:11], record.transferred_at, record.ended_at)
    return (
        leg.leg_id,
        *record[:7],
        *record[12:26],
        record.disconnect_reason,
        instants,
        *leg.position,
        leg.anomalies,
        leg.extra,
        leg.raw_line,
    )


def _leg(site: str, values: list[Any]) -> Leg:
    started, script, delivered, connected, transferred, ended = values[23]
    instants = (started, script, delivered, connected, ended)
    record = CdrRecord._make((*values[1:8], *instants, *values[8:22], transferred, values[22]))
    return Leg._make((site, values[0], record, Position._make(values[24:27]), *values[27:]))
