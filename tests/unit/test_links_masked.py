"""Legs whose numbers hide digits are paired after all others, and flagged (contract 8)."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from pipeline.domain.legs import LegClassifier
from pipeline.domain.link_ends import EndIndex, receiving_end, sending_end
from pipeline.domain.numbers import NumberPlan
from schemas.cdr import Leg
from tests.builders import at, rules
from tests.unit.derived import Derived, changed
from tests.unit.test_links import CALLER, are_pair, pairs, received, sent

MASKED_CALLER = "+492314777XXX"
OUTSIDE, MASKED_OUTSIDE = "+4989123456", "+4989123XXX"


@pytest.mark.parametrize("number", [MASKED_CALLER, "02314777XXX", "1XX", "+49231477XXXX"])
def test_a_masked_originator_of_the_far_end_is_matched(number: str) -> None:
    assert are_pair(sent(), received(origination_number=number))
    assert are_pair(sent(origination_number=CALLER), received(origination_number=number))


@pytest.mark.parametrize("number", [MASKED_CALLER, "02314777XXX", "1XX", "+49231477XXXX"])
def test_a_masked_originator_of_the_near_end_is_matched(number: str) -> None:
    assert are_pair(sent(origination_number=number), received())


def test_a_masked_called_number_of_either_end_is_matched() -> None:
    assert are_pair(sent(called_number=OUTSIDE), received(called_number=MASKED_OUTSIDE))
    assert are_pair(sent(called_number=MASKED_OUTSIDE), received(called_number=OUTSIDE))


def test_a_masked_destination_number_of_the_near_end_is_matched() -> None:
    assert are_pair(sent(called_number="102", destination_number=MASKED_OUTSIDE), received(called_number=OUTSIDE))


def test_masks_on_different_numbers_of_the_two_ends_are_matched() -> None:
    assert are_pair(
        sent(called_number=MASKED_OUTSIDE), received(origination_number=MASKED_CALLER, called_number=OUTSIDE)
    )


@pytest.mark.parametrize("number", ["2XX", "+4923147772XX", "+49231477710X1", "XXX", ""])
def test_an_originator_that_shows_other_digits_is_another_call(number: str) -> None:
    assert not pairs(sent(), received(origination_number=number))


def test_a_called_number_that_shows_other_digits_is_another_call() -> None:
    assert not pairs(sent(called_number=OUTSIDE), received(called_number="+4989124XXX"))


def test_ends_with_masked_numbers_are_candidates_within_the_clock_skew_only() -> None:
    assert [bool(pairs(sent(), received(start=start, origination_number="1XX"))) for start in (10, 11)] == [True, False]


def test_a_pair_by_masked_numbers_is_flagged() -> None:
    assert Derived(sent(), received(origination_number="1XX")).link.anomalies == ("matched_masked",)


def test_a_pair_of_equal_masked_numbers_is_not_flagged() -> None:
    legs = sent(called_number=MASKED_OUTSIDE), received(called_number=MASKED_OUTSIDE)
    assert Derived(*legs).link.anomalies == ()


def test_a_pair_of_two_wholly_hidden_numbers_is_not_flagged() -> None:
    assert Derived(sent(origination_number="XXX"), received(origination_number="XXX")).link.anomalies == ()


def test_the_flag_of_a_masked_pair_stands_behind_those_of_its_money() -> None:
    charged = {"connected_at": at(2), "state": "Connected", "costs": Decimal(1), "currency": "EUR", "aoc": True}
    la = changed(sent(), charged)
    lb = changed(received(origination_number="1XX"), {**charged, "costs": Decimal(2), "currency": "CHF"})
    assert Derived(la, lb).link.anomalies == ("charge_mismatch", "currency_mismatch", "matched_masked")


def in_every_order(*legs: Leg) -> dict[str, str]:
    """The pairs, which are the same in every order of arrival."""
    found = {tuple(sorted(pairs(*order).items())) for order in permutations(legs)}
    assert len(found) == 1
    return dict(found.pop())


def test_equal_numbers_come_before_masked_ones_that_are_nearer_in_time() -> None:
    la, masked, far = sent("1", 0), received("5", 0, origination_number="1XX"), received("6", 9)
    assert in_every_order(la, masked, far) == {la.leg_id: far.leg_id}


def test_an_end_that_equal_numbers_took_leaves_its_masked_partner_to_the_next() -> None:
    masked, exact, near, far = sent("1", 1, origination_number="1XX"), sent("2", 3), received("5", 2), received("6", 9)
    assert in_every_order(exact, near, masked) == {exact.leg_id: near.leg_id}
    assert in_every_order(masked, exact, near, far) == {exact.leg_id: near.leg_id, masked.leg_id: far.leg_id}


def test_of_masked_candidates_the_nearest_in_time_is_taken() -> None:
    la, near, far = sent("1", 0), received("5", 2, origination_number="10X"), received("6", 3, origination_number="1XX")
    assert in_every_order(la, near, far) == {la.leg_id: near.leg_id}


def test_of_masked_candidates_at_equal_times_the_smaller_leg_ids_as_text_win() -> None:
    first, second, lb = sent("10", 0), sent("9", 2), received("5", 1, origination_number="1XX")
    assert in_every_order(first, second, lb) == {first.leg_id: lb.leg_id}


def test_an_end_that_its_equal_partner_left_is_free_for_masked_ones() -> None:
    la, lb, masked = sent("1", 0), received("5", 1), received("6", 2, origination_number="1XX")
    assert pairs(la, lb, masked, contradicted(lb, called_number="999")) == {la.leg_id: masked.leg_id}


def contradicted(leg: Leg, **fields: object) -> Leg:
    """A later line with the same leg id and other fields."""
    return changed(leg, fields)._replace(position=leg.position._replace(offset=99_999))


def test_a_masked_end_that_another_line_contradicts_is_no_candidate_any_more() -> None:
    la, lb = sent(), received(origination_number="1XX")
    assert pairs(lb, contradicted(lb, origination_number="102"), la) == {}


def test_an_end_that_its_masked_partner_left_is_free_for_the_next() -> None:
    near, far, lb = sent("1", 0), sent("2", 5), received(origination_number="1XX")
    assert pairs(near, far, lb, contradicted(near, called_number="+49301234999")) == {far.leg_id: lb.leg_id}


def test_a_masked_pair_makes_one_call_and_one_charge_of_two() -> None:
    charged = {"connected_at": at(2), "state": "Connected", "costs": Decimal(1), "currency": "EUR", "aoc": True}
    la = changed(sent(called_number=OUTSIDE), charged)
    lb = changed(received(called_number=MASKED_OUTSIDE, destination_device="SwyxGate 1"), charged)
    derived = Derived(la, lb)
    assert derived.call.amounts == (("EUR", Decimal(1)),)


def test_ends_that_are_far_in_time_are_not_looked_at() -> None:
    plan, classifiers = NumberPlan(rules()), {name: LegClassifier(site) for name, site in rules().sites.items()}
    receivers = EndIndex()
    for number in range(1000):
        lb = receiving_end(classifiers["berlin"].part(received(str(number), number * 60)), plan)
        assert lb is not None
        receivers.enter(lb)
    la = sending_end(classifiers["dortmund"].part(sent("1", 500 * 60, origination_number="1XX")), plan)
    assert la is not None
    assert len(list(receivers.near(la))) <= 2
