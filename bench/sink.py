"""Row messages in Kafka → rows in ClickHouse: rows a second of 34 columns. Prints one JSON line.

`rows_per_second` is one sink that catches up, `decoded…` the same where it must decode (no HTTP interface),
`backfill…` what backfill writes without Kafka. The base is the bare client of the native protocol with columns that
are ready to send. Both servers run on the same machine.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from kafka import KafkaProducer

from bench._result import show
from bench.core import simulated_legs
from connectors.clickhouse.blocks import LEGS as LEG_TABLE
from connectors.clickhouse.blocks import Block, insert_statement
from connectors.clickhouse.client import ClickHouseOptions, connect
from connectors.clickhouse.messages import Message, MessageWriter
from connectors.clickhouse.migrate import migrate
from connectors.clickhouse.sink import BATCH_ROWS, Sink
from connectors.clickhouse.writer import RowWriter
from connectors.kafka.admin import connect as connect_kafka
from connectors.kafka.options import KafkaOptions
from infra.embedded.services import start_services
from schemas.cdr import Leg, Reject
from schemas.codec import encode
from schemas.rows import LegRow
from schemas.topics import LEGS, TOPICS

SIMULATED = 20_000
COPIES = 10
ROWS = SIMULATED * COPIES


class Counting:
    """A writer that takes the time from the end of the first batch, and stops the sink behind the last row."""

    def __init__(self, writer: MessageWriter) -> None:
        self._writer = writer
        self._written = 0
        self._first = 0
        self._begin = 0.0
        self._end = 0.0
        self.stop = threading.Event()

    def write(self, messages: Iterable[Message]) -> list[Reject]:
        """Writes and counts."""
        batch = list(messages)
        rejects = self._writer.write(batch)
        self._written += len(batch)
        self._end = time.perf_counter()
        if not self._begin:
            self._begin, self._first = self._end, len(batch)
        if self._written >= ROWS:
            self.stop.set()
        return rejects

    def rate(self) -> float:
        """Rows a second."""
        return (self._written - self._first) / (self._end - self._begin)


def leg_rows() -> list[LegRow]:
    """Rows of three simulated sites, and copies of them under other ids."""
    _, legs = simulated_legs(SIMULATED)
    many = [_copy(leg, number) for number in range(COPIES) for leg in legs]
    return [
        LegRow(leg, leg.leg_id, "internal", "trunk", "outgoing", "answered", True, (1 << 52) | (number << 8))
        for number, leg in enumerate(many)
    ]


def _copy(leg: Leg, number: int) -> Leg:
    site, _, rest = leg.leg_id.partition(":")
    return leg._replace(leg_id=f"{site}:{number}{rest}")


def publish(kafka: KafkaOptions, rows: Sequence[LegRow]) -> None:
    """Puts the rows into their topic."""
    producer = KafkaProducer(**kafka.client_options(), linger_ms=20, batch_size=1 << 18, compression_type="lz4")
    for number, row in enumerate(rows):
        producer.send(LEGS.name, key=row.leg.leg_id.encode(), value=encode(row))
        if number % 5000 == 0:
            producer.flush()
    producer.flush()
    producer.close()


def sink_rate(kafka: KafkaOptions, options: ClickHouseOptions, group: str) -> tuple[float, float]:
    """Rows a second, and microseconds of this process's processor time a row."""
    used = time.process_time()
    with MessageWriter(options, threading.Event()) as writer:
        counting = Counting(writer)
        Sink(kafka.client_options(), counting, row_topics=[LEGS.name], group=group).run(counting.stop)
    return counting.rate(), (time.process_time() - used) / ROWS * 1e6


def rate(write: Callable[[Sequence[LegRow]], object], rows: Sequence[LegRow]) -> float:
    """Rows a second in batches of the sink's size."""
    begin = time.perf_counter()
    for start in range(0, len(rows), BATCH_ROWS):
        write(rows[start : start + BATCH_ROWS])
    return len(rows) / (time.perf_counter() - begin)


def bare_rate(options: ClickHouseOptions, rows: Sequence[LegRow]) -> float:
    """Rows a second of the client alone."""
    client = connect(options)
    statement, columns = insert_statement(Block(LEG_TABLE, rows[:BATCH_ROWS], withdrawn=False))
    begin = time.perf_counter()
    for _ in range(len(rows) // BATCH_ROWS):
        client.execute(statement, columns, columnar=True)
    taken = time.perf_counter() - begin
    client.disconnect()
    return len(rows) / taken


def main() -> None:
    """Start the servers, fill the topic, measure."""
    rows = leg_rows()
    with tempfile.TemporaryDirectory() as folder, start_services(Path(folder)) as services:
        kafka = KafkaOptions(services.kafka_bootstrap)
        host, port = services.clickhouse_native
        options = ClickHouseOptions(host, port, services.clickhouse_http[1], database="bench")
        migrate(options)
        with connect_kafka(kafka) as admin:
            admin.apply(admin.plan_topics(TOPICS, 4, 1))
        publish(kafka, rows)
        direct, processor = sink_rate(kafka, options, "direct")
        decoded, _ = sink_rate(kafka, replace(options, http_port=1), "decoded")
        bare = bare_rate(options, rows)
        with RowWriter(options) as writer:
            written = rate(writer.write, rows)
    result = {
        "bench": "sink",
        "rows_per_second": round(direct),
        "processor_microseconds_per_row": round(processor, 1),
        "decoded_rows_per_second": round(decoded),
        "backfill_rows_per_second": round(written),
        "bare_client_rows_per_second": round(bare),
        "ratio": round(direct / bare, 2),
    }
    show(result)


if __name__ == "__main__":
    main()
