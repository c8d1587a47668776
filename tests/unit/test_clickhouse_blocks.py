from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clickhouse.blocks import WarehouseRow, blocks, insert_statement
from connectors.clickhouse.errors import UnwritableValue
from schemas.rows import Withdrawal
from tests.warehouse import an_id, charge, leg_row, reject, site_call, total


def columns_of(row: WarehouseRow) -> dict[str, Any]:
    """The first value of every column that is sent."""
    (block,) = blocks([row])
    statement, columns = insert_statement(block)
    names = statement.split("(")[1].split(")")[0].split(", ")
    return {name: column[0] for name, column in zip(names, columns, strict=True)}


def test_rows_go_to_their_tables() -> None:
    found = {block.table.name: len(block.rows) for block in blocks([leg_row(), charge(1), charge(2), total()])}

    assert found == {"leg_rows": 1, "charge_rows": 2, "charge_total_rows": 1}


def test_totals_are_sent_before_the_charges_that_changed_them_and_legs_behind_all_others() -> None:
    rows: list[WarehouseRow] = [leg_row(), charge(1), total(), site_call()]

    tables = [block.table.name for block in blocks(rows)]
    assert (tables[0], tables[-1]) == ("charge_total_rows", "leg_rows")


def test_of_a_row_s_states_only_the_newest_is_sent() -> None:
    (block,) = blocks([charge(1, 2), charge(1, 3, amount=Decimal(3)), charge(1, 1)])

    assert [row.amount for row in block.rows] == [Decimal(3)]


def test_of_equal_versions_the_last_one_is_sent() -> None:
    (block,) = blocks([charge(1, 1, amount=Decimal(1)), charge(1, 1, amount=Decimal(2))])

    assert [row.amount for row in block.rows] == [Decimal(2)]


def test_a_withdrawal_takes_the_place_of_an_older_row() -> None:
    (block,) = blocks([charge(1, 1), Withdrawal("charges", an_id(1), 2)])

    assert block.withdrawn
    assert columns_of(block.rows[0]) == {"leg_id": an_id(1), "version": 2, "is_deleted": 1}


def test_an_older_withdrawal_gives_way_to_the_row() -> None:
    (block,) = blocks([Withdrawal("charges", an_id(1), 1), charge(1, 2)])

    assert not block.withdrawn


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5), st.booleans())))
def test_what_is_sent_is_the_greatest_version_of_each_row(states: list[tuple[int, int, bool]]) -> None:
    rows: list[WarehouseRow] = [
        Withdrawal("charges", an_id(number), version) if gone else charge(number, version)
        for number, version, gone in states
    ]
    sent = {row[0] if not block.withdrawn else row.key: row.version for block in blocks(rows) for row in block.rows}

    assert sent == {
        an_id(number): max(version for other, version, _ in states if other == number) for number, _, _ in states
    }


def test_the_withdrawal_of_something_unknown_is_an_error() -> None:
    with pytest.raises(UnwritableValue, match="legs"):
        blocks([Withdrawal("legs", an_id(1), 1)])


def test_rejects_at_one_place_with_other_bytes_are_different_rows() -> None:
    (block,) = blocks([reject(1, b"one"), reject(1, b"other"), reject(1, b"one", seconds=9)])

    assert [row.raw for row in block.rows] == [b"one", b"other"]


def test_instants_are_sent_as_whole_seconds_of_utc() -> None:
    assert columns_of(charge(1))["connected_at"] == 1_772_439_300


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(UnwritableValue, match="connected_at"):
        columns_of(charge(1, connected_at=datetime(2026, 3, 2)))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("amount", ["0.0000001", "1000000000000", "Infinity", "-1000000000000.5"])
def test_money_that_would_be_cut_is_refused(amount: str) -> None:
    with pytest.raises(UnwritableValue, match="amount"):
        columns_of(charge(1, amount=Decimal(amount)))


@pytest.mark.parametrize("amount", ["999999999999.999999", "-0.000001", "1E+3", "0.1000000000"])
def test_money_that_fits_is_sent(amount: str) -> None:
    assert columns_of(charge(1, amount=Decimal(amount)))["amount"] == Decimal(amount)


def test_an_absent_instant_stays_absent() -> None:
    assert columns_of(site_call(1, connected_at=None))["connected_at"] is None
