"""Which legs are one site call, and how it is named (contract 6)."""

from __future__ import annotations

import pytest

from tests.builders import leg
from tests.unit.derived import Derived, changed, joined

DAY = 86_400


@pytest.mark.parametrize("field", ["transferred_to_call_id", "transferred_call_id_1", "transferred_call_id_2"])
def test_each_reference_joins_two_legs(field: str) -> None:
    assert joined(changed(leg("3", 0), {field: "8"}), leg("8", 10)) == [{"3", "8"}]


@pytest.mark.parametrize("field", ["transferred_to_call_id", "transferred_call_id_1", "transferred_call_id_2"])
def test_references_join_in_both_directions(field: str) -> None:
    assert joined(leg("3", 0), changed(leg("8", 10), {field: "3"})) == [{"3", "8"}]


def test_a_reference_may_come_before_its_leg() -> None:
    assert joined(leg("8", 10, transferred_call_id_1="3"), leg("3", 0)) == [{"3", "8"}]


def test_legs_without_references_are_site_calls_of_their_own() -> None:
    assert joined(leg("3", 0), leg("8", 10)) == [{"3"}, {"8"}]


def test_references_join_over_several_legs() -> None:
    legs = [leg(str(number), number, transferred_to_call_id=str(number + 1)) for number in range(1, 6)]
    assert joined(*legs) == [{"1", "2", "3", "4", "5"}]


def test_a_late_leg_joins_two_site_calls() -> None:
    result = leg("8", 20, transferred_call_id_1="3", transferred_call_id_2="7")
    assert joined(leg("3", 0), leg("7", 10), result) == [{"3", "7", "8"}]


def test_a_reference_means_a_leg_of_the_same_site_only() -> None:
    there = leg("3", 0, site="berlin")
    here = leg("8", 10, transferred_call_id_1="3")
    assert len(Derived(there, here).site_calls) == 2


@pytest.mark.parametrize("nothing", ["", "0", "8"])
def test_empty_zero_and_the_own_call_id_join_nothing(nothing: str) -> None:
    assert joined(leg("0", 0), leg("8", 10, transferred_call_id_1=nothing)) == [{"0"}, {"8"}]


def test_a_reference_to_itself_does_not_mean_an_older_leg_of_that_call_id() -> None:
    assert len(Derived(leg("8", 0), leg("8", 100, transferred_to_call_id="8")).site_calls) == 2


def test_a_reference_means_the_leg_whose_start_is_nearest() -> None:
    far, near, refers = leg("3", 0), leg("3", 80), leg("8", 100, transferred_call_id_1="3")
    assert Derived(far, near, refers).site_calls.keys() == {far.leg_id, near.leg_id}


def test_the_nearest_leg_may_start_later() -> None:
    far, near, refers = leg("3", 0), leg("3", 120), leg("8", 100, transferred_call_id_1="3")
    assert Derived(far, near, refers).site_calls[refers.leg_id].leg_ids == (refers.leg_id, near.leg_id)


def test_of_two_equally_near_legs_the_earlier_is_meant() -> None:
    early, late, refers = leg("3", 90), leg("3", 110), leg("8", 100, transferred_call_id_1="3")
    assert Derived(late, early, refers).site_calls[early.leg_id].leg_ids == (early.leg_id, refers.leg_id)


def test_a_reference_reaches_24_hours() -> None:
    assert joined(leg("3", 0), leg("8", DAY, transferred_call_id_1="3")) == [{"3", "8"}]


def test_a_reference_does_not_reach_farther_than_24_hours() -> None:
    assert joined(leg("3", 0), leg("8", DAY + 1, transferred_call_id_1="3")) == [{"3"}, {"8"}]


def test_a_nearer_leg_that_comes_late_takes_the_reference_over() -> None:
    far, near, refers = leg("3", 0), leg("3", 80), leg("8", 100, transferred_call_id_1="3")
    derived = Derived(far, refers, near)
    assert derived.site_calls[far.leg_id].leg_ids == (far.leg_id,)
    assert derived.site_calls[near.leg_id].leg_ids == (near.leg_id, refers.leg_id)


def test_a_farther_leg_that_comes_late_takes_no_reference_over() -> None:
    far, near, refers = leg("3", 0), leg("3", 80), leg("8", 100, transferred_call_id_1="3")
    assert Derived(near, refers, far).site_calls[near.leg_id].leg_ids == (near.leg_id, refers.leg_id)


def test_what_else_was_joined_with_the_referring_leg_goes_with_it() -> None:
    far, near = leg("3", 0), leg("3", 80)
    refers, other = leg("8", 100, transferred_call_id_1="3", transferred_call_id_2="7"), leg("7", 90)
    derived = Derived(far, other, refers, near)
    assert derived.site_calls[near.leg_id].leg_ids == (near.leg_id, other.leg_id, refers.leg_id)


def test_references_hold_blanks_around_a_call_id() -> None:
    assert joined(leg("3", 0), leg("8", 10, transferred_call_id_1=" 3 ")) == [{"3", "8"}]


def test_call_ids_may_be_any_text() -> None:
    assert joined(leg("a-7", 0), leg("b-7", 10, transferred_call_id_1="a-7")) == [{"a-7", "b-7"}]


def test_the_site_call_is_named_after_its_first_leg() -> None:
    late, early = leg("3", 10, transferred_to_call_id="8"), leg("8", 5)
    assert Derived(late, early).site_call.site_call_id == early.leg_id


def test_the_legs_of_a_site_call_stand_in_their_order() -> None:
    legs = [leg("10", 0, transferred_to_call_id="8"), leg("9", 0, transferred_to_call_id="8"), leg("8", 5)]
    assert Derived(*legs).site_call.leg_ids == (legs[1].leg_id, legs[0].leg_id, legs[2].leg_id)


def test_every_leg_row_names_its_site_call() -> None:
    first, second = leg("3", 0, transferred_to_call_id="8"), leg("8", 10)
    assert {row.site_call_id for row in Derived(first, second).legs.values()} == {first.leg_id}


def test_missing_call_ids_are_the_references_without_a_leg_sorted() -> None:
    assert Derived(leg("8", transferred_call_id_1="7", transferred_call_id_2="3")).site_call.missing_call_ids == (
        "3",
        "7",
    )


def test_a_call_id_that_several_legs_miss_is_listed_once() -> None:
    legs = [leg("3", 0, transferred_to_call_id="8"), leg("4", 1, transferred_to_call_id="8", transferred_call_id_1="3")]
    assert Derived(*legs).site_call.missing_call_ids == ("8",)


def test_calls_name_the_site_of_a_missing_call_id() -> None:
    assert Derived(leg("8", transferred_call_id_1="3")).call.missing_call_ids == ("dortmund:3",)


def test_a_call_is_not_complete_while_call_ids_are_missing() -> None:
    derived = Derived(leg("8", transferred_call_id_1="3"))
    assert (derived.site_call.complete, derived.call.complete) == (False, False)


def test_a_call_is_complete_when_the_last_missing_leg_has_come() -> None:
    derived = Derived(leg("8", transferred_call_id_1="3"), leg("3"))
    assert (derived.site_call.complete, derived.call.complete) == (True, True)


def test_a_call_id_is_missing_when_its_only_leg_is_too_far_away() -> None:
    derived = Derived(leg("3", 0), leg("8", DAY + 1, transferred_call_id_1="3"))
    assert [row.missing_call_ids for row in derived.site_calls.values()] == [(), ("3",)]
