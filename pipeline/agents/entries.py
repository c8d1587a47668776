"""The entries of the worker's table: lifecycle messages, and per group the hour from which on its legs are there."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.domain.cover import hour_of, moments
from schemas.cdr import Lifecycle

_FLOOR = b"floor:"


class Floor(NamedTuple):
    """From this hour on the table has all legs of a group, as long as epoch and rules (`GroupRules`) are these."""

    group: str
    epoch: int
    rules: str
    hour: int


class Entries:
    """The keys of a group's lifecycle messages by the hour of the last moment of their legs."""

    def __init__(self) -> None:
        self._keys: dict[int, set[bytes]] = {}

    def note(self, key: bytes, message: Lifecycle) -> None:
        """Take note of an entry; once more changes nothing."""
        last = max((hour_of(moment) for leg in message.legs for moment in moments(leg)), default=0)
        self._keys.setdefault(last, set()).add(key)

    def take_before(self, hour: int) -> list[bytes]:
        """The keys of entries all of whose legs are older than this hour; they are forgotten here."""
        return [key for old in [last for last in self._keys if last < hour] for key in self._keys.pop(old)]


def message_key(partition: int, offset: int) -> bytes:
    """The key of a lifecycle message: the place of its first arrival."""
    return f"{partition}:{offset}".encode()


def floor_entry(floor: Floor) -> tuple[bytes, bytes]:
    """Key and value of a group's floor."""
    return _FLOOR + floor.group.encode(), f"{floor.epoch}:{floor.rules}:{floor.hour}".encode()


def read_floor(key: bytes, value: bytes) -> Floor | None:
    """The floor that an entry holds; `None` for a lifecycle message."""
    if not key.startswith(_FLOOR):
        return None
    epoch, rules, hour = value.decode().split(":")
    return Floor(key.removeprefix(_FLOOR).decode(), int(epoch), rules, int(hour))
