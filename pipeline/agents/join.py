"""One lifecycle message in, the messages for the output topics out."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import NamedTuple

from pipeline.agents.archive import Archive
from pipeline.agents.groups import Groups, Held
from pipeline.domain.cover import Span, hour_of
from pipeline.domain.versions import LEGS_IN_A_MESSAGE, row_version
from schemas.cdr import Heartbeat, Lifecycle, Reject, Rerate
from schemas.codec import DecodeError, decode, encode
from schemas.keys import address
from schemas.rows import Row


class Source(NamedTuple):
    """Where a message came from; rows of a group go to the partition of the same number."""

    topic: str
    partition: int
    offset: int


class Output(NamedTuple):
    """A message for an output topic."""

    topic: str
    key: bytes
    value: bytes


class Joined(NamedTuple):
    """What a message led to: outputs, and what it was if its legs were joined, or if it is an order to carry out.

    `store`: the state did not know some of its legs, so the message belongs into the table.
    """

    outputs: list[Output]
    message: Lifecycle | None = None
    store: bool = False
    order: Rerate | None = None


class Refusal(NamedTuple):
    """Why a message cannot be joined: the site if it is known, and a reject's reason and detail."""

    site: str
    reason: str
    detail: str


def read_message(data: bytes, sites: Container[str]) -> Lifecycle | Heartbeat | Rerate | Refusal:
    """A message of `cdr.lifecycle`, or why it is none of the configured `sites`."""
    try:
        message = decode(data)
    except DecodeError as error:
        return Refusal("", "undecodable_message", str(error))
    if isinstance(message, Heartbeat | Rerate):
        return message
    if not isinstance(message, Lifecycle) or len(message.legs) > LEGS_IN_A_MESSAGE:
        expected = f"expected Lifecycle of at most {LEGS_IN_A_MESSAGE} legs, Heartbeat or Rerate"
        return Refusal("", "unexpected_message", f"found {type(message).__name__}; {expected}")
    if message.site not in sites:
        detail = f"site {message.site!r} is not configured; add it under [[sites]] and replay the reject"
        return Refusal(message.site, "unknown_site", detail)
    return message


async def join(data: bytes, source: Source, groups: Groups, archive: Archive, epoch: int, now: datetime) -> Joined:
    """Decode a message, let the domain join its legs, encode every row that changed.

    A message that cannot be read, or whose site the configuration does not know, becomes a reject with its bytes.
    """
    message = read_message(data, groups.sites)
    if isinstance(message, Refusal):
        return Joined([reject(data, source, message, now)])
    if isinstance(message, Heartbeat):
        groups.hear(message)
        return Joined([Output(*address(message), data)])
    if isinstance(message, Rerate):
        return Joined([], order=message)
    held = groups.of_site(message.site)
    held.legs.told(message, data)
    rows, store = await _join_legs(message, source, held, archive, epoch)
    return Joined([Output(*address(row), encode(row)) for row in rows], message, store)


async def _join_legs(
    message: Lifecycle, source: Source, held: Held, archive: Archive, epoch: int
) -> tuple[list[Row], bool]:
    """The rows that the legs of a message change, and whether the state did not know all of them."""
    await begin(held, source.partition, archive)
    for leg in message.legs:
        while span := held.group.lacks(leg):
            await bring_back(held, span, source.partition, archive)
    store = not all(map(held.group.knows, message.legs))
    rows = held.group.add_all(message.legs, row_version(epoch, source.offset, 0))
    last_version = row_version(epoch, source.offset, max(0, len(message.legs) - 1))
    rows += await due_totals(held, last_version, source.partition, archive)
    return rows, store


async def begin(held: Held, partition: int, archive: Archive) -> None:
    """Find out from when on the state holds all legs, if it does not know yet."""
    if not held.opened:
        newest = await archive.newest(held.sites, partition)
        held.open(0 if newest is None else hour_of(newest) + 1)


async def bring_back(held: Held, span: Span, partition: int, archive: Archive) -> None:
    """Restore what has left the state of a stretch of time."""
    stored = await archive.around(held.sites, partition, span)
    held.group.cover(span, stored.legs, stored.charges)


async def due_totals(held: Held, version: int, partition: int, archive: Archive) -> list[Row]:
    """The totals of hours that were not held when they changed."""
    rows: list[Row] = []
    while span := held.group.lacks_totals():
        await bring_back(held, span, partition, archive)
        rows += held.group.late_totals(version)
    return rows


def reject(data: bytes, source: Source, refusal: Refusal, now: datetime) -> Output:
    """The reject of a message."""
    place = f"{source.topic}-{source.partition}"
    row = Reject(refusal.site, place, source.offset, data, refusal.reason, refusal.detail, now)
    return Output(*address(row), encode(row))
