"""Hand-checked prices: increments, connect fee, minimum and rounding (contract 7).

Where nothing else is said a minute costs 0.06, which is 0.001 a second.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.rates import row
from tests.unit.rated import MONDAY_NOON, rated


def amount(price: str, steps: str, seconds: int, *, decimals: int = 6, fee: str = "0", minimum: str = "0") -> Decimal:
    found = rated([row(price, steps, connect_fee=fee, minimum=minimum)], MONDAY_NOON, seconds, decimals=decimals)
    assert found is not None
    return found.amount


@pytest.mark.parametrize(
    ("steps", "seconds", "expected"),
    [
        pytest.param("60/1", 1, "0.06", id="60/1, 1 s: a minute at least: 60 × 0.001"),
        pytest.param("60/1", 60, "0.06", id="60/1, 60 s: the first minute exactly: 60 × 0.001"),
        pytest.param("60/1", 61, "0.061", id="60/1, 61 s: 60 + 1 = 61 × 0.001"),
        pytest.param("60/1", 95, "0.095", id="60/1, 95 s: 60 + 35 = 95 × 0.001"),
        pytest.param("60/60", 1, "0.06", id="60/60, 1 s: 60 × 0.001"),
        pytest.param("60/60", 60, "0.06", id="60/60, 60 s: 60 × 0.001"),
        pytest.param("60/60", 61, "0.12", id="60/60, 61 s: 60 + 60 = 120 × 0.001"),
        pytest.param("60/60", 95, "0.12", id="60/60, 95 s: 60 + 60 = 120 × 0.001"),
        pytest.param("60/60", 120, "0.12", id="60/60, 120 s: 60 + 60 = 120 × 0.001"),
        pytest.param("60/60", 121, "0.18", id="60/60, 121 s: 3 × 60 = 180 × 0.001"),
        pytest.param("1/1", 1, "0.001", id="1/1, 1 s: 1 × 0.001"),
        pytest.param("1/1", 95, "0.095", id="1/1, 95 s: 95 × 0.001"),
        pytest.param("1/1", 3_599, "3.599", id="1/1, an hour less a second: 3599 × 0.001"),
        pytest.param("30/6", 1, "0.03", id="30/6, 1 s: 30 × 0.001"),
        pytest.param("30/6", 30, "0.03", id="30/6, 30 s: 30 × 0.001"),
        pytest.param("30/6", 31, "0.036", id="30/6, 31 s: 30 + 6 = 36 × 0.001"),
        pytest.param("30/6", 36, "0.036", id="30/6, 36 s: 30 + 6 = 36 × 0.001"),
        pytest.param("30/6", 95, "0.096", id="30/6, 95 s: 30 + 11 × 6 = 96 × 0.001"),
        pytest.param("60/7", 95, "0.095", id="60/7, 95 s: 60 + 5 × 7 = 95 × 0.001, exactly covered"),
        pytest.param("60/7", 96, "0.102", id="60/7, 96 s: 60 + 6 × 7 = 102 × 0.001"),
        pytest.param("60/7", 94, "0.095", id="60/7, 94 s: 60 + 5 × 7 = 95 × 0.001"),
        pytest.param("6/6", 95, "0.096", id="6/6, 95 s: 16 × 6 = 96 × 0.001"),
        pytest.param("1/60", 1, "0.001", id="1/60, 1 s: the first second alone"),
        pytest.param("1/60", 2, "0.061", id="1/60, 2 s: 1 + 60 = 61 × 0.001"),
        pytest.param("1/60", 62, "0.121", id="1/60, 62 s: 1 + 2 × 60 = 121 × 0.001"),
        pytest.param("180/1", 95, "0.18", id="180/1, 95 s: three minutes at least: 180 × 0.001"),
        pytest.param("60/90", 61, "0.15", id="60/90, 61 s: 60 + 90 = 150 × 0.001"),
        pytest.param("99999/1", 5, "99.999", id="99999/1, 5 s: the longest increment: 99999 × 0.001"),
        pytest.param("1/99999", 2, "100", id="1/99999, 2 s: 1 + 99999 = 100000 × 0.001"),
    ],
)
def test_a_call_is_cut_into_increments_until_its_duration_is_covered(steps: str, seconds: int, expected: str) -> None:
    assert amount("0.06", steps, seconds) == Decimal(expected)


@pytest.mark.parametrize(
    ("fee", "minimum", "seconds", "expected"),
    [
        pytest.param("0.10", "0", 1, "0.101", id="fee: 1 × 0.001 + 0.10"),
        pytest.param("0.10", "0", 95, "0.195", id="fee: 95 × 0.001 + 0.10, once"),
        pytest.param("0", "0.05", 5, "0.05", id="minimum: 5 × 0.001 = 0.005, at least 0.05"),
        pytest.param("0", "0.05", 50, "0.05", id="minimum: 50 × 0.001 = 0.05, just reached"),
        pytest.param("0", "0.05", 51, "0.051", id="minimum: 51 × 0.001 = 0.051 is more"),
        pytest.param("0.10", "0.20", 5, "0.20", id="fee and minimum: 0.005 + 0.10 = 0.105, at least 0.20"),
        pytest.param("0.10", "0.20", 105, "0.205", id="fee and minimum: 0.105 + 0.10 = 0.205 is more"),
        pytest.param("0.10", "0.20", 0, "0", id="duration 0: neither fee nor minimum"),
        pytest.param("0", "0", 0, "0", id="duration 0: no first increment either"),
    ],
)
def test_the_connect_fee_is_added_and_the_minimum_holds_for_the_sum(
    fee: str, minimum: str, seconds: int, expected: str
) -> None:
    assert amount("0.06", "1/1", seconds, fee=fee, minimum=minimum) == Decimal(expected)


@pytest.mark.parametrize(
    ("price", "fee", "expected"),
    [
        pytest.param("0", "0.10", "0.10", id="free minutes behind a fee: 0 + 0.10"),
        pytest.param("0", "0", "0", id="a free call: 0"),
        pytest.param("9999", "0", "15831.75", id="the dearest price: 9999 × 95 / 60"),
    ],
)
def test_prices_may_be_nothing_or_much(price: str, fee: str, expected: str) -> None:
    assert amount(price, "1/1", 95, fee=fee) == Decimal(expected)


@pytest.mark.parametrize(
    ("decimals", "expected"),
    [(6, "0.019792"), (5, "0.01979"), (4, "0.0198"), (3, "0.020"), (2, "0.02"), (1, "0.0"), (0, "0")],
)
def test_the_amount_is_rounded_to_the_decimals_of_the_tariff(decimals: int, expected: str) -> None:
    """0.0125 × 95 / 60 = 0.0197916…"""
    assert amount("0.0125", "1/1", 95, decimals=decimals) == Decimal(expected)


@pytest.mark.parametrize(
    ("price", "decimals", "seconds", "expected"),
    [
        pytest.param("0.06", 2, 4, "0", id="2 decimals: 0.004 → 0.00"),
        pytest.param("0.06", 2, 5, "0.01", id="2 decimals: 0.005 → 0.01"),
        pytest.param("0.06", 2, 15, "0.02", id="2 decimals: 0.015 → 0.02"),
        pytest.param("0.06", 2, 25, "0.03", id="2 decimals: 0.025 → 0.03, not to the even 0.02"),
        pytest.param("0.06", 0, 499, "0", id="0 decimals: 0.499 → 0"),
        pytest.param("0.06", 0, 500, "1", id="0 decimals: 0.5 → 1"),
        pytest.param("0.06", 0, 2_500, "3", id="0 decimals: 2.5 → 3, not to the even 2"),
        pytest.param("0.03", 3, 1, "0.001", id="3 decimals: 0.03 / 60 = 0.0005 → 0.001"),
        pytest.param("0.003", 4, 1, "0.0001", id="4 decimals: 0.003 / 60 = 0.00005 → 0.0001"),
        pytest.param("0.0003", 5, 1, "0.00001", id="5 decimals: 0.0003 / 60 = 0.000005 → 0.00001"),
        pytest.param("0.00003", 6, 1, "0.000001", id="6 decimals: 0.00003 / 60 = 0.0000005 → 0.000001"),
        pytest.param("0.00002999999", 6, 1, "0", id="6 decimals: just under the half: 0.00002999999 / 60 → 0"),
        pytest.param("0.01", 6, 20, "0.003333", id="6 decimals: 0.01 × 20 / 60 = 0.00333… → 0.003333"),
        pytest.param("0.01", 6, 40, "0.006667", id="6 decimals: 0.01 × 40 / 60 = 0.00666… → 0.006667"),
    ],
)
def test_a_half_is_rounded_up(price: str, decimals: int, seconds: int, expected: str) -> None:
    assert amount(price, "1/1", seconds, decimals=decimals) == Decimal(expected)


def test_increments_are_not_rounded_one_by_one() -> None:
    """3 × 4 s × 0.001 = 0.012 → 0.01, where 0.004 by itself would be 0.00 each time."""
    assert amount("0.06", "4/4", 12, decimals=2) == Decimal("0.01")


def test_a_fee_is_rounded_together_with_the_increments() -> None:
    """0.001 + 0.004 = 0.005 → 0.01, where each by itself would be 0.00."""
    assert amount("0.06", "1/1", 1, decimals=2, fee="0.004") == Decimal("0.01")


def test_a_minimum_is_rounded_too() -> None:
    """At least 0.005 → 0.01."""
    assert amount("0.06", "1/1", 1, decimals=2, minimum="0.005") == Decimal("0.01")


def test_an_amount_has_six_decimals_whatever_the_tariff_has() -> None:
    assert str(amount("0.06", "60/60", 1, decimals=2)) == "0.060000"
