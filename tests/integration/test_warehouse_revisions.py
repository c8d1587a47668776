"""Whatever is revised, repeated or late, the views show the newest state and sums are right (contract 9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.rejects import stored_rejects
from connectors.clickhouse.writer import RowWriter
from schemas.rows import LinkMatch, Withdrawal
from tests.conftest import ClickHouseServer
from tests.contract.example_values import CALL, HEARTBEAT
from tests.warehouse import (
    STARTED,
    an_id,
    charge,
    execute,
    fresh_warehouse,
    leg_row,
    reject,
    select,
    site_call,
    total,
)


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


@pytest.fixture
def writer(warehouse: ClickHouseOptions) -> RowWriter:
    """A writer into it."""
    return RowWriter(warehouse)


def test_the_greatest_version_is_shown_whatever_came_last(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    for version, amount in ((2, 20), (3, 30), (1, 10)):
        writer.write([charge(1, version, amount=Decimal(amount))])

    assert select(warehouse, "SELECT sum(amount), count() FROM charges") == [(Decimal(30), 1)]


def test_a_repeated_row_counts_once(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    rows: list[WarehouseRow] = [leg_row(1), site_call(1), charge(1), total(), reject()]
    writer.write(rows)
    writer.write(rows)

    counts = [select(warehouse, f"SELECT count() FROM {view}")[0][0] for view in ("legs", "site_calls", "charges")]
    assert counts == [1, 1, 1]
    assert select(warehouse, "SELECT sum(amount), sum(legs) FROM charge_totals") == [(Decimal(1), 1)]


def test_a_withdrawn_row_is_not_shown(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write([site_call(1), site_call(2)])
    writer.write([Withdrawal("site_calls", an_id(1), 2)])

    assert select(warehouse, "SELECT site_call_id FROM site_calls") == [(an_id(2),)]


def test_a_row_may_come_back_after_its_withdrawal(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write([charge(1, 1)])
    writer.write([Withdrawal("charges", an_id(1), 2)])
    writer.write([charge(1, 3, amount=Decimal(5))])

    assert select(warehouse, "SELECT amount FROM charges") == [(Decimal(5),)]


def test_a_replayed_row_does_not_undo_a_withdrawal(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write([Withdrawal("charges", an_id(1), 2)])
    writer.write([charge(1, 1)])

    assert select(warehouse, "SELECT count() FROM charges") == [(0,)]


def test_withdrawals_of_every_entity_reach_their_row(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    match = LinkMatch("berlin-dortmund", "dortmund", "berlin", an_id(1), an_id(2, "berlin"), 0, None, None, "", (), 1)
    call = CALL._replace(version=1)
    keys = {"charges": an_id(1), "totals": total().total_id, "links": an_id(1), "site_calls": an_id(1)}
    writer.write([charge(1), total(), match, site_call(1), call])
    writer.write([Withdrawal(entity, key, 2) for entity, key in {**keys, "calls": call.call_id}.items()])

    views = ("charges", "charge_totals", "link_matches", "site_calls", "calls")
    assert [select(warehouse, f"SELECT count() FROM {view}")[0][0] for view in views] == [0] * 5


def test_merging_keeps_what_the_views_show(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    for version in (1, 2, 3):
        writer.write([charge(number, version, amount=Decimal(version)) for number in range(10)])
    writer.write([Withdrawal("charges", an_id(0), 4)])
    before = select(warehouse, "SELECT sum(amount), count() FROM charges")
    execute(warehouse, "OPTIMIZE TABLE charge_rows FINAL")
    writer.write([charge(0, 1)])

    assert select(warehouse, "SELECT sum(amount), count() FROM charges") == before == [(Decimal(27), 9)]


def test_rows_of_many_months_come_in_one_batch(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    months = [datetime(1990 + number // 12, number % 12 + 1, 1, tzinfo=STARTED.tzinfo) for number in range(400)]
    writer.write([charge(1, started_at=month, connected_at=month) for month in months])

    assert select(warehouse, "SELECT sum(amount), uniq(toYYYYMM(started_at)) FROM charges") == [(Decimal(400), 400)]


def test_revisions_whose_start_moves_over_a_month_are_one_row(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write([site_call(1, 1)])
    writer.write([site_call(1, 2, started_at=STARTED - timedelta(days=60))])

    assert select(warehouse, "SELECT started_at FROM site_calls") == [(STARTED - timedelta(days=60),)]


def test_a_condition_on_a_revised_column_sees_the_newest_state(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    later = STARTED + timedelta(days=9)
    writer.write([charge(number, 1) for number in range(2000)])
    writer.write([charge(number, 2, connected_at=later, counted=False) for number in range(2000)])

    old = f"connected_at < toDateTime('{STARTED + timedelta(days=1):%Y-%m-%d %H:%M:%S}', 'UTC')"
    assert select(warehouse, f"SELECT count() FROM charges WHERE {old}") == [(0,)]
    assert select(warehouse, "SELECT count() FROM charges WHERE counted = 1") == [(0,)]


def test_a_condition_that_leaves_the_withdrawal_out_shows_nothing(
    warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    writer.write([charge(number, 1) for number in range(2000)])
    writer.write([Withdrawal("charges", an_id(number), 2) for number in range(2000)])

    same_day = "toDate(connected_at, 'UTC') = '2026-03-02'"
    assert select(warehouse, f"SELECT count() FROM charges WHERE {same_day} AND payer_site = 'dortmund'") == [(0,)]


def test_settlement_adds_what_another_site_carried_by_month_and_currency(
    warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    april = datetime(2026, 4, 1, tzinfo=STARTED.tzinfo)
    writer.write(
        [
            charge(1, site="berlin", carrier_site="berlin", amount=Decimal("0.36")),
            charge(2, site="berlin", carrier_site="berlin", amount=Decimal("1.000001")),
            charge(3, site="berlin", carrier_site="berlin", currency="CHF", amount=Decimal(7)),
            charge(4, site="berlin", carrier_site="berlin", connected_at=april),
            charge(5, carrier_site="berlin", counted=False, source="link"),
            charge(6),
        ]
    )

    assert select(warehouse, "SELECT * FROM settlement ORDER BY month, currency") == [
        (date(2026, 3, 1), "berlin", "dortmund", "CHF", 1, 60, Decimal(7)),
        (date(2026, 3, 1), "berlin", "dortmund", "EUR", 2, 120, Decimal("1.360001")),
        (date(2026, 4, 1), "berlin", "dortmund", "EUR", 1, 60, Decimal(1)),
    ]


def test_settlement_follows_revisions(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write([charge(1, 1, site="berlin", carrier_site="berlin")])
    writer.write([charge(1, 2, site="berlin", carrier_site="berlin", counted=False)])

    assert select(warehouse, "SELECT * FROM settlement") == []


def test_a_site_shows_its_latest_sign_of_life(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    later = HEARTBEAT._replace(last_seen_at=HEARTBEAT.last_seen_at + timedelta(milliseconds=500), file_offset=2)
    writer.write([later])
    writer.write([HEARTBEAT._replace(file_offset=1)])

    assert select(warehouse, "SELECT site, file_offset FROM sites") == [(HEARTBEAT.site, 2)]


def test_the_same_reject_again_is_one_row(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write([reject(100), reject(200)])
    writer.write([reject(100, seconds=60)])

    assert select(warehouse, "SELECT source_offset FROM rejects ORDER BY 1") == [(100,), (200,)]


def test_a_withdrawn_reject_leaves_the_list_until_it_is_rejected_again(
    warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    listed = []
    for state in (
        reject(100),
        reject(100, seconds=60)._replace(withdrawn=True),
        reject(100, seconds=30),
        reject(100, seconds=90),
    ):
        writer.write([state])
        listed.append(select(warehouse, "SELECT count() FROM rejects")[0][0])

    assert listed == [1, 0, 0, 1]


@pytest.mark.parametrize("header", [None, (), ("CallId", 'Müller, "Anna"')])
def test_a_reject_comes_back_whole(
    header: tuple[str, ...] | None, warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    written = reject(100, bytes(range(256)), seconds=60)._replace(header=header, file_started_at=STARTED)
    written = written._replace(rejected_at=written.rejected_at + timedelta(milliseconds=250))
    writer.write([written])

    with connected(warehouse) as client:
        assert list(stored_rejects(client)) == [written]


def test_other_bytes_at_the_place_of_a_reject_are_another_row(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write([reject(100, b"one"), reject(100, b"other")])

    assert select(warehouse, "SELECT raw FROM rejects ORDER BY 1") == [("one",), ("other",)]
