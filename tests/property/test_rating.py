"""Rating says what the contract says second by second, for any tariff and call (contract 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import event, given, settings
from hypothesis import strategies as st

from pipeline.domain.rating import CallTimes, rate
from tests.property.naive_rating import Leg, Row, naive_rate
from tests.rates import row, tariff

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns")
# Around these something happens: midnights, weekends, changes of the clocks and of the tariffs below.
MOMENTS = [
    datetime(2024, 3, 30, 15, 0, tzinfo=UTC),  # noon and midnight of the zones, and Lord Howe's spring
    datetime(2024, 3, 31, 1, 0, tzinfo=UTC),  # Berlin, on
    datetime(2024, 4, 6, 15, 0, tzinfo=UTC),  # Lord Howe, half an hour back
    datetime(2024, 4, 25, 22, 0, tzinfo=UTC),  # Cairo, on at midnight
    datetime(2024, 6, 30, 22, 0, tzinfo=UTC),  # a midnight in Berlin
    datetime(2024, 10, 5, 15, 30, tzinfo=UTC),  # Lord Howe, half an hour on
    datetime(2024, 10, 27, 1, 0, tzinfo=UTC),  # Berlin, back
    datetime(2024, 10, 31, 21, 0, tzinfo=UTC),  # Cairo, back at midnight
    datetime(2024, 11, 3, 4, 30, tzinfo=UTC),  # St John's, back
]
PREFIXES = ("+", "+4", "+49", "+4989", "1", "11", "110")
NUMBERS = ("+4989123456", "+4989123456", "+4989", "+49X", "+498X9", "+1", "110", "11X", "112", "XXX", "", "alice")
DATES = ("", "", "", "", "", "2024-03-30", "2024-03-31", "2024-06-30", "2024-07-01", "2024-10-27")
LIMITS = ("00:00", "00:01", "01:00", "01:30", "02:00", "02:30", "03:00", "06:00", "08:00", "12:00", "18:00", "23:59")
WEEKS = ([""], [""], ["1-5", "6,7"], ["6-1", "2-5"], ["7", "1-6"], ["1,3,5", "2,4,6-7"], ["7,1"])
prices = st.sampled_from(["0", "0.06", "0.06", "0.0125", "0.03", "0.00003", "1.234567", "99"])
increments = st.one_of(st.sampled_from([1, 6, 30, 60]), st.integers(1, 90))


def priced(draw: st.DrawFn, hours: str, days: str, **columns: str) -> Row:
    steps = f"{draw(increments)}/{draw(increments)}"
    return row(draw(prices), steps, hours, days, connect_fee=draw(prices), minimum=draw(prices), **columns)


@st.composite
def weeks(draw: st.DrawFn) -> list[Row]:
    """Bands that share out each day of a week; one of them may be missing."""
    limits = sorted(draw(st.lists(st.sampled_from(LIMITS), max_size=4, unique=True)))
    hours = [f"{begin}-{end}" for begin, end in pairwise([*limits, *limits[:1]])] if len(limits) > 1 else [""]
    bands = [
        priced(draw, hour, days, destination=hour + days) for days in draw(st.sampled_from(WEEKS)) for hour in hours
    ]
    bands = draw(st.permutations(bands))
    return bands[1:] if len(bands) > 1 and draw(st.integers(0, 3)) == 0 else bands


@st.composite
def plans(draw: st.DrawFn) -> list[Row]:
    """Rows of several prefixes and validities; of rows that hold at the same time the first in the file does."""
    return [
        priced(
            draw,
            draw(
                st.sampled_from(
                    ["", "", "08:00-18:00", "18:00-08:00", "18:00-", "-12:00", "12:00-24:00", "12:00-00:00"]
                )
            ),
            draw(st.sampled_from(["", "", "1-5", "6,7"])),
            prefix=draw(st.sampled_from(PREFIXES)),
            destination=str(index),
            valid_from=draw(st.sampled_from(DATES)),
            valid_until=draw(st.sampled_from(DATES)),
        )
        for index in range(draw(st.integers(1, 8)))
    ]


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    """Calls around the moments, from none to a few hours."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    started = draw(st.sampled_from(MOMENTS)) + timedelta(
        hours=draw(st.sampled_from([0, 0, -12, -6, -1, 1, 3])), seconds=draw(st.integers(-200, 200))
    )
    connected = started + timedelta(seconds=draw(st.integers(0, 60)))
    duration = draw(st.one_of(st.integers(0, 300), st.integers(0, 300), st.integers(0, 15_000)))
    return Leg(draw(st.sampled_from(NUMBERS)), started, connected, duration, zone)


def compare(rows: list[Row], decimals: int, leg: Leg) -> None:
    found = rate(
        tariff(*map(dict, rows), decimals=decimals),
        leg.number,
        CallTimes(leg.started_at, leg.connected_at, leg.duration, leg.zone),
    )
    expected = naive_rate(rows, decimals, leg)
    event("no rate" if expected is None else "no band" if expected.no_band else "paid" if expected.amount else "free")
    assert (found and tuple(found)) == (expected and tuple(expected))


@given(weeks(), st.integers(0, 6), legs())
@settings(max_examples=300, deadline=None)
def test_a_call_costs_what_it_costs_second_by_second(rows: list[Row], decimals: int, leg: Leg) -> None:
    compare(rows, decimals, leg._replace(number="+49"))


@given(plans(), st.integers(0, 6), legs())
@settings(max_examples=300, deadline=None)
def test_the_rows_that_rate_a_call_are_those_that_the_contract_names(rows: list[Row], decimals: int, leg: Leg) -> None:
    compare(rows, decimals, leg._replace(duration=leg.duration % 120))
