from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.messages import MessageWriter
from connectors.clickhouse.sink import Sink
from connectors.kafka.admin import TopicError
from connectors.kafka.options import KafkaOptions
from schemas.cdr import Lifecycle
from schemas.rows import Withdrawal
from tests.conftest import ClickHouseServer
from tests.integration.program import wait_until
from tests.sinks import Stream, running
from tests.warehouse import an_id, charge, fresh_warehouse, leg_row, reject, select, site_call, total


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


@pytest.fixture
def writer(warehouse: ClickHouseOptions) -> Iterator[MessageWriter]:
    """A writer into it."""
    with MessageWriter(warehouse, threading.Event()) as writer:
        yield writer


@pytest.fixture
def stream(kafka: str) -> Stream:
    """Empty topics."""
    return Stream(kafka)


def test_rows_of_every_kind_arrive(stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions) -> None:
    stream.send([leg_row(), site_call(), charge(), total(), reject()])
    stream.drain(writer)

    views = ("legs", "site_calls", "charges", "charge_totals", "rejects")
    assert [select(warehouse, f"SELECT count() FROM {view}")[0][0] for view in views] == [1] * 5


def test_many_rows_arrive_exactly(stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions) -> None:
    stream.send(charge(number, amount=Decimal(number)) for number in range(5000))
    stream.drain(writer)

    assert select(warehouse, "SELECT count(), sum(amount) FROM charges") == [(5000, Decimal(12_497_500))]


def test_a_row_is_queryable_while_the_sink_runs_on(
    stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    with running(stream.sink(writer)):
        for number in (1, 2):
            stream.send([charge(number)])
            wait_until(
                lambda number=number: select(warehouse, "SELECT count() FROM charges") == [(number,)],  # type: ignore[misc]
                "row in the warehouse",
                seconds=60,
            )


def test_withdrawals_arrive(stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions) -> None:
    stream.send([charge(1), charge(2), Withdrawal("charges", an_id(1), 2)])
    stream.drain(writer)

    assert select(warehouse, "SELECT leg_id FROM charges") == [(an_id(2),)]


@pytest.mark.parametrize("bad", [b"hello", b"", Lifecycle("dortmund", "", 1, ())], ids=repr)
def test_what_is_no_row_comes_back_as_a_reject(
    bad: bytes | Lifecycle, stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    stream.send([charge(1), bad, charge(2)])
    stream.drain(writer)

    assert select(warehouse, "SELECT count() FROM charges") == [(2,)]
    ((reason, source_file),) = select(warehouse, "SELECT reason, source_file FROM rejects")
    assert reason == "undecodable_message"
    assert source_file.startswith(f"{stream.rows}-")


def test_what_cannot_be_written_comes_back_as_a_reject(
    stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    stream.send([charge(1), charge(2, duration_seconds=-1), charge(3)])
    stream.drain(writer)

    assert select(warehouse, "SELECT count() FROM charges") == [(2,)]
    assert select(warehouse, "SELECT reason, source_file FROM rejects") == [("unwritable_row", "cdr.charges")]


def test_what_was_acknowledged_is_not_read_again(stream: Stream, writer: MessageWriter) -> None:
    stream.send([charge(1)])
    stream.drain(writer)
    seen: list[int] = []

    class Counting:
        def write(self, messages: object) -> list[object]:
            seen.append(len(list(messages)))  # type: ignore[call-overload]
            return []

    stream.send([charge(2)])
    stream.drain(Counting())  # type: ignore[arg-type]

    assert seen == [1]


def test_a_missing_topic_is_said_with_the_remedy(kafka: str, writer: MessageWriter) -> None:
    sink = Sink(KafkaOptions(kafka).client_options(), writer, row_topics=["nothing"], group="nobody")

    with pytest.raises(TopicError, match="no topic nothing: run `swyx-cdr migrate`"):
        sink.run(threading.Event())
