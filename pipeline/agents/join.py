"""One lifecycle message in, the messages for the output topics out."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import NamedTuple

from pipeline.agents.groups import Groups
from pipeline.domain.versions import LEGS_IN_A_MESSAGE, row_version
from schemas.cdr import Heartbeat, Lifecycle, Reject
from schemas.codec import DecodeError, decode, encode
from schemas.keys import address


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
    """What a message led to: outputs, and the number of `legs` that it holds.

    `store`: some of them the state did not know, so the message belongs into the table.
    """

    outputs: list[Output]
    store: bool
    legs: int


class Refusal(NamedTuple):
    """Why a message cannot be joined: the site if it is known, and a reject's reason and detail."""

    site: str
    reason: str
    detail: str


def read_message(data: bytes, sites: Container[str]) -> Lifecycle | Heartbeat | Refusal:
    """A message of `cdr.lifecycle`, or why it is none of the configured `sites`."""
    try:
        message = decode(data)
    except DecodeError as error:
        return Refusal("", "undecodable_message", str(error))
    if isinstance(message, Heartbeat):
        return message
    if not isinstance(message, Lifecycle) or len(message.legs) > LEGS_IN_A_MESSAGE:
        expected = f"expected Lifecycle of at most {LEGS_IN_A_MESSAGE} legs or Heartbeat"
        return Refusal("", "unexpected_message", f"found {type(message).__name__}; {expected}")
    if message.site not in sites:
        detail = f"site {message.site!r} is not configured; add it under [[sites]] and replay the reject"
        return Refusal(message.site, "unknown_site", detail)
    return message


def join(data: bytes, source: Source, groups: Groups, epoch: int, now: datetime) -> Joined:
    """Decode a message, let the domain join its legs, encode every row that changed.

    A message that cannot be read, or whose site the configuration does not know, becomes a reject with its bytes.
    """
    message = read_message(data, groups.sites)
    if isinstance(message, Refusal):
        return _reject(data, source, message, now)
    if isinstance(message, Heartbeat):
        groups.hear(message)
        return Joined([Output(*address(message), data)], store=False, legs=0)
    group = groups.of_site(message.site)
    store = not all(group.knows(leg) for leg in message.legs)
    rows = [
        row
        for index, leg in enumerate(message.legs)
        for row in group.add(leg, row_version(epoch, source.offset, index))
    ]
    return Joined([Output(*address(row), encode(row)) for row in rows], store, len(message.legs))


def _reject(data: bytes, source: Source, refusal: Refusal, now: datetime) -> Joined:
    place = f"{source.topic}-{source.partition}"
    reject = Reject(refusal.site, place, source.offset, data, refusal.reason, refusal.detail, now)
    return Joined([Output(*address(reject), encode(reject))], store=False, legs=0)
