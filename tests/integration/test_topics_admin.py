"""Topics and offsets on a real Kafka."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import UnknownBrokerIdError
from kafka.structs import OffsetAndMetadata

from connectors.kafka.admin import AlterTopic, CreateTopic, KafkaAdmin, KafkaUnreachable, TopicError, connect
from connectors.kafka.options import KafkaOptions
from schemas.topics import LIFECYCLE, LINKS, Topic


@pytest.fixture
def admin(kafka: str) -> Iterator[KafkaAdmin]:
    with connect(KafkaOptions(kafka)) as connected:
        yield connected


@pytest.fixture
def topics() -> tuple[Topic, Topic]:
    """One topic that expires and one that is compacted, with names of their own."""
    run = uuid4().hex[:8]
    return LIFECYCLE._replace(name=f"{run}.lifecycle"), LINKS._replace(name=f"{run}.links")


def created(admin: KafkaAdmin, topics: tuple[Topic, ...], partitions: int = 2) -> None:
    admin.apply(admin.plan_topics(topics, partitions, 1))


def test_missing_topics_are_planned_with_partitions_and_settings(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    expected = [CreateTopic(topic.name, 2, 1, topic.config) for topic in topics]
    assert admin.plan_topics(topics, 2, 1) == expected


def test_planning_changes_nothing(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    assert admin.plan_topics(topics, 2, 1) == admin.plan_topics(topics, 2, 1)


def test_a_cluster_without_a_broker_for_a_moment_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, admin: KafkaAdmin
) -> None:
    answers = iter([UnknownBrokerIdError(-1)])
    describe = KafkaAdminClient.describe_topics

    def at_second_try(client: KafkaAdminClient, names: list[str]) -> object:
        for problem in answers:
            raise problem
        return describe(client, names)

    monkeypatch.setattr(KafkaAdminClient, "describe_topics", at_second_try)
    with pytest.raises(TopicError, match="has no topic missing"):
        admin.topic_id("missing")


def test_created_topics_need_nothing_more(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    assert admin.plan_topics(topics, 2, 1) == []


def test_created_topics_have_their_partitions(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    places = {(topic.name, partition) for topic in topics for partition in range(2)}
    assert admin.end_offsets(topic.name for topic in topics) == dict.fromkeys(places, 0)


def test_topics_created_by_someone_else_meanwhile_are_left_alone(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    actions = admin.plan_topics(topics, 2, 1)
    created(admin, topics[:1])
    admin.apply(actions)
    assert admin.plan_topics(topics, 2, 1) == []


def test_a_setting_that_differs_is_planned_with_both_values(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    longer = topics[0]._replace(retention_hours=1000)
    change = {"retention.ms": ("2592000000", "3600000000")}
    assert admin.plan_topics((longer, topics[1]), 2, 1) == [AlterTopic(longer.name, change)]


def test_a_setting_that_differs_is_altered(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    longer = topics[0]._replace(retention_hours=1000)
    created(admin, (longer,))
    assert admin.plan_topics((longer,), 2, 1) == []


def test_another_number_of_partitions_is_an_error_that_names_topic_numbers_and_remedy(
    admin: KafkaAdmin, topics: tuple[Topic, ...]
) -> None:
    created(admin, topics[1:])
    with pytest.raises(TopicError, match=rf"partitions = 3: {topics[1].name} has 2; set it to that number, or stop"):
        admin.plan_topics(topics, 3, 1)


def test_an_impossible_replication_factor_is_an_error_that_names_the_topic(
    admin: KafkaAdmin, topics: tuple[Topic, ...]
) -> None:
    with pytest.raises(TopicError, match=rf"topic {topics[0].name}: Kafka refuses to create it: .*replication factor"):
        admin.apply(admin.plan_topics(topics, 2, 9))


def test_an_impossible_setting_is_an_error_that_names_the_topic(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    with pytest.raises(TopicError, match=rf"topic {topics[1].name}: Kafka refuses to alter it: .*retention.ms"):
        admin.apply([AlterTopic(topics[1].name, {"retention.ms": (None, "soon")})])


def test_end_offsets_count_the_messages(kafka: str, admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    produce(kafka, topics[0].name, partition=1, messages=3)
    name = topics[0].name
    assert admin.end_offsets([name]) == {(name, 0): 0, (name, 1): 3}


def produce(kafka: str, topic: str, partition: int, messages: int) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka)
    for number in range(messages):
        producer.send(topic, value=b"%d" % number, partition=partition)
    producer.flush()
    producer.close()


def test_end_offsets_of_a_missing_topic_are_an_error_with_the_remedy(
    admin: KafkaAdmin, topics: tuple[Topic, ...]
) -> None:
    with pytest.raises(TopicError, match=rf"has no topic {topics[0].name}: run swyx-cdr migrate"):
        admin.end_offsets([topics[0].name])


def test_no_topics_have_no_end_offsets(admin: KafkaAdmin) -> None:
    assert admin.end_offsets([]) == {}


def test_committed_offsets_are_those_of_the_group(kafka: str, admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    group = f"{topics[0].name}-readers"
    consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    consumer.commit({TopicPartition(topics[0].name, 1): OffsetAndMetadata(7, "", -1)})
    consumer.close()
    assert admin.committed_offsets(group) == {(topics[0].name, 1): 7}


def test_a_group_that_never_committed_has_no_offsets(admin: KafkaAdmin) -> None:
    assert admin.committed_offsets(f"nobody-{uuid4().hex}") == {}


def test_an_unreachable_broker_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.kafka.admin.CONNECT_SECONDS", 1)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with (
            pytest.raises(KafkaUnreachable, match=rf"no Kafka answered at {address} within 1 s: start it, or correct"),
            connect(KafkaOptions(address)),
        ):
            pass


def test_the_id_of_a_topic_stays_and_is_its_own(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    created(admin, topics)
    first, second = (admin.topic_id(topic.name) for topic in topics)
    assert first == admin.topic_id(topics[0].name)
    assert first != second


def test_a_missing_topic_has_no_id(admin: KafkaAdmin, topics: tuple[Topic, ...]) -> None:
    with pytest.raises(TopicError, match=rf"has no topic {topics[0].name}: run swyx-cdr migrate"):
        admin.topic_id(topics[0].name)
