"""The work of `rejects replay`: what can be read now is published and confirmed first, then leaves the list.

So a replay that is cut off loses nothing, and one that is repeated publishes again what leg ids absorb.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import NamedTuple, Protocol

from connectors.cdr_file.again import LINE_REASONS, read_again, why_never
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.parse import PARSER_VERSION
from connectors.cdr_file.tail_site import MAX_LEGS, MAX_RAW_BYTES
from pipeline.agents.join import Refusal, read_message
from pipeline.cli.errors import CommandError
from pipeline.cli.publishing import confirm
from schemas.cdr import Heartbeat, Leg, Lifecycle, Reject, Rerate
from schemas.codec import DecodeError, decode, encode
from schemas.keys import address
from schemas.rows import Row
from schemas.topics import LIFECYCLE, TOPICS, Topic

_REJECTS_AT_ONCE = 500
_TICK = timedelta(milliseconds=1)  # the resolution of a reject's version
_TOPICS = {topic.name: topic for topic in TOPICS}


class Publishes(Protocol):
    """What is needed of `connectors.kafka.producer.Publisher`, connected."""

    def partition_for(self, topic: str, key: bytes) -> int:
        """The partition of a key."""

    def publish(self, topic: str, key: bytes, value: bytes, token: object, partition: int | None = None) -> bool:
        """Sends a message; false if the program is to stop."""

    def confirmed(self) -> Iterable[object]:
        """Tokens of messages that were confirmed."""

    def flush(self, seconds: float) -> bool:
        """Whether everything was confirmed in time."""


class Done(NamedTuple):
    """What became of the rejects: replayed, tried in vain, and left as they are, by the reason."""

    replayed: int
    refused: int
    never: Counter[str]


class Replay:
    """One run over rejects. `dialects` and `groups` are those of the configured sites, `guards` those that have one."""

    def __init__(
        self,
        dialects: Mapping[str, Dialect],
        groups: Mapping[str, str],
        publisher: Publishes,
        guards: Mapping[str, Callable[[Leg], Leg | None]],
    ) -> None:
        self._dialects = dialects
        self._groups = groups
        self._guards = guards
        self._publisher = publisher
        self._replayed = 0
        self._refused = 0
        self._never: Counter[str] = Counter()

    def run(self, rejects: Iterable[Reject]) -> Done:
        """Try all of them, which come in the order of their places; returns when Kafka has confirmed what that led to.

        Raises CommandError if it does not confirm, or if the program is to stop.
        """
        waiting = iter(rejects)
        while batch := list(islice(waiting, _REJECTS_AT_ONCE)):
            self._replay(batch)
        return Done(self._replayed, self._refused, self._never)

    def _replay(self, batch: list[Reject]) -> None:
        legs: list[Leg] = []
        outcomes: list[Reject] = []
        for reject in batch:
            result = self._line(reject) if reject.reason in LINE_REASONS else self._message(reject)
            if isinstance(result, str):
                self._never[result] += 1
            elif isinstance(result, Reject):
                self._refused += 1
                outcomes.append(result)
            else:
                self._replayed += 1
                outcomes.append(reject._replace(withdrawn=True, rejected_at=_later(reject)))
                legs += [result] if result else []
        for message in _messages(legs):
            self._publish(LIFECYCLE, self._groups[message.site].encode(), encode(message))
        self._confirm()
        for outcome in outcomes:
            topic, key = address(outcome)
            self._publish(_TOPICS[topic], key, encode(outcome))
        self._confirm()

    def _line(self, reject: Reject) -> Leg | Reject | str | None:
        """The CDR that the line is now, a reject again, None if it is no CDR at all, or why it stays as it is."""
        dialect = self._dialects.get(reject.site)
        if dialect is None:
            return f"site {reject.site} is not configured"
        result = why_never(reject) or read_again(reject, dialect, _later(reject))
        return self._guarded(result) if isinstance(result, Leg) else result

    def _guarded(self, leg: Leg) -> Leg | None:
        """What may be recorded of a leg, if anything."""
        guard = self._guards.get(leg.site)
        return leg if guard is None else guard(leg)

    def _message(self, reject: Reject) -> Reject | str | None:
        """Send the bytes of a message again if it can be read now."""
        name, _, partition = reject.source_file.rpartition("-")
        topic = _TOPICS.get(name)
        if topic is None:
            return f"{reject.reason}: the row is not in the warehouse; backfill its file after a fix"
        if topic is LIFECYCLE:
            message = read_message(reject.raw, self._groups)
            if isinstance(message, Refusal):
                # The site stays as it was, as it is part of the reject's name.
                return reject._replace(reason=message.reason, detail=message.detail, rejected_at=_later(reject))
            group = self._groups.get(message.site, message.site)
            self._publish(topic, group.encode(), self._guarded_message(message, reject.raw))
            return None
        row = _row(reject.raw, topic)
        if isinstance(row, str):
            return reject._replace(detail=row, rejected_at=_later(reject))
        self._publish(topic, address(row)[1], reject.raw, int(partition))
        return None

    def _guarded_message(self, message: Lifecycle | Heartbeat | Rerate, data: bytes) -> bytes:
        """The bytes of a message, made anew where a leg of it was not hidden yet when it was published."""
        if not isinstance(message, Lifecycle) or message.site not in self._guards:
            return data
        legs = [leg for known in message.legs if (leg := self._guarded(known)) is not None]
        return encode(message._replace(legs=tuple(legs)))

    def _publish(self, topic: Topic, key: bytes, value: bytes, partition: int | None = None) -> None:
        if topic is LIFECYCLE:
            partition = self._publisher.partition_for(topic.name, key)
        if not self._publisher.publish(topic.name, key, value, None, partition):
            raise CommandError("stopped; what was replayed so far is replayed, run it again for the rest")

    def _confirm(self) -> None:
        confirm(self._publisher)
        for _ in self._publisher.confirmed():
            pass


def _later(reject: Reject) -> datetime:
    """Now, but in any case behind the last try: clocks differ, and the later state of a reject counts."""
    return max(datetime.now(UTC), reject.rejected_at + _TICK)


def _row(data: bytes, topic: Topic) -> Row | Heartbeat | Reject | str:
    """The row of a message, or why it is none of its topic."""
    try:
        row = decode(data)
    except DecodeError as error:
        return str(error)
    if isinstance(row, Lifecycle | Rerate) or not isinstance(row, topic.messages):
        return f"expected a row of {topic.name}, found {type(row).__name__}"
    return row


def _messages(legs: Iterable[Leg]) -> Iterator[Lifecycle]:
    """The legs in messages of one file each, no larger than those of a tail."""
    for (site, _), of_file in groupby(legs, lambda leg: (leg.site, leg.position.source_file)):
        waiting: list[Leg] = []
        size = 0
        for leg in of_file:
            length = len(leg.raw_line.encode())
            if len(waiting) == MAX_LEGS or (waiting and size + length > MAX_RAW_BYTES):
                yield Lifecycle(site, "", PARSER_VERSION, tuple(waiting))
                waiting, size = [], 0
            waiting.append(leg)
            size += length
        yield Lifecycle(site, "", PARSER_VERSION, tuple(waiting))
