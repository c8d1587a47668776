"""`status` at the moments that an administrator meets, on real servers: from nothing that runs to all that is well."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import pytest
import typer
from kafka import KafkaConsumer, KafkaProducer
from typer.testing import CliRunner, Result

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.intake import STUCK_SECONDS
from connectors.clickhouse.migrate import migrate
from connectors.clickhouse.sink import GROUP as SINK_GROUP
from connectors.clickhouse.writer import RowWriter
from infra.embedded.services import Services, start_services
from infra.simulator.simulation import write_at_once
from pipeline.agents.topics import GROUP as WORKER_GROUP
from pipeline.cli.migrate import bring_up_to_date
from pipeline.cli.settings import load_settings
from pipeline.cli.status import status
from schemas.rows import Call
from schemas.topics import LIFECYCLE
from tests.contract.example_values import CALL
from tests.integration.program import DEADLINE_SECONDS, swyx_cdr
from tests.integration.test_site_states import heartbeat, legs
from tests.warehouse import an_id, reject

NOW = datetime.now(UTC).replace(microsecond=0)
FAR_BEHIND = 10_000
TROUBLED = "troubled"
REFUSING = "127.0.0.1:1"
# Without the program's callback, which would have the log of all tests go where this command's errors go.
APP = typer.Typer()
APP.command()(status)


class Moment(NamedTuple):
    """What `status` and `status --json` tell at one moment."""

    exit_code: int
    lines: list[str]
    told: Any

    @property
    def codes(self) -> list[str]:
        """The codes of what is to be looked at."""
        return [reason["code"] for reason in self.told["reasons"]]

    def site(self, name: str) -> dict[str, Any]:
        """What is told of a site."""
        (found,) = (site for site in self.told["sites"] if site["site"] == name)
        return dict(found)


def ask(config: Path, *arguments: str, **environment: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(APP, ["--config", str(config), *arguments], env=environment, catch_exceptions=False)


def moment(config: Path, **environment: str) -> Moment:
    """Ask now, with some variables."""
    screen = ask(config, **environment)
    told = ask(config, "--json", **environment)
    assert screen.exit_code == told.exit_code
    return Moment(screen.exit_code, screen.stdout.splitlines(), json.loads(told.stdout))


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Moment]]:
    """One installation of three sites, asked again and again while it changes."""
    folder = tmp_path_factory.mktemp("status") / "sites"
    write_at_once(folder, start=datetime(2026, 3, 16, 8, tzinfo=UTC), legs=3)
    config = folder / "swyx-cdr.toml"
    found = {"nothing runs": moment(config)}
    with ExitStack() as held:
        services = held.enter_context(start_services(folder / "state"))
        found["not migrated"] = moment(config)
        bring_up_to_date(load_settings(config, {}))
        found["nobody works"] = moment(config)
        store_heartbeats(services)
        with member(services, WORKER_GROUP), member(services, SINK_GROUP):
            found["all works"] = moment(config)
        store_trouble(services)
        found["trouble"] = moment(config, SWYX_CDR__CLICKHOUSE__DATABASE=TROUBLED)
        found["without Kafka"] = moment(config, SWYX_CDR__KAFKA__BOOTSTRAP_SERVERS=REFUSING)
        url = f"clickhouse://default@{REFUSING}"
        found["without ClickHouse"] = moment(config, SWYX_CDR__CLICKHOUSE__URL=url)
        publish(services, FAR_BEHIND)
        found["far behind"] = moment(config)
        yield found


def store_heartbeats(services: Services) -> None:
    """What a sink does that has taken the heartbeats of all sites."""
    with RowWriter(warehouse(services, "cdr")) as writer:
        writer.write([heartbeat(site) for site in ("dortmund", "berlin", "zuerich")])


def joined(services: Services, group: str) -> KafkaConsumer:
    """A member with partitions. kafka-python can lose a rebalance; such a client never gets any and is replaced."""
    deadline = monotonic() + DEADLINE_SECONDS
    while True:
        consumer = KafkaConsumer(LIFECYCLE.name, bootstrap_servers=services.kafka_bootstrap, group_id=group)
        replaced_at = monotonic() + STUCK_SECONDS
        while monotonic() < replaced_at:
            consumer.poll(100)
            if consumer.assignment():
                return consumer
        consumer.close(autocommit=False)
        assert monotonic() < deadline, f"no partitions for a member of {group}"


@contextmanager
def member(services: Services, group: str) -> Iterator[None]:
    """A process that has joined a consumer group, as worker and sink do."""
    consumer = joined(services, group)
    try:
        yield
    finally:
        consumer.close(autocommit=False)


def warehouse(services: Services, database: str) -> ClickHouseOptions:
    """A database of the embedded ClickHouse."""
    host, port = services.clickhouse_native
    return ClickHouseOptions(host, port, services.clickhouse_http[1], database=database)


def store_trouble(services: Services) -> None:
    """Another warehouse: Berlin is silent, Dortmund has rejects and calls that miss a leg, Zürich is unknown."""
    options = warehouse(services, TROUBLED)
    migrate(options)
    tried = [NOW - timedelta(hours=hours) for hours in (1, 23, 25)]
    rejects = [reject(offset)._replace(rejected_at=at) for offset, at in enumerate(tried)]
    ended = [NOW - timedelta(days=days) for days in (6, 8, 13, 15)]
    calls = [incomplete_call(number, at) for number, at in enumerate(ended)]
    beats = [heartbeat("dortmund", torn_bytes=12), heartbeat("berlin")]
    with RowWriter(options) as writer:
        writer.write([*rejects, *calls, *beats, *legs("berlin", 10, 1, 2, 3, 4)])


def incomplete_call(number: int, ended_at: datetime) -> Call:
    """A call that ended then and misses a leg."""
    call_id = an_id(number, started_at=ended_at)
    times = {"started_at": ended_at, "connected_at": None, "ended_at": ended_at}
    missing = {"complete": False, "missing_call_ids": ("dortmund:9",)}
    return CALL._replace(call_id=call_id, **times, **missing)  # type: ignore[arg-type]


def publish(services: Services, count: int) -> None:
    """Messages that no worker takes."""
    with KafkaProducer(bootstrap_servers=services.kafka_bootstrap, acks="all") as producer:
        for sent in [producer.send(LIFECYCLE.name, key=b"dortmund", value=b"x") for _ in range(count)]:
            sent.get(60)


def test_where_nothing_runs_both_stores_are_named_with_what_to_do(moments: dict[str, Moment]) -> None:
    found = moments["nothing runs"]
    assert (found.exit_code, found.codes) == (1, ["clickhouse_away", "kafka_away"])
    assert found.lines[0] == "look at: no access to ClickHouse; no access to Kafka"
    assert sum("do not run: start them with `swyx-cdr services`" in line for line in found.lines) == 2


def test_before_migrate_tables_and_topics_are_not_ready(moments: dict[str, Moment]) -> None:
    found = moments["not migrated"]
    assert found.codes[:2] == ["tables_unready", "topics_unready"]
    assert [found.told["stores"][store]["ready"] for store in ("kafka", "clickhouse")] == [False, False]
    assert sum("run `swyx-cdr migrate`" in line or "run swyx-cdr migrate" in line for line in found.lines) == 2


def test_without_processes_neither_worker_nor_sink_nor_any_site_is_there(moments: dict[str, Moment]) -> None:
    assert moments["nobody works"].codes == ["no_worker", "no_sink", "site_never_seen"]


def test_where_everything_works_all_is_well(moments: dict[str, Moment]) -> None:
    found = moments["all works"]
    assert (found.exit_code, found.lines[0], found.told["verdict"]) == (0, "all is well", "well")
    assert found.told["stages"]["worker"] == {"messages_behind": 0, "processes": 1}
    assert {site["state"] for site in found.told["sites"]} == {"ok"}


def test_a_silent_site_is_told_since_when(moments: dict[str, Moment]) -> None:
    berlin = moments["trouble"].site("berlin")
    assert (berlin["state"], berlin["silent_since"]) == ("silent", berlin["last_cdr_at"])


def test_rejects_of_the_last_24_hours_are_news(moments: dict[str, Moment]) -> None:
    dortmund = moments["trouble"].site("dortmund")
    assert (dortmund["rejects"], dortmund["rejects_since_yesterday"]) == (3, 2)


def test_calls_that_miss_a_leg_count_for_a_week_from_late_days_on(moments: dict[str, Moment]) -> None:
    """Of calls that ended 6, 8, 13 and 15 days ago those of 8 and 13, as late_days is 7."""
    assert moments["trouble"].told["calls_incomplete"] == 2


def test_trouble_is_told_in_order(moments: dict[str, Moment]) -> None:
    found = moments["trouble"]
    order = ["site_never_seen", "site_silent", "rejects", "calls_incomplete"]
    assert [code for code in found.codes if code in order] == order


@pytest.mark.parametrize(
    ("when", "code", "other"),
    [("without Kafka", "kafka_away", "clickhouse"), ("without ClickHouse", "clickhouse_away", "kafka")],
)
def test_without_one_store_the_other_one_is_still_told(
    when: str, code: str, other: str, moments: dict[str, Moment]
) -> None:
    found = moments[when]
    assert (found.exit_code, found.codes[0]) == (1, code)
    assert found.told["stores"][other] == {"embedded": True, "answers": True, "ready": True, "problem": ""}
    assert sum(REFUSING in line for line in found.lines) == 1


def test_without_kafka_the_sites_are_still_told(moments: dict[str, Moment]) -> None:
    assert all(site["last_seen_at"] for site in moments["without Kafka"].told["sites"])


def test_without_clickhouse_the_stages_are_still_told(moments: dict[str, Moment]) -> None:
    assert moments["without ClickHouse"].told["stages"]["sink"]["messages_behind"] == 0


def test_a_worker_that_is_far_behind_is_told(moments: dict[str, Moment]) -> None:
    found = moments["far behind"]
    assert "worker_behind" in found.codes
    assert found.told["stages"]["worker"] == {"messages_behind": FAR_BEHIND, "processes": 0}


def test_nothing_configured_is_wrong_use_in_one_line(tmp_path: Path) -> None:
    done = swyx_cdr("status", "--config", tmp_path / "swyx-cdr.toml", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"swyx-cdr: .*swyx-cdr\.toml: found no such file; .*\n", done.stderr)
