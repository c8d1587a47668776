"""Publishing on a real Kafka: confirmations, partitions, failures, bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from kafka.partitioner import DefaultPartitioner

from connectors.kafka import producer
from connectors.kafka.admin import connect
from connectors.kafka.options import KafkaOptions
from connectors.kafka.producer import Publisher, PublishError
from infra.embedded.ports import reserved_port
from schemas.topics import LIFECYCLE


@pytest.fixture
def topic(kafka: str) -> str:
    wanted = LIFECYCLE._replace(name=f"{uuid4().hex[:8]}.lifecycle")
    with connect(KafkaOptions(kafka)) as admin:
        admin.apply(admin.plan_topics((wanted,), 3, 1))
    return wanted.name


@pytest.fixture
def publisher(kafka: str) -> Iterator[Publisher]:
    connected = Publisher(KafkaOptions(kafka).client_options(), threading.Event())
    assert connected.connect()
    yield connected
    connected.close()


def values(kafka: str, topic: str) -> list[tuple[int, bytes]]:
    """Partition and value of every message of the topic, in order."""
    consumer = KafkaConsumer(bootstrap_servers=kafka)
    try:
        places = [TopicPartition(topic, partition) for partition in range(3)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        found: list[tuple[int, bytes]] = []
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=200).values():
                found += [(record.partition, record.value) for record in records]
    finally:
        consumer.close()
    return found


def test_tokens_come_back_when_messages_are_confirmed(publisher: Publisher, topic: str) -> None:
    for number in range(10):
        assert publisher.publish(topic, b"group", b"%d" % number, token=number)
    assert publisher.flush(60)
    assert sorted(publisher.confirmed(), key=str) == list(range(10))
    assert list(publisher.confirmed()) == []


def test_a_group_has_the_partition_that_the_default_partitioner_gives_it(
    publisher: Publisher, kafka: str, topic: str
) -> None:
    groups = [f"group-{number}" for number in range(20)]
    for group in groups:
        publisher.publish(topic, group.encode(), group.encode(), None, publisher.partition_for(topic, group.encode()))
    publisher.publish(topic, b"by-key", b"by-key", None)
    assert publisher.flush(60)
    cluster = publisher._producer._metadata
    for partition, key in values(kafka, topic):
        assert DefaultPartitioner().partition(topic, None, key, None, None, cluster) == partition


def test_after_a_failure_everything_unconfirmed_is_sent_again_in_order(
    publisher: Publisher, kafka: str, topic: str
) -> None:
    publisher.publish(topic, b"group", b"before", "before", 0)
    assert publisher.flush(60)
    assert list(publisher.confirmed()) == ["before"]
    # A failure of the client while it has messages under way: none of them may be lost, their order stays.
    publisher._producer.close()
    for number in range(5):
        publisher._waiting[1000 + number] = producer._Message(topic, 0, b"group", b"%d" % number, number)
    publisher._fail(publisher._generation, KafkaTimeoutError("delivery timed out"))
    assert publisher.flush(60)
    assert list(publisher.confirmed()) == [0, 1, 2, 3, 4]
    assert [value for _, value in values(kafka, topic)] == [b"before", b"0", b"1", b"2", b"3", b"4"]


def test_a_message_that_kafka_never_takes_is_an_error_that_says_so(publisher: Publisher, topic: str) -> None:
    publisher.publish(topic, b"group", b"x" * 5_000_000, None, 0)
    with pytest.raises(PublishError, match="refuses messages: MessageSizeTooLargeError"):
        publisher.flush(60)
    assert isinstance(publisher._failure, MessageSizeTooLargeError)


def test_a_topic_that_does_not_exist_is_an_error_with_its_remedy(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producer, "_TOPIC_SECONDS", 0.1)
    with pytest.raises(PublishError, match=r"topic no-such-topic .* run swyx-cdr migrate"):
        publisher.partition_for("no-such-topic", b"group")


def test_what_is_not_confirmed_is_bounded_and_waiting_ends_with_stop(kafka: str, topic: str) -> None:
    stop = threading.Event()
    publisher = Publisher(KafkaOptions(kafka).client_options(), stop)
    assert publisher.connect()
    publisher._waiting = {
        -number: producer._Message(topic, 0, b"", b"", None) for number in range(producer.MAX_RECORDS)
    }
    threading.Timer(0.3, stop.set).start()
    assert not publisher.publish(topic, b"group", b"value", None)
    publisher.close()


def test_without_kafka_connecting_waits_until_stop() -> None:
    stop = threading.Event()
    with reserved_port() as port:
        publisher = Publisher(KafkaOptions(f"127.0.0.1:{port}").client_options(), stop)
        threading.Timer(0.5, stop.set).start()
        assert not publisher.connect()
