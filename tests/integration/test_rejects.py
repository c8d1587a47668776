"""A site whose dates were configured wrongly: its lines are rejected, and replayed once the configuration is right.

The same run shows what `rejects list`, `status` and the metrics tell of it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.messages import MessageWriter
from connectors.clickhouse.sink import Sink
from connectors.kafka.admin import connect
from connectors.kafka.options import KafkaOptions
from infra.embedded.ports import reserved_port
from infra.embedded.services import Services, start_services
from infra.simulator.simulation import write_at_once
from pipeline.cli.lag import lag
from pipeline.cli.migrate import bring_up_to_date
from pipeline.cli.settings import load_settings
from tests.integration.program import contents, differences, running, swyx_cdr, wait_until, warehouse_of
from tests.sinks import running as running_sink

LEGS = 300
RIGHT, WRONG = 'date_order = "dmy"', 'date_order = "mdy"'
Contents = dict[str, list[tuple[object, ...]]]


class Told(NamedTuple):
    """What the commands printed and the warehouse held, step by step."""

    rejected: int
    listed: str
    replays: list[str]
    replayed: Contents
    at_once: Contents
    metrics: dict[str, dict[str, float]]
    status: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Read under the wrong configuration, replayed twice under the right one, and read at once by backfill."""
    folder = tmp_path_factory.mktemp("wrong") / "sites"
    write_at_once(folder, start=datetime(2026, 3, 16, 8, tzinfo=UTC), legs=LEGS, faults=True)
    with ExitStack() as held:
        ports = {process: held.enter_context(reserved_port()) for process in ("tail", "worker", "sink")}
        right, wrong, whole = configurations(folder, ports)
        services = held.enter_context(start_services(folder / "state"))
        bring_up_to_date(load_settings(right, {}))
        client = warehouse_of(folder / "state")
        swyx_cdr("tail", "--config", wrong, "--until-idle")
        store_rejects(services)
        ((rejected,),) = client.execute("SELECT count() FROM rejects WHERE site = 'berlin'")
        listed = command("rejects", "list", "--config", wrong, "--site", "berlin", "--limit", "2")
        replays = [command("rejects", "replay", "--config", right) for _ in range(2)]
        command("backfill", "--config", whole)
        at_once = contents(warehouse_of(folder / "state", "whole"))
        with running("run", "--config", right) as process:
            wait_until(lambda: all_up(ports) or process.poll(), "metrics of a running stack")
            wait_until(lambda: not differences(contents(client), at_once), "the replayed rows")
            metrics = {name: scraped(port) for name, port in ports.items()}
            replays.append(command("rejects", "replay", "--config", right, "--site", "berlin"))
            status = swyx_cdr("status", "--config", right, check=False).stdout
        yield Told(rejected, listed, replays, contents(client), at_once, metrics, status)


def command(*arguments: str | Path) -> str:
    """What a command prints."""
    return swyx_cdr(*arguments).stdout


def store_rejects(services: Services) -> None:
    """What a sink does that runs for a moment, while there is no worker yet."""
    host, port = services.clickhouse_native
    kafka = KafkaOptions(services.kafka_bootstrap)
    warehouse = ClickHouseOptions(host, port, services.clickhouse_http[1], database="cdr")
    with (
        MessageWriter(warehouse, threading.Event()) as writer,
        running_sink(Sink(kafka.client_options(), writer)),
        connect(kafka) as admin,
    ):
        wait_until(lambda: lag(admin).sink == 0, "all rejects in the warehouse")


def configurations(folder: Path, ports: dict[str, int]) -> tuple[Path, Path, Path]:
    """Files beside each other: right, wrong for Berlin, and right for a database of its own."""
    right = folder / "swyx-cdr.toml"
    text = right.read_text()
    before, berlin = text.split('name = "berlin"', 1)
    listening = "".join(f'{process} = "127.0.0.1:{port}"\n' for process, port in ports.items())
    right.write_text(f"{text}\n[metrics]\n{listening}")
    (folder / "wrong.toml").write_text(f'{before}name = "berlin"{berlin.replace(RIGHT, WRONG, 1)}')
    (folder / "whole.toml").write_text(text.replace('database = "cdr"', 'database = "whole"'))
    return right, folder / "wrong.toml", folder / "whole.toml"


def scraped(port: int) -> dict[str, float]:
    """The samples that a process answers a scrape with; none while it does not answer."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
    except URLError:
        return {}
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def all_up(ports: dict[str, int]) -> bool:
    """Whether every process answers, the worker has its state, and the sites have given a sign of life."""
    worker, sink = scraped(ports["worker"]), scraped(ports["sink"])
    state = sink.get('swyx_cdr_site_state{site="berlin",state="ok"}')
    return bool(worker.get("swyx_cdr_worker_legs_in_state") == LEGS and state and scraped(ports["tail"]))


def test_replayed_lines_give_the_rows_of_reading_them_right_at_once(told: Told) -> None:
    assert told.rejected > LEGS // 4
    assert differences(told.replayed, told.at_once) == []


def test_replaying_tells_what_became_of_the_rejects_and_may_be_repeated(told: Told) -> None:
    replayable = told.rejected - 1
    first = f"{replayable} replayed, 3 still cannot be read, 0 left as is\n"
    assert [output.partition("those")[0] for output in told.replays] == [
        first,
        first,
        "0 replayed, 1 still cannot be read, 0 left as is\n",
    ]


def test_the_list_shows_place_reason_and_number(told: Told) -> None:
    rows = [[cell.strip() for cell in line.split("│")] for line in told.listed.splitlines()]
    places = [row[1:4] for row in rows if "bad_time" in row]
    assert [(site, file.split("/")[0], offset.isdigit()) for site, file, offset in places] == [
        ("berlin", "berlin", True)
    ] * 2
    assert told.listed.endswith(f"{told.rejected} rejects, the 2 newest are shown\n")


def test_the_tail_tells_where_each_site_stands(told: Told) -> None:
    tail = told.metrics["tail"]
    assert {name: tail[f'swyx_cdr_tail_{name}{{site="berlin"}}'] for name in ("files", "bytes_behind")} == {
        "files": 2,
        "bytes_behind": 0,
    }
    assert tail['swyx_cdr_tail_last_heartbeat_timestamp_seconds{site="berlin"}'] > 1e9


def test_the_worker_tells_what_it_has_joined(told: Told) -> None:
    assert told.metrics["worker"]["swyx_cdr_worker_groups"] == 1


def test_the_sink_tells_what_it_has_written(told: Told) -> None:
    sink = told.metrics["sink"]
    assert sink['swyx_cdr_sink_rows_total{table="leg_rows"}'] >= told.rejected - 1
    assert (sink["swyx_cdr_sink_inserts_total"] > 0, sink["swyx_cdr_warehouse_answers"]) == (True, 1)


def test_status_shows_state_and_rejects_of_each_site(told: Told) -> None:
    rows = [re.split(" {2,}", line.strip()) for line in told.status.splitlines()]
    sites = {row[0]: row[-2] for row in rows if row[0] in ("berlin", "dortmund", "zuerich")}
    assert sites == {"berlin": "1", "dortmund": "1", "zuerich": "1"}
    assert re.search("^Kafka +answers", told.status, re.MULTILINE)
