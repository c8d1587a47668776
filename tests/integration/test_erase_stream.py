"""Where a stream has written, `erase` leaves what a worker may tell again, and marks messages as deleted."""

from __future__ import annotations

from collections.abc import Iterator
from subprocess import CompletedProcess

import pytest
from clickhouse_driver import Client
from kafka import KafkaConsumer, TopicPartition

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from schemas.topics import CHARGES, LEGS
from tests.builders import at
from tests.conftest import ClickHouseServer
from tests.integration.program import swyx_cdr
from tests.warehouse import charge, leg_row

DAY = 86_400
OLD = "dortmund:1:2002-11-19T12:03:28"


@pytest.fixture(scope="module")
def erased(
    tmp_path_factory: pytest.TempPathFactory, clickhouse: ClickHouseServer, kafka: str
) -> Iterator[tuple[Client, CompletedProcess[str]]]:
    """User 101 has a leg of November and one thirty days later; the stream holds seven days."""
    config = tmp_path_factory.mktemp("erase") / "swyx-cdr.toml"
    config.write_text(
        f'[pipeline]\nlate_days = 7\n[kafka]\nbootstrap_servers = "{kafka}"\n'
        '[[sites]]\nname = "dortmund"\nfiles = ["cdr.txt"]\narea_code = "231"\n'
    )
    with pytest.MonkeyPatch.context() as program:
        client = clickhouse.used_by(program)
        swyx_cdr("migrate", "--config", config)
        fill(clickhouse, client)
        done = swyx_cdr("erase", "--config", config, "--user", "101", "--site", "dortmund", "--yes")
        yield client, done


def fill(server: ClickHouseServer, client: Client) -> None:
    client.execute("INSERT INTO epochs (epoch, purpose, token) SELECT 1, 'stream x', generateUUIDv4()")
    options = ClickHouseOptions(server.host, server.port, server.http_port, database=client.connection.database)
    with RowWriter(options) as writer:
        writer.write([leg_row(1, origination_name="Anna"), leg_row(2, start=30 * DAY, origination_name="Anna")])
        writer.write([charge(1, leg_id=OLD, started_at=at(0), connected_at=at(5), payer_name="Anna")])


def test_legs_that_a_worker_may_hold_are_left(erased: tuple[Client, CompletedProcess[str]]) -> None:
    client, _ = erased

    found = client.execute("SELECT call_id_number, origination_number, origination_name FROM leg_rows ORDER BY 1")
    assert found == [("1", "XXX", ""), ("2", "101", "Anna")]


def test_they_are_told_with_the_day_of_the_next_try(erased: tuple[Client, CompletedProcess[str]]) -> None:
    _, done = erased

    assert "1 legs are left" in done.stderr
    assert "when there are calls of 2002-12-29 or later" in done.stderr


@pytest.mark.parametrize("topic", [LEGS.name, CHARGES.name])
def test_messages_of_what_was_removed_are_marked_as_deleted(
    erased: tuple[Client, CompletedProcess[str]], kafka: str, topic: str
) -> None:
    assert deleted(kafka, topic) == [OLD]


def deleted(kafka: str, topic: str) -> list[str]:
    """The keys of a topic that are marked as deleted."""
    consumer = KafkaConsumer(bootstrap_servers=kafka)
    try:
        places = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        found = []
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=200).values():
                found += [record.key.decode() for record in records if record.value is None]
    finally:
        consumer.close()
    return found
