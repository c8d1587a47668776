"""What a site hides is in no report: rows that its retention has ended, and digits of destination numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.counted_charges import ChosenCharges
from connectors.clickhouse.report_bill import bill_items
from connectors.clickhouse.report_calls import ChosenCalls, call_sums
from connectors.clickhouse.report_charges import charge_sums
from connectors.clickhouse.report_settlement import settlement
from connectors.clickhouse.report_trunks import trunk_report
from connectors.clickhouse.writer import RowWriter
from tests.conftest import ClickHouseServer
from tests.report_example import example_rows
from tests.reported import ALWAYS
from tests.warehouse import charge, execute, fresh_warehouse

ZONES = {"dortmund": "Europe/Berlin", "zurich": "Europe/Zurich"}
CHARGES, CALLS = ChosenCharges(*ALWAYS, ZONES), ChosenCalls(*ALWAYS, ZONES)


@pytest.fixture
def options(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """The warehouse that docs/reports.md shows; Dortmund keeps nothing of it."""
    options = fresh_warehouse(clickhouse)
    with RowWriter(options) as writer:
        assert writer.write(example_rows()) == []
    kept = (date.today() - date(2026, 10, 31)).days  # noqa: DTZ011 - retention ends by the real clock
    execute(options, f"INSERT INTO site_rules (site, retention_days) VALUES ('dortmund', {max(kept - 1, 1)})")
    return options


def test_rows_that_retention_has_ended_are_in_no_report(options: ClickHouseOptions) -> None:
    with connected(options) as client:
        assert {item.leg_id.split(":")[0] for item in bill_items(client, CHARGES)} == {"zurich"}
        assert {one.currency for one in charge_sums(client, CHARGES, ["site"])} == {"CHF"}
        assert {one.key for one in call_sums(client, CALLS, ["site"])} == {("zurich",)}
        assert {debt.currency for debt in settlement(client, *ALWAYS)} == {"CHF"}
        assert {use.site for use in trunk_report(client, *ALWAYS, ZONES).uses} == {"zurich"}


def test_digits_that_a_site_hides_are_hidden_in_its_bills(clickhouse: ClickHouseServer) -> None:
    options = fresh_warehouse(clickhouse)
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    with RowWriter(options) as writer:
        assert writer.write([charge(1, destination_number="+4930123456", started_at=now, connected_at=now)]) == []
    execute(options, "INSERT INTO site_rules (site, hidden_digits, whole_numbers) VALUES ('dortmund', 2, '^$')")
    with connected(options) as client:
        assert [item.destination_number for item in bill_items(client, CHARGES)] == ["+49301234XX"]
