"""The alert rules, as they stand in the file, at moments at which something was to be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from schemas.rows import Call, Charge, LegRow, LinkMatch
from tests.conftest import ClickHouseServer
from tests.grafana_files import alert_rules
from tests.grafana_macros import Context
from tests.integration.grafana_world import BERLIN, LONDON, TRUNK, VIENNA, World, world

RULES = alert_rules()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NIGHT = datetime(2024, 4, 2, 0, 45, tzinfo=UTC)  # 02:45 in Berlin
DAWN = datetime(2024, 4, 2, 5, tzinfo=UTC)  # 07:00 in Berlin
FIRST_NIGHT = datetime(2024, 3, 31, 1, 50, tzinfo=UTC)
MORNING = datetime(2024, 4, 1, 6, 45, tzinfo=UTC)
NOON = datetime(2024, 4, 1, 12, tzinfo=UTC)
Values = dict[tuple[str, ...], float]
NIGHT_CALLER = f"{BERLIN}/3123"


@pytest.fixture
def legs(clickhouse: ClickHouseServer) -> World:
    return world(clickhouse)


def window(uid: str, at: datetime) -> tuple[datetime, datetime]:
    """What the rule looks at."""
    span = RULES[uid]["data"][0]["relativeTimeRange"]
    return at - timedelta(seconds=span["from"]), at - timedelta(seconds=span["to"])


def evaluated(legs: World, uid: str, at: datetime) -> Values:
    """The number of each row of the rule's query by its texts, as Grafana takes them."""
    columns, rows = legs.asked(RULES[uid]["data"][0]["model"]["rawSql"], Context(*window(uid, at), 60, {}))
    (number,) = (place for place, (_, kind) in enumerate(columns) if "String" not in kind)
    texts = [place for place in range(len(columns)) if place != number]
    found = {tuple(row[place] for place in texts): float(row[number]) for row in rows}
    assert len(found) == len(rows), "two rows have the same labels"
    return found


def firing(legs: World, uid: str, at: datetime) -> set[tuple[str, ...]]:
    """The labels of the rows that the rule fires for."""
    (condition,) = RULES[uid]["data"][2]["model"]["conditions"]
    (above,) = condition["evaluator"]["params"]
    return {texts for texts, value in evaluated(legs, uid, at).items() if value > above}


def spent(world: World, since: datetime, until: datetime, payer: Callable[[Charge], str]) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = {}
    for one in world.of(Charge):
        if one.counted and since <= one.connected_at <= until:
            key = payer(one), one.currency
            found[key] = found.get(key, Decimal(0)) + one.amount
    return found


@pytest.mark.parametrize("at", [NOON, NIGHT])
def test_the_budget_of_a_site_counts_each_currency_of_a_day(legs: World, at: datetime) -> None:
    money = spent(legs, at - DAY, at, lambda one: one.payer_site)

    found = evaluated(legs, "swyx-budget-site", at)

    assert money
    assert found == {key: pytest.approx(float(amount) / 5, abs=1e-5) for key, amount in money.items()}


def test_the_budget_of_a_user_counts_each_currency_of_a_day(legs: World) -> None:
    money = spent(legs, NIGHT - DAY, NIGHT, lambda one: f"{one.payer_site}/{one.payer_number}")

    found = evaluated(legs, "swyx-budget-user", NIGHT)

    assert money[NIGHT_CALLER, "EUR"] == Decimal("78.89")
    assert found == {key: pytest.approx(float(amount) * 2, abs=1e-5) for key, amount in money.items()}


def test_a_user_over_the_budget_is_told_a_site_below_it_is_not(legs: World) -> None:
    assert firing(legs, "swyx-budget-user", NIGHT) == {(NIGHT_CALLER, "EUR")}
    assert firing(legs, "swyx-budget-site", NIGHT) == set()


def test_three_premium_calls_at_night_are_told_as_fraud(legs: World) -> None:
    assert firing(legs, "swyx-night-calls", NIGHT) == {(NIGHT_CALLER,)}


def at_night(one: Charge) -> bool:
    return not 6 <= int(one.leg_id[-8:-6]) < 22


@pytest.mark.parametrize("at", [FIRST_NIGHT, NIGHT, DAWN, NOON])
def test_calls_at_night_count_if_premium_or_to_countries_that_nobody_called(legs: World, at: datetime) -> None:
    since, until = window("swyx-night-calls", at)
    charges = legs.of(Charge)
    known = {one.destination_country for one in charges if since - 90 * DAY <= one.connected_at < since}
    suspect = {
        (f"{one.payer_site}/{one.payer_number}", one.call_id)
        for one in charges
        if since <= one.connected_at <= until and at_night(one)
        if one.destination_kind == "premium"
        or (one.destination_kind == "international" and one.destination_country not in known)
    }

    assert evaluated(legs, "swyx-night-calls", at) == Counter((user,) for user, _ in suspect)
    assert bool(suspect) == (at != NOON)


def test_a_trunk_is_as_full_as_its_busiest_moment(legs: World) -> None:
    since, until = window("swyx-trunk-full", MORNING)
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in legs.of(LegRow):
        one = row.leg.record
        end = one.ended_at or one.connected_at or one.started_at
        if not {one.transferred_call_id_1, one.transferred_call_id_2} - {"", "0"} and end > since:
            ends = (row.origin_kind, one.origination_device), (row.destination_kind, one.destination_device)
            for device in (device for kind, device in ends if kind == "trunk" and one.started_at < until):
                spans.setdefault(f"{row.leg.site} {device}", []).append((max(one.started_at, since), min(end, until)))
    peaks = {(trunk,): max(sum(a <= moment < b for a, b in of) for moment, _ in of) for trunk, of in spans.items()}

    assert peaks[f"{BERLIN} {TRUNK}",] == 4
    assert evaluated(legs, "swyx-trunk-full", MORNING) == {
        trunk: pytest.approx(100 * peak / 30) for trunk, peak in peaks.items()
    }


def test_mismatches_of_a_day_are_told_by_link(legs: World) -> None:
    starts = {row.leg.leg_id: row.leg.record.started_at for row in legs.of(LegRow)}
    since, until = window("swyx-charge-mismatch", NOON)
    expected = Counter(
        (pair.link,)
        for pair in legs.of(LinkMatch)
        if {"charge_mismatch", "currency_mismatch"} & set(pair.anomalies)
        if since <= starts[pair.from_leg_id] <= until
    )

    assert expected
    assert evaluated(legs, "swyx-charge-mismatch", NOON) == expected
    assert firing(legs, "swyx-charge-mismatch", NOON) == set(expected)


def test_calls_that_wait_for_a_leg_count_an_hour_after_their_end(legs: World) -> None:
    since, until = window("swyx-missing-legs", NOON)
    expected = Counter(
        (call.origin_site,)
        for call in legs.of(Call)
        if not call.complete and since <= call.ended_at <= until - HOUR and call.started_at >= since - DAY
    )

    assert expected
    assert evaluated(legs, "swyx-missing-legs", NOON) == expected


def test_every_reject_of_an_hour_is_told(legs: World) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)

    assert firing(legs, "swyx-rejects", soon) == {(one.site, one.reason) for one in legs.rejects}


def test_a_site_that_is_away_is_told_one_that_is_behind_is_not(legs: World) -> None:
    assert firing(legs, "swyx-silent-site", NOON) == {(VIENNA, "away")}


def test_a_site_that_is_far_behind_is_told(legs: World) -> None:
    assert firing(legs, "swyx-lag", NOON) == {(LONDON,)}


def test_without_any_site_somebody_is_told() -> None:
    assert RULES["swyx-silent-site"]["noDataState"] == "Alerting"
