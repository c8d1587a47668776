"""Topics and offsets of a Kafka cluster: what `migrate`, `status` and `--until-idle` need of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from kafka import TopicPartition
from kafka.admin import ConfigResource, KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaConfigurationError, KafkaError, KafkaTimeoutError, UnknownBrokerIdError

from connectors.kafka.options import KafkaOptions
from schemas.topics import Topic

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10

_NO_ERROR, _UNKNOWN_TOPIC, _TOPIC_EXISTS = 0, 3, 36


class KafkaUnreachable(ConnectionError):  # noqa: N818 - a state of the world, said as such
    """No broker answered in time; the text names address and remedy."""


class TopicError(Exception):
    """A topic that is missing, does not fit the configuration, or was refused by the broker."""


class CreateTopic(NamedTuple):
    """A topic to create."""

    topic: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]

    def __str__(self) -> str:
        config = " ".join(f"{key}={value}" for key, value in sorted(self.config.items()))
        return (
            f"create topic {self.topic} partitions={self.partitions} "
            f"replication_factor={self.replication_factor} {config}"
        )


class AlterTopic(NamedTuple):
    """Settings of an existing topic to change: by key, the value found and the value wanted."""

    topic: str
    changes: Mapping[str, tuple[str | None, str]]

    def __str__(self) -> str:
        changes = " ".join(f"{key}={wanted} (was {found})" for key, (found, wanted) in sorted(self.changes.items()))
        return f"alter topic {self.topic} {changes}"


Action = CreateTopic | AlterTopic


@contextmanager
def connect(options: KafkaOptions) -> Iterator[KafkaAdmin]:
    """A connection for administration, closed at the end. Raises KafkaUnreachable after `CONNECT_SECONDS`."""
    servers = options.bootstrap_servers
    try:
        client = KafkaAdminClient(
            **options.client_options(),
            bootstrap_timeout_ms=CONNECT_SECONDS * 1000,
            request_timeout_ms=ANSWER_SECONDS * 1000,
        )
    except KafkaTimeoutError:
        raise KafkaUnreachable(
            f"no Kafka answered at {servers} within {CONNECT_SECONDS} s: "
            "start it, or correct [kafka] bootstrap_servers, security_protocol and credentials"
        ) from None
    except (KafkaConfigurationError, ValueError) as problem:
        raise KafkaUnreachable(f"[kafka] of the configuration does not lead to {servers}: {problem}") from None
    try:
        yield KafkaAdmin(client, servers)
    finally:
        client.close()


class KafkaAdmin:
    """What the program asks of a cluster. Every method raises KafkaUnreachable when no answer comes in time."""

    def __init__(self, client: Any, servers: str) -> None:
        self._client = client
        self._servers = servers

    def plan_topics(self, topics: Iterable[Topic], partitions: int, replication_factor: int) -> list[Action]:
        """What makes the topics what they should be; changes nothing, and nothing is left when it is done.

        Raises TopicError if a topic exists with another number of partitions: the partition decides which
        process keeps a group's legs, so it cannot change under them.
        """
        wanted = {topic.name: topic_config(topic, replication_factor) for topic in topics}
        found = self._partition_counts(wanted)
        wrong = {name: count for name, count in found.items() if count != partitions}
        if wrong:
            raise TopicError(_wrong_partitions(wrong, partitions))
        missing = [name for name in wanted if name not in found]
        creations = [CreateTopic(name, partitions, replication_factor, wanted[name]) for name in missing]
        return [*creations, *self._alterations({name: wanted[name] for name in wanted if name in found})]

    def apply(self, actions: Sequence[Action]) -> None:
        """Carries out what `plan_topics` found; a topic that came into being meanwhile is left as it is.

        Returns when every partition of the new topics has a leader. Raises TopicError if the broker refuses.
        """
        self._create([action for action in actions if isinstance(action, CreateTopic)])
        self._alter([action for action in actions if isinstance(action, AlterTopic)])

    def end_offsets(self, topics: Iterable[str]) -> dict[tuple[str, int], int]:
        """The offset behind the last message of every partition of the topics. Raises TopicError if one is missing."""
        wanted = list(topics)
        counts = self._partition_counts(wanted)
        missing = [topic for topic in wanted if topic not in counts]
        if missing:
            raise TopicError(f"Kafka at {self._servers} has no topic {', '.join(missing)}: run swyx-cdr migrate")
        specs = {
            TopicPartition(topic, partition): OffsetSpec.LATEST
            for topic, count in counts.items()
            for partition in range(count)
        }
        found = self._ask(lambda: self._client.list_partition_offsets(specs)) if specs else {}
        return {(place.topic, place.partition): answer.offset for place, answer in found.items()}

    def topic_id(self, topic: str) -> str:
        """What tells this topic from another that had its name before. Raises TopicError if it is missing."""
        (answer,) = self._ask(lambda: self._client.describe_topics([topic]))
        if answer["error_code"] != _NO_ERROR:
            raise TopicError(f"Kafka at {self._servers} has no topic {topic}: run swyx-cdr migrate")
        return str(answer["topic_id"])

    def committed_offsets(self, group: str) -> dict[tuple[str, int], int]:
        """The committed offsets of a consumer group; partitions without one, and unknown groups, have none."""
        found = self._ask(lambda: self._client.list_group_offsets({group: None}))[group]
        return {(place.topic, place.partition): answer.offset for place, answer in found.items() if answer.offset >= 0}

    def member_count(self, group: str) -> int:
        """How many clients are members of a consumer group; none of a group that Kafka does not know."""
        return len(self._ask(lambda: self._client.describe_groups([group]))[group]["members"])

    def _partition_counts(self, topics: Iterable[str]) -> dict[str, int]:
        names = list(topics)
        counts = {}
        for answer in self._ask(lambda: self._client.describe_topics(names)) if names else ():
            if answer["error_code"] == _NO_ERROR:
                counts[answer["name"]] = len(answer["partitions"])
            elif answer["error_code"] != _UNKNOWN_TOPIC:
                raise TopicError(f"topic {answer['name']}: Kafka refuses to describe it, error {answer['error_code']}")
        return counts

    def _alterations(self, wanted: dict[str, dict[str, str]]) -> list[AlterTopic]:
        if not wanted:
            return []
        resources = [ConfigResource("TOPIC", topic, list(config)) for topic, config in wanted.items()]
        described = self._ask(lambda: self._client.describe_configs(resources, config_filter="all"))["topic"]
        actions = []
        for topic, config in wanted.items():
            found = {key: described[topic].get(key, {}).get("value") for key in config}
            changes = {key: (found[key], value) for key, value in config.items() if found[key] != value}
            if changes:
                actions.append(AlterTopic(topic, changes))
        return actions

    def _create(self, actions: Sequence[CreateTopic]) -> None:
        if not actions:
            return
        request = {
            action.topic: {
                "num_partitions": action.partitions,
                "replication_factor": action.replication_factor,
                "configs": dict(action.config),
            }
            for action in actions
        }
        answers = self._ask(lambda: self._client.create_topics(request, raise_errors=False))["topics"]
        for answer in answers:
            if answer["error_code"] not in (_NO_ERROR, _TOPIC_EXISTS):
                raise TopicError(f"topic {answer['name']}: Kafka refuses to create it: {answer['error_message']}")
        self._ask(lambda: self._client.wait_for_topics(list(request)))

    def _alter(self, actions: Sequence[AlterTopic]) -> None:
        if not actions:
            return
        resources = [
            ConfigResource("TOPIC", action.topic, {key: wanted for key, (_, wanted) in action.changes.items()})
            for action in actions
        ]
        answers = self._ask(lambda: self._client.alter_configs(resources))["topic"]
        for topic, answer in answers.items():
            if answer != "OK":
                raise TopicError(f"topic {topic}: Kafka refuses to alter it: {answer}")

    def _ask(self, question: Callable[[], Any]) -> Any:
        """The answer to one question; passing states of a cluster (no coordinator or leader yet) are waited for."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                return question()
            except KafkaError as problem:
                # A cluster whose only broker is late with its heartbeat has no broker for a moment.
                if not (problem.retriable or isinstance(problem, UnknownBrokerIdError)):
                    raise TopicError(f"Kafka at {self._servers} refuses: {problem}") from problem
                if time.monotonic() > deadline:
                    raise KafkaUnreachable(f"Kafka at {self._servers} does not answer: {problem}") from problem
            time.sleep(0.1)


def topic_config(topic: Topic, replication_factor: int) -> dict[str, str]:
    """A topic's settings; with three replicas and more, a message is confirmed when two have it."""
    if replication_factor < 3:
        return topic.config
    return topic.config | {"min.insync.replicas": "2"}


def _wrong_partitions(wrong: dict[str, int], expected: int) -> str:
    found = ", ".join(f"{name} has {count}" for name, count in sorted(wrong.items()))
    return (
        f"topics with another number of partitions than [kafka] partitions = {expected}: {found}; "
        "set it to that number, or stop every process, delete these topics, run swyx-cdr migrate and backfill"
    )
