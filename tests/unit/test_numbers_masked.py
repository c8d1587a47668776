"""Masked numbers agree with others as far as both show digits (contract 8)."""

from __future__ import annotations

import pytest

from pipeline.domain.numbers import NumberPlan, Party, may_be_same_party, partly_masked, same_party
from tests.builders import rules

PLAN = NumberPlan(rules())


def at_dortmund(number: str) -> Party:
    return PLAN.party(number, "dortmund")


def agree(one: str, other: str) -> bool:
    """Whether two numbers, read at Dortmund, agree; the same, whichever comes first."""
    found = {may_be_same_party(*map(at_dortmund, order)) for order in ((one, other), (other, one))}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("+4989123456", "+4989123XXX", id="the last digits are hidden"),
        pytest.param("+4989123456", "089123XXX", id="as dialled"),
        pytest.param("+4989123XXX", "+498912345X", id="both hide digits"),
        pytest.param("+49891XX456", "+4989123XXX", id="no digit is shown by both where one hides it"),
        pytest.param("+492314777101", "+492314777XXX", id="of a range"),
        pytest.param("+492314777101", "+49231477XXXX", id="hidden into the range"),
        pytest.param("101", "10X", id="two bare extensions"),
        pytest.param("101", "+492314777XXX", id="a bare extension and one of a range"),
        pytest.param("1XX", "+492314777101", id="a bare extension that hides digits and one of a range"),
        pytest.param("101", "+49231477XXXX", id="a bare extension and a number hidden into its range"),
        pytest.param("101", "+41445678XXX", id="a bare extension may be that of any site"),
        pytest.param("1001", "+492314777XXX", id="lengths differ: what both show is compared"),
    ],
)
def test_numbers_agree_in_every_digit_that_both_show(one: str, other: str) -> None:
    assert agree(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("+4989123456", "+4989124XXX", id="a digit that both show differs"),
        pytest.param("+4989123456", "+498912X457", id="behind the mask"),
        pytest.param("+4989123456", "+49891234XXX", id="lengths differ"),
        pytest.param("+4989123456", "+49XXXXXX23456", id="lengths differ, though all that both show agrees"),
        pytest.param("+492314777101", "+49301234XXX", id="of the ranges of two sites"),
        pytest.param("+492314777101", "+4923147771XXX", id="of one range, but of other lengths"),
        pytest.param("101", "+4923147772XX", id="another extension of the range"),
        pytest.param("2XX", "+492314777101", id="another bare extension"),
        pytest.param("101", "+49231477710X1", id="compared from the right"),
    ],
)
def test_numbers_that_differ_in_what_both_show_do_not_agree(one: str, other: str) -> None:
    assert not agree(one, other)


@pytest.mark.parametrize("other", ["101", "1XX", "+492314777XXX", "+4989123XXX", "+49", "", "anna@example.com"])
def test_a_mask_alone_agrees_with_no_other_number(other: str) -> None:
    assert not agree("XXX", other)
    assert not same_party(at_dortmund("XXX"), at_dortmund(other))


def test_a_mask_alone_is_the_same_party_as_a_mask_alone() -> None:
    assert same_party(at_dortmund("XXX"), at_dortmund("xxx"))


@pytest.mark.parametrize("other", ["", "anna@example.com", "Xaver", "*21#"])
def test_what_is_no_number_agrees_with_no_masked_number(other: str) -> None:
    assert not agree("1XX", other)


def test_two_numbers_without_a_mask_do_not_agree_by_their_last_digits() -> None:
    assert not agree("101", "+49891101")


@pytest.mark.parametrize(
    ("number", "masked"),
    [("+4989123XXX", True), ("1xx", True), ("+4989123456", False), ("XXX", False), ("max@XX.example", False)],
)
def test_a_number_is_partly_masked_if_it_shows_some_digits_only(number: str, masked: bool) -> None:
    assert partly_masked(at_dortmund(number)) is masked
