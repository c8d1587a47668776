"""`migrate`, `sink` and `sql` as their users see them, on servers that are configured by address."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from kafka import KafkaProducer

from schemas.codec import encode
from schemas.topics import CHARGES, TOPICS
from tests.conftest import ClickHouseServer
from tests.integration.program import running, swyx_cdr, wait_until
from tests.warehouse import charge

CONFIG = """
[kafka]
bootstrap_servers = "{kafka}"
[clickhouse]
url = "clickhouse://default@{server.host}:{server.port}?http_port={server.http_port}"
database = "{database}"
[[sites]]
name = "dortmund"
files = ["cdr*.txt"]
area_code = "231"
"""


@pytest.fixture
def config(tmp_path: Path, kafka: str, clickhouse: ClickHouseServer) -> Path:
    """A configuration of both servers, with a database that does not exist yet."""
    file = tmp_path / "swyx-cdr.toml"
    file.write_text(CONFIG.format(kafka=kafka, server=clickhouse, database=clickhouse.fresh_database()))
    return file


def query(config: Path, text: str) -> str:
    """What `sql` prints."""
    return swyx_cdr("sql", "--config", config, "--format", "TSV", text).stdout


def test_migrate_may_be_repeated(config: Path) -> None:
    planned = swyx_cdr("migrate", "--config", config, "--dry-run").stdout
    done = swyx_cdr("migrate", "--config", config).stdout

    assert "CREATE TABLE IF NOT EXISTS charge_rows" in planned
    assert done == planned
    assert swyx_cdr("migrate", "--config", config).stdout == "topics and warehouse are at this version\n"


def test_what_runs_before_migrate_says_so_in_one_line(config: Path) -> None:
    for arguments in (["sink"], ["sql", "SELECT 1"]):
        done = swyx_cdr(*arguments, "--config", config, check=False)

        assert done.returncode == 1
        assert done.stderr.startswith("swyx-cdr: ")
        assert done.stderr.endswith("run `swyx-cdr migrate`\n") or "run `swyx-cdr migrate`, or" in done.stderr
        assert done.stderr.count("\n") == 1


def test_the_sink_brings_rows_to_the_warehouse_and_stops_when_asked(config: Path, kafka: str) -> None:
    swyx_cdr("migrate", "--config", config)
    producer = KafkaProducer(bootstrap_servers=kafka)
    producer.send(CHARGES.name, key=charge().leg_id.encode(), value=encode(charge())).get(30)
    producer.close()
    with running("sink", "--config", config) as sink:
        wait_until(lambda: query(config, "SELECT site, amount FROM charges") == "dortmund\t1\n", "the charge")
        sink.send_signal(signal.SIGTERM)
        code = sink.wait(30)

    assert code == 0


def test_all_topics_exist_after_migrate(config: Path, kafka: str) -> None:
    swyx_cdr("migrate", "--config", config)
    producer = KafkaProducer(bootstrap_servers=kafka)
    found = {topic.name: len(producer.partitions_for(topic.name)) for topic in TOPICS}
    producer.close()

    assert found == {topic.name: 4 for topic in TOPICS}
