"""Erlang B against published tables: the traffic in Erlang that so many channels carry at a blocking."""

from __future__ import annotations

from decimal import Decimal
from math import factorial, isclose

import pytest

from pipeline.reports.erlang import blocking, channels_needed

BLOCKINGS = (0.001, 0.01, 0.02, 0.05)
# The table that textbooks of traffic engineering print, rounded to three digits.
TABLE = {
    1: ("0.001", "0.0101", "0.0204", "0.0526"),
    2: ("0.0458", "0.153", "0.223", "0.381"),
    5: ("0.762", "1.36", "1.66", "2.22"),
    10: ("3.09", "4.46", "5.08", "6.22"),
    20: ("9.41", "12.0", "13.2", "15.2"),
    30: ("16.7", "20.3", "21.9", "24.8"),
    50: ("32.5", "37.9", "40.3", "44.5"),
    100: ("75.2", "84.1", "88.0", "95.2"),
}
PUBLISHED = [
    (channels, share, Decimal(erlang))
    for channels, row in TABLE.items()
    for share, erlang in zip(BLOCKINGS, row, strict=True)
]


@pytest.mark.parametrize(("channels", "share", "erlang"), PUBLISHED)
def test_published_traffic_needs_the_published_channels(channels: int, share: float, erlang: Decimal) -> None:
    """A little less than the rounded value needs just these, a little more one more."""
    rounding = Decimal((0, (6,), int(erlang.as_tuple().exponent) - 1))
    assert channels_needed(float(erlang - rounding), share) == channels
    assert channels_needed(float(erlang + rounding), share) == channels + 1


@pytest.mark.parametrize(("channels", "erlang"), [(1, 0.3), (4, 0.86), (12, 9.5), (40, 29.0)])
def test_the_recursion_equals_the_formula(channels: int, erlang: float) -> None:
    states = [erlang**n / factorial(n) for n in range(channels + 1)]
    assert isclose(blocking(channels, erlang), states[-1] / sum(states), rel_tol=1e-12)


def test_without_traffic_no_channel_is_needed() -> None:
    assert channels_needed(0, 0.01) == 0


def test_much_traffic_neither_overflows_nor_underflows() -> None:
    channels = channels_needed(5000, 0.001)
    assert blocking(channels, 5000) <= 0.001 < blocking(channels - 1, 5000)
