"""Where the last digits of outside destinations are only not shown, views hide them and tables do not."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.site_rules import SiteRule, apply_site_rules
from connectors.clickhouse.writer import RowWriter
from pipeline.domain.privacy_shown import whole_numbers
from tests.builders import rules
from tests.conftest import ClickHouseServer
from tests.contract.example_values import CALL
from tests.warehouse import an_id, charge, fresh_warehouse, leg_row, reject, select, site_call

OUTSIDE = {"0030 987 65-43": "003098765XX", "+493098765432": "+4930987654XX", "030987654": "0309876XX"}
WHOLE = ("102", "+492314777102", "0231 4777-102", "4777102", "0049301234102", "110", "116117", "XXX", "")


def hidden(site: str = "dortmund") -> SiteRule:
    return SiteRule(site, 0, 2, whole_numbers(rules()))


@pytest.fixture(scope="module")
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """Dortmund hides two digits, Berlin none; a leg, calls and a charge with each number at Dortmund."""
    options = fresh_warehouse(clickhouse)
    with connected(options) as client:
        apply_site_rules(client, options.database, [hidden(), SiteRule("berlin")])
    with RowWriter(options) as writer:
        for number, text in enumerate((*OUTSIDE, *WHOLE)):
            name = an_id(number)
            called: dict[str, Any] = {"called_number": text, "called_name": "Adams", "destination_number": text}
            call = CALL._replace(call_id=name, origin_site="dortmund", **called)
            row = leg_row(number, **called)
            row = row._replace(leg=row.leg._replace(leg_id=name, extra=(("Dialled", text),)))
            writer.write([row, site_call(number, call_id=name, **called), call])
            writer.write([charge(number, destination_number=text)])
        elsewhere = charge(99, site="berlin", destination_number="+493098765432")
        writer.write([elsewhere, reject(raw=b'"+493098765432"')])
    return options


@pytest.mark.parametrize("view", ["legs", "site_calls", "calls"])
def test_outside_numbers_are_shown_without_their_last_digits_and_names(warehouse: ClickHouseOptions, view: str) -> None:
    found = select(warehouse, f"SELECT called_number, destination_number, called_name FROM {view}")

    assert {row for row in found if row[2] == ""} == {(text, text, "") for text in OUTSIDE.values()}


@pytest.mark.parametrize("view", ["legs", "site_calls", "calls"])
def test_own_and_short_numbers_are_shown_whole(warehouse: ClickHouseOptions, view: str) -> None:
    found = select(warehouse, f"SELECT called_number FROM {view} WHERE called_name != ''")

    assert sorted(text for (text,) in found) == sorted(WHOLE)


def test_so_are_the_destinations_of_charges(warehouse: ClickHouseOptions) -> None:
    found = select(warehouse, "SELECT destination_number FROM charges WHERE site = 'dortmund'")

    assert sorted(text for (text,) in found) == sorted([*OUTSIDE.values(), *WHOLE])


def test_a_site_without_the_key_shows_its_numbers_whole(warehouse: ClickHouseOptions) -> None:
    found = select(warehouse, "SELECT destination_number FROM charges WHERE site = 'berlin'")

    assert found == [("+493098765432",)]


def test_lines_and_unknown_columns_are_not_shown(warehouse: ClickHouseOptions) -> None:
    assert select(warehouse, "SELECT DISTINCT raw_line, extra FROM legs") == [("", {"Dialled": ""})]
    assert select(warehouse, "SELECT raw FROM rejects") == [("",)]


def test_tables_keep_all_digits(warehouse: ClickHouseOptions) -> None:
    found = select(warehouse, "SELECT called_number FROM leg_rows FINAL")

    assert sorted(text for (text,) in found) == sorted([*OUTSIDE, *WHOLE])
