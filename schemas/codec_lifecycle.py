"""The body of a lifecycle message: legs whose instants travel as ordered transitions.

The order is by time, equal instants in the order of the kinds; reading puts them back into the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from schemas.cdr import CdrRecord, Leg, Lifecycle, Position
from schemas.codec_records import (
    TEXT,
    Codec,
    array_codec,
    array_of,
    optional_codec,
    pair_codec,
    read_block,
    record_codec,
)
from schemas.codec_values import (
    read_boolean,
    read_instant,
    read_long,
    read_money,
    read_texts,
    write_boolean,
    write_instant,
    write_long,
    write_money,
    write_text,
    written_text,
)
from schemas.read_leg import ReadLeg

Instants = tuple[datetime | None, ...]

_KINDS = 6  # initiated, script_connected, delivered, connected, transferred, ended
_KIND_BYTES = tuple(write_long(kind) for kind in range(_KINDS))
_KIND_OF_BYTE = b"".join(_KIND_BYTES)


def write_transitions(instants: Instants) -> bytes:
    """The instants of a leg, one per kind in the order of the kinds, as an array of (kind, at)."""
    steps = [(at, kind) for kind, at in enumerate(instants) if at is not None]
    steps.sort()
    return array_of([_KIND_BYTES[kind] + write_instant(at) for at, kind in steps])


def _read_transitions(data: bytes, position: int) -> tuple[list[datetime | None], list[bytes], int]:
    """Reverses `write_transitions`; the instants come as they are written where there may be none, too."""
    instants: list[datetime | None] = [None] * _KINDS
    written = [b"\0"] * _KINDS
    count, position = read_block(data, position)
    while count:
        for _ in range(count):
            kind = _KIND_OF_BYTE.find(data[position])
            if kind < 0 or instants[kind] is not None:
                raise ValueError(f"transition kind byte {data[position]} is unknown or repeated")
            begin = position + 1
            instants[kind], position = read_instant(data, begin)
            written[kind] = b"\2" + data[begin:position]
        count, position = read_block(data, position)
    if instants[0] is None:
        raise ValueError("a leg without the transition initiated")
    return instants, written, position


_read_costs = optional_codec(Codec(write_money, read_money)).read
_read_anomalies = array_codec(TEXT).read
_read_extra = array_codec(pair_codec(TEXT)).read


def lifecycle_codec(schema: Mapping[str, Any]) -> Codec:
    """Writer and reader of the body of a `Lifecycle` message by its schema, whose last field are the legs.

    The writer raises ValueError for a leg of another site: the site stands once in the message.
    """
    write_head, read_head = record_codec({"fields": schema["fields"][:-1]})

    def write(message: Lifecycle) -> bytes:
        *head, legs = message
        strange = next((leg for leg in legs if leg.site != message.site), None)
        if strange:
            raise ValueError(f"leg {strange.leg_id} of site {strange.site} in a message of site {message.site}")
        return write_head(head) + array_of(list(map(_write_leg, legs)))

    def read(data: bytes, position: int) -> tuple[Lifecycle, int]:
        head, position = read_head(data, position)
        site = head[0], write_text(head[0])
        legs: list[Leg] = []
        count, position = read_block(data, position)
        while count:
            for _ in range(count):
                leg, position = _read_leg(*site, data, position)
                legs.append(leg)
            count, position = read_block(data, position)
        return Lifecycle._make((*head, tuple(legs))), position

    return Codec(write, read)


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


def _read_leg(site: str, written_site: bytes, data: bytes, begin: int) -> tuple[ReadLeg, int]:
    """Reverses `_write_leg`."""
    texts: list[str] = []
    after_numbers = read_texts(data, begin, 8, texts)
    position = read_texts(data, after_numbers, 1, texts)
    costs, position = _read_costs(data, position)
    position = read_texts(data, position, 4, texts)
    aoc, position = read_boolean(data, position)
    after_transfer = read_texts(data, position, 7, texts)
    after_reason = read_texts(data, after_transfer, 1, texts)
    instants, written, after_transitions = _read_transitions(data, after_reason)
    started, script, delivered, connected, transferred, ended = instants
    file_started_at, position = read_instant(data, after_transitions)
    position = read_texts(data, position, 1, texts)
    offset, position = read_long(data, position)
    anomalies, position = _read_anomalies(data, position)
    extra, position = _read_extra(data, position)
    end = read_texts(data, position, 1, texts)
    leg_id, *numbers, reason, source_file, raw_line = texts[:8] + texts[20:]
    times = (started, script, delivered, connected, ended)
    record = CdrRecord._make((*numbers, *times, texts[8], costs, *texts[9:13], aoc, *texts[13:20], transferred, reason))
    leg = ReadLeg(site, leg_id, record, Position(file_started_at, source_file, offset), anomalies, extra, raw_line)
    leg.row_beginning = b"".join(
        (
            written_site,
            data[begin:after_numbers],
            written[0][1:],
            *written[1:4],
            written[5],
            data[after_numbers:after_transfer],
            written[4],
            data[after_transfer:after_reason],
            data[after_transitions:end],
        )
    )
    return leg, end
