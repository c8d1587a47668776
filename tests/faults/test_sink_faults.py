"""Whatever fails between Kafka and the warehouse: no row lost, none counted twice, nothing acknowledged too early."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from decimal import Decimal

import pytest
from clickhouse_driver.errors import ServerException

from connectors.clickhouse import intake
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.errors import WriteInterrupted
from connectors.clickhouse.intake import Intake
from connectors.clickhouse.messages import Message, MessageWriter
from schemas.cdr import Reject
from tests.conftest import ClickHouseServer
from tests.faults.warehouse_proxy import Network, network
from tests.integration.program import wait_until
from tests.sinks import RunningSink, Stream, running
from tests.warehouse import charge, execute, fresh_warehouse, select

ROWS = 3000
SUM = [(ROWS, Decimal(ROWS))]
CHARGES = "SELECT count(), sum(amount) FROM charges"


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


@pytest.fixture
def between(warehouse: ClickHouseOptions) -> Iterator[Network]:
    """The network before it."""
    with network(warehouse) as found:
        yield found


@pytest.fixture
def stream(kafka: str) -> Stream:
    """Topics with 3,000 charges of 1 EUR each."""
    stream = Stream(kafka)
    stream.send(charge(number) for number in range(ROWS))
    return stream


@pytest.fixture
def writer(warehouse: ClickHouseOptions) -> Iterator[MessageWriter]:
    """A writer that reaches the warehouse directly."""
    with MessageWriter(warehouse, threading.Event()) as writer:
        yield writer


class Hooked:
    """A writer that calls something before and after each batch."""

    def __init__(self, writer: MessageWriter, *, before: threading.Event | None = None, crash: bool = False) -> None:
        self._writer, self._before, self._crash = writer, before, crash
        self.begun = threading.Event()

    def write(self, messages: Iterable[Message]) -> list[Reject]:
        self.begun.set()
        if self._before is not None:
            assert self._before.wait(60)
        rejects = self._writer.write(messages)
        if self._crash:
            raise RuntimeError("crash between write and acknowledgement")
        return rejects


def test_a_warehouse_that_is_away_gets_everything_when_it_is_back(
    stream: Stream, between: Network, warehouse: ClickHouseOptions
) -> None:
    with MessageWriter(between.options, threading.Event()) as through:
        hooked = Hooked(through)
        between.down()
        with running(stream.sink(hooked)):
            assert hooked.begun.wait(60)
            assert stream.behind() == ROWS
            between.up()
            stream.wait_until_acknowledged()

    assert select(warehouse, CHARGES) == SUM


@pytest.mark.parametrize("count", [1_000, 50_000, 400_000])
def test_an_insert_that_is_cut_off_is_sent_again(
    count: int, stream: Stream, between: Network, warehouse: ClickHouseOptions
) -> None:
    with MessageWriter(between.options, threading.Event()) as through:
        between.http.cut_once_after(count)
        stream.drain(through)

    assert between.http.has_cut()
    assert select(warehouse, CHARGES) == SUM


@pytest.mark.parametrize("count", [1_000, 8_000])
def test_rows_that_are_cut_off_are_sent_again(
    count: int, stream: Stream, between: Network, warehouse: ClickHouseOptions
) -> None:
    between.http.down()
    with MessageWriter(between.options, threading.Event()) as through:
        between.native.cut_once_after(count)
        stream.drain(through)

    assert between.native.has_cut()
    assert select(warehouse, CHARGES) == SUM


def test_a_crash_between_write_and_acknowledgement_loses_and_doubles_nothing(
    stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    crashed = RunningSink(stream.sink(Hooked(writer, crash=True)))
    crashed.join()
    assert isinstance(crashed.error, RuntimeError)
    assert stream.behind() == ROWS

    stream.drain(writer)

    assert select(warehouse, CHARGES) == SUM


def test_an_unknown_error_stops_the_sink_with_nothing_acknowledged(
    stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    execute(warehouse, "DROP TABLE charge_rows")
    sink = RunningSink(stream.sink(writer))
    sink.join()

    assert isinstance(sink.error, ServerException)
    assert stream.behind() == ROWS


def test_a_sink_can_be_stopped_while_the_warehouse_is_away(stream: Stream, between: Network) -> None:
    stop = threading.Event()
    with MessageWriter(between.options, stop) as through:
        hooked = Hooked(through)
        between.down()
        sink = RunningSink(stream.sink(hooked))
        assert hooked.begun.wait(60)
        stop.set()
        sink.join()

    assert isinstance(sink.error, WriteInterrupted)
    assert stream.behind() == ROWS


def test_a_stopped_sink_acknowledges_what_it_has_read(
    stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    go_on = threading.Event()
    hooked = Hooked(writer, before=go_on)
    with running(stream.sink(hooked)) as sink:
        assert hooked.begun.wait(60)
        sink.stop.set()
        go_on.set()

    assert ROWS - stream.behind() == select(warehouse, CHARGES)[0][0] > 0


def test_a_second_sink_that_joins_during_a_write_shares_the_rest(
    stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    go_on = threading.Event()
    hooked = Hooked(writer, before=go_on)
    with MessageWriter(warehouse, threading.Event()) as other, running(stream.sink(hooked)):
        assert hooked.begun.wait(60)
        with running(stream.sink(other)):
            go_on.set()
            stream.wait_until_acknowledged()
            stream.send(charge(number) for number in range(ROWS, 2 * ROWS))
            stream.wait_until_acknowledged()
        stream.send(charge(number) for number in range(2 * ROWS, 3 * ROWS))
        stream.wait_until_acknowledged()

    assert select(warehouse, CHARGES) == [(3 * ROWS, Decimal(3 * ROWS))]


def test_a_sink_that_stops_while_another_joins_loses_and_doubles_nothing(
    stream: Stream, writer: MessageWriter, warehouse: ClickHouseOptions
) -> None:
    go_on = threading.Event()
    slow = Hooked(writer, before=go_on)
    leaving = RunningSink(stream.sink(slow))
    assert slow.begun.wait(60)
    leaving.stop.set()
    with MessageWriter(warehouse, threading.Event()) as other, running(stream.sink(other)):
        go_on.set()
        leaving.join()
        stream.wait_until_acknowledged()

    assert leaving.error is None
    assert select(warehouse, CHARGES) == SUM


def test_an_intake_that_does_not_join_is_stuck(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "STUCK_SECONDS", 0)
    found = Intake(stream.kafka.client_options(), [stream.rows], stream.group)
    try:
        assert found.stuck()
        wait_until(lambda: found.read(1, threading.Event()), "a message", seconds=60)
        monkeypatch.setattr(intake, "STUCK_SECONDS", 30)
        assert not found.stuck()
    finally:
        found.close()


def test_a_stuck_intake_is_replaced(
    writer: MessageWriter, warehouse: ClickHouseOptions, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Stream(kafka)
    answers = [True, True]
    monkeypatch.setattr(Intake, "stuck", lambda _: bool(answers) and answers.pop())
    with running(stream.sink(writer)):
        wait_until(lambda: not answers, "two replacements", seconds=60)
        stream.send([charge()])
        stream.wait_until_acknowledged()

    assert select(warehouse, CHARGES) == [(1, Decimal(1))]
