"""No index and no part of a key brings back a state that was replaced or withdrawn (contract 9).

Rows fill several granules, so that an index has something to leave out; the states come in parts of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from clickhouse_driver import Client

from connectors.clickhouse.client import connected
from connectors.clickhouse.writer import RowWriter
from schemas.rows import Call, Withdrawal
from tests.conftest import ClickHouseServer
from tests.contract.example_values import CALL
from tests.warehouse import STARTED, an_id, charge, fresh_warehouse, leg_row, site_call

ROWS = 17_000  # some granules of 8192
REVISED, GONE, KEPT = 5_000, 12_000, 16_500
OLD, NEW = "+49301111111", "+49302222222"
LATER = STARTED + timedelta(days=20)
BOTH = f"('{an_id(REVISED)}', '{an_id(GONE)}')"
AT = "toDateTime('2026-03-20 00:00:00', 'UTC')"


def a_call(number: int, version: int = 1) -> Call:
    """A call to a number of its own."""
    to = OLD if number in (REVISED, GONE) else f"+4989{number:07}"
    return CALL._replace(
        call_id=an_id(number), version=version, called_number=to, destination_number=to, started_at=STARTED
    )


@pytest.fixture(scope="module")
def client(clickhouse: ClickHouseServer) -> Iterator[Client]:
    """A client of many rows, one of which got new values in every indexed column and another was withdrawn."""
    options = fresh_warehouse(clickhouse)
    numbers = range(ROWS)
    with RowWriter(options) as writer:
        writer.write([leg_row(number, called_number=OLD if number == REVISED else "1") for number in numbers])
        writer.write([site_call(number, call_id="old" if number in (REVISED, GONE) else "c") for number in numbers])
        writer.write([a_call(number) for number in numbers])
        writer.write(
            [charge(number, destination_number=OLD if number in (REVISED, GONE) else "1") for number in numbers]
        )
        moved = a_call(REVISED, 2)._replace(called_number=NEW, destination_number=NEW, started_at=LATER)
        writer.write([moved, leg_row(REVISED, 2, called_number=NEW), site_call(REVISED, 2, call_id="new")])
        writer.write([charge(REVISED, 2, destination_number=NEW, connected_at=LATER)._replace(leg_id=an_id(REVISED))])
        writer.write([Withdrawal(entity, an_id(GONE), 2) for entity in ("calls", "site_calls", "charges")])
    with connected(options) as client:
        yield client


@pytest.mark.parametrize(
    ("view", "condition", "rows"),
    [
        ("calls", f"called_number = '{OLD}'", 0),
        ("calls", f"called_number = '{NEW}'", 1),
        ("calls", f"origination_number = '{OLD}' OR called_number = '{OLD}' OR destination_number = '{OLD}'", 0),
        ("calls", f"origination_number = '{NEW}' OR called_number = '{NEW}' OR destination_number = '{NEW}'", 1),
        ("calls", f"call_id IN {BOTH}", 1),
        ("calls", f"call_id IN {BOTH} AND started_at < {AT}", 0),
        ("calls", f"started_at < {AT}", ROWS - 2),
        ("calls", f"started_at >= {AT}", 1),
        ("site_calls", "call_id = 'old'", 0),
        ("site_calls", "call_id = 'new'", 1),
        ("site_calls", f"site_call_id IN {BOTH}", 1),
        ("legs", f"called_number = '{OLD}'", 0),
        ("legs", f"called_number = '{NEW}'", 1),
        ("legs", f"leg_id = '{leg_row(KEPT).leg.leg_id}'", 1),
        ("charges", f"destination_number = '{OLD}'", 0),
        ("charges", f"destination_number = '{NEW}'", 1),
        ("charges", f"connected_at < {AT} AND leg_id IN {BOTH}", 0),
        ("charges", f"connected_at >= {AT}", 1),
    ],
)
def test_a_condition_sees_the_newest_state_only(view: str, condition: str, rows: int, client: Client) -> None:
    assert client.execute(f"SELECT count() FROM {view} WHERE {condition}") == [(rows,)]


@pytest.mark.parametrize(
    ("view", "condition"),
    [
        ("calls", f"call_id = '{an_id(KEPT)}'"),
        ("calls", f"called_number = '+4989{KEPT:07}' OR origination_number = '+4989{KEPT:07}'"),
        ("site_calls", "call_id = 'new'"),
        ("legs", f"site_call_id = '{an_id(KEPT)}'"),
        ("charges", f"destination_number = '{NEW}'"),
    ],
)
def test_an_index_leaves_granules_out(view: str, condition: str, client: Client) -> None:
    plan = client.execute(f"EXPLAIN indexes = 1 SELECT * FROM {view} WHERE {condition}")

    assert any("Name: " in line and "_filter" in line for (line,) in plan)


def test_a_condition_on_the_start_uses_its_index(client: Client) -> None:
    plan = [line for (line,) in client.execute(f"EXPLAIN indexes = 1 SELECT * FROM calls WHERE started_at >= {AT}")]

    assert any("started_at_range" in line for line in plan)
