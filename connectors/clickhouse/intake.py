"""The sink's side of Kafka: batches of records in, offsets back once their rows are safe."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import CommitFailedError, KafkaTimeoutError, RebalanceInProgressError
from kafka.structs import MemberState, OffsetAndMetadata

from connectors.clickhouse.messages import Message
from connectors.kafka.admin import KafkaUnreachable, TopicError

BATCH_SECONDS = 0.2
IDLE_SECONDS = 0.2
CLOSE_SECONDS = 5
SESSION_SECONDS = 10  # so long the partitions of a killed sink wait for another one
STUCK_SECONDS = 30

log = structlog.get_logger()


class Intake:
    """A member of the sink's consumer group. For one thread; nothing is acknowledged unless asked for."""

    def __init__(self, kafka_options: Mapping[str, object], topics: Sequence[str], group: str) -> None:
        """Connects and subscribes. Raises KafkaUnreachable if Kafka does not answer, TopicError if it lacks a topic."""
        self._offsets = Offsets()
        self._stable_at = monotonic()
        self._consumer = _consumer(kafka_options, group)
        try:
            self._consumer.subscribe(topics, listener=self._offsets)
            # to know all partitions before joining also spares the group a second rebalance
            missing = sorted(topic for topic in topics if not self._consumer.partitions_for_topic(topic))
            if missing:
                raise TopicError(f"Kafka has no topic {', '.join(missing)}: run `swyx-cdr migrate`")
        except BaseException:
            self.close()
            raise

    def read(self, limit: int, stop: threading.Event) -> list[Message]:
        """At most `limit` messages, at latest 0.2 s after the first of them came; none if none came for a moment."""
        batch: list[Message] = []
        deadline = monotonic() + IDLE_SECONDS
        while len(batch) < limit and not stop.is_set():
            wait = deadline - monotonic()
            if wait <= 0:
                break
            found = self._consumer.poll(timeout_ms=int(wait * 1000), max_records=limit - len(batch))
            if found and not batch:
                deadline = monotonic() + BATCH_SECONDS
            for partition, records in found.items():
                batch += records
                self._offsets.read(partition, records[-1])
        return batch

    def hand_over(self) -> None:
        """Says that what was read so far is being written: `acknowledge` means it, not what is read from now on."""
        self._offsets.hand_over()

    def acknowledge(self) -> None:
        """Commits what was handed over; rows that this fails for are read again by whoever gets their partition."""
        offsets = self._offsets.handed_over()
        try:
            self._consumer.commit(offsets)
        except (CommitFailedError, RebalanceInProgressError, KafkaTimeoutError) as error:
            log.warning("offsets not committed, rows may be read again", reason=str(error))
        else:
            self._offsets.committed(offsets)

    def stuck(self) -> bool:
        """Whether the group has been without an assignment for too long.

        kafka-python 3.0.12 can lose the outcome of a rebalance that ends while no poll waits for it: its client
        then never reads again and has to be replaced.
        """
        if self._consumer.group_metadata().state == MemberState.STABLE:
            self._stable_at = monotonic()
        return monotonic() - self._stable_at > STUCK_SECONDS

    def close(self) -> None:
        """Leaves the group; commits nothing."""
        self._consumer.close(autocommit=False, timeout_ms=CLOSE_SECONDS * 1000)


def _consumer(kafka_options: Mapping[str, object], group: str) -> Any:
    try:
        return KafkaConsumer(
            **kafka_options,
            group_id=group,
            client_id=group,
            session_timeout_ms=SESSION_SECONDS * 1000,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
    except KafkaTimeoutError:
        raise KafkaUnreachable(
            f"no Kafka answered at {kafka_options['bootstrap_servers']}: start it, or correct kafka.bootstrap_servers"
        ) from None


class Offsets(ConsumerRebalanceListener):  # type: ignore[misc]  # the client is untyped
    """The offsets behind what was read and what is being written, only of partitions that are still ours.

    The client calls it from a thread of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[TopicPartition, OffsetAndMetadata] = {}
        self._handed_over: dict[TopicPartition, OffsetAndMetadata] = {}

    def read(self, partition: TopicPartition, record: Any) -> None:
        """Notes the last record that was read of a partition."""
        with self._lock:
            self._read[partition] = OffsetAndMetadata(record.offset + 1, "", record.leader_epoch)

    def hand_over(self) -> None:
        """What was read is being written now; what could not be committed before goes along."""
        with self._lock:
            self._handed_over |= self._read
            self._read = {}

    def handed_over(self) -> dict[TopicPartition, OffsetAndMetadata]:
        """What is to be committed once it is written."""
        with self._lock:
            return dict(self._handed_over)

    def committed(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Forgets what was committed."""
        with self._lock:
            for partition, offset in offsets.items():
                if self._handed_over.get(partition) == offset:
                    del self._handed_over[partition]

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Another member may be ahead of us from now on: a commit of ours would take it back."""
        with self._lock:
            for partition in revoked:
                self._read.pop(partition, None)
                self._handed_over.pop(partition, None)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Says which partitions came."""
        log.info("partitions assigned", count=len(list(assigned)))
