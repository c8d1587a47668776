"""The views are the contract with people: names, order and types of their columns (contract 9)."""

from __future__ import annotations

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from tests.conftest import ClickHouseServer
from tests.warehouse import fresh_warehouse, select

TEXT, TEXTS, FLAG, COUNT, BIG = "String", "Array(String)", "UInt8", "UInt32", "UInt64"
AT, MAYBE_AT, MONEY, MAYBE_MONEY = (
    "DateTime('UTC')",
    "Nullable(DateTime('UTC'))",
    "Decimal(18, 6)",
    "Nullable(Decimal(18, 6))",
)
CALL_FIELDS = {
    "started_at": AT,
    "connected_at": MAYBE_AT,
    "ended_at": AT,
    "origination_number": TEXT,
    "origination_name": TEXT,
    "called_number": TEXT,
    "called_name": TEXT,
    "destination_number": TEXT,
    "destination_name": TEXT,
    "direction": TEXT,
    "disposition": TEXT,
    "disconnect_reason": TEXT,
    "ring_seconds": COUNT,
    "talk_seconds": COUNT,
    "billable_seconds": COUNT,
    "leg_count": COUNT,
    "transfer_count": COUNT,
    "conference": FLAG,
    "project_number": TEXT,
    "missing_call_ids": TEXTS,
    "complete": FLAG,
}
VIEWS = {
    "legs": {
        "site": TEXT,
        "leg_id": TEXT,
        "call_id_number": TEXT,
        "site_call_id": TEXT,
        "origination_number": TEXT,
        "origination_name": TEXT,
        "called_number": TEXT,
        "called_name": TEXT,
        "destination_number": TEXT,
        "destination_name": TEXT,
        "started_at": AT,
        "script_connected_at": MAYBE_AT,
        "delivered_at": MAYBE_AT,
        "connected_at": MAYBE_AT,
        "ended_at": MAYBE_AT,
        "currency": TEXT,
        "state": TEXT,
        "public_access_prefix": TEXT,
        "lcr_provider": TEXT,
        "project_number": TEXT,
        "origination_device": TEXT,
        "destination_device": TEXT,
        "transferred_by_number": TEXT,
        "transferred_by_name": TEXT,
        "transferred_call_id_1": TEXT,
        "transferred_call_id_2": TEXT,
        "transferred_to_call_id": TEXT,
        "transferred_at": MAYBE_AT,
        "disconnect_reason": TEXT,
        "origin_kind": TEXT,
        "destination_kind": TEXT,
        "direction": TEXT,
        "disposition": TEXT,
        "chargeable": FLAG,
        "costs": MAYBE_MONEY,
        "aoc": FLAG,
        "anomalies": TEXTS,
        "extra": "Map(String, String)",
        "source_file": TEXT,
        "source_offset": BIG,
        "raw_line": TEXT,
        "version": BIG,
    },
    "site_calls": {
        "site": TEXT,
        "site_call_id": TEXT,
        "call_id": TEXT,
        "leg_ids": TEXTS,
        **CALL_FIELDS,
        "version": BIG,
    },
    "calls": {
        "call_id": TEXT,
        "origin_site": TEXT,
        "sites": TEXTS,
        "site_call_ids": TEXTS,
        **CALL_FIELDS,
        "destination_country": TEXT,
        "destination_kind": TEXT,
        "amounts": "Map(String, Decimal(18, 6))",
        "charge_sources": TEXTS,
        "version": BIG,
    },
    "charges": {
        "leg_id": TEXT,
        "site": TEXT,
        "call_id": TEXT,
        "site_call_id": TEXT,
        "started_at": AT,
        "connected_at": AT,
        "duration_seconds": COUNT,
        "payer_site": TEXT,
        "payer_number": TEXT,
        "payer_name": TEXT,
        "project_number": TEXT,
        "destination_number": TEXT,
        "destination_name": TEXT,
        "carrier_site": TEXT,
        "trunk": TEXT,
        "currency": TEXT,
        "amount": MONEY,
        "source": TEXT,
        "counted": FLAG,
        "counterpart_leg_id": TEXT,
        "rated_amount": MAYBE_MONEY,
        "destination_country": TEXT,
        "destination_kind": TEXT,
        "department": TEXT,
        "cost_centre": TEXT,
        "anomalies": TEXTS,
        "version": BIG,
    },
    "charge_totals": {
        "hour": AT,
        "payer_site": TEXT,
        "payer_number": TEXT,
        "project_number": TEXT,
        "carrier_site": TEXT,
        "trunk": TEXT,
        "currency": TEXT,
        "source": TEXT,
        "legs": BIG,
        "seconds": BIG,
        "amount": MONEY,
    },
    "daily_calls": {
        "day": "Date",
        "origin_site": TEXT,
        "direction": TEXT,
        "disposition": TEXT,
        "destination_country": TEXT,
        "destination_kind": TEXT,
        "calls": BIG,
        "ring_seconds": BIG,
        "talk_seconds": BIG,
        "billable_seconds": BIG,
        "refreshed_at": AT,
    },
    "daily_charges": {
        "day": "Date",
        "payer_site": TEXT,
        "department": TEXT,
        "cost_centre": TEXT,
        "project_number": TEXT,
        "carrier_site": TEXT,
        "trunk": TEXT,
        "destination_country": TEXT,
        "destination_kind": TEXT,
        "currency": TEXT,
        "source": TEXT,
        "legs": BIG,
        "seconds": BIG,
        "amount": MONEY,
        "refreshed_at": AT,
    },
    "link_matches": {
        "link": TEXT,
        "from_site": TEXT,
        "to_site": TEXT,
        "from_leg_id": TEXT,
        "to_leg_id": TEXT,
        "time_difference_seconds": "Int64",
        "from_amount": MAYBE_MONEY,
        "to_amount": MAYBE_MONEY,
        "currency": TEXT,
        "anomalies": TEXTS,
    },
    "settlement": {
        "month": "Date",
        "carrier_site": TEXT,
        "payer_site": TEXT,
        "currency": TEXT,
        "legs": BIG,
        "seconds": BIG,
        "amount": MONEY,
    },
    "rejects": {
        "site": TEXT,
        "source_file": TEXT,
        "source_offset": BIG,
        "raw": TEXT,
        "reason": TEXT,
        "detail": TEXT,
        "rejected_at": AT,
    },
    "sites": {
        "site": TEXT,
        "group_name": TEXT,
        "time_zone": TEXT,
        "last_cdr_at": MAYBE_AT,
        "last_seen_at": AT,
        "file": TEXT,
        "file_offset": BIG,
        "bytes_behind": BIG,
        "torn_bytes": BIG,
        "problem": TEXT,
        "state": TEXT,
        "silent_since": MAYBE_AT,
    },
}


@pytest.fixture(scope="module")
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_the_contract_s_columns(view: str, warehouse: ClickHouseOptions) -> None:
    columns = {name: kind for name, kind, *_ in select(warehouse, f"DESCRIBE TABLE {view}")}
    plain = {name: TEXT if kind == "LowCardinality(String)" else kind for name, kind in columns.items()}

    assert list(plain.items()) == list(VIEWS[view].items())


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_view_can_be_read(view: str, warehouse: ClickHouseOptions) -> None:
    assert select(warehouse, f"SELECT * FROM {view}") == []


def test_every_table_and_view_is_explained(warehouse: ClickHouseOptions) -> None:
    query = "SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = ''"
    assert select(warehouse, query) == []


def test_every_column_is_explained(warehouse: ClickHouseOptions) -> None:
    query = "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''"
    assert select(warehouse, query) == []
