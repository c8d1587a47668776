"""Country and kind of what a call reached: those of its last leg's number (contract 9)."""

from __future__ import annotations

from dataclasses import replace

from pipeline.domain.rules import Destination
from schemas.cdr import Leg
from tests.builders import leg, rules
from tests.unit.derived import Derived, changed

TRUNK = "SwyxGate 1"
# Every number leads to its own first digits.
RULES = replace(rules(), destination=lambda number, country: Destination(country, number[:3]))


def reached(*legs: Leg) -> tuple[str, str]:
    """Country and kind of the only call of these legs."""
    call = Derived(*legs, group_rules=RULES).call
    return call.destination_country, call.destination_kind


def test_an_answered_call_names_country_and_kind_of_its_number() -> None:
    answered = leg("3", connect=5, called_number="+4989123456", destination_device=TRUNK)
    assert reached(answered) == ("49", "+49")


def test_a_call_that_nobody_answered_names_them_too() -> None:
    missed = leg("3", called_number="+4989123456", destination_device=TRUNK)
    assert reached(missed) == ("49", "+49")


def test_a_call_to_an_extension_is_internal() -> None:
    assert reached(leg("3", called_number="102")) == ("", "internal")
    assert reached(leg("3", connect=5, called_number="102")) == ("", "internal")


def test_the_destination_number_goes_before_the_called_number() -> None:
    forwarded = leg("3", called_number="102", destination_number="+3312345", destination_device=TRUNK)
    assert reached(forwarded) == ("49", "+33")


def test_of_a_transferred_call_the_last_leg_says_it() -> None:
    abroad = leg("3", 0, connect=5, called_number="+3312345", destination_device=TRUNK)
    last = changed(leg("8", 50, connect=55, called_number="+4412345", destination_device=TRUNK), of("3"))
    assert reached(abroad, last) == ("49", "+44")


def of(call_id: str) -> dict[str, object]:
    """What makes a leg the result of a transfer of another."""
    return {"transferred_call_id_1": call_id}


def test_of_a_call_over_a_link_it_is_seen_from_the_site_of_the_last_leg() -> None:
    sent = leg("3", 0, connect=5, called_number="+4112345678", destination_device="Link Zurich")
    fields = {"origination_number": "+492314777101", "origination_device": "Link Dortmund"}
    received = leg("9", 1, site="zurich", connect=5, called_number="012345678", destination_device=TRUNK, **fields)  # type: ignore[arg-type]
    assert reached(sent, received) == ("41", "+41")


def test_a_leg_behind_the_last_one_changes_them() -> None:
    first = leg("3", 0, called_number="102")
    assert reached(first, changed(leg("8", 10, called_number="+3312345"), of("3"))) == ("49", "+33")
