"""Topics of a test's own, messages in them, and sinks that read them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from kafka import KafkaProducer

from connectors.clickhouse.sink import Sink, Writer
from connectors.kafka.admin import CreateTopic, connect
from connectors.kafka.options import KafkaOptions
from schemas.codec import Message, encode
from tests.integration.program import wait_until

PARTITIONS = 4


class Stream:
    """A topic of rows, a topic of rejects and a consumer group that no other test has."""

    def __init__(self, kafka: str) -> None:
        name = f"test-{uuid4().hex[:12]}"
        self.kafka = KafkaOptions(kafka)
        self.rows, self.rejects, self.group = f"{name}-rows", f"{name}-rejects", f"{name}-group"
        with connect(self.kafka) as admin:
            admin.apply([CreateTopic(topic, PARTITIONS, 1, {}) for topic in (self.rows, self.rejects)])

    def send(self, messages: Iterable[Message | bytes]) -> None:
        """Puts messages into the topic of rows and returns when they are there; bytes go as they are."""
        producer = KafkaProducer(**self.kafka.client_options(), enable_idempotence=True, acks="all", linger_ms=5)
        futures = [
            producer.send(self.rows, value=message if isinstance(message, bytes) else encode(message))
            for message in messages
        ]
        for future in futures:
            future.get(timeout=60)
        producer.close(timeout=60)

    def sink(self, writer: Writer) -> Sink:
        """A sink of both topics."""
        return Sink(
            self.kafka.client_options(),
            writer,
            row_topics=(self.rows, self.rejects),
            rejects_topic=self.rejects,
            group=self.group,
        )

    def behind(self) -> int:
        """How many messages are not acknowledged."""
        with connect(self.kafka) as admin:
            committed = admin.committed_offsets(self.group)
            ends = admin.end_offsets((self.rows, self.rejects))
        return sum(end - committed.get(place, 0) for place, end in ends.items())

    def wait_until_acknowledged(self) -> None:
        """Returns when every message is acknowledged."""
        wait_until(lambda: self.behind() == 0, "all messages acknowledged")

    def drain(self, writer: Writer) -> None:
        """Runs a sink until every message is acknowledged."""
        with running(self.sink(writer)):
            self.wait_until_acknowledged()


class RunningSink:
    """A sink in a thread; `error` is what it ended with."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ended(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    def join(self) -> None:
        """Waits for its end."""
        self._thread.join(60)
        assert self.ended(), "the sink does not end"

    def _run(self) -> None:
        try:
            self._sink.run(self.stop)
        except BaseException as error:
            self.error = error


@contextmanager
def running(sink: Sink) -> Iterator[RunningSink]:
    """A sink that works while the context lasts; an error of it is the test's."""
    thread = RunningSink(sink)
    try:
        yield thread
    finally:
        thread.stop.set()
        thread.join()
    if thread.error is not None:
        raise thread.error
