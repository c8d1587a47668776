"""What the vendor's own examples of calls come to (CDR spec 1.1; tests/data/spec and tests/data/vendor)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from pipeline.domain.numbers import NumberPlan
from tests.builders import leg, rules
from tests.unit.derived import Derived
from tests.vendor import example


def berlin(hour: int, minute: int, second: int) -> datetime:
    """An instant of the examples' day by the clock of Berlin, an hour ahead of UTC."""
    return datetime(2002, 11, 19, hour - 1, minute, second, tzinfo=UTC)


def test_cdr_spec_1_1_2_a_simple_call_is_one_answered_internal_call() -> None:
    call = example("simple").call
    assert (call.direction, call.disposition, call.project_number) == ("internal", "answered", "4711")
    assert (call.started_at, call.connected_at) == (berlin(13, 3, 28), berlin(13, 3, 28))
    assert (call.ring_seconds, call.talk_seconds, call.leg_count) == (0, 140, 1)


def test_cdr_spec_1_1_2_a_simple_call_costs_nothing() -> None:
    charge = example("simple").charge
    assert (charge.source, charge.payer_number, charge.destination_number) == ("none", "123", "456")


def test_cdr_spec_1_1_3_an_external_call_is_outgoing() -> None:
    assert example("external").call.direction == "outgoing"


def test_cdr_spec_1_1_3_prefix_and_provider_are_no_part_of_the_destination() -> None:
    charge = example("external").charge
    assert (charge.destination_number, charge.trunk, charge.anomalies) == ("+4916012345678", "SwyxGate 1", ("unrated",))


def test_cdr_spec_1_1_4_a_call_that_the_script_sends_on_is_one_outgoing_call() -> None:
    call = example("script").call
    assert (call.direction, call.disposition) == ("outgoing", "answered")
    assert (call.called_number, call.called_name) == ("456", "User B")
    assert (call.destination_number, call.destination_name) == ("0016012345678", "")


def test_cdr_spec_1_1_4_the_script_is_no_answer_so_the_call_rings_until_the_mobile_phone_answers() -> None:
    call = example("script").call
    assert (call.ring_seconds, call.talk_seconds) == (31, 109)


def test_cdr_spec_1_1_5_a_transfer_is_one_call_of_three_legs() -> None:
    call = example("transfer").call
    assert [leg_id.split(":")[1] for leg_id in example("transfer").site_call.leg_ids] == ["3", "7", "8"]
    assert (call.leg_count, call.transfer_count, call.complete) == (3, 1, True)


def test_cdr_spec_1_1_5_user_c_bears_the_costs_of_both_calls() -> None:
    transferred = example("transfer")
    assert transferred.call.amounts == (("EUR", Decimal("5.56")),)
    assert {(row.payer_number, row.payer_name) for row in transferred.charges.values()} == {("101", "User C")}


def test_cdr_spec_1_1_5_both_calls_are_billed_to_their_end_and_the_result_is_not_charged() -> None:
    transferred = example("transfer")
    billed = {leg_id.split(":")[1]: row.duration_seconds for leg_id, row in transferred.charges.items()}
    assert (billed, transferred.call.billable_seconds) == ({"3": 419, "7": 348}, 767)


def test_cdr_spec_1_1_5_what_was_said_at_the_same_time_is_talk_once() -> None:
    call = example("transfer").call
    assert (call.ring_seconds, call.talk_seconds) == (21, 419)


def test_cdr_spec_1_1_5_the_result_does_not_make_the_call_a_transit() -> None:
    transferred = example("transfer")
    assert transferred.call.direction == "outgoing"
    assert {row.leg.record.call_id: row.direction for row in transferred.legs.values()} == {
        "3": "outgoing",
        "7": "outgoing",
        "8": "transit",
    }


def test_cdr_spec_1_1_6_a_transfer_of_a_transferred_call_is_one_call_of_five_legs() -> None:
    call = example("retransfer").call
    assert (call.leg_count, call.transfer_count, call.complete) == (5, 2, True)


def test_cdr_spec_1_1_6_each_user_is_charged_for_the_calls_they_made() -> None:
    call = example("retransfer")
    payers = {row.leg_id.split(":")[1]: (row.payer_name, row.amount) for row in call.charges.values()}
    assert payers == {"3": ("User C", Decimal("2.46")), "7": ("User C", 0), "10": ("User D", 0)}


def test_cdr_spec_1_1_6_the_destination_of_the_call_is_that_of_the_last_result() -> None:
    call = example("retransfer").call
    assert (call.origination_name, call.called_name) == ("User C", "User A")
    assert (call.destination_number, call.destination_name) == ("0016012345678", "User A")


def test_cdr_spec_1_1_7_costs_of_both_transferred_calls_are_added_in_one_call() -> None:
    totals = example("transfer").totals
    assert [(total.legs, total.seconds, total.amount) for total in totals] == [(2, 767, Decimal("5.56"))]


def test_cdr_spec_1_1_a_conference_of_three_is_one_call_of_five_legs() -> None:
    call = example("conference", "vendor").call
    assert (call.conference, call.leg_count, call.transfer_count) == (True, 5, 0)


def test_cdr_spec_1_1_a_conference_costs_what_its_external_call_costs() -> None:
    assert example("conference", "vendor").call.amounts == (("EUR", Decimal("0.60")),)


def test_cdr_spec_1_1_each_leg_into_the_conference_is_charged_to_the_user_who_made_it() -> None:
    charges = example("conference", "vendor").charges.values()
    assert {row.leg_id.split(":")[1]: row.payer_name for row in charges} == {
        **{"10": "User C", "13": "User C", "14": "User C", "15": "User C"},
        "11": "User B",
    }


def test_cdr_spec_1_1_1_the_number_over_a_link_is_the_extension_in_complete_form() -> None:
    party = NumberPlan(rules()).party("+492314777222", "berlin")
    assert (party.text, party.extension_of) == ("222", "dortmund")


def test_cdr_spec_1_1_1_the_number_dialled_stays_103_when_someone_else_picks_up() -> None:
    call = Derived(leg("3", connect=5, called_number="103", destination_number="104", destination_name="D")).call
    assert (call.called_number, call.destination_number, call.destination_name) == ("103", "104", "D")


def test_cdr_spec_1_1_3_an_incoming_external_call_names_the_gateway_as_its_origin() -> None:
    row = Derived(leg("3", connect=5, origination_number="0016012345678", origination_device="SwyxGate 1")).call
    assert row.direction == "incoming"


def test_cdr_spec_1_1_6_the_lists_name_parties_states_and_transferrers() -> None:
    listed = {}
    for call_id, row in ((row.leg.record.call_id, row.leg.record) for row in example("retransfer").legs.values()):
        by = f", transferred from {row.transferred_by_name[-1]}" if row.transferred_by_name else ""
        listed[call_id] = f"{row.origination_name[-1]} => {row.called_name[-1]} ({row.state.lower()}{by})"
    assert listed == {
        "3": "C => A (transferred)",
        "7": "C => B (transferred)",
        "8": "A => B (connected, transferred from C)",
        "10": "D => B (transferred)",
        "11": "D => A (connected, transferred from B)",
    }


def test_cdr_spec_1_1_7_the_display_shows_cdr_8_with_the_charges_of_3_and_7_and_so_does_the_call() -> None:
    call = example("transfer").call
    assert (call.destination_number, call.destination_name) == ("002314777222", "User B")
    assert call.amounts == (("EUR", Decimal("1.23") + Decimal("4.33")),)
