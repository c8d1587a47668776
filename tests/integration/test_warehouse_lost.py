"""A ClickHouse that goes away in the middle of a command."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.errors import ClickHouseUnreachable
from infra.embedded.services import start_services

SLOWLY = "SELECT number, sleepEachRow(0.01) FROM numbers(2000) SETTINGS max_block_size = 10"


def test_a_connection_lost_within_an_answer_is_one_line_that_names_the_server(tmp_path: Path) -> None:
    with start_services(tmp_path, {"clickhouse"}) as services:
        options = ClickHouseOptions(*services.clickhouse_native)
        with pytest.raises(ClickHouseUnreachable) as lost, connected(options) as client:
            rows = client.execute_iter(SLOWLY)
            next(rows)
            os.kill(services.endpoints.servers["clickhouse"]["pid"], signal.SIGKILL)
            list(rows)

    assert f"the connection to ClickHouse at {options.address} was lost" in str(lost.value)
    assert "\n" not in str(lost.value)


def test_a_connection_lost_between_two_questions_is_one_line_that_names_the_server(tmp_path: Path) -> None:
    with start_services(tmp_path, {"clickhouse"}) as services:
        options = ClickHouseOptions(*services.clickhouse_native)
        with pytest.raises(ClickHouseUnreachable) as lost, connected(options) as client:
            client.execute("SELECT 1")
            os.kill(services.endpoints.servers["clickhouse"]["pid"], signal.SIGKILL)
            client.execute("SELECT 2")

    assert f"the connection to ClickHouse at {options.address} was lost" in str(lost.value)
    assert "\n" not in str(lost.value)
