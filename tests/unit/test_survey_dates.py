"""The order of day, month and year that `inspect` guesses from the dates of a file."""

from __future__ import annotations

import pytest

from connectors.cdr_file.survey.dates import guess_date_order


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["19.11.2002"], "dmy"),
        (["11/19/2002"], "mdy"),
        (["2002-11-09"], "ymd"),
        (["19.11.02", "01.02.2002"], "dmy"),
    ],
)
def test_a_day_over_12_or_a_long_year_decides(dates: list[str], order: str) -> None:
    guess = guess_date_order(dict.fromkeys(dates, 1))
    assert (guess.value, guess.sure) == (order, True)


def test_the_evidence_counts_cdrs_not_dates() -> None:
    guess = guess_date_order({"19.11.2002": 482, "12.02.2002": 7})
    assert guess.evidence == "day 13..31 in first place 482 times, year in third place 489 times"


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["01.03.2026", "02.03.2026", "03.03.2026"], "dmy"),
        (["03/01/2026", "03/02/2026", "03/03/2026"], "mdy"),
        (["26-03-01", "26-03-02", "26-03-03"], "ymd"),
    ],
)
def test_without_such_a_day_the_order_in_which_time_goes_by_is_taken_but_not_sure(dates: list[str], order: str) -> None:
    guess = guess_date_order(dict.fromkeys(dates, 1))
    assert (guess.value, guess.sure) == (order, False)
    assert guess.evidence.startswith("no date decides; from line to line they move 2 days as")


def test_one_day_that_exists_in_two_orders_cannot_be_told() -> None:
    guess = guess_date_order({"02/03/2026": 5})
    assert (guess.value, guess.sure) == ("dmy", False)
    assert guess.evidence == "cannot be told: every date exists as dmy and as mdy"


def test_of_two_orders_in_one_file_the_frequent_one_is_taken_and_the_rest_told() -> None:
    guess = guess_date_order({"19.11.2002": 30, "11.19.2002": 2})
    assert (guess.value, guess.sure) == ("dmy", True)
    assert guess.evidence.endswith("; 2 of 32 dates do not exist in this order")


def test_an_order_that_most_dates_contradict_is_not_sure() -> None:
    assert guess_date_order({"19.11.2002": 1, "99.99.9999": 5}).sure is False


@pytest.mark.parametrize("dates", [{}, {"99.99.9999": 3}])
def test_without_a_date_the_default_stays(dates: dict[str, int]) -> None:
    assert guess_date_order(dates) == ("dmy", "no date could be read", False)
