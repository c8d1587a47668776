"""A worker that crashes at any step, and what outlives it: topic, table, and a sink that is behind; all in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from connectors.clickhouse.stored import Stored
from connectors.kafka.options import KafkaOptions
from pipeline.agents.groups import Groups
from pipeline.agents.join import Output
from pipeline.agents.joining import Joining
from pipeline.agents.options import WorkerFigures, WorkerOptions
from pipeline.domain.cover import Span
from pipeline.domain.rules import GroupRules
from schemas.cdr import Heartbeat, Reject
from schemas.codec import decode
from schemas.rows import Row
from schemas.topics import LIFECYCLE
from tests.property.archive import Archive

_LATE = timedelta(0)


class CrashError(Exception):
    """The worker's process is killed."""


class Steps:
    """Counts what a worker changes outside of itself; it is killed in the middle of it."""

    def __init__(self) -> None:
        self.left: int | None = None

    def take(self) -> None:
        """One more row published, entry written or message acknowledged."""
        if self.left == 0:
            raise CrashError
        if self.left is not None:
            self.left -= 1


class Sink:
    """Row topics, their sink and its warehouse as the worker asks for it; the sink may be behind.

    `turns` are the topics of the rows that were published together, one set each time.
    """

    def __init__(self, random: Random, steps: Steps, meanwhile: Callable[[], None]) -> None:
        self.archive = Archive()
        self._meanwhile = meanwhile
        self._random = random
        self._steps = steps
        self._behind: list[Row] = []
        self.turns: list[set[str]] = []

    async def publish(self, outputs: Iterable[tuple[int, Output]]) -> None:
        """The order of rows holds within a topic only."""
        self._meanwhile()
        by_topic: dict[str, list[Output]] = {}
        for _, output in outputs:
            by_topic.setdefault(output.topic, []).append(output)
        self.turns.append(set(by_topic))
        for topic in self._random.sample(sorted(by_topic), len(by_topic)):
            for output in by_topic[topic]:
                self._steps.take()
                self._put(decode(output.value))

    def _put(self, message: Any) -> None:
        assert not isinstance(message, Reject), message
        if not isinstance(message, Heartbeat):
            self._behind.append(message)

    def store(self) -> None:
        """The sink catches up."""
        self.archive.take(self._behind)
        self._behind = []

    async def note_published(self) -> None:
        """What is published by now must be there before an answer: here it is at once."""
        self.store()

    async def newest(self, sites: Collection[str], partition: int) -> datetime | None:
        """The last moment of any leg."""
        self._perhaps_store()
        return self.archive.newest()

    async def around(self, sites: Collection[str], partition: int, span: Span) -> Stored:
        """The legs of a stretch of time, all others of their calls, and charges."""
        self._meanwhile()
        self._perhaps_store()
        _, legs, charges = self.archive.around(span)
        return Stored(legs, charges)

    def _perhaps_store(self) -> None:
        if self._random.random() < 0.5:
            self.store()


class Table:
    """The entries of the worker's table; its changelog takes each at once."""

    def __init__(self, steps: Steps) -> None:
        self.entries: dict[bytes, bytes] = {}
        self._steps = steps

    def get(self, event: object, key: bytes) -> bytes | None:
        """The entry under a key."""
        return self.entries.get(key)

    def put(self, event: object, key: bytes, value: bytes) -> Awaitable[None]:
        """Write an entry."""
        self._steps.take()
        self.entries[key] = value
        return _done()

    def remove(self, event: object, key: bytes) -> Awaitable[None]:
        """Take out an entry."""
        self._steps.take()
        del self.entries[key]
        return _done()


def _done() -> Awaitable[None]:
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


class Cluster:
    """A partition of `cdr.lifecycle` and the workers that read it one after the other.

    A worker takes up to three messages at once, as they are there. `crashes` are the numbers of steps after which the
    first workers die. The next one begins with the table, at the last acknowledged message or any before it, and
    may write under a new epoch. There are rebalances at any time, also while a worker joins or publishes: after them
    Faust lets the table be read again, and fetches what is not acknowledged.
    """

    def __init__(self, rules: GroupRules, messages: list[bytes], random: Random, *, new_epochs: bool) -> None:
        self._rules = rules
        self._messages = messages
        self._random = random
        self._new_epochs = new_epochs
        self._steps = Steps()
        self._table = Table(self._steps)
        self.sink = Sink(random, self._steps, self._perhaps_rebalance)
        self._app = SimpleNamespace(consumer_generation_id=0)
        self._epoch = 1
        self._acknowledged = 0

    async def run(self, crashes: list[int]) -> None:
        """Work until every message is acknowledged, and the sink has all rows."""
        for steps in [*crashes, None]:
            self._steps.left = steps
            try:
                await self._work()
            except CrashError:
                self._epoch += self._new_epochs and self._random.random() < 0.3
                self._acknowledged = self._random.randint(0, self._acknowledged)
        self.sink.store()

    async def _work(self) -> None:
        groups = Groups({self._rules.name: self._rules}, lambda: "nothing has changed")
        joining = Joining(self._options(), groups, self.sink, self._table, WorkerFigures())  # type: ignore[arg-type]
        restored = None
        while restored is None or self._acknowledged < len(self._messages):
            if restored != self._app.consumer_generation_id:
                restored = self._app.consumer_generation_id
                await joining.restore(self._table.entries.items)
            until = min(self._acknowledged + self._random.randint(1, 3), len(self._messages))
            events = [self._event(offset) for offset in range(self._acknowledged, until)]
            self._perhaps_rebalance()
            await joining.take(events)

    def _perhaps_rebalance(self) -> None:
        self._app.consumer_generation_id += self._random.random() < 0.1

    def _event(self, offset: int) -> Any:
        generation = self._app.consumer_generation_id

        def ack() -> None:
            self._steps.take()
            if generation == self._app.consumer_generation_id:
                self._acknowledged = offset + 1

        message = SimpleNamespace(topic=LIFECYCLE.name, partition=0, offset=offset, generation_id=generation)
        return SimpleNamespace(value=self._messages[offset], message=message, app=self._app, ack=ack)

    def _options(self) -> WorkerOptions:
        groups = {self._rules.name: self._rules}
        kafka = KafkaOptions("nowhere")
        return WorkerOptions(kafka, 1, 1, Path(), groups, lambda: "", self.sink, self._epoch, late=_LATE)
