"""Publishes messages so that none is lost: each is kept in memory until the brokers have confirmed it.

kafka-python 3 drops nothing silently, but fails messages after its delivery timeout or at a change of the producer's
epoch. Then the producer is replaced and all that is not confirmed is sent again, in order: it arrives at least once.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import structlog
from kafka import KafkaProducer, errors
from kafka.errors import KafkaError
from kafka.partitioner import murmur2

# kafka-python's own buffer is unbounded, so what is not confirmed is bounded here.
MAX_RECORDS = 2000
MAX_BYTES = 4 * 1024 * 1024

_HOPELESS = (
    errors.AuthorizationError,
    errors.InvalidTopicError,
    errors.KafkaConfigurationError,
    errors.MessageSizeTooLargeError,
    errors.RecordListTooLargeError,
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
)
# What idempotence and speed need of kafka-python, with any address and credentials.
PRODUCER_OPTIONS: dict[str, object] = {
    "client_id": "swyx-cdr-tail",
    "enable_idempotence": True,
    "acks": "all",
    "compression_type": "lz4",
    # One batch a partition is under way at a time, so a batch should hold what gathers meanwhile. Compressed,
    # it stays under the brokers' usual limit of 1 MiB; where it does not, the producer divides it.
    "batch_size": 2 * 1024 * 1024,
    "max_request_size": 4 * 1024 * 1024,
    "linger_ms": 0,
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
    "bootstrap_timeout_ms": 3000,
    "max_block_ms": 5000,
    "reconnect_backoff_max_ms": 1000,
}
_POLL_SECONDS = 0.2
_BACKOFF_SECONDS = 0.5
_COMPLAIN_SECONDS = 30.0
_TOPIC_SECONDS = 20.0

_log = structlog.get_logger()


class PublishError(Exception):
    """Kafka refuses for a reason that waiting does not change; the message says which and what to do."""


class _Message(NamedTuple):
    topic: str
    partition: int | None
    key: bytes
    value: bytes | None
    token: object

    @property
    def size(self) -> int:
        return len(self.key) + len(self.value or b"")


class Publisher:
    """An idempotent producer with bounded memory. All methods are for one thread.

    Methods that wait end early when `stop` is set. Any may raise `PublishError`.
    """

    def __init__(self, options: Mapping[str, object], stop: threading.Event) -> None:
        """`options`: address and credentials as kafka-python takes them. Nothing is connected yet."""
        self._options = {**PRODUCER_OPTIONS, **options}
        self._stop = stop
        self._producer: Any = None
        # Guards what the producer's own thread changes: the four below.
        self._changed = threading.Condition()
        self._waiting: dict[int, _Message] = {}
        self._waiting_bytes = 0
        self._confirmed: deque[object] = deque()
        self._failure: BaseException | None = None
        self._generation = 0
        self._next_number = 0
        self._progress_at = time.monotonic()
        self._complained_at = 0.0

    def connect(self) -> bool:
        """Wait until Kafka answers; false if `stop` was set before."""
        while not self._stop.is_set():
            try:
                self._producer = KafkaProducer(**self._options)
            except (*_HOPELESS, ValueError, OSError) as error:
                raise PublishError(
                    f"Kafka at {self._address}: {error}; correct [kafka] of the configuration"
                ) from error
            except KafkaError:
                self._complain("Kafka does not answer, waiting for it")
                self._stop.wait(_BACKOFF_SECONDS)
            else:
                return True
        return False

    def partition_for(self, topic: str, key: bytes) -> int:
        """The partition that Kafka's default partitioner gives this key.

        Raises `PublishError` where the topic does not exist.
        """
        deadline = time.monotonic() + _TOPIC_SECONDS
        while True:
            try:
                partitions = sorted(self._producer.partitions_for(topic))
            except KafkaError as error:
                if time.monotonic() > deadline or self._stop.is_set() or isinstance(error, _HOPELESS):
                    raise PublishError(
                        f"topic {topic} of Kafka at {self._address} cannot be written: {error}; run swyx-cdr migrate"
                    ) from error
                self._stop.wait(_POLL_SECONDS)
            else:
                return int(partitions[(murmur2(key) & 0x7FFFFFFF) % len(partitions)])

    def publish(self, topic: str, key: bytes, value: bytes | None, token: object, partition: int | None = None) -> bool:
        """Send a message, waiting while too many are not confirmed; false if `stop` ended the wait: it is not sent.

        Without a `value` it marks the key as deleted, in a topic that is compacted.
        `token` comes back from `confirmed`. Without `partition` the key decides.
        """
        message = _Message(topic, partition, key, value, token)
        if not self._wait_for_room(message.size):
            return False
        self._next_number += 1
        with self._changed:
            if not self._waiting:
                self._progress_at = time.monotonic()
            self._waiting[self._next_number] = message
            self._waiting_bytes += message.size
        self._send([(self._next_number, message)])
        return True

    @property
    def unconfirmed(self) -> int:
        """The number of messages that Kafka has not confirmed; for any thread."""
        return len(self._waiting)

    def confirmed(self) -> Iterable[object]:
        """The tokens of the messages that were confirmed since the last call."""
        while self._confirmed:
            yield self._confirmed.popleft()

    def recover(self) -> None:
        """Replace a producer that failed and send again what it did not bring to an end; to be called now and then."""
        if self._waiting and time.monotonic() - self._progress_at > _COMPLAIN_SECONDS:
            self._complain("Kafka confirms nothing, waiting for it")
        error = self._failure
        if error is None:
            return
        if isinstance(error, _HOPELESS):
            raise PublishError(f"Kafka at {self._address} refuses messages: {error!r}") from error
        _log.warning(
            "Kafka failed to take messages, sending them again", messages=len(self._waiting), problem=str(error)
        )
        self.close()
        self._stop.wait(_BACKOFF_SECONDS)
        if self.connect():
            with self._changed:
                self._failure = None
                messages = list(self._waiting.items())
            self._send(messages)

    def flush(self, seconds: float) -> bool:
        """Wait until everything is confirmed, at most so long; whether it is. Set `stop` does not end this."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._changed:
                if not self._waiting:
                    return True
                self._changed.wait(_POLL_SECONDS)
            self.recover()
        return not self._waiting

    def close(self) -> None:
        """Let go of the connection; what is not confirmed is given up."""
        self._generation += 1
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=0 if self._waiting else 1)
        except KafkaError:
            # close() gives up where its flush does, and would leave its thread running.
            producer._sender.force_close()

    @property
    def _address(self) -> str:
        servers = self._options.get("bootstrap_servers")
        return ",".join(servers) if isinstance(servers, list) else str(servers)

    def _wait_for_room(self, size: int) -> bool:
        while True:
            self.recover()
            with self._changed:
                bytes_fit = not self._waiting or self._waiting_bytes + size <= MAX_BYTES
                if self._producer is not None and len(self._waiting) < MAX_RECORDS and bytes_fit:
                    return True
                if self._stop.is_set():
                    return False
                self._changed.wait(_POLL_SECONDS)

    def _send(self, messages: Iterable[tuple[int, _Message]]) -> None:
        generation = self._generation
        for number, message in messages:
            try:
                future = self._producer.send(message.topic, message.value, key=message.key, partition=message.partition)
            except (KafkaError, ValueError) as error:
                self._fail(generation, error)
                return
            future.add_callback(partial(self._confirm, number))
            future.add_errback(partial(self._fail, generation))

    def _confirm(self, number: int, _metadata: object) -> None:
        with self._changed:
            message = self._waiting.pop(number, None)
            if message is not None:
                self._waiting_bytes -= message.size
                self._confirmed.append(message.token)
            self._progress_at = time.monotonic()
            self._changed.notify()

    def _fail(self, generation: int, error: BaseException) -> None:
        with self._changed:
            if generation == self._generation and self._failure is None:
                self._failure = error
            self._changed.notify()

    def _complain(self, event: str) -> None:
        now = time.monotonic()
        if now - self._complained_at >= _COMPLAIN_SECONDS:
            self._complained_at = now
            _log.warning(event, servers=self._address, unconfirmed=len(self._waiting))
