"""What the vendor's own examples come to (CDR spec 1.1 and 1.2, kb2211; the files in tests/data/spec)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from pipeline.cli.settings import load_settings
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_tail import dialect
from schemas.cdr import Leg
from tests.builders import at, leg
from tests.unit.derived import Derived, changed

SPEC = Path(__file__).parent.parent / "data" / "spec"
SETTINGS = load_settings(SPEC / "swyx-cdr.toml", {})
OUTSIDE = "0089123456"


def example(name: str) -> Derived:
    """The rows of an example, its CDRs in the order of the file."""
    (site,) = (site for site in SETTINGS.sites if site.name == name)
    parser = LineParser(name, dialect(site), "cdr.txt")
    entries = [entry for _, found in read_whole(SPEC / name / "cdr.txt", parser, at(0)) for entry in found]
    legs = [entry for entry in entries if isinstance(entry, Leg)]
    assert len(legs) == len(entries)
    (rules,) = (group for group in group_rules(SETTINGS).values() if name in group.sites)
    return Derived(*legs, group_rules=rules)


def berlin(hour: int, minute: int, second: int) -> datetime:
    """An instant of the examples' day by the clock of Berlin, an hour ahead of UTC."""
    return datetime(2002, 11, 19, hour - 1, minute, second, tzinfo=UTC)


def test_1_1_2_a_simple_call_is_one_answered_internal_call() -> None:
    call = example("simple").call
    assert (call.direction, call.disposition, call.project_number) == ("internal", "answered", "4711")
    assert (call.started_at, call.connected_at) == (berlin(13, 3, 28), berlin(13, 3, 28))
    assert (call.ring_seconds, call.talk_seconds, call.leg_count) == (0, 140, 1)


def test_1_1_2_a_simple_call_costs_nothing() -> None:
    charge = example("simple").charge
    assert (charge.source, charge.payer_number, charge.destination_number) == ("none", "123", "456")


def test_1_1_3_an_external_call_is_outgoing() -> None:
    assert example("external").call.direction == "outgoing"


def test_1_1_3_prefix_and_provider_are_no_part_of_the_destination() -> None:
    charge = example("external").charge
    assert (charge.destination_number, charge.trunk, charge.anomalies) == ("+4916012345678", "SwyxGate 1", ("unrated",))


def test_1_1_4_a_call_that_the_script_sends_on_is_one_outgoing_call() -> None:
    call = example("script").call
    assert (call.direction, call.disposition) == ("outgoing", "answered")
    assert (call.called_number, call.called_name) == ("456", "User B")
    assert (call.destination_number, call.destination_name) == ("0016012345678", "")


def test_1_1_4_the_script_is_no_answer_so_the_call_rings_until_the_mobile_phone_answers() -> None:
    call = example("script").call
    assert (call.ring_seconds, call.talk_seconds) == (31, 109)


def test_1_1_5_a_transfer_is_one_call_of_three_legs() -> None:
    call = example("transfer").call
    assert [leg_id.split(":")[1] for leg_id in example("transfer").site_call.leg_ids] == ["3", "7", "8"]
    assert (call.leg_count, call.transfer_count, call.complete) == (3, 1, True)


def test_1_1_5_user_c_bears_the_costs_of_both_calls() -> None:
    derived = example("transfer")
    assert derived.call.amounts == (("EUR", Decimal("5.56")),)
    assert {(row.payer_number, row.payer_name) for row in derived.charges.values()} == {("101", "User C")}


def test_1_1_5_both_calls_are_billed_to_their_end_and_the_result_is_not_charged() -> None:
    derived = example("transfer")
    billed = {leg_id.split(":")[1]: row.duration_seconds for leg_id, row in derived.charges.items()}
    assert (billed, derived.call.billable_seconds) == ({"3": 419, "7": 348}, 767)


def test_1_1_5_what_was_said_at_the_same_time_is_talk_once() -> None:
    call = example("transfer").call
    assert (call.ring_seconds, call.talk_seconds) == (21, 419)


def test_1_1_5_the_result_does_not_make_the_call_a_transit() -> None:
    derived = example("transfer")
    assert derived.call.direction == "outgoing"
    assert {row.leg.record.call_id: row.direction for row in derived.legs.values()} == {
        "3": "outgoing",
        "7": "outgoing",
        "8": "transit",
    }


def test_1_1_6_a_transfer_of_a_transferred_call_is_one_call_of_five_legs() -> None:
    call = example("retransfer").call
    assert (call.leg_count, call.transfer_count, call.complete) == (5, 2, True)


def test_1_1_6_each_user_is_charged_for_the_calls_they_made() -> None:
    derived = example("retransfer")
    payers = {row.leg_id.split(":")[1]: (row.payer_name, row.amount) for row in derived.charges.values()}
    assert payers == {"3": ("User C", Decimal("2.46")), "7": ("User C", 0), "10": ("User D", 0)}


def test_1_1_6_the_destination_of_the_call_is_that_of_the_last_result() -> None:
    call = example("retransfer").call
    assert (call.origination_name, call.called_name) == ("User C", "User A")
    assert (call.destination_number, call.destination_name) == ("0016012345678", "User A")


def test_1_1_7_costs_of_both_transferred_calls_are_added_in_one_call() -> None:
    totals = example("transfer").totals
    assert [(total.legs, total.seconds, total.amount) for total in totals] == [(2, 767, Decimal("5.56"))]


def conference() -> list[Leg]:
    """C => A and B => C (transferred), then C => M three times (connected, transferred, transferred)."""
    to_m = {"called_number": "999", "origination_number": "101"}
    moved = {**to_m, "state": "Transferred", "transferred_to_call_id": "13"}
    a = leg("10", 0, connect=5, end=300, costs="0.60", called_number=OUTSIDE, destination_device="SwyxGate 1")
    b = leg("11", 60, connect=65, end=300, origination_number="102", called_number="101")
    return [
        changed(a, {"state": "Transferred", "transferred_to_call_id": "14"}),
        changed(b, {"state": "Transferred", "transferred_to_call_id": "15"}),
        changed(leg("13", 90, connect=90, end=300), to_m),
        changed(leg("14", 91, connect=91, end=300), moved),
        changed(leg("15", 91, connect=91, end=300), moved),
    ]


def test_1_1_a_conference_of_three_is_one_call_of_five_legs() -> None:
    call = Derived(*conference()).call
    assert (call.conference, call.leg_count, call.transfer_count) == (True, 5, 0)


def test_1_1_a_conference_costs_what_its_external_call_costs() -> None:
    assert Derived(*conference()).call.amounts == (("EUR", Decimal("0.60")),)


def inter_site() -> Derived:
    """Client A1 of Dortmund dials a number that is routed over the link to Berlin and its SwyxGate (kb2211)."""
    a = leg("7", 0, connect=8, end=128, costs="0.24", called_number=OUTSIDE, destination_device="Link Berlin")
    b = leg("2", 1, site="berlin", connect=8, end=128, costs="0.24", aoc=False, destination_device="SwyxGate B")
    over = {"origination_device": "Link Dortmund", "origination_number": "+492314777101", "called_number": OUTSIDE}
    return Derived(changed(a, {"origination_name": "User A1"}), changed(b, over))


def test_kb2211_a_call_into_the_pstn_of_another_site_is_one_call() -> None:
    call = inter_site().call
    assert (call.sites, call.direction, call.billable_seconds) == (("berlin", "dortmund"), "outgoing", 120)


def test_kb2211_the_charge_in_the_cdrs_of_both_sites_is_counted_once() -> None:
    derived = inter_site()
    assert derived.call.amounts == (("EUR", Decimal("0.24")),)
    assert [(row.site, row.source) for row in derived.charges.values() if row.counted] == [("berlin", "lcr")]


def test_kb2211_the_user_of_the_first_site_pays_and_the_gateway_site_carries() -> None:
    charges = inter_site().charges.values()
    assert {(row.payer_site, row.payer_number, row.payer_name) for row in charges} == {("dortmund", "101", "User A1")}
    assert {(row.carrier_site, row.trunk) for row in charges} == {("berlin", "SwyxGate B")}


def test_kb2211_the_forwarded_charge_is_of_source_link() -> None:
    assert {row.site: row.source for row in inter_site().charges.values()} == {"dortmund": "link", "berlin": "lcr"}
