"""Hand-checked choices of a rate: the longest prefix among those valid (contract 7)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.rates import Row, row
from tests.unit.rated import MONDAY_NOON, rated


def to(prefix: str, destination: str, **columns: str) -> Row:
    return row(prefix=prefix, destination=destination, **columns)


PLAN = [
    to("+", "World"),
    to("+49", "Germany"),
    to("+4989", "Munich"),
    to("+49891", "Munich centre"),
    to("+4915", "Mobile"),
    to("+43", "Austria"),
    to("11", "Emergency"),
    to("118", "Directory"),
    to("0", "Operator"),
]


def destination(number: str, rows: list[Row], day: str = MONDAY_NOON) -> str | None:
    found = rated(rows, day, 60, number=number)
    return None if found is None else found.destination


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param("+4930123456", "Germany", id="a prefix of three"),
        pytest.param("+4989223456", "Munich", id="the longer of two that fit"),
        pytest.param("+4989123456", "Munich centre", id="the longest of four that fit"),
        pytest.param("+4915112345678", "Mobile", id="another branch"),
        pytest.param("+390612345", "World", id="+ fits every number with +"),
        pytest.param("+4", "World", id="a number shorter than longer prefixes"),
        pytest.param("+49", "Germany", id="a number that is the prefix itself"),
        pytest.param("+4989", "Munich", id="a number that is a longer prefix itself"),
        pytest.param("112", "Emergency", id="a short number"),
        pytest.param("11833", "Directory", id="a short number, the longer prefix"),
        pytest.param("11", "Emergency", id="a short number that is the prefix itself"),
        pytest.param("222", None, id="a short number that no prefix without + fits, also not +"),
        pytest.param("0", "Operator", id="a number of one digit"),
        pytest.param("+49891XXX", "Munich centre", id="masked: the prefix is shown whole"),
        pytest.param("+4989XXXX", "Munich", id="masked: a shorter prefix is shown whole"),
        pytest.param("+498XXXXX", "Germany", id="masked: the longer prefixes are not shown whole"),
        pytest.param("+4XXXXXXX", "World", id="masked: only + is shown"),
        pytest.param("+XXXXXXXX", "World", id="masked after the +"),
        pytest.param("11X", "Emergency", id="masked short number"),
        pytest.param("1XX", None, id="masked short number whose prefix is not shown whole"),
        pytest.param("XXX", None, id="masked whole"),
        pytest.param("+49X9123456", "Germany", id="masked in the middle: what stands behind does not count"),
        pytest.param("", None, id="no number"),
        pytest.param("+", None, id="a + alone is no number"),
        pytest.param("anonymous", None, id="a name"),
        pytest.param("11@example.org", None, id="an address that begins with digits"),
        pytest.param("+49891 alice", None, id="digits with letters behind them"),
    ],
)
def test_the_longest_prefix_of_the_number_is_taken(number: str, expected: str | None) -> None:
    assert destination(number, PLAN) == expected


JUNE = [
    to("+49", "Germany"),
    to("+4989", "Munich in June", valid_from="2024-06-01", valid_until="2024-07-01"),
    to("+49891", "Centre in July", valid_from="2024-07-01", valid_until="2024-08-01"),
    to("+498912", "Block in 2023", valid_until="2024-01-01"),
]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(
            "2024-05-31T12:00:00+02:00", "Germany", id="May: both longer prefixes are not valid yet or any more"
        ),
        pytest.param("2024-06-15T12:00:00+02:00", "Munich in June", id="June: the longest are not valid"),
        pytest.param("2024-07-15T12:00:00+02:00", "Centre in July", id="July: the third is, the longest not any more"),
        pytest.param("2024-08-01T12:00:00+02:00", "Germany", id="August: only the shortest is valid"),
        pytest.param("2023-12-31T12:00:00+01:00", "Block in 2023", id="2023: the longest is still valid"),
    ],
)
def test_the_longest_prefix_is_looked_for_among_those_valid(day: str, expected: str) -> None:
    assert destination("+4989123456", JUNE, day) == expected


def test_a_number_that_no_valid_prefix_fits_has_no_rate() -> None:
    assert destination("+4989123456", JUNE[1:], "2024-05-31T12:00:00+02:00") is None


def test_a_tariff_without_rows_rates_nothing() -> None:
    assert destination("+4989123456", []) is None


def test_a_longer_prefix_without_band_at_the_moment_is_not_left_for_a_shorter_one() -> None:
    """Bands are those of the prefix; where none is in force the call is free and flagged."""
    rows = [to("+49", "Germany"), to("+4989", "Munich", from_time="18:00", until_time="08:00")]
    found = rated(rows, MONDAY_NOON, 60)
    assert found is not None
    assert (found.destination, found.amount, found.no_band) == ("Munich", Decimal(0), True)
