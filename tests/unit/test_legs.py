"""What one leg says by itself (contract 6 and 7)."""

from __future__ import annotations

import pytest

from pipeline.domain.legs import LegClassifier, LegFacts, duration_seconds, leg_order, references
from schemas.cdr import Leg
from tests.builders import leg, rules
from tests.unit.derived import changed

CLASSIFIER = LegClassifier(rules().sites["dortmund"])
TRUNK, LINK, SCRIPT = "SwyxGate 1", "Link Berlin", "(call routing)"


def facts(of: Leg) -> LegFacts:
    return CLASSIFIER.part(of).facts


def from_to(origin: str, destination: str) -> LegFacts:
    return facts(leg("1", origination_device=origin, destination_device=destination))


@pytest.mark.parametrize(
    ("device", "kind"),
    [("", "internal"), (SCRIPT, "internal"), (LINK, "link"), (TRUNK, "trunk"), ("SwyxGate1", "trunk")],
)
def test_the_origination_device_tells_the_origin_kind(device: str, kind: str) -> None:
    assert from_to(device, "").origin_kind == kind


@pytest.mark.parametrize(("device", "kind"), [("", "internal"), (SCRIPT, "script"), (LINK, "link"), (TRUNK, "trunk")])
def test_the_destination_device_tells_the_destination_kind(device: str, kind: str) -> None:
    assert from_to("", device).destination_kind == kind


@pytest.mark.parametrize("device", [" link berlin ", "LINK BERLIN"])
def test_device_names_are_compared_without_case_and_surrounding_blanks(device: str) -> None:
    assert (from_to(device, "").origin_kind, from_to("", device).destination_kind) == ("link", "link")


def test_the_script_is_recognised_without_case_and_surrounding_blanks() -> None:
    assert from_to("", " (Call Routing)").destination_kind == "script"


def test_a_link_of_another_site_is_a_trunk_here() -> None:
    assert from_to("", "Link Dortmund").destination_kind == "trunk"


@pytest.mark.parametrize("field", ["transferred_call_id_1", "transferred_call_id_2"])
def test_a_leg_that_names_a_transferred_call_is_a_result(field: str) -> None:
    assert facts(changed(leg("8"), {field: "3"})).result


@pytest.mark.parametrize("nothing", ["", "0", "8"])
def test_an_empty_reference_zero_and_the_own_call_id_make_no_result(nothing: str) -> None:
    assert not facts(leg("8", transferred_call_id_1=nothing, transferred_call_id_2=nothing)).result


def test_a_leg_that_was_transferred_to_another_is_no_result() -> None:
    assert not facts(leg("3", transferred_to_call_id="8")).result


@pytest.mark.parametrize(
    ("origin", "destination", "direction"),
    [
        (TRUNK, TRUNK, "transit"),
        (TRUNK, "", "incoming"),
        (TRUNK, LINK, "incoming"),
        (TRUNK, SCRIPT, "incoming"),
        ("", TRUNK, "outgoing"),
        (LINK, TRUNK, "outgoing"),
        ("", "", "internal"),
        ("", LINK, "internal"),
        (LINK, "", "internal"),
        (LINK, LINK, "internal"),
    ],
)
def test_the_kinds_tell_the_direction(origin: str, destination: str, direction: str) -> None:
    assert from_to(origin, destination).direction == direction


def test_a_connected_leg_is_answered() -> None:
    assert facts(leg("1", connect=5, disconnect_reason="Busy")).disposition == "answered"


def test_a_leg_that_only_a_script_accepted_is_a_scripts() -> None:
    taken = leg("1", script_connected_at=leg("1").record.started_at, destination_device=SCRIPT)
    assert facts(taken).disposition == "script"


def test_a_script_that_did_not_accept_takes_no_leg() -> None:
    assert facts(leg("1", destination_device=SCRIPT, disconnect_reason="NoAnswer")).disposition == "no_answer"


def test_a_leg_that_a_script_accepted_and_sent_on_is_not_the_scripts() -> None:
    sent_on = leg("1", script_connected_at=leg("1").record.started_at, disconnect_reason="NoAnswer")
    assert facts(sent_on).disposition == "no_answer"


@pytest.mark.parametrize(
    ("reason", "disposition"),
    [
        ("Busy", "busy"),
        ("NoAnswer", "no_answer"),
        ("Reject", "rejected"),
        ("TooLate", "answered_elsewhere"),
        ("OriginatorDisconnected", "abandoned"),
        ("Unreachable", "failed"),
        ("CallDisconnected", "failed"),
        ("", "failed"),
        ("no answer", "no_answer"),
        (" BUSY ", "busy"),
    ],
)
def test_the_reason_tells_the_disposition_of_an_unanswered_leg(reason: str, disposition: str) -> None:
    assert facts(leg("1", disconnect_reason=reason)).disposition == disposition


@pytest.mark.parametrize("state", ["Connected", "Transferred", "OnHold", "On Hold", "on hold", "CONNECTED"])
def test_a_connected_leg_in_these_states_is_chargeable(state: str) -> None:
    assert facts(leg("1", connect=5, state=state)).chargeable


@pytest.mark.parametrize("state", ["Initialized", "Alerting", "Alerted", "", "Strange"])
def test_in_other_states_no_leg_is_chargeable(state: str) -> None:
    assert not facts(leg("1", connect=5, state=state)).chargeable


def test_a_leg_that_was_never_connected_is_not_chargeable() -> None:
    assert not facts(leg("1", state="Connected")).chargeable


def test_a_result_is_not_chargeable() -> None:
    assert not facts(leg("8", connect=5, transferred_call_id_1="3")).chargeable


def test_a_leg_that_refers_to_itself_stays_chargeable() -> None:
    assert facts(leg("8", connect=5, transferred_call_id_1="8")).chargeable


def test_the_duration_is_from_connect_to_end() -> None:
    assert duration_seconds(leg("1", connect=5, end=24).record) == 19


def test_the_duration_may_be_longer_than_a_day() -> None:
    assert duration_seconds(leg("1", connect=0, end=90_000).record) == 90_000


@pytest.mark.parametrize(("connect", "end"), [(5, None), (None, 24), (24, 5)])
def test_without_connect_or_end_or_with_the_end_first_the_duration_is_zero(
    connect: float | None, end: float | None
) -> None:
    assert duration_seconds(leg("1", connect=connect, end=end).record) == 0


def test_references_are_the_three_fields() -> None:
    record = leg("8", transferred_to_call_id="11", transferred_call_id_1="3", transferred_call_id_2="7").record
    assert set(references(record)) == {"3", "7", "11"}


@pytest.mark.parametrize("nothing", ["", "0", " ", " 0", "8", " 8"])
def test_empty_zero_and_the_own_call_id_refer_to_nothing(nothing: str) -> None:
    assert references(leg("8", transferred_to_call_id=nothing).record) == ()


def test_two_references_to_one_leg_are_one() -> None:
    assert references(leg("8", transferred_to_call_id="3", transferred_call_id_1="3").record) == ("3",)


def in_order(*legs: Leg) -> list[str]:
    return [part.leg.leg_id for part in sorted(map(CLASSIFIER.part, legs), key=leg_order)]


def test_legs_are_ordered_by_start_first() -> None:
    early, late = leg("9", 0), leg("1", 1)
    assert in_order(late, early) == [early.leg_id, late.leg_id]


def test_legs_of_one_start_are_ordered_by_call_id_as_a_number() -> None:
    small, large = leg("9"), leg("10")
    assert in_order(large, small) == [small.leg_id, large.leg_id]


@pytest.mark.parametrize("text", ["abc", "", "-3", "²", "9" * 5000])
def test_a_call_id_that_is_no_number_counts_as_zero(text: str) -> None:
    other, one = leg(text), leg("1")
    assert in_order(one, other) == [other.leg_id, one.leg_id]


def test_legs_of_one_start_and_call_id_are_ordered_by_site() -> None:
    here, there = leg("1", site="berlin"), leg("1", site="dortmund")
    assert in_order(there, here) == [here.leg_id, there.leg_id]
