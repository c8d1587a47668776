"""What site calls and calls say of their legs together (contract 6)."""

from __future__ import annotations

import pytest

from schemas.cdr import Leg
from tests.builders import at, leg
from tests.unit.derived import Derived, changed

TRUNK = "SwyxGate 1"


def result(call_id: str, start: float, *of: str, **fields: object) -> Leg:
    """A leg that results from a transfer of one or two others."""
    refers = dict(zip(("transferred_call_id_1", "transferred_call_id_2"), of, strict=False))
    return changed(leg(call_id, start, **fields), refers)  # type: ignore[arg-type]


def test_origination_and_called_come_from_the_first_leg_as_written() -> None:
    first = leg("3", 0, origination_number="0231 1", origination_name="A", called_number="(0)456", called_name="B")
    call = Derived(first, result("8", 10, "3", origination_number="1")).call
    assert (call.origination_number, call.origination_name) == ("0231 1", "A")
    assert (call.called_number, call.called_name) == ("(0)456", "B")


def test_destination_and_reason_come_from_the_last_leg() -> None:
    first = leg("3", 0, destination_number="1", destination_name="A", disconnect_reason="CallTransferred")
    last = result("8", 10, "3", destination_number="2", destination_name="B", disconnect_reason="Busy")
    call = Derived(first, last).call
    assert (call.destination_number, call.destination_name, call.disconnect_reason) == ("2", "B", "Busy")


def test_the_destination_is_the_called_party_where_destination_number_is_empty() -> None:
    call = Derived(leg("3", called_number="456", called_name="B", destination_name="C")).call
    assert (call.destination_number, call.destination_name) == ("456", "B")


def test_the_destination_of_a_transferred_call_is_the_called_party_of_its_last_leg() -> None:
    last = result("8", 10, "3", called_number="456", called_name="B", destination_name="C")
    call = Derived(leg("3", 0, destination_number="789"), last).call
    assert (call.destination_number, call.destination_name) == ("456", "B")


def test_a_destination_number_without_a_name_has_no_name() -> None:
    call = Derived(leg("3", called_number="456", called_name="B", destination_number="789")).call
    assert (call.destination_number, call.destination_name) == ("789", "")


def test_of_one_start_the_last_leg_is_the_one_with_the_greatest_call_id() -> None:
    call = Derived(leg("10", 0, disconnect_reason="Busy"), result("9", 0, "10", disconnect_reason="TooLate")).call
    assert call.disconnect_reason == "Busy"


def test_a_call_starts_connects_and_ends_with_the_first_start_the_first_connect_and_the_last_end() -> None:
    call = Derived(leg("3", 0, connect=30, end=90), result("8", 10, "3", connect=20, end=80)).call
    assert (call.started_at, call.connected_at, call.ended_at) == (at(0), at(20), at(90))


def test_a_call_without_any_connect_was_never_connected() -> None:
    assert Derived(leg("3")).call.connected_at is None


def test_a_leg_without_end_does_not_tell_the_end_of_a_call() -> None:
    assert Derived(leg("3", 0, end=50), result("8", 10, "3", connect=70, end=None)).call.ended_at == at(50)


def test_a_call_without_any_end_ended_at_the_last_moment_that_it_knows() -> None:
    assert Derived(leg("3", 0, connect=20, end=None, delivered=30)).call.ended_at == at(30)


def test_the_project_number_is_the_first_in_the_order_of_legs() -> None:
    legs = [leg("3", 0), result("8", 10, "3", project_number="2"), result("9", 20, "8", project_number="1")]
    assert Derived(*legs).call.project_number == "2"


def test_a_plus_before_a_project_number_is_left_out() -> None:
    legs = [leg("3", 0, project_number="+"), result("8", 10, "3", project_number="+4711")]
    derived = Derived(*legs)
    assert [derived.call.project_number, Derived(legs[1]).call.project_number] == ["4711", "4711"]


def test_the_origin_site_is_that_of_the_first_leg() -> None:
    assert Derived(leg("3", site="zurich")).call.origin_site == "zurich"


def test_a_call_is_answered_if_any_leg_is() -> None:
    assert (
        Derived(leg("3", 0, connect=5), result("8", 10, "3", disconnect_reason="Busy")).call.disposition == "answered"
    )


def test_an_unanswered_call_has_the_disposition_of_its_last_leg() -> None:
    legs = [leg("3", 0, disconnect_reason="NoAnswer"), result("8", 10, "3", disconnect_reason="Busy")]
    assert Derived(*legs).call.disposition == "busy"


def test_a_call_rings_from_its_start_to_its_first_connect() -> None:
    assert Derived(leg("3", 0, connect=30), result("8", 10, "3", connect=20)).call.ring_seconds == 20


def test_an_unanswered_call_rings_until_its_last_end() -> None:
    assert Derived(leg("3", 0, end=15), result("8", 10, "3", end=25)).call.ring_seconds == 25


@pytest.mark.parametrize(("connect", "end"), [(-5, 100), (None, -5)])
def test_ringing_is_not_negative(connect: float | None, end: float) -> None:
    assert Derived(leg("3", 0, connect=connect, end=end)).call.ring_seconds == 0


def test_ringing_of_a_transferred_call_is_not_negative() -> None:
    assert Derived(leg("3", 0, connect=-5), result("8", 10, "3")).call.ring_seconds == 0


def test_talk_is_counted_once_where_legs_overlap() -> None:
    legs = [leg("3", 0, connect=10, end=30), result("8", 10, "3", connect=20, end=50)]
    assert Derived(*legs).call.talk_seconds == 40


def test_talk_within_another_leg_adds_nothing() -> None:
    legs = [leg("3", 0, connect=10, end=90), result("8", 10, "3", connect=20, end=50), result("9", 60, "8", connect=80)]
    assert Derived(*legs).call.talk_seconds == 90


def test_talk_leaves_the_pauses_between_legs_out() -> None:
    legs = [leg("3", 0, connect=10, end=30), result("8", 10, "3", connect=40, end=50)]
    assert Derived(*legs).call.talk_seconds == 30


@pytest.mark.parametrize("end", [None, 5])
def test_a_leg_without_end_or_with_its_end_before_its_connect_talks_no_second(end: float | None) -> None:
    legs = [leg("3", 0, connect=10, end=end), result("8", 10, "3", connect=40, end=50)]
    assert Derived(*legs).call.talk_seconds == 10


def test_billable_seconds_are_the_sum_over_chargeable_legs() -> None:
    legs = [leg("3", 0, connect=10, end=40), leg("7", 5, connect=10, end=30), result("8", 10, "3", "7", connect=20)]
    derived = Derived(*legs)
    assert (derived.site_call.billable_seconds, derived.call.billable_seconds) == (50, 50)


def test_talk_in_a_leg_that_is_not_chargeable_is_not_billed() -> None:
    call = Derived(leg("3", connect=10, state="Alerting")).call
    assert (call.talk_seconds, call.billable_seconds) == (90, 0)


def test_leg_count_counts_legs_and_transfer_count_results() -> None:
    legs = [leg("3", 0), leg("7", 5), result("8", 10, "3", "7"), result("11", 20, "8")]
    call = Derived(*legs).call
    assert (call.leg_count, call.transfer_count) == (4, 2)


def devices(origin: str, destination: str) -> dict[str, object]:
    return {"origination_device": origin, "destination_device": destination}


@pytest.mark.parametrize(
    ("first", "second", "direction"),
    [
        (devices(TRUNK, ""), devices("", TRUNK), "transit"),
        (devices(TRUNK, ""), devices("", ""), "incoming"),
        (devices("", ""), devices("", TRUNK), "outgoing"),
        (devices("", ""), devices(TRUNK, ""), "internal"),
        (devices("", TRUNK), devices(TRUNK, ""), "outgoing"),
    ],
)
def test_the_first_origin_and_any_destination_tell_the_direction(
    first: dict[str, object], second: dict[str, object], direction: str
) -> None:
    legs = [changed(leg("3", 0, transferred_to_call_id="7"), first), changed(leg("7", 5), second)]
    assert Derived(*legs).call.direction == direction


def test_results_do_not_tell_the_direction() -> None:
    legs = [changed(result("2", 0, "3"), devices(TRUNK, TRUNK)), leg("3", 5)]
    assert Derived(*legs).call.direction == "internal"


def test_a_call_of_results_only_is_internal() -> None:
    assert Derived(changed(result("8", 0, "3"), devices(TRUNK, TRUNK))).call.direction == "internal"


def conference(room: dict[str, object] | None = None) -> list[Leg]:
    """The five legs of the conference of CDR spec 1.1, the connected one of the three with `room` in its fields."""
    inside = {"origination_number": "101", "called_number": "999"}
    moved = inside | {"state": "Transferred", "transferred_to_call_id": "5"}
    return [
        leg("3", 0, connect=5, state="Transferred", transferred_to_call_id="6", called_number="4711"),
        leg("4", 1, connect=5, state="Transferred", transferred_to_call_id="7", origination_number="102"),
        changed(leg("5", 20, connect=21), inside | (room or {})),
        changed(leg("6", 20, connect=21), moved),
        changed(leg("7", 20, connect=21), moved),
    ]


def test_three_legs_of_one_originator_to_one_number_among_five_are_a_conference() -> None:
    derived = Derived(*conference())
    assert (derived.site_call.conference, derived.call.conference) == (True, True)


def test_four_legs_are_no_conference() -> None:
    assert not Derived(*conference()[1:]).site_call.conference


@pytest.mark.parametrize(
    "other", [{"origination_number": "102"}, {"called_number": "998"}, {"transferred_call_id_1": "3"}]
)
def test_of_three_legs_none_may_have_another_originator_or_called_number_or_be_a_result(
    other: dict[str, object],
) -> None:
    assert not Derived(*conference(other)).call.conference


def test_two_legs_of_one_originator_to_one_number_are_no_conference() -> None:
    legs = conference()
    assert not Derived(*legs[:4], changed(legs[4], {"called_number": "998"})).call.conference


def test_a_conference_has_a_connected_leg() -> None:
    assert not Derived(*conference({"state": "Transferred"})).call.conference


def test_a_conference_has_a_transferred_leg() -> None:
    legs = [part._replace(record=part.record._replace(state="Connected")) for part in conference()]
    assert not Derived(*legs).call.conference


def test_states_of_a_conference_are_compared_without_case_and_blanks() -> None:
    assert Derived(*conference({"state": " connected "})).call.conference
