"""What reaches the tables: every field, exactly, and nothing that a column cannot hold."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from connectors.clickhouse.blocks import REJECTS, TABLES, Block, WarehouseRow, insert_statement, table_of
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.messages import MessageWriter
from connectors.clickhouse.writer import RowWriter
from schemas.cdr import Lifecycle, Reject, Rerate
from schemas.codec import encode
from schemas.rows import Withdrawal
from tests.conftest import ClickHouseServer
from tests.contract.example_values import EXAMPLES, FROM_ID, VERSION
from tests.warehouse import charge, execute, fresh_warehouse, leg_row, reject, select, site_call, total

ROWS: list[WarehouseRow] = [
    row
    for by_name in EXAMPLES.values()
    for row in by_name.values()
    if not isinstance(row, Lifecycle | Rerate | Withdrawal)
]
GONE = Withdrawal("charges", FROM_ID, VERSION + 1)
VIEWS = ("leg_rows", "legs", "site_calls", "calls", "charges", "charge_totals", "link_matches", "rejects", "sites")
ABSENT = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
BEYOND = datetime(2106, 2, 7, 6, 28, 16, tzinfo=UTC)


class Sent(NamedTuple):
    """A message as Kafka hands it over."""

    value: bytes | None
    topic: str = "cdr.charges"
    partition: int = 0
    offset: int = 0


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


def contents(warehouse: ClickHouseOptions) -> dict[str, Any]:
    """All rows of the views that show rows as they were written."""
    return {view: sorted(select(warehouse, f"SELECT * FROM {view}"), key=repr) for view in VIEWS}


def write_messages(warehouse: ClickHouseOptions, messages: Sequence[bytes | None]) -> list[Reject]:
    """Writes messages as the sink does."""
    with MessageWriter(warehouse, threading.Event()) as writer:
        return writer.write([Sent(message) for message in messages])


def test_rows_have_a_value_for_every_column(warehouse: ClickHouseOptions) -> None:
    for table in TABLES:
        # A reject says by itself whether it is withdrawn.
        derived = "default_kind = 'MATERIALIZED'" + (" OR name = 'is_deleted'" if table is not REJECTS else "")
        row = next(row for row in ROWS if table_of(row) is table)
        statement, _ = insert_statement(Block(table, [row], withdrawn=False))
        sent = set(statement.split("(")[1].split(")")[0].split(", "))
        query = f"SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '{table.name}'"
        assert sent == {name for (name,) in select(warehouse, f"{query} AND NOT ({derived})")}


def test_a_leg_arrives_as_it_is(warehouse: ClickHouseOptions) -> None:
    row = EXAMPLES["cdr.legs"]["transferred"]
    with RowWriter(warehouse) as writer:
        writer.write([row])  # type: ignore[list-item]

    names = "called_name, state, connected_at, anomalies, extra, costs, aoc, chargeable, source_offset, version"
    assert select(warehouse, f"SELECT {names} FROM legs") == [
        (
            "Jones, John",
            "Transferred",
            datetime(2026, 3, 2, 8, 14, 50, tzinfo=UTC),
            ["extra_fields", "masked_number"],
            {"Custom0": "VIP", "field_36": ""},
            None,
            0,
            1,
            48_655,
            row.version,  # type: ignore[union-attr]
        )
    ]


def test_messages_and_rows_make_the_same_warehouse(clickhouse: ClickHouseServer) -> None:
    by_rows, by_messages = fresh_warehouse(clickhouse), fresh_warehouse(clickhouse)
    with RowWriter(by_rows) as writer:
        writer.write([*ROWS, GONE])
    write_messages(by_messages, [encode(row) for row in [*ROWS, GONE]])

    assert contents(by_messages) == contents(by_rows)
    assert [view for view, rows in contents(by_rows).items() if not rows] == []


def test_messages_are_decoded_where_the_http_interface_does_not_answer(clickhouse: ClickHouseServer) -> None:
    handed_on, decoded = fresh_warehouse(clickhouse), fresh_warehouse(clickhouse)
    messages = [encode(row) for row in ROWS]
    write_messages(handed_on, messages)
    native_only = ClickHouseOptions(decoded.host, decoded.port, http_port=1, database=decoded.database)
    write_messages(native_only, messages)

    assert contents(decoded) == contents(handed_on)


@pytest.mark.parametrize(
    "row",
    [
        charge(2, amount=Decimal("0.0000001")),
        charge(2, amount=Decimal(10) ** 12),
        charge(2, amount=Decimal("NaN")),
        charge(2, duration_seconds=-1),
        charge(2, duration_seconds=2**32),
        charge(2, connected_at=ABSENT),
        charge(2, connected_at=BEYOND),
        charge(2, connected_at=datetime(2026, 3, 2)),  # noqa: DTZ001 - what must not be taken for local time
        charge(2, version=-1),
        site_call(2, project_number=None),
        total(seconds=-1),
    ],
)
def test_a_value_that_does_not_fit_is_rejected_alone(row: WarehouseRow, warehouse: ClickHouseOptions) -> None:
    with RowWriter(warehouse) as writer:
        rejects = writer.write([charge(1), row, charge(3)])

    assert [(reject.reason, reject.raw) for reject in rejects] == [("unwritable_row", repr(row).encode())]
    assert select(warehouse, "SELECT sum(amount), count() FROM charges") == [(Decimal(2), 2)]
    assert select(warehouse, "SELECT count() FROM site_calls") == [(0,)]


@pytest.mark.parametrize(
    "row",
    [
        charge(2, duration_seconds=-1),
        charge(2, duration_seconds=2**32),
        charge(2, connected_at=ABSENT),
        charge(2, connected_at=BEYOND),
        charge(2, version=-1),
        site_call(2, ended_at=BEYOND),
        total(seconds=-1),
    ],
)
def test_a_message_that_does_not_fit_is_rejected_alone(row: WarehouseRow, warehouse: ClickHouseOptions) -> None:
    rejects = write_messages(warehouse, [encode(charge(1)), encode(row), encode(charge(3))])

    assert [reject.reason for reject in rejects] == ["unwritable_row"]
    assert select(warehouse, "SELECT sum(amount), count() FROM charges") == [(Decimal(2), 2)]
    assert select(warehouse, "SELECT (SELECT count() FROM site_calls) + (SELECT count() FROM charge_totals)") == [(0,)]


GOOD = encode(charge(2, amount=Decimal(100)))


@pytest.mark.parametrize(
    "bad", [GOOD[:-1], GOOD[:10], GOOD[: len(GOOD) // 2], GOOD + b"\x02ab", b"", b"hello", encode(charge(9))[:9]]
)
def test_a_malformed_message_leaves_its_neighbours_alone(bad: bytes, warehouse: ClickHouseOptions) -> None:
    write_messages(warehouse, [encode(charge(1)), bad, encode(charge(3, amount=Decimal(3)))])

    others = "leg_id NOT LIKE 'dortmund:2:%'"
    assert select(warehouse, f"SELECT sum(amount), count() FROM charges WHERE {others}") == [(Decimal(4), 2)]


def test_a_torn_message_is_rejected_with_its_bytes(warehouse: ClickHouseOptions) -> None:
    (found,) = write_messages(warehouse, [encode(charge(1)), GOOD[:-1]])

    assert (found.reason, found.raw, found.source_file) == ("undecodable_message", GOOD[:-1], "cdr.charges-0")


def test_a_mark_of_deletion_carries_no_row(warehouse: ClickHouseOptions) -> None:
    assert write_messages(warehouse, [None]) == []


def test_an_unwritable_leg_is_rejected_as_the_line_it_was(warehouse: ClickHouseOptions) -> None:
    row = leg_row(7)
    row = row._replace(leg=row.leg._replace(record=row.leg.record._replace(ended_at=BEYOND)))
    with RowWriter(warehouse) as writer:
        (found,) = writer.write([row])

    assert found[:4] == ("dortmund", "cdr.txt", row.leg.position.offset, row.leg.raw_line.encode())


def test_rows_that_the_server_refuses_are_found_among_many(warehouse: ClickHouseOptions) -> None:
    execute(warehouse, "ALTER TABLE charge_rows ADD CONSTRAINT odd CHECK amount < 1000")
    rows = [charge(number, amount=Decimal(1000 if number in {7, 300} else 1)) for number in range(400)]
    with RowWriter(warehouse) as writer:
        rejects = writer.write(rows)

    assert len(rejects) == 2
    assert "odd" in rejects[0].detail
    assert select(warehouse, "SELECT count() FROM charges") == [(398,)]


def test_a_reject_can_always_be_written(warehouse: ClickHouseOptions) -> None:
    with RowWriter(warehouse) as writer:
        rejects = writer.write([site_call(1, project_number=None), reject()._replace(rejected_at=BEYOND)])
        again = writer.write(rejects)

    assert again == []
    assert select(warehouse, "SELECT count() FROM rejects") == [(2,)]
