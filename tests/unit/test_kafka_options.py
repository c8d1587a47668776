"""Connection options for Kafka clients."""

from __future__ import annotations

import pytest

from connectors.kafka.admin import AlterTopic, CreateTopic, KafkaUnreachable, connect, topic_config
from connectors.kafka.options import KafkaOptions
from schemas.topics import CALLS

SECURE = KafkaOptions(
    "kafka-1:9093, kafka-2:9093",
    security_protocol="SASL_SSL",
    sasl_mechanism="SCRAM-SHA-512",
    sasl_username="cdr",
    sasl_password="correct horse",
    ssl_cafile="ca.pem",
)


def test_the_password_does_not_show() -> None:
    assert "correct horse" not in repr(SECURE)


def test_options_are_in_the_clients_words() -> None:
    assert SECURE.client_options() == {
        "bootstrap_servers": ["kafka-1:9093", "kafka-2:9093"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "cdr",
        "sasl_plain_password": "correct horse",
        "ssl_cafile": "ca.pem",
    }


def test_what_is_not_set_is_left_to_the_client() -> None:
    assert KafkaOptions("localhost:9092").client_options() == {
        "bootstrap_servers": ["localhost:9092"],
        "security_protocol": "PLAINTEXT",
    }


@pytest.mark.parametrize(("replicas", "needed"), [(1, None), (2, None), (3, "2"), (5, "2")])
def test_with_three_replicas_two_must_have_a_message(replicas: int, needed: str | None) -> None:
    assert topic_config(CALLS, replicas).get("min.insync.replicas") == needed


def test_actions_say_what_they_do() -> None:
    create = CreateTopic("cdr.calls", 4, 1, {"cleanup.policy": "compact"})
    alter = AlterTopic("cdr.calls", {"cleanup.policy": ("delete", "compact")})
    assert [str(create), str(alter)] == [
        "create topic cdr.calls partitions=4 replication_factor=1 cleanup.policy=compact",
        "alter topic cdr.calls cleanup.policy=compact (was delete)",
    ]


def test_an_impossible_address_names_the_section_and_the_address() -> None:
    with (
        pytest.raises(KafkaUnreachable, match=r"\[kafka\] .* localhost:port: "),
        connect(KafkaOptions("localhost:port")),
    ):
        pass
