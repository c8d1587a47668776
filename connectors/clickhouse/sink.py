"""From Kafka's row topics into the warehouse (docs/delivery.md).

A batch is written first and acknowledged then: what a crash cuts off is read again, and rows are upserts. While one
batch is being written the next one is read, but no third: a warehouse that is away stops the flow, it does not fill
memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

import structlog
from kafka import KafkaProducer

from connectors.clickhouse.intake import Intake
from connectors.clickhouse.messages import Message
from schemas import topics
from schemas.cdr import Reject
from schemas.codec import encode
from schemas.keys import reject_key

GROUP = "swyx-cdr-sink"
ROW_TOPICS = tuple(topic.name for topic in topics.TOPICS if topic is not topics.LIFECYCLE)
BATCH_ROWS = 20_000
CONFIRM_SECONDS = 30
REPORT_SECONDS = 60

log = structlog.get_logger()


class Writer(Protocol):
    """What the sink needs of `connectors.clickhouse.messages.MessageWriter`."""

    def write(self, messages: Iterable[Message]) -> list[Reject]:
        """Returns when the rows are safe; returns what cannot be decoded or written."""


class Sink:
    """Reads the row topics as a member of the consumer group and writes what they carry.

    `kafka_options` are kafka-python's connection options. Several sinks share the partitions among them.
    """

    def __init__(
        self,
        kafka_options: Mapping[str, object],
        writer: Writer,
        *,
        row_topics: Sequence[str] = ROW_TOPICS,
        rejects_topic: str = topics.REJECTS.name,
        group: str = GROUP,
    ) -> None:
        self._kafka_options = kafka_options
        self._writer = writer
        self._topics = row_topics
        self._rejects_topic = rejects_topic
        self._group = group
        self._stored = 0
        self._report_at = monotonic() + REPORT_SECONDS

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set, then writes and acknowledges what it has read.

        Raises KafkaUnreachable if Kafka does not answer, TopicError if it lacks topics, WriteInterrupted if `stop`
        comes while the warehouse is away, and what the writer raises; nothing of the batch at hand is acknowledged
        then.
        """
        while not stop.is_set():
            intake = Intake(self._kafka_options, self._topics, self._group)
            try:
                self._work(intake, stop)
            finally:
                intake.close()
        log.info("sink ends", messages=self._stored)

    def _work(self, intake: Intake, stop: threading.Event) -> None:
        """Works until `stop` is set or the intake has to be replaced."""
        writing: Future[None] | None = None
        with ThreadPoolExecutor(1, "sink-writer") as pool, _stopped_by_errors(stop):
            while not stop.is_set():
                batch = intake.read(BATCH_ROWS, stop)
                if writing is not None:
                    writing.result()
                    intake.acknowledge()
                    writing = None
                if batch:
                    intake.hand_over()
                    writing = pool.submit(self._store, batch)
                elif intake.stuck():
                    log.warning("no partitions for too long, joining the group anew")
                    return
            if writing is not None:
                writing.result()
                intake.acknowledge()

    def _store(self, batch: Sequence[Message]) -> None:
        """Writes the rows; what cannot be read or written is safe in the topic of rejects when this returns."""
        rejects = self._writer.write(batch)
        if rejects:
            publish_rejects(self._kafka_options, self._rejects_topic, rejects)
        self._stored += len(batch)
        if monotonic() > self._report_at:
            log.info("rows stored", messages=self._stored)
            self._report_at = monotonic() + REPORT_SECONDS


@contextmanager
def _stopped_by_errors(stop: threading.Event) -> Iterator[None]:
    """Sets `stop` when an error passes: a write that waits for the warehouse must not hold up the end."""
    try:
        yield
    except BaseException:
        stop.set()
        raise


def publish_rejects(kafka_options: Mapping[str, object], topic: str, rejects: Sequence[Reject]) -> None:
    """Sends rejects and returns when Kafka has confirmed all; they come back from the topic as rows.

    Raises KafkaError if it does not.
    """
    producer = KafkaProducer(**kafka_options, client_id=GROUP, enable_idempotence=True, acks="all")
    try:
        futures = [producer.send(topic, key=reject_key(reject).encode(), value=encode(reject)) for reject in rejects]
        for future in futures:
            future.get(timeout=CONFIRM_SECONDS)
    finally:
        producer.close(timeout=CONFIRM_SECONDS)
