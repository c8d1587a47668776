"""A local day of a group's sites (contract 2, `rerate`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.domain.cover import hour_of
from pipeline.domain.days import LocalDay
from pipeline.domain.rules import GroupRules
from schemas.cdr import Leg
from tests.builders import START, leg, rules

ZONES = {"berlin": "Europe/Berlin", "dortmund": "Asia/Kolkata", "zurich": "America/St_Johns"}


@pytest.fixture
def zoned() -> GroupRules:
    """The sites of the builders, in zones far apart."""
    plain = rules()
    sites = {name: replace(site, time_zone=ZoneInfo(ZONES[name])) for name, site in plain.sites.items()}
    return replace(plain, sites=sites)


def leg_at(site: str, instant: datetime) -> Leg:
    return leg("1", (instant - START).total_seconds(), site=site)


@pytest.mark.parametrize("site", sorted(ZONES))
def test_a_day_is_that_of_the_clock_of_the_legs_site(zoned: GroupRules, site: str) -> None:
    day = LocalDay(zoned, date(2002, 11, 19))
    midnight = datetime(2002, 11, 19, tzinfo=ZoneInfo(ZONES[site])).astimezone(UTC)
    moments = [midnight - timedelta(seconds=1), midnight, midnight + timedelta(seconds=86_399)]

    assert [day.has(leg_at(site, moment)) for moment in moments] == [False, True, True]
    assert not day.has(leg_at(site, midnight + timedelta(days=1)))


@pytest.mark.parametrize(("day", "hours"), [(date(2002, 3, 31), 23), (date(2002, 10, 27), 25)])
def test_a_day_on_which_the_clocks_change_has_its_own_length(zoned: GroupRules, day: date, hours: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    last = midnight + timedelta(hours=hours, seconds=-1)

    local = LocalDay(zoned, day)

    assert local.has(leg_at("berlin", last))
    assert not local.has(leg_at("berlin", last + timedelta(seconds=1)))


def test_the_span_holds_every_leg_of_the_day(zoned: GroupRules) -> None:
    day = LocalDay(zoned, date(2002, 11, 19))
    starts = [START + timedelta(minutes=30 * number) for number in range(-200, 200)]
    chosen = [hour_of(start) for start in starts for site in ZONES if day.has(leg_at(site, start))]

    assert day.span.first <= min(chosen)
    assert max(chosen) < day.span.until


def test_only_legs_of_the_site_that_is_named_belong_to_it(zoned: GroupRules) -> None:
    day = LocalDay(zoned, date(2002, 11, 19), "berlin")

    assert day.has(leg_at("berlin", START))
    assert not day.has(leg_at("zurich", START))
