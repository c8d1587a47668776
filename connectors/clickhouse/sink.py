"""From Kafka's row topics into the warehouse (design: delivery).

A batch is written first and acknowledged then: what a crash cuts off is read again, and rows are upserts. While a
batch waits for the warehouse nothing is read, so a warehouse that is away stops the flow at the source's expense,
not at memory's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import Any, Protocol

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import CommitFailedError, KafkaTimeoutError, RebalanceInProgressError
from kafka.structs import OffsetAndMetadata

from connectors.clickhouse.messages import Message
from schemas import topics
from schemas.cdr import Reject
from schemas.codec import encode

GROUP = "swyx-cdr-sink"
ROW_TOPICS = tuple(topic.name for topic in topics.TOPICS if topic is not topics.LIFECYCLE)
BATCH_ROWS = 20_000
BATCH_SECONDS = 0.2
IDLE_SECONDS = 0.2
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
        group: str = GROUP,
    ) -> None:
        self._kafka_options = kafka_options
        self._writer = writer
        self._topics = row_topics
        self._group = group
        self._offsets = _Offsets()
        self._stored = 0

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set, then writes and acknowledges what it has read.

        Raises KafkaTimeoutError if Kafka does not answer at the start, WriteInterrupted if `stop` comes while the
        warehouse is away, and what the writer raises; nothing of the batch is acknowledged then.
        """
        consumer = KafkaConsumer(
            **self._kafka_options,
            group_id=self._group,
            client_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
        try:
            consumer.subscribe(self._topics, listener=self._offsets)
            self._loop(consumer, stop)
        finally:
            consumer.close(autocommit=False, timeout_ms=5000)
            log.info("sink ends", messages=self._stored)

    def _loop(self, consumer: Any, stop: threading.Event) -> None:
        report = monotonic() + REPORT_SECONDS
        while not stop.is_set():
            batch = self._gather(consumer, stop)
            if batch:
                self._store(batch)
                self._acknowledge(consumer)
                self._stored += len(batch)
            if monotonic() > report:
                log.info("sink", messages=self._stored)
                report = monotonic() + REPORT_SECONDS

    def _gather(self, consumer: Any, stop: threading.Event) -> list[Message]:
        """Reads until the batch is full, its deadline is over, or nothing came for a moment."""
        batch: list[Message] = []
        deadline = monotonic() + IDLE_SECONDS
        while len(batch) < BATCH_ROWS and not stop.is_set():
            wait = deadline - monotonic()
            if wait <= 0:
                break
            found = consumer.poll(timeout_ms=int(wait * 1000), max_records=BATCH_ROWS - len(batch))
            if found and not batch:
                deadline = monotonic() + BATCH_SECONDS
            for partition, records in found.items():
                batch += records
                self._offsets.read(partition, records[-1])
        return batch

    def _store(self, batch: Sequence[Message]) -> None:
        """Writes the rows; what cannot be read or written is safe in `cdr.rejects` when this returns."""
        rejects = self._writer.write(batch)
        if rejects:
            publish_rejects(self._kafka_options, rejects)

    def _acknowledge(self, consumer: Any) -> None:
        offsets = self._offsets.pending()
        try:
            consumer.commit(offsets)
        except (CommitFailedError, RebalanceInProgressError, KafkaTimeoutError) as error:
            # the next commit covers these rows, or whoever gets the partitions reads them again
            log.warning("offsets not committed, rows may be read again", reason=str(error))
        else:
            self._offsets.committed(offsets)


class _Offsets(ConsumerRebalanceListener):  # type: ignore[misc]  # the client is untyped
    """The offsets to commit, only of partitions that are still ours. The client calls it from its own thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[TopicPartition, OffsetAndMetadata] = {}

    def read(self, partition: TopicPartition, record: Any) -> None:
        """Notes the last record that was read of a partition."""
        with self._lock:
            self._next[partition] = OffsetAndMetadata(record.offset + 1, "", record.leader_epoch)

    def pending(self) -> dict[TopicPartition, OffsetAndMetadata]:
        """What is to be committed once everything read so far is safe."""
        with self._lock:
            return dict(self._next)

    def committed(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Forgets what was committed."""
        with self._lock:
            for partition, offset in offsets.items():
                if self._next.get(partition) == offset:
                    del self._next[partition]

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Another member may be ahead of us from now on: a commit of ours would take it back."""
        with self._lock:
            for partition in revoked:
                self._next.pop(partition, None)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Says which partitions came."""
        log.info("partitions assigned", count=len(list(assigned)))


def publish_rejects(kafka_options: Mapping[str, object], rejects: Sequence[Reject]) -> None:
    """Sends rejects to `cdr.rejects` and returns when Kafka has confirmed all; they come back from there as rows.

    Raises KafkaError if it does not.
    """
    producer = KafkaProducer(**kafka_options, client_id=GROUP, enable_idempotence=True, acks="all")
    try:
        futures = [
            producer.send(
                topics.REJECTS.name,
                key=f"{reject.site}:{reject.source_file}:{reject.source_offset}".encode(),
                value=encode(reject),
            )
            for reject in rejects
        ]
        for future in futures:
            future.get(timeout=CONFIRM_SECONDS)
    finally:
        producer.close(timeout=CONFIRM_SECONDS)
