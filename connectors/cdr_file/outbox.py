"""Messages of a site that wait for their turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Outgoing(NamedTuple):
    """A message; `token` comes back when it is confirmed, without `partition` the key names it."""

    topic: str
    key: bytes
    value: bytes
    token: object
    partition: int | None


class Publishes(Protocol):
    """What publishing needs to be: `connectors.kafka.producer.Publisher`."""

    def publish(self, topic: str, key: bytes, value: bytes, token: object, partition: int | None = None) -> bool:
        """Send a message; false if the program is to stop and the message was not sent."""


class Outbox:
    """Messages in the order in which they are published: those of one block of a file, or few more."""

    def __init__(self, publisher: Publishes) -> None:
        self._publisher = publisher
        self._waiting: deque[Outgoing] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def first(self) -> Outgoing | None:
        """The message whose turn is next."""
        return self._waiting[0] if self._waiting else None

    def add(self, messages: Iterable[Outgoing]) -> None:
        """Put messages behind the others."""
        self._waiting.extend(messages)

    def publish(self, count: int) -> bool:
        """Publish so many messages, or all there are; false if the program is to stop."""
        for _ in range(min(count, len(self._waiting))):
            if not self._publisher.publish(*self._waiting[0]):
                return False
            self._waiting.popleft()
        return True
