"""Batches that a child process writes."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.clickhouse.behind import WriterBehind
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.errors import WarehouseError
from tests.conftest import ClickHouseServer
from tests.integration.program import wait_until
from tests.warehouse import charge, execute, fresh_warehouse, select

AWAY = ClickHouseOptions("127.0.0.1", port=1)
WAITS_FOR_EVER = """
import multiprocessing, time
from connectors.clickhouse.behind import WriterBehind
from connectors.clickhouse.client import ClickHouseOptions
from tests.warehouse import charge
with WriterBehind(ClickHouseOptions("127.0.0.1", port=1)) as writer:
    writer.write([charge(1)])
    print(multiprocessing.active_children()[0].pid, flush=True)
    writer.wait()
"""


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


def test_what_was_waited_for_is_safe(warehouse: ClickHouseOptions) -> None:
    with WriterBehind(warehouse) as writer:
        writer.write([charge(1), charge(2)])
        writer.write([charge(2, 2, amount=Decimal(5))])
        writer.wait()
        found = select(warehouse, "SELECT sum(amount) FROM charges")

    assert found == [(Decimal(6),)]


def test_rows_that_do_not_fit_are_counted(warehouse: ClickHouseOptions) -> None:
    with WriterBehind(warehouse) as writer:
        writer.write([charge(1), charge(2, amount=Decimal("0.0000001"))])
        writer.write([charge(3, amount=Decimal("NaN"))])
        writer.wait()

    assert writer.unwritable == 2
    assert select(warehouse, "SELECT count() FROM rejects") == [(2,)]


def test_what_its_user_can_mend_is_one_line(warehouse: ClickHouseOptions) -> None:
    with WriterBehind(replace(warehouse, database="nowhere")) as writer:
        writer.write([charge(1)])

        with pytest.raises(WarehouseError, match="has no database nowhere"):
            writer.wait()


def test_an_unknown_error_ends_it_and_is_told(warehouse: ClickHouseOptions, capfd: pytest.CaptureFixture[str]) -> None:
    execute(warehouse, "DROP TABLE charge_rows")

    with WriterBehind(warehouse) as writer:
        writer.write([charge(1)])

        with pytest.raises(WarehouseError, match="the process that writes rows ended early; it said above why"):
            writer.wait()

    assert "charge_rows" in capfd.readouterr().err


def test_its_end_gives_up_a_batch_that_waits_for_the_warehouse() -> None:
    with WriterBehind(AWAY) as writer:
        writer.write([charge(1)])

    assert multiprocessing.active_children() == []


def test_nothing_is_written_by_who_outlives_a_killed_process() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS_FOR_EVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()

    wait_until(lambda: not _is_running(child), "the child ends")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
