"""A backfill that is killed: the next one puts right what it left, whatever it reads and in which order."""

from __future__ import annotations

import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clickhouse_driver import Client

from connectors.clickhouse.epochs import killed_backfills
from infra.simulator.simulation import write_at_once
from tests.conftest import ClickHouseServer
from tests.integration.program import contents, differences, running, swyx_cdr, wait_until

LEGS = 15_000  # more than are written at once
SITES = ("zuerich", "dortmund", "berlin")
Contents = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three linked sites."""
    folder = tmp_path_factory.mktemp("backfill") / "sites"
    write_at_once(folder, start=datetime(2026, 3, 2, 8, tzinfo=UTC), legs=LEGS)
    return folder / "swyx-cdr.toml"


@pytest.fixture(scope="module")
def whole(config: Path, clickhouse: ClickHouseServer) -> Contents:
    """The rows of one undisturbed backfill."""
    with pytest.MonkeyPatch.context() as program:
        client = clickhouse.used_by(program)
        swyx_cdr("backfill", "--config", config)
    return contents(client)


@pytest.fixture
def database(clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A database of its own, which the program is told of by environment variables."""
    return clickhouse.used_by(monkeypatch)


def kill_a_backfill(config: Path, database: Client, table: str) -> None:
    """Kill it as soon as there are rows in a table."""
    with running("backfill", "--config", config) as backfill:
        wait_until(lambda: _number(database, _rows(database, table)), f"rows in {table}")
        backfill.kill()
        backfill.wait()
    assert _number(database, "SELECT count() FROM legs") < LEGS


def _rows(database: Client, table: str) -> str:
    """The number of rows of a table that may not be there yet."""
    name = database.connection.database
    return f"SELECT sum(total_rows) FROM system.tables WHERE database = '{name}' AND name = '{table}'"


def _number(database: Client, query: str) -> int:
    client = Client(database.connection.hosts[0][0], port=database.connection.hosts[0][1])
    name = database.connection.database
    return int(client.execute(query.replace("FROM legs", f"FROM {name}.legs"))[0][0] or 0)


@pytest.mark.parametrize("table", ["charge_total_rows", "call_rows", "leg_rows"])
def test_sites_read_one_by_one_after_a_kill_give_the_rows_of_one_run(
    table: str, config: Path, database: Client, whole: Contents
) -> None:
    kill_a_backfill(config, database, table)

    for site in SITES:
        done = swyx_cdr("backfill", "--config", config, "--site", site, config.parent / site / "cdr.txt")
        assert ("a backfill did not come to its end" in done.stderr) == (site == SITES[0])

    assert differences(contents(database), whole) == []


def test_after_a_kill_and_the_next_backfill_of_a_part_every_row_follows_from_the_legs(
    config: Path, database: Client, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(config.parent, tmp_path / "sites"))
    kill_a_backfill(folder / "swyx-cdr.toml", database, "call_rows")
    for site in ("dortmund", "zuerich"):
        (folder / site / "cdr.txt").unlink()

    swyx_cdr("backfill", "--config", folder / "swyx-cdr.toml")

    assert swyx_cdr("verify", "--config", folder / "swyx-cdr.toml").stdout.endswith("no differences\n")
    assert killed_backfills(database, "berlin") == []


def test_files_of_a_group_are_read_by_one_backfill_at_a_time(config: Path, database: Client) -> None:
    with running("backfill", "--config", config) as first:
        wait_until(lambda: _number(database, _rows(database, "epochs")), "the first has begun")
        first.send_signal(signal.SIGSTOP)  # or it may be over before the second one looks
        second = swyx_cdr("backfill", "--config", config, check=False)
        first.send_signal(signal.SIGCONT)
        first.wait()

    assert second.returncode == 1
    assert f"files of the group berlin are already read by process {first.pid} " in second.stderr
