"""Hand-checked prices: days on which the clocks change, zones, and tariffs that change (contract 7).

A price of 0.06 a minute is 0.001 a second, 0.12 is 0.002, 0.60 is 0.01.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.rates import Row, row
from tests.unit.rated import rated

FLAT = [row("0.06")]
# Two to three o'clock, which comes not at all or twice, costs ten times as much.
TWO = [row("0.06", hours="00:00-02:00"), row("0.60", hours="02:00-03:00"), row("0.12", hours="03:00-24:00")]
NIGHT = [row("0.06", hours="22:00-06:00"), row("0.12", hours="06:00-22:00")]
SATURDAY_NIGHT = [row("0.06", hours="22:00-06:00", days="6"), row("0.12", hours="06:00-22:00")]
HALF_PAST = [row("0.06", hours="00:00-02:00"), row("0.12", hours="02:00-24:00")]
DAY = [row("0.12", hours="08:00-18:00"), row("0.06", hours="18:00-08:00")]
SUNDAY = [row("0.06", days="7"), row("0.12", days="1-6")]
THURSDAY = [row("0.60", hours="00:00-01:00"), row("0.06", hours="01:00-24:00", days="4")]
THURSDAY += [row("0.12", hours="01:00-24:00", days="5")]


@pytest.mark.parametrize(
    ("rows", "connected", "seconds", "zone", "expected"),
    [
        pytest.param(
            FLAT,
            "2024-03-31T01:30:00+01:00",
            3600,
            "Europe/Berlin",
            "3.6",
            id="spring: an hour is an hour: 3600 × 0.001",
        ),
        pytest.param(
            TWO,
            "2024-03-31T01:30:00+01:00",
            3600,
            "Europe/Berlin",
            "5.4",
            id="spring: 30 min to 02:00, which is 03:00, 30 min from 03:00: 1800 × 0.001 + 1800 × 0.002",
        ),
        pytest.param(
            TWO,
            "2024-03-31T01:59:59+01:00",
            2,
            "Europe/Berlin",
            "0.003",
            id="spring: 01:59:59, 03:00:00: 0.001 + 0.002",
        ),
        pytest.param(
            NIGHT,
            "2024-03-30T22:00:00+01:00",
            28_800,
            "Europe/Berlin",
            "32.4",
            id="spring: the night has 7 h: 7 × 3.60 + 1 × 7.20",
        ),
        pytest.param(
            SATURDAY_NIGHT,
            "2024-03-30T22:00:00+01:00",
            28_800,
            "Europe/Berlin",
            "32.4",
            id="spring: Saturday's night lasts into the day of the change: 7 × 3.60 + 1 × 7.20",
        ),
        pytest.param(
            TWO,
            "2024-10-27T01:30:00+02:00",
            9000,
            "Europe/Berlin",
            "73.8",
            id="autumn: 30 min before, twice 02:00 to 03:00: 1800 × 0.001 + 7200 × 0.01",
        ),
        pytest.param(
            TWO,
            "2024-10-27T02:30:00+02:00",
            3600,
            "Europe/Berlin",
            "36",
            id="autumn: 02:30 to 03:00, then 02:00 to 02:30 again: 3600 × 0.01",
        ),
        pytest.param(
            TWO,
            "2024-10-27T02:30:00+01:00",
            3600,
            "Europe/Berlin",
            "21.6",
            id="autumn: the second 02:30, 30 min to 03:00: 1800 × 0.01 + 1800 × 0.002",
        ),
        pytest.param(
            TWO, "2024-10-27T02:59:59+02:00", 2, "Europe/Berlin", "0.02", id="autumn: 02:59:59, 02:00:00: 2 × 0.01"
        ),
        pytest.param(
            NIGHT,
            "2024-10-26T22:00:00+02:00",
            36_000,
            "Europe/Berlin",
            "39.6",
            id="autumn: the night has 9 h: 9 × 3.60 + 1 × 7.20",
        ),
        pytest.param(
            SUNDAY,
            "2024-10-26T23:00:00+02:00",
            97_200,
            "Europe/Berlin",
            "104.4",
            id="autumn: Sunday has 25 h: 1 h × 7.20 + 25 h × 3.60 + 1 h × 7.20",
        ),
        pytest.param(
            SUNDAY,
            "2024-03-30T23:00:00+01:00",
            90_000,
            "Europe/Berlin",
            "97.2",
            id="spring: Sunday has 23 h: 1 h × 7.20 + 23 h × 3.60 + 1 h × 7.20",
        ),
        pytest.param(
            HALF_PAST,
            "2024-04-07T01:45:00+11:00",
            3600,
            "Australia/Lord_Howe",
            "4.5",
            id="half an hour back: 15 min to 02:00, 30 min from 01:30, 15 min: 2700 × 0.001 + 900 × 0.002",
        ),
        pytest.param(
            HALF_PAST,
            "2024-10-06T01:45:00+10:30",
            3600,
            "Australia/Lord_Howe",
            "6.3",
            id="half an hour on: 15 min to 02:00, which is 02:30, then 45 min: 900 × 0.001 + 2700 × 0.002",
        ),
        pytest.param(
            DAY,
            "2024-06-03T12:29:30+00:00",
            60,
            "Asia/Kolkata",
            "0.09",
            id="17:59:30 in Kolkata, UTC+5:30: 30 × 0.002 + 30 × 0.001",
        ),
        pytest.param(
            DAY,
            "2024-06-03T15:59:30+00:00",
            60,
            "Europe/Berlin",
            "0.09",
            id="17:59:30 in Berlin, UTC+2: 30 × 0.002 + 30 × 0.001",
        ),
        pytest.param(
            THURSDAY,
            "2024-04-25T23:59:30+02:00",
            60,
            "Africa/Cairo",
            "0.09",
            id="a day that begins at 01:00: 30 s of Thursday × 0.001 + 30 s of Friday × 0.002",
        ),
    ],
)
def test_bands_are_those_of_the_local_clock(
    rows: list[Row], connected: str, seconds: int, zone: str, expected: str
) -> None:
    found = rated(rows, connected, seconds, zone=zone)
    assert found is not None
    assert (found.amount, found.no_band) == (Decimal(expected), False)


OLD = row("0.06", destination="Old", valid_from="2024-01-01", valid_until="2024-07-01")
NEW = row("0.12", destination="New", valid_from="2024-07-01")


@pytest.mark.parametrize(
    ("started", "connected", "seconds", "expected"),
    [
        pytest.param("2024-06-30T12:00:00+02:00", "", 60, ("Old", "0.06"), id="a day before: 60 × 0.001"),
        pytest.param("2024-07-01T00:00:00+02:00", "", 60, ("New", "0.12"), id="from midnight on: 60 × 0.002"),
        pytest.param(
            "2024-06-30T23:59:30+02:00",
            "",
            60,
            ("Old", "0.06"),
            id="a change during the call has no effect: 60 × 0.001",
        ),
        pytest.param(
            "2024-06-30T12:00:00+02:00", "", 172_800, ("Old", "172.8"), id="however long it lasts: 172800 × 0.001"
        ),
        pytest.param(
            "2024-06-30T23:59:50+02:00",
            "2024-07-01T00:00:05+02:00",
            60,
            ("Old", "0.06"),
            id="the day of the start counts, not that of the connect: 60 × 0.001",
        ),
        pytest.param("2024-06-30T22:30:00+00:00", "", 60, ("New", "0.12"), id="the local day counts: 00:30 in Berlin"),
        pytest.param("2024-01-01T00:00:00+01:00", "", 60, ("Old", "0.06"), id="valid_from is the first day"),
        pytest.param("2023-12-31T23:59:59+01:00", "", 60, None, id="before all validity there is no rate"),
        pytest.param("2030-01-01T00:00:00+01:00", "", 60, ("New", "0.12"), id="without valid_until it has no end"),
    ],
)
def test_the_rows_valid_on_the_local_day_of_the_start_rate_the_whole_call(
    started: str, connected: str, seconds: int, expected: tuple[str, str] | None
) -> None:
    found = rated([NEW, OLD], connected or started, seconds, started=started)
    assert (found and (found.destination, found.amount)) == (expected and (expected[0], Decimal(expected[1])))


def test_without_valid_from_a_row_holds_since_ever() -> None:
    found = rated([row("0.06", valid_until="2024-07-01")], "1999-01-01T00:00:00+01:00", 60)
    assert found is not None
    assert found.amount == Decimal("0.06")


def test_a_change_of_bands_has_no_effect_on_a_running_call() -> None:
    """The night's price comes at 18:00 as on the day of the start, 30 × 0.002 + 30 × 0.001, not 60 × 0.01."""
    old = [replaced | {"valid_until": "2024-06-04"} for replaced in DAY]
    new = row("0.60", valid_from="2024-06-04")
    found = rated([new, *old], "2024-06-04T07:59:30+02:00", 60, started="2024-06-03T23:00:00+02:00")
    assert found is not None
    assert found.amount == Decimal("0.09")
