"""What the vendor's articles say of money, of reasons and of files comes to (kb2211, CDR spec 1.2 and 1.1.1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.values import is_unknown_reason
from schemas.rows import Charge
from tests.builders import leg as domain_leg
from tests.cdr_lines import leg, line, parsed, reject
from tests.unit.derived import Derived, changed
from tests.vendor import example

DEVICES = {
    "SwyxGate 1": ("trunk", "aoc"),
    "Link Berlin": ("link", "link"),
    "(call routing)": ("script", "aoc"),
    "": ("internal", "aoc"),
}
REASONS = {
    "Busy": "busy",
    "Reject": "rejected",
    "NoAnswer": "no_answer",
    "TooLate": "answered_elsewhere",
    "UnknownNumber": "failed",
    "Unreachable": "failed",
    "NetworkCongestion": "failed",
    "BadFormatAddress": "failed",
    "CallRoutingFailed": "failed",
    "PermissionDenied": "failed",
    "CallDisconnected": "failed",
    "IncompatibleDestination": "failed",
    "NumberChanged": "failed",
    "NoChannelAvailable": "failed",
    "OriginatorDisconnected": "abandoned",
    "CallTransferred": "failed",
}


def charges() -> dict[str, Charge]:
    """The charges of the calls from site A through site B's SwyxGate, by site and CallId."""
    found = example("site-a", "vendor").charges.values()
    return {":".join(row.leg_id.split(":")[:2]): row for row in found}


def costs(written: str, dialect: Dialect | None = None) -> Decimal | None:
    """What Costs are read as in a dialect, by default that of a new site."""
    return leg(line(Costs=written), dialect or Dialect("Europe/Berlin")).record.costs


def test_kb2211_a_call_into_the_pstn_of_another_site_is_one_call() -> None:
    calls = example("site-a", "vendor").calls.values()
    assert {(call.sites, call.direction) for call in calls} == {(("site-a", "site-b"), "outgoing")}
    assert sorted(call.billable_seconds for call in calls) == [60, 122, 140]


def test_kb2211_the_charge_in_the_cdrs_of_both_sites_is_counted_once_where_the_trunk_is() -> None:
    calls = example("site-a", "vendor").calls
    counted = {name for name, row in charges().items() if row.counted}
    assert counted == {"site-b:2", "site-b:3", "site-b:4"}
    assert sorted(call.amounts for call in calls.values()) == [
        (("CHF", Decimal("0.35")),),
        (("EUR", Decimal("0.06")),),
        (("EUR", Decimal("0.24")),),
    ]


def test_kb2211_client_a1_pays_and_site_b_carries() -> None:
    rows = charges().values()
    assert {(row.payer_site, row.payer_number, row.payer_name) for row in rows} == {("site-a", "101", "User A1")}
    assert {(row.carrier_site, row.trunk) for row in rows} == {("site-b", "SwyxGate GB")}


def test_kb2211_a_charge_of_the_pstn_is_told_from_one_of_least_cost_routing_and_from_a_forwarded_one() -> None:
    assert {name: row.source for name, row in charges().items()} == {
        **{"site-a:7": "link", "site-a:8": "link", "site-a:9": "link"},
        **{"site-b:2": "aoc", "site-b:3": "lcr", "site-b:4": "aoc"},
    }


def test_kb2211_and_cdr_spec_1_2_least_cost_routing_is_forwarded_as_advice_of_another_site() -> None:
    legs = example("site-a", "vendor").legs.values()
    advised = {f"{row.leg.site}:{row.leg.record.call_id}": row.leg.record.aoc for row in legs}
    assert (advised["site-b:3"], advised["site-a:8"]) == (False, True)


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: f"kb2211 DestinationDevice {device!r}")
def test_the_destination_device_tells_whose_charges_were_recorded(device: str) -> None:
    """kb2211, "Charging information in CDRs": SwyxGate name, link name, "(call routing)"; empty inside the site."""
    derived = Derived(domain_leg("3", connect=5, costs="0.24", destination_device=device))
    (row,) = derived.legs.values()
    assert (row.destination_kind, derived.charge.source) == DEVICES[device]


def test_cdr_spec_1_1_5_costs_are_in_whole_units_of_the_currency_by_default() -> None:
    assert costs("1.23") == Decimal("1.23")


def test_cdr_spec_1_2_costs_in_hundredths_are_a_setting() -> None:
    assert costs("123", Dialect("Europe/Berlin", cost_scale=100)) == Decimal("1.23")


def test_kb2211_the_decimal_mark_of_a_german_service_account_is_read_as_that_of_the_example() -> None:
    """`EUR 1,23` in kb2211 and `1.23` in CDR spec 1.1.5 are the same money."""
    assert costs("1,23") == costs("1.23")


def test_cdr_spec_1_2_a_blank_inside_of_the_sample_costs_is_no_number() -> None:
    """The document prints `EUR 1, 23` where kb2211 has `EUR 1,23`."""
    assert reject(line(Costs="1, 23")).reason == "bad_number"


def test_cdr_spec_1_2_the_currency_of_the_swiss_example_is_kept_as_written() -> None:
    record = leg(line(Currency="Fr.", Costs="0.35", AOC="1")).record
    assert (record.currency, record.costs) == ("Fr.", Decimal("0.35"))


def test_kb2211_the_currency_is_that_of_the_cdr_or_the_sites_own_where_it_names_none() -> None:
    bare = domain_leg("3", connect=5, costs="0.35", destination_device="SwyxGate 1", currency="")
    found = [Derived(one).charge.currency for one in (bare, changed(bare, {"currency": "CHF"}))]
    assert found == ["EUR", "CHF"]


def test_cdr_spec_1_1_5_the_last_advice_is_the_whole_sum_of_its_call() -> None:
    amounts = {row.leg_id.split(":")[1]: row.amount for row in example("transfer").charges.values()}
    assert amounts == {"3": Decimal("1.23"), "7": Decimal("4.33")}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: f"CDR spec 1.1.1 reason {reason}")
def test_a_reason_of_the_list_is_known_and_tells_how_an_unanswered_call_ended(reason: str) -> None:
    call = Derived(domain_leg("3", disconnect_reason=reason)).call
    assert (call.disposition, is_unknown_reason(reason)) == (REASONS[reason], False)


@pytest.mark.parametrize("name", ["CallId", "CallID", "callid"], ids=lambda name: f"CDR spec 1.1.1 {name}")
def test_version_and_header_are_the_first_two_lines_and_no_cdrs(name: str) -> None:
    text = f'4.10\n"{name}","StartDate","StartTime"\n"3","19.11.2002","13:03:28"\n'
    assert len(parsed(text)) == 1
