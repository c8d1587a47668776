"""The panels of overview, users and destinations show what follows from the legs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

from schemas.rows import Call, Charge
from tests.conftest import ClickHouseServer
from tests.grafana_files import Query
from tests.integration.grafana_selections import (
    SELECTIONS,
    Expected,
    Rows,
    Selection,
    assert_rows,
    counted,
    grouped,
    missed,
    panels_of,
    spent,
    user_of,
)
from tests.integration.grafana_world import BERLIN, LONDON, VIENNA, World, world

BOARDS = ("swyx-overview", "swyx-users", "swyx-destinations")


def share_answered(calls: list[Call]) -> Rows:
    return [(sum(call.disposition == "answered" for call in calls) / len(calls),)]


def sums(charges: Iterable[Charge], *key: Callable[[Charge], Any]) -> Rows:
    """The amount of each key."""
    found = grouped(charges, lambda charge: tuple(part(charge) for part in key))
    return [(*name, sum((one.amount for one in of), Decimal(0))) for name, of in found.items()]


def by_day(charges: list[Charge], selection: Selection) -> Rows:
    return sums(charges, lambda charge: selection.day(charge.connected_at), attrgetter("currency"))


def calls_by_site(world: World, selection: Selection) -> Rows:
    return [
        (
            site,
            len(calls),
            sum(call.disposition == "answered" for call in calls),
            sum(map(missed, calls)),
            sum(call.direction in {"outgoing", "transit"} for call in calls),
            sum(call.talk_seconds for call in calls),
        )
        for site, calls in grouped(selection.site_calls(world), attrgetter("site")).items()
    ]


def plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def newest_calls(world: World, selection: Selection) -> Rows:
    calls = sorted(selection.calls(world), key=attrgetter("call_id"))
    calls.sort(key=attrgetter("started_at"), reverse=True)
    return [
        (
            call.started_at,
            call.call_id,
            call.direction,
            call.disposition,
            call.origination_number,
            call.called_number,
            call.destination_number,
            ", ".join(call.sites),
            call.ring_seconds,
            call.talk_seconds,
            call.transfer_count,
            ", ".join(f"{plain(amount)} {currency}" for currency, amount in call.amounts),
        )
        for call in calls[:100]
    ]


def to_look_after(_: World, selection: Selection) -> Rows:
    return [(sum(selection.of_site(site) for site, state in STATES.items() if state == "away"),)]


STATES = {BERLIN: "ok", LONDON: "behind", VIENNA: "away"}
OVERVIEW: dict[str, Expected] = {
    "Calls": lambda world, selection: [(len(selection.calls(world)),)],
    "Answered": lambda world, selection: share_answered(selection.calls(world)),
    "Missed": lambda world, selection: [(sum(map(missed, selection.calls(world))),)],
    "Talk time": lambda world, selection: [(sum(call.talk_seconds for call in selection.calls(world)),)],
    "Charges": lambda world, selection: sums(selection.charges(world), attrgetter("currency")),
    "Sites to look after": to_look_after,
    "Calls over time": lambda world, selection: counted(
        selection.calls(world), lambda call: (selection.bucket(call.started_at), call.disposition)
    ),
    "Charges by day": lambda world, selection: by_day(selection.charges(world), selection),
    "Calls by site": calls_by_site,
    "Charges by site": lambda world, selection: spent(selection.charges(world), lambda charge: (charge.payer_site,)),
    "Newest calls": newest_calls,
}


def by_user(world: World, selection: Selection) -> Rows:
    rows = []
    for (site, number, currency), of in grouped(
        selection.user_charges(world), attrgetter("payer_site", "payer_number", "currency")
    ).items():
        name = max(charge.payer_name for charge in of)
        seconds, amount = sum(one.duration_seconds for one in of), sum((one.amount for one in of), Decimal(0))
        rows.append((site, number, name, f"{site}/{number}", currency, len(of), seconds, amount))
    return rows


def charged_calls(world: World, selection: Selection) -> Rows:
    return [
        (
            one.connected_at,
            one.call_id,
            user_of(one),
            one.destination_number,
            one.destination_name or one.destination_country,
            one.destination_kind,
            one.carrier_site,
            one.trunk,
            one.source,
            one.duration_seconds,
            one.currency,
            one.amount,
        )
        for one in selection.user_charges(world)
    ]


def of_users(*names: str) -> Expected:
    """Legs, seconds and amounts of the chosen users by columns of their charges."""
    return lambda world, selection: spent(
        selection.user_charges(world), lambda charge: tuple(getattr(charge, name) for name in names)
    )


USERS: dict[str, Expected] = {
    "Charges": lambda world, selection: sums(selection.user_charges(world), attrgetter("currency")),
    "Charges by day": lambda world, selection: by_day(selection.user_charges(world), selection),
    "Charges by user": by_user,
    "Cost centres": of_users("cost_centre"),
    "Departments": of_users("department"),
    "Projects": of_users("project_number"),
    "Charged calls": charged_calls,
}


def by_country(world: World, selection: Selection) -> Rows:
    calls = [c for c in selection.calls(world) if c.disposition == "answered" and c.destination_country]
    return counted(calls, lambda call: (call.destination_country,))


def by_prefix(world: World, selection: Selection) -> Rows:
    digits = int(dict(selection.further)["digits"])
    return spent(selection.user_charges(world), lambda charge: (charge.destination_number[:digits],))


def dearest(world: World, selection: Selection) -> Rows:
    return [
        (
            one.connected_at,
            one.call_id,
            user_of(one),
            one.destination_number,
            one.destination_country,
            one.destination_kind,
            one.duration_seconds,
            one.currency,
            one.amount,
        )
        for one in selection.user_charges(world)
    ]


def by_number(world: World, selection: Selection) -> Rows:
    rates = {one.destination_number: one.destination_name for one in selection.user_charges(world)}
    rows = spent(selection.user_charges(world), lambda charge: (charge.destination_number,))
    return [(number, rates[number], *rest) for number, *rest in rows]


DESTINATIONS: dict[str, Expected] = {
    "Answered calls by country": by_country,
    "Calls by kind of number": lambda world, selection: counted(
        selection.calls(world), lambda call: (selection.bucket(call.started_at), call.destination_kind)
    ),
    "Charges by country and kind": of_users("destination_country", "destination_kind"),
    "Charges by prefix": by_prefix,
    "Charges by number": by_number,
    "Dearest calls": dearest,
}
EXPECTED = dict(zip(BOARDS, (OVERVIEW, USERS, DESTINATIONS), strict=True))


@pytest.fixture
def legs(clickhouse: ClickHouseServer) -> World:
    return world(clickhouse)


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("query", panels_of(*BOARDS))
def test_a_panel_shows_what_follows_from_the_legs(legs: World, query: Query, selection: Selection) -> None:
    expected = EXPECTED[query.board][query.title](legs, selection)

    assert expected, "nothing would be compared"
    assert_rows(legs, query, selection, expected)
