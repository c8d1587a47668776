"""A ClickHouse that goes away in the middle of a command."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.errors import ClickHouseUnreachable
from infra.embedded.services import start_services

SLOWLY = "SELECT number, sleepEachRow(0.01) FROM numbers(2000) SETTINGS max_block_size = 10"


def kill_within_an_answer(options: ClickHouseOptions, pid: int) -> None:
    with connected(options) as client:
        rows = client.execute_iter(SLOWLY)
        next(rows)
        os.kill(pid, signal.SIGKILL)
        list(rows)


def kill_between_two_questions(options: ClickHouseOptions, pid: int) -> None:
    with connected(options) as client:
        client.execute("SELECT 1")
        os.kill(pid, signal.SIGKILL)
        client.execute("SELECT 2")


@pytest.mark.parametrize("kill", [kill_within_an_answer, kill_between_two_questions])
def test_a_lost_connection_is_one_line_that_names_the_server(
    tmp_path: Path, kill: Callable[[ClickHouseOptions, int], None]
) -> None:
    with start_services(tmp_path, {"clickhouse"}) as services:
        options = ClickHouseOptions(*services.clickhouse_native)
        with pytest.raises(ClickHouseUnreachable) as lost:
            kill(options, services.endpoints.servers["clickhouse"]["pid"])

    assert f"the connection to ClickHouse at {options.address} was lost" in str(lost.value)
    assert "\n" not in str(lost.value)
