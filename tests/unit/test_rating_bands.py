"""Hand-checked prices: bands by weekday and time of day, and moments without a band (contract 7).

2024-06-03 is a Monday. A price of 0.06 a minute is 0.001 a second, 0.12 is 0.002, 0.03 is 0.0005.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.rates import Row, row
from tests.unit.rated import rated

DAY = row("0.12", "1/1", "08:00-18:00", "1-5", destination="Day")
NIGHT = row("0.06", "1/1", "18:00-08:00", destination="Night")
WEEKEND = row("0.03", "1/1", "08:00-18:00", "6,7", destination="Weekend")
WEEK = [DAY, NIGHT, WEEKEND]


def amount(rows: list[Row], connected: str, seconds: int) -> Decimal:
    """The price of a call at a local time of Berlin's summer; every moment of it must be in a band."""
    found = rated(rows, f"{connected}+02:00", seconds)
    assert found is not None
    assert not found.no_band
    return found.amount


@pytest.mark.parametrize(
    ("connected", "seconds", "expected"),
    [
        pytest.param("2024-06-03T10:00:00", 60, "0.12", id="Monday 10:00: by day, 60 × 0.002"),
        pytest.param("2024-06-03T20:00:00", 60, "0.06", id="Monday 20:00: by night, 60 × 0.001"),
        pytest.param("2024-06-04T03:00:00", 60, "0.06", id="Tuesday 03:00: still Monday's night, 60 × 0.001"),
        pytest.param("2024-06-08T10:00:00", 60, "0.03", id="Saturday 10:00: weekend, 60 × 0.0005"),
        pytest.param("2024-06-03T17:59:59", 1, "0.002", id="the last second of the day: 0.002"),
        pytest.param("2024-06-03T18:00:00", 1, "0.001", id="the first second of the night: 0.001"),
        pytest.param("2024-06-03T07:59:59", 1, "0.001", id="the last second of the night: 0.001"),
        pytest.param("2024-06-03T08:00:00", 1, "0.002", id="the first second of the day: 0.002"),
        pytest.param("2024-06-03T17:59:30", 60, "0.09", id="into the night: 30 × 0.002 + 30 × 0.001"),
        pytest.param("2024-06-03T17:59:30", 30, "0.06", id="up to the night: 30 × 0.002"),
        pytest.param("2024-06-03T07:59:30", 60, "0.09", id="into the day: 30 × 0.001 + 30 × 0.002"),
        pytest.param("2024-06-08T07:59:30", 60, "0.045", id="into the weekend: 30 × 0.001 + 30 × 0.0005"),
        pytest.param("2024-06-07T23:59:30", 60, "0.06", id="Friday over midnight, still night: 60 × 0.001"),
        pytest.param(
            "2024-06-03T17:00:00", 57_600, "64.8", id="over a whole night: 1 h × 7.20 + 14 h × 3.60 + 1 h × 7.20"
        ),
        pytest.param("2024-06-03T12:00:00", 172_800, "244.8", id="two days: 20 h of day × 7.20 + 28 h of night × 3.60"),
        pytest.param(
            "2024-06-07T12:00:00", 259_200, "259.2", id="Friday to Monday: 10 h × 7.20 + 42 h × 3.60 + 20 h × 1.80"
        ),
        pytest.param("2024-06-03T00:00:00", 604_800, "748.8", id="a week: 50 h × 7.20 + 98 h × 3.60 + 20 h × 1.80"),
        pytest.param("2024-06-05T13:00:00", 2_419_200, "2995.2", id="four weeks: 4 × 748.80"),
    ],
)
def test_each_second_costs_what_the_band_in_force_says(connected: str, seconds: int, expected: str) -> None:
    assert amount(WEEK, connected, seconds) == Decimal(expected)


TENS = [row("0.12", "60/60", "08:00-18:00"), row("0.06", "30/10", "18:00-08:00")]


@pytest.mark.parametrize(
    ("connected", "seconds", "expected"),
    [
        pytest.param(
            "17:59:30", 60, "0.12", id="a minute that begins by day has the day's price to its end: 60 × 0.002"
        ),
        pytest.param("17:59:30", 90, "0.15", id="then the night's steps, from 18:00:30: 60 × 0.002 + 3 × 10 × 0.001"),
        pytest.param(
            "17:59:00", 90, "0.15", id="an increment that begins at 18:00:00 is the night's: 0.12 + 3 × 0.010"
        ),
        pytest.param("17:58:59", 121, "0.25", id="one that begins at 17:59:59 is the day's: 2 × 0.12 + 10 × 0.001"),
        pytest.param("07:59:50", 30, "0.03", id="the first increment is that of the band at connect: 30 × 0.001"),
        pytest.param("07:59:50", 31, "0.15", id="the next is the day's, from 08:00:20: 30 × 0.001 + 60 × 0.002"),
        pytest.param("07:59:20", 41, "0.16", id="30 s, 10 s to 08:00:00, a minute by day: 0.03 + 0.01 + 0.12"),
        pytest.param("07:59:25", 41, "0.16", id="30 s, 10 s to 08:00:05, a minute by day: 0.03 + 0.01 + 0.12"),
    ],
)
def test_price_and_length_of_an_increment_are_those_of_the_band_in_which_it_begins(
    connected: str, seconds: int, expected: str
) -> None:
    assert amount(TENS, f"2024-06-03T{connected}", seconds) == Decimal(expected)


FEES = [
    row("0.12", "1/1", "08:00-18:00", connect_fee="0.10", minimum="0.50"),
    row("0.06", "1/1", "18:00-08:00", connect_fee="0.01", minimum="0.02"),
]


@pytest.mark.parametrize(
    ("connected", "seconds", "expected"),
    [
        pytest.param("17:59:00", 600, "0.76", id="the day's fee alone: 60 × 0.002 + 540 × 0.001 + 0.10"),
        pytest.param("17:59:00", 120, "0.50", id="the day's minimum: 0.12 + 0.06 + 0.10 = 0.28, at least 0.50"),
        pytest.param("07:59:00", 120, "0.19", id="the night's fee alone: 0.06 + 0.12 + 0.01, no minimum of the day"),
        pytest.param("18:00:00", 5, "0.02", id="the night's minimum: 5 × 0.001 + 0.01 = 0.015, at least 0.02"),
    ],
)
def test_fee_and_minimum_are_those_of_the_band_at_connect(connected: str, seconds: int, expected: str) -> None:
    assert amount(FEES, f"2024-06-03T{connected}", seconds) == Decimal(expected)


SUNDAY = [row("0.03", days="7"), row("0.12", days="1-6")]
TO_MIDNIGHT = [row("0.06", hours="18:00-24:00"), row("0.12", hours="00:00-18:00")]
TO_ZERO = [row("0.06", hours="18:00-00:00"), row("0.12", hours="00:00-18:00")]
OPEN_ENDS = [row("0.06", hours="18:00-"), row("0.12", hours="-18:00")]
OVER_SUNDAY = [row("0.03", days="6-2"), row("0.12", days="3-5")]
ODD_DAYS = [row("0.03", days="1-3,5"), row("0.12", days="4,6-7")]
FRIDAY_NIGHT = [row("0.03", hours="22:00-06:00", days="5"), row("0.12", hours="06:00-22:00")]
FRIDAY_NIGHT += [row("0.06", hours="22:00-06:00", days="1-4,6,7")]
SUNDAY_NIGHT = [row("0.03", hours="22:00-06:00", days="7"), row("0.12", hours="06:00-22:00")]
SUNDAY_NIGHT += [row("0.06", hours="22:00-06:00", days="1-6")]


@pytest.mark.parametrize(
    ("rows", "connected", "expected"),
    [
        pytest.param(SUNDAY, "2024-06-09T23:59:30", "0.075", id="Sunday to Monday: 30 × 0.0005 + 30 × 0.002"),
        pytest.param(SUNDAY, "2024-06-08T23:59:30", "0.075", id="Saturday to Sunday: 30 × 0.002 + 30 × 0.0005"),
        pytest.param(TO_MIDNIGHT, "2024-06-03T23:59:30", "0.09", id="until 24:00: 30 × 0.001 + 30 × 0.002"),
        pytest.param(TO_MIDNIGHT, "2024-06-03T17:59:30", "0.09", id="from 18:00: 30 × 0.002 + 30 × 0.001"),
        pytest.param(TO_ZERO, "2024-06-03T23:59:30", "0.09", id="until 00:00 is until midnight: 0.03 + 0.06"),
        pytest.param(OPEN_ENDS, "2024-06-03T23:59:30", "0.09", id="no end: until midnight, no beginning: from then on"),
        pytest.param(OVER_SUNDAY, "2024-06-04T23:59:30", "0.075", id="6-2 ends on Tuesday: 30 × 0.0005 + 30 × 0.002"),
        pytest.param(OVER_SUNDAY, "2024-06-07T23:59:30", "0.075", id="6-2 begins on Saturday: 0.06 + 0.015"),
        pytest.param(OVER_SUNDAY, "2024-06-09T23:59:30", "0.03", id="6-2 holds on Sunday and Monday: 60 × 0.0005"),
        pytest.param(ODD_DAYS, "2024-06-05T23:59:30", "0.075", id="1-3,5 ends on Wednesday: 0.015 + 0.06"),
        pytest.param(
            ODD_DAYS, "2024-06-07T23:59:30", "0.075", id="1-3,5 holds on Friday, not on Saturday: 0.015 + 0.06"
        ),
        pytest.param(FRIDAY_NIGHT, "2024-06-08T03:00:00", "0.03", id="Saturday 03:00 is Friday's night: 60 × 0.0005"),
        pytest.param(FRIDAY_NIGHT, "2024-06-07T03:00:00", "0.06", id="Friday 03:00 is Thursday's night: 60 × 0.001"),
        pytest.param(FRIDAY_NIGHT, "2024-06-07T23:59:30", "0.03", id="Friday's night over midnight: 60 × 0.0005"),
        pytest.param(FRIDAY_NIGHT, "2024-06-08T05:59:30", "0.075", id="Friday's night ends at 06:00: 0.015 + 0.06"),
        pytest.param(SUNDAY_NIGHT, "2024-06-10T03:00:00", "0.03", id="Monday 03:00 is Sunday's night: 60 × 0.0005"),
        pytest.param(SUNDAY_NIGHT, "2024-06-09T03:00:00", "0.06", id="Sunday 03:00 is Saturday's night: 60 × 0.001"),
    ],
)
def test_a_band_over_midnight_belongs_to_the_day_on_which_it_begins(
    rows: list[Row], connected: str, expected: str
) -> None:
    assert amount(rows, connected, 60) == Decimal(expected)


OFFICE = row("0.12", "60/20", "08:00-12:00", "1-5", destination="Morning", connect_fee="0.10", minimum="0.30")
AFTERNOON = row("0.06", "30/10", "13:00-18:00", "1-5", destination="Afternoon", connect_fee="0.05", minimum="0.01")
SECONDS = row("0.06", "1/1", "13:00-18:00", "1-5", destination="Afternoon")


@pytest.mark.parametrize(
    ("rows", "connected", "seconds", "expected"),
    [
        pytest.param([OFFICE], "2024-06-03T07:00:00", 60, "0", id="before the band: free, no fee, no minimum"),
        pytest.param([OFFICE], "2024-06-08T10:00:00", 60, "0", id="on another weekday: free"),
        pytest.param(
            [OFFICE], "2024-06-04T00:00:00", 86_400, "28.8", id="a day with 4 h of band: 14400 × 0.002, no fee"
        ),
        pytest.param(
            [OFFICE], "2024-06-03T11:59:00", 70, "0.30", id="out of the band: 0.12 + 20 s free + 0.10, at least 0.30"
        ),
        pytest.param([OFFICE], "2024-06-03T07:59:30", 80, "0.04", id="into it: first 60 s free, 20 × 0.002, no fee"),
        pytest.param(
            [OFFICE], "2024-06-03T07:58:59", 81, "0.04", id="60 s free to 07:59:59, 20 s free to 08:00:19, 20 × 0.002"
        ),
        pytest.param([OFFICE, AFTERNOON], "2024-06-03T12:30:00", 60, "0", id="in the gap between two bands: free"),
        pytest.param(
            [OFFICE, SECONDS], "2024-06-03T12:59:00", 61, "0.001", id="the gap has the first row's 60 s, then 1 × 0.001"
        ),
        pytest.param(
            [SECONDS, OFFICE],
            "2024-06-03T12:59:30",
            60,
            "0.03",
            id="with the rows exchanged 30 × 1 s are free, 30 × 0.001",
        ),
    ],
)
def test_what_begins_in_no_band_is_free_in_steps_of_the_first_row_and_flagged(
    rows: list[Row], connected: str, seconds: int, expected: str
) -> None:
    found = rated(rows, f"{connected}+02:00", seconds)
    assert found is not None
    assert (found.amount, found.no_band) == (Decimal(expected), True)


def test_an_increment_that_begins_in_a_band_covers_a_gap_without_flag() -> None:
    """60 × 0.002 + 0.10 = 0.22, at least 0.30; the minute lasts from 11:59:30 to 12:00:30."""
    assert amount([OFFICE], "2024-06-03T11:59:30", 60) == Decimal("0.30")


@pytest.mark.parametrize(
    ("connected", "destination"),
    [
        pytest.param("2024-06-03T10:00:00", "Day", id="the band at connect"),
        pytest.param("2024-06-03T17:59:59", "Day", id="the band at connect, not at the end"),
        pytest.param("2024-06-08T10:00:00", "Weekend", id="the third row"),
    ],
)
def test_the_destination_is_named_by_the_band_at_connect(connected: str, destination: str) -> None:
    found = rated(WEEK, f"{connected}+02:00", 60)
    assert found is not None
    assert found.destination == destination


def test_without_a_band_at_connect_the_first_row_names_the_destination() -> None:
    found = rated([AFTERNOON, OFFICE], "2024-06-03T12:30:00+02:00", 60)
    assert found is not None
    assert found.destination == "Afternoon"


def test_a_call_of_no_duration_lacks_no_band() -> None:
    found = rated([OFFICE], "2024-06-08T10:00:00+02:00", 0)
    assert found is not None
    assert (found.amount, found.no_band, found.destination) == (Decimal(0), False, "Morning")
