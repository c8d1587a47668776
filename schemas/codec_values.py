"""Single values in Avro's binary encoding, with the conversions of the project's types.

Readers take the message and a position and return the value and the position behind it. They raise IndexError
where the message ends too early and ValueError or OverflowError where its bytes are no such value; a text that
runs over the end of the message shows in the position behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

Writer = Callable[[Any], bytes]
Reader = Callable[[bytes, int], tuple[Any, int]]

MONEY_DIGITS = 18
MONEY_SCALE = 6

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT = Context(prec=40)


def write_long(value: int) -> bytes:
    """An int or long: zig-zag, seven bits a byte, the least significant first."""
    if 0 <= value < 4096:
        return _SMALL[value]
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"{value} does not fit into a signed number of 64 bits")
    return _unsigned((value << 1) ^ (value >> 63))


def _unsigned(rest: int) -> bytes:
    encoded = bytearray()
    while rest > 127:
        encoded.append(rest & 127 | 128)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


_SMALL = tuple(_unsigned(value << 1) for value in range(4096))


def read_long(data: bytes, position: int) -> tuple[int, int]:
    """Reverses `write_long`."""
    byte = data[position]
    position += 1
    rest = byte & 127
    shift = 7
    while byte > 127:
        byte = data[position]
        position += 1
        rest |= (byte & 127) << shift
        shift += 7
    if rest >> 64:
        raise ValueError(f"a number of {shift // 7} bytes does not fit into 64 bits")
    return (rest >> 1) ^ -(rest & 1), position


def write_bytes(value: bytes) -> bytes:
    """The length, then the bytes."""
    return write_long(len(value)) + value


def read_bytes(data: bytes, position: int) -> tuple[bytes, int]:
    """Reverses `write_bytes`."""
    length, position = read_long(data, position)
    end = position + length
    if length < 0 or end > len(data):
        raise ValueError(f"{length} bytes announced, {len(data) - position} left")
    return data[position:end], end


def write_text(value: str) -> bytes:
    """The length in bytes, then UTF-8."""
    if not value:
        return b"\0"
    encoded = value.encode()
    length = len(encoded)
    return (_SMALL[length] if length < 4096 else write_long(length)) + encoded


class Memo(dict[Any, bytes]):
    """Values as they are written, for such as come again and again. Bounded."""

    def __init__(self, write: Writer) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> bytes:
        written = self._write(value)
        if len(written) <= _KEPT_BYTES:
            if len(self) >= _KEPT_VALUES:
                self.clear()
            self[value] = written
        return written


_KEPT_VALUES = 1 << 13
_KEPT_BYTES = 64
# `write_text` for texts that are likely to come again: most of a message are empty or in the message before.
written_text = Memo(write_text).__getitem__


def read_text(data: bytes, position: int) -> tuple[str, int]:
    """Reverses `write_text`."""
    values: list[str] = []
    position = read_texts(data, position, 1, values)
    return values[0], position


def read_texts(data: bytes, position: int, count: int, values: list[Any]) -> int:
    """Appends `count` texts that follow each other, returns the position behind them.

    Most values of most messages are texts, so a run of them is read in one loop.
    """
    append, short_lengths = values.append, _SHORT_LENGTHS
    for _ in range(count):
        length = short_lengths[data[position]]
        position += 1
        if length == 0:
            append("")
            continue
        if length < 0:
            length, position = _long_length(data, position - 1)
        end = position + length
        append(data[position:end].decode())
        position = end
    return position


# The length that one byte announces; -1: an odd one is negative, one over 127 has further bytes.
_SHORT_LENGTHS = tuple(byte >> 1 if byte < 128 and byte % 2 == 0 else -1 for byte in range(256))


def _long_length(data: bytes, position: int) -> tuple[int, int]:
    length, position = read_long(data, position)
    if length < 0:
        raise ValueError(f"a text of {length} bytes")
    return length, position


def write_boolean(value: bool) -> bytes:
    """One byte, 0 or 1."""
    return b"\1" if value else b"\0"


def read_boolean(data: bytes, position: int) -> tuple[bool, int]:
    """Reverses `write_boolean`."""
    byte = data[position]
    if byte > 1:
        raise ValueError(f"a boolean of value {byte}")
    return byte == 1, position + 1


def write_instant(value: datetime) -> bytes:
    """An aware instant as timestamp-millis; parts of a millisecond are cut off."""
    since = value - _EPOCH
    millis = (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000
    zigzag = millis << 1
    if 1 << 35 <= zigzag < 1 << 42:  # six bytes: July 1970 to 2039
        return _LOW[zigzag & 16383] + _LOW[zigzag >> 14 & 16383] + _LAST[zigzag >> 28]
    return write_long(millis)


# Fourteen bits as two bytes, with others behind them and as the last two.
_LOW = tuple(bytes((low & 127 | 128, low >> 7 | 128)) for low in range(16384))
_LAST = tuple(bytes((last & 127 | 128, last >> 7)) for last in range(16384))


def read_instant(data: bytes, position: int) -> tuple[datetime, int]:
    """Reverses `write_instant`; the instant is aware UTC."""
    encoded = data[position : position + 6]
    if len(encoded) == 6:
        a, b, c, d, e, f = encoded
        if f < 128 <= a & b & c & d & e and not a & 1:  # six bytes, not negative: 1971 to 2039
            zigzag = a + (b << 7) + (c << 14) + (d << 21) + (e << 28) + (f << 35) - _CONTINUED
            return _from_timestamp(zigzag / 2000, UTC), position + 6
    millis, position = read_long(data, position)
    return _EPOCH + timedelta(milliseconds=millis), position


_CONTINUED = sum(128 << shift for shift in (0, 7, 14, 21, 28))
_from_timestamp = datetime.fromtimestamp


@lru_cache(maxsize=1 << 12)
def write_money(value: Decimal) -> bytes:
    """A decimal(18,6). Raises ValueError for more digits: money is never rounded here."""
    scaled = value.scaleb(MONEY_SCALE, _EXACT)
    unscaled = int(scaled)
    if unscaled != scaled or abs(unscaled) >= 10**MONEY_DIGITS:
        raise ValueError(f"money {value} has more than {MONEY_DIGITS} digits or {MONEY_SCALE} decimals")
    return write_bytes(unscaled.to_bytes(unscaled.bit_length() // 8 + 1, "big", signed=True))


def read_money(data: bytes, position: int) -> tuple[Decimal, int]:
    """Reverses `write_money`."""
    encoded, position = read_bytes(data, position)
    return _money_in(encoded), position


@lru_cache(maxsize=1 << 12)
def _money_in(encoded: bytes) -> Decimal:
    if len(encoded) > 8:
        raise ValueError(f"money of {len(encoded)} bytes, expected at most 8")
    return Decimal(int.from_bytes(encoded, "big", signed=True)).scaleb(-MONEY_SCALE, _EXACT)
