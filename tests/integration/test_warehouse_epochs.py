from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.epochs import (
    LAST_EPOCH,
    begin_backfill,
    end_backfills,
    killed_backfills,
    next_epoch,
    stream_epoch,
)
from connectors.clickhouse.errors import WarehouseError
from pipeline.cli.worker import warn_of_killed_backfills
from tests.conftest import ClickHouseServer
from tests.warehouse import execute, fresh_warehouse


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without epochs."""
    return fresh_warehouse(clickhouse)


def begin(warehouse: ClickHouseOptions, purpose: str) -> int:
    """A new epoch, asked for over a connection of its own."""
    with connected(warehouse) as client:
        return next_epoch(client, purpose)


def stream(warehouse: ClickHouseOptions, topic_id: str = "a") -> int:
    """The stream's epoch, asked for over a connection of its own."""
    with connected(warehouse) as client:
        return stream_epoch(client, topic_id)


def test_the_stream_keeps_its_epoch(warehouse: ClickHouseOptions) -> None:
    assert [stream(warehouse), stream(warehouse)] == [1, 1]


def test_the_stream_after_a_backfill_is_newer(warehouse: ClickHouseOptions) -> None:
    assert stream(warehouse) < begin(warehouse, "backfill") < stream(warehouse)


def test_the_stream_of_a_new_topic_is_newer(warehouse: ClickHouseOptions) -> None:
    assert stream(warehouse, "a") < stream(warehouse, "b")


def test_each_backfill_is_newer_than_the_one_before(warehouse: ClickHouseOptions) -> None:
    assert begin(warehouse, "backfill") < begin(warehouse, "backfill")


def test_who_ask_at_once_get_different_epochs(warehouse: ClickHouseOptions) -> None:
    with ThreadPoolExecutor(6) as pool:
        epochs = list(pool.map(lambda _: begin(warehouse, "backfill"), range(6)))

    assert len(set(epochs)) == 6


def test_workers_that_start_at_once_agree(warehouse: ClickHouseOptions) -> None:
    with ThreadPoolExecutor(6) as pool:
        epochs = list(pool.map(lambda _: stream(warehouse), range(6)))

    assert len(set(epochs)) == 1
    assert stream(warehouse) == epochs[0]


def test_the_last_epoch_is_the_end(warehouse: ClickHouseOptions) -> None:
    execute(warehouse, f"INSERT INTO epochs (epoch, purpose, token) SELECT {LAST_EPOCH}, '', generateUUIDv4()")

    with pytest.raises(WarehouseError, match="all 2047 epochs"):
        begin(warehouse, "backfill")


def test_a_backfill_that_has_not_ended_is_known_by_its_groups(warehouse: ClickHouseOptions) -> None:
    with connected(warehouse) as client:
        first, second = begin_backfill(client, ["berlin", "dortmund"]), begin_backfill(client, ["berlin"])
        end_backfills(client, [first], ["berlin"])

        assert [killed_backfills(client, group) for group in ("berlin", "dortmund", "zuerich")] == [
            [second],
            [first],
            [],
        ]


def test_backfills_from_before_ends_were_noted_count_as_ended(warehouse: ClickHouseOptions) -> None:
    begin(warehouse, "backfill")

    with connected(warehouse) as client:
        assert killed_backfills(client, "berlin") == []


def test_the_stream_after_a_killed_backfill_is_newer(warehouse: ClickHouseOptions) -> None:
    with connected(warehouse) as client:
        assert begin_backfill(client, ["berlin"]) < stream(warehouse)


def test_a_worker_warns_of_the_groups_whose_backfill_was_killed(warehouse: ClickHouseOptions) -> None:
    with connected(warehouse) as client, capture_logs() as logs:
        begin_backfill(client, ["berlin"])
        warn_of_killed_backfills(client, ["berlin", "dortmund"])

    assert [(entry["log_level"], entry["group"]) for entry in logs] == [("warning", "berlin")]
