"""Decimal mark and scale of Costs that `inspect` guesses, and when it says that it cannot."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.survey.costs import ChargedCall, guess_decimal, guess_scale
from connectors.cdr_file.values import CostReader


def calls(*costs: str, seconds: int = 120, times: int = 10) -> list[ChargedCall]:
    return [ChargedCall(Decimal(text), seconds) for text in costs] * times


@pytest.mark.parametrize(
    ("texts", "evidence"),
    [
        (["1,23", "4", "0,118"], "decimal comma in 2 Costs, such as 1,23"),
        (["1.23", "12"], "decimal point in 1 Costs, such as 1.23"),
        (["1.234,56"], "decimal comma in 1 Costs, such as 1.234,56"),
        (["1,234,567"], "decimal point in 1 Costs, such as 1,234,567"),
    ],
)
def test_a_clear_mark_is_told_and_left_to_auto(texts: list[str], evidence: str) -> None:
    assert guess_decimal(dict.fromkeys(texts, 1)) == ("auto", evidence, True)


def test_a_thousands_mark_that_auto_would_misread_needs_the_mark() -> None:
    texts = {"1,23": 5, "1.234": 1}
    guess = guess_decimal(texts)
    assert (guess.value, guess.sure) == (",", True)
    reader = CostReader(Dialect("UTC", cost_decimal=guess.value))
    assert [reader.read(text) for text in texts] == [Decimal("1.23"), Decimal(1234)]


def test_three_digits_behind_the_only_mark_cannot_be_told() -> None:
    guess = guess_decimal({"1.234": 2})
    assert (guess.value, guess.sure) == ("auto", False)
    assert guess.evidence.startswith("cannot be told")


def test_both_marks_as_decimals_are_left_to_auto() -> None:
    guess = guess_decimal({"1,23": 5, "1.2": 1})
    assert guess == (
        "auto",
        "decimal comma in 5 Costs, such as 1,23 and decimal point in 1 Costs, such as 1.2: both are read",
        True,
    )


@pytest.mark.parametrize("texts", [{}, {"12": 3}, {"see p. 1,2": 1}])
def test_without_a_mark_nothing_is_sure(texts: dict[str, int]) -> None:
    assert guess_decimal(texts)[::2] == ("auto", False)


def test_usual_prices_are_in_whole_units() -> None:
    guess = guess_scale(calls("0.06", "0.29"), "EUR")
    assert (guess.value, guess.sure) == (1, True)
    assert (
        guess.evidence
        == "not all whole numbers, 0.088 EUR a minute (median of 20 calls), 0.00088 if they were hundredths"
    )


def test_a_minute_of_many_units_is_in_hundredths() -> None:
    assert guess_scale(calls("6", "29"), "EUR")[::2] == (100, True)
    assert guess_scale(calls("12.50", "31.25"), "")[::2] == (100, True)


def test_whole_numbers_of_usual_size_are_taken_for_hundredths_but_not_sure() -> None:
    assert guess_scale(calls("1", "3"), "EUR")[::2] == (100, False)


def test_few_calls_are_no_proof() -> None:
    assert guess_scale(calls("29", times=3), "EUR")[::2] == (100, False)
    assert guess_scale(calls("0.29", times=3), "EUR")[::2] == (1, False)


def test_long_calls_decide_where_there_are_enough() -> None:
    # Rounded up to a unit, a short call has any price a minute.
    assert guess_scale(calls("1", seconds=10, times=50) + calls("0.05"), "EUR").value == 1


def test_a_currency_of_unknown_worth_cannot_be_told() -> None:
    guess = guess_scale(calls("20"), "HUF")
    assert guess[::2] == (1, False)
    assert guess.evidence.startswith("cannot be told for HUF")


def test_without_a_charged_call_the_scale_cannot_be_told() -> None:
    assert guess_scale([], "EUR") == (1, "cannot be told: no connected call with Costs", False)
