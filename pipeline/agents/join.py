"""One lifecycle message in, the messages for the output topics out."""

from __future__ import annotations

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
    """What a message led to. `store`: it holds legs that the state did not know and belongs into the table."""

    outputs: list[Output]
    store: bool


def join(data: bytes, source: Source, groups: Groups, epoch: int, now: datetime) -> Joined:
    """Decode a message, let the domain join its legs, encode every row that changed.

    A message that cannot be read, or whose site the configuration does not know, becomes a reject with its bytes.
    """
    try:
        message = decode(data)
    except DecodeError as error:
        return _reject(data, source, "", "undecodable_message", str(error), now)
    if isinstance(message, Heartbeat):
        return Joined([Output(*address(message), data)], store=False)
    if not isinstance(message, Lifecycle) or len(message.legs) > LEGS_IN_A_MESSAGE:
        expected = f"expected Lifecycle of at most {LEGS_IN_A_MESSAGE} legs or Heartbeat"
        return _reject(data, source, "", "unexpected_message", f"found {type(message).__name__}; {expected}", now)
    group = groups.of_site(message.site)
    if group is None:
        detail = f"site {message.site!r} is not configured; add it under [[sites]] and replay the reject"
        return _reject(data, source, message.site, "unknown_site", detail, now)
    store = not all(group.knows(leg) for leg in message.legs)
    rows = [
        row
        for index, leg in enumerate(message.legs)
        for row in group.add(leg, row_version(epoch, source.offset, index))
    ]
    return Joined([Output(*address(row), encode(row)) for row in rows], store)


def _reject(data: bytes, source: Source, site: str, reason: str, detail: str, now: datetime) -> Joined:
    reject = Reject(site, f"{source.topic}-{source.partition}", source.offset, data, reason, detail, now)
    return Joined([Output(*address(reject), encode(reject))], store=False)
