"""What a group holds of its legs, what it gives up and what it asks back (docs/architecture.md)."""

from __future__ import annotations

import pytest

from pipeline.domain.cover import Span, hour_of
from pipeline.domain.state import Group
from schemas.cdr import Leg
from schemas.rows import Charge, SiteCall, Total
from tests.builders import START, leg, rules

HOUR = 3600
NOW = hour_of(START)


def of_group(*legs: Leg) -> Group:
    """A group that holds these legs and knows of no others."""
    group = Group(rules())
    for version, one in enumerate(legs):
        group.add(one, version)
    return group


def test_a_new_group_lacks_nothing() -> None:
    assert Group(rules()).lacks(leg("1", -10_000 * HOUR)) is None


def test_a_leg_near_what_was_given_up_needs_the_day_before_and_after_it() -> None:
    group = of_group()
    group.forget(NOW)

    assert group.lacks(leg("1", 26 * HOUR)) is None
    assert group.lacks(leg("1", 24 * HOUR)) == Span(NOW - 1, NOW)
    lacking = group.lacks(leg("1", -100 * HOUR))
    assert lacking is not None
    assert (lacking.first, lacking.until >= NOW - 100 + 26) == (NOW - 125, True)


def test_a_leg_needs_nothing_more_once_its_stretch_of_time_was_restored() -> None:
    group = of_group()
    group.forget(NOW)
    lacking = group.lacks(leg("1", -100 * HOUR))
    assert lacking is not None

    group.cover(lacking, [], [])

    assert group.lacks(leg("1", -100 * HOUR)) is None


def test_a_delivery_far_from_the_start_needs_its_own_stretch_of_time() -> None:
    group = of_group()
    group.forget(NOW)

    assert group.lacks(leg("1", 50 * HOUR, delivered=-200 * HOUR)) == Span(NOW - 225, NOW - 225 + 51 + 24)


@pytest.mark.parametrize("moment", ["start", "delivered", "connect"])
def test_a_call_leaves_the_state_when_its_last_moment_is_before_the_floor(moment: str) -> None:
    times: dict[str, float] = {"start": -5 * HOUR, moment: -2 * HOUR}
    group = of_group(leg("1", times.pop("start"), **times))  # type: ignore[arg-type]

    group.forget(NOW - 2)
    before = len(group)
    group.forget(NOW - 1)

    assert (before, len(group)) == (1, 0)


def test_a_call_of_which_one_leg_is_recent_stays_whole() -> None:
    old, recent = leg("1", -10 * HOUR), leg("2", 5 * HOUR, transferred_to_call_id="1")
    group = of_group(old, recent)

    group.forget(NOW)
    rows = group.add(leg("3", 27 * HOUR, transferred_to_call_id="2"), 9)

    assert [row.leg_ids[0] for row in rows if isinstance(row, SiteCall)] == [old.leg_id]


def test_the_windows_used_last_stay() -> None:
    group = of_group()
    group.forget(NOW)
    days = range(-2000, -1000, 200)
    for day in days:
        late = leg(str(day), day * HOUR)
        lacking = group.lacks(late)
        assert lacking is not None
        group.cover(lacking, [late], [])

    group.forget(NOW)

    assert [leg(str(day), day * HOUR).leg_id in group for day in days] == [False, True, True, True, True]


def test_a_total_of_an_hour_that_was_given_up_waits_for_the_other_legs_of_the_hour() -> None:
    charged = {"destination_device": "SwyxGate 1", "costs": "1.00"}
    first = leg("1", -50 * HOUR, connect=-50 * HOUR, **charged)  # type: ignore[arg-type]
    second = leg("2", -50 * HOUR + 1, connect=-50 * HOUR + 1, **charged)  # type: ignore[arg-type]
    group = Group(rules())
    charges = [row for row in group.add(first, 0) if isinstance(row, Charge)]
    group.forget(NOW)

    told = group.add(second, 1)
    lacking = group.lacks_totals()
    assert lacking is not None
    group.cover(lacking, [first], charges)
    late = group.late_totals(1)

    assert [row for row in told if isinstance(row, Total)] == []
    assert [row.legs for row in late if isinstance(row, Total)] == [2]
    assert group.lacks_totals() is None


def test_restored_legs_tell_no_rows_and_are_known() -> None:
    group = of_group()
    group.restore([leg("1"), leg("2", transferred_to_call_id="1")])

    assert group.knows(leg("1"))
    assert [row.leg_count for row in group.add(leg("1"), 1) if isinstance(row, SiteCall)] == [2]
