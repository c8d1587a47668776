"""The panels of trunks, and of sites and links, show what follows from the legs, second by second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

import pytest

from schemas.rows import Charge, LegRow, LinkMatch, SiteCall
from tests.conftest import ClickHouseServer
from tests.grafana_files import Query
from tests.integration.grafana_selections import (
    SELECTIONS,
    Expected,
    Rows,
    Selection,
    assert_rows,
    grouped,
    panels_of,
    spent,
)
from tests.integration.grafana_world import World, world

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BLOCKED = {"NoChannelAvailable", "NetworkCongestion"}


class Held(NamedTuple):
    """A channel of a trunk or link that a leg holds."""

    site: str
    device: str
    since: datetime
    until: datetime
    row: LegRow


def held(world: World, selection: Selection, devices: Callable[[LegRow], list[str]]) -> list[Held]:
    """What legs at chosen sites hold in the range, or begin to hold; the results of transfers hold nothing."""
    found = []
    for row in world.of(LegRow):
        record = row.leg.record
        until = record.ended_at or record.connected_at or record.started_at
        result = {record.transferred_call_id_1, record.transferred_call_id_2} - {"", "0"}
        near = selection.start - DAY <= record.started_at <= selection.end and until >= selection.start
        if near and not result and selection.of_site(row.leg.site):
            found += [Held(row.leg.site, device, record.started_at, until, row) for device in devices(row)]
    return found


def trunks(row: LegRow) -> list[str]:
    ends = (
        (row.origin_kind, row.leg.record.origination_device),
        (row.destination_kind, row.leg.record.destination_device),
    )
    return [device.strip() for kind, device in ends if kind == "trunk"]


def links(row: LegRow) -> list[str]:
    return [row.leg.record.destination_device.strip()] if row.destination_kind == "link" else []


def cut(channels: list[Held], selection: Selection) -> list[tuple[datetime, datetime]]:
    """Their intervals within the range, without empty ones."""
    spans = [(max(one.since, selection.start), min(one.until, selection.end)) for one in channels]
    return [(since, until) for since, until in spans if since < until]


def at_once(spans: list[tuple[datetime, datetime]], moment: datetime) -> int:
    return sum(since <= moment < until for since, until in spans)


def most_over_time(channels: list[Held], selection: Selection, name: str) -> Rows:
    rows = []
    for line, of in grouped(channels, name.format).items():
        spans = cut(of, selection)
        most: Counter[datetime] = Counter()
        for since, until in spans:
            moment = since
            while moment < until:
                bucket = selection.bucket(moment)
                later = [
                    start for start, _ in spans if moment <= start < min(until, bucket + selection.interval * SECOND)
                ]
                most[bucket] = max(most[bucket], *(at_once(spans, each) for each in [moment, *later]))
                moment = bucket + selection.interval * SECOND
        rows += [(bucket, line, number) for bucket, number in most.items()]
    return rows


def peaks(world: World, selection: Selection) -> Rows:
    rows = []
    capacity = int(dict(selection.further)["capacity"])
    for (site, device), of in grouped(held(world, selection, trunks), attrgetter("site", "device")).items():
        spans = cut(of, selection)
        peak = max(at_once(spans, since) for since, _ in spans)
        first = min(since for since, _ in spans if at_once(spans, since) == peak)
        rows.append((f"{site} {device}", peak, first, peak / capacity))
    return rows


def erlangs(world: World, selection: Selection) -> dict[tuple[str, str, datetime], float]:
    """Traffic by site, trunk and the beginning of each local hour in the range."""
    seconds: Counter[tuple[str, str, datetime]] = Counter()
    for one in held(world, selection, trunks):
        moment = one.since
        while moment < one.until:
            hour = selection.local(moment).replace(minute=0, second=0).astimezone(UTC)
            if selection.has(hour):
                seconds[one.site, one.device, hour] += 1
            moment += SECOND
    return {key: number / 3600 for key, number in seconds.items()}


def busy_hours(world: World, selection: Selection) -> Rows:
    found = erlangs(world, selection)
    rows = []
    for (site, trunk, day), keys in grouped(
        found, lambda key: (*key[:2], f"{selection.local(key[2]):%Y-%m-%d}")
    ).items():
        busiest = min(keys, key=lambda key: (-found[key], key[2]))
        rows.append((day, site, trunk, f"{selection.local(busiest[2]):%H:00}", found[busiest]))
    return rows


def answered_and_blocked(world: World, selection: Selection) -> Rows:
    rows = []
    begun = [one for one in held(world, selection, trunks) if selection.has(one.since)]
    for name, of in grouped(begun, attrgetter("site", "device")).items():
        talks = [one.until - one.row.leg.record.connected_at for one in of if one.row.leg.record.connected_at]
        blocked = sum(one.row.leg.record.disconnect_reason in BLOCKED for one in of)
        mean = sum(talk.total_seconds() for talk in talks) / len(talks)
        rows.append((*name, len(of), len(talks), len(talks) / len(of), mean, blocked, blocked / len(of)))
    return rows


def cost_by_carrier(world: World, selection: Selection) -> Rows:
    return spent(selection.charges(world), lambda charge: (charge.carrier_site, charge.trunk))


TRUNKS: dict[str, Expected] = {
    "Concurrent calls": lambda w, s: most_over_time(held(w, s, trunks), s, "{0.site} {0.device}"),
    "Peaks": peaks,
    "Traffic": lambda w, s: [(hour, f"{site} {trunk}", value) for (site, trunk, hour), value in erlangs(w, s).items()],
    "Busy hour by day": busy_hours,
    "Answered and blocked": answered_and_blocked,
    "Cost by carrier": cost_by_carrier,
}


def pairs(world: World, selection: Selection) -> list[tuple[LinkMatch, LegRow]]:
    """Pairs that a chosen site is an end of, with the sending leg, which began in the range."""
    legs = {row.leg.leg_id: row for row in world.of(LegRow)}
    found = [(pair, legs[pair.from_leg_id]) for pair in world.of(LinkMatch)]
    return [
        (pair, row)
        for pair, row in found
        if selection.has(row.leg.record.started_at) and selection.of_site(pair.from_site, pair.to_site)
    ]


def matrix(world: World, selection: Selection) -> Rows:
    rows = []
    for name, of in grouped(pairs(world, selection), lambda one: (one[0].from_site, one[0].to_site)).items():
        records = [row.leg.record for _, row in of]
        talks = [int((r.ended_at - r.connected_at) / SECOND) for r in records if r.connected_at and r.ended_at]
        rows.append((*name, len(of), sum(talk > 0 for talk in talks), sum(talk for talk in talks if talk > 0)))
    return rows


def owed(world: World, selection: Selection) -> list[Charge]:
    """Counted charges between sites, in the months (UTC) that the range touches."""
    first, last = f"{selection.start:%Y-%m}", f"{selection.end:%Y-%m}"
    return [
        one
        for one in world.of(Charge)
        if one.counted
        and one.carrier_site != one.payer_site
        and first <= f"{one.connected_at:%Y-%m}" <= last
        and selection.of_site(one.carrier_site, one.payer_site)
    ]


def settlement(world: World, selection: Selection) -> Rows:
    return spent(owed(world, selection), lambda one: (f"{one.connected_at:%Y-%m}", one.carrier_site, one.payer_site))


def balance(world: World, selection: Selection) -> Rows:
    net: dict[tuple[str, str, str], Decimal] = {}
    for one in owed(world, selection):
        first, second = sorted((one.carrier_site, one.payer_site))
        sign = 1 if one.carrier_site == first else -1
        key = first, second, one.currency
        net[key] = net.get(key, Decimal(0)) + sign * one.amount
    return [(*((a, b) if money >= 0 else (b, a)), currency, abs(money)) for (a, b, currency), money in net.items()]


def mismatches(world: World, selection: Selection) -> Rows:
    calls = {leg_id: call.call_id for call in world.of(SiteCall) for leg_id in call.leg_ids}
    rows = []
    for pair, row in pairs(world, selection):
        if {"charge_mismatch", "currency_mismatch"} & set(pair.anomalies):
            assert pair.from_amount is not None
            assert pair.to_amount is not None
            legs = pair.from_site, pair.to_site, pair.from_leg_id, pair.to_leg_id
            money = pair.from_amount, pair.to_amount, pair.from_amount - pair.to_amount, pair.currency
            call = calls[pair.from_leg_id]
            rows.append((row.leg.record.started_at, call, *legs, *money, ", ".join(pair.anomalies)))
    return rows


def lonely(world: World, selection: Selection) -> Rows:
    sent, received = ({getattr(pair, end) for pair in world.of(LinkMatch)} for end in ("from_leg_id", "to_leg_id"))
    found = []
    for row in selection.legs(world):
        without = row.origin_kind == "link" and row.leg.leg_id not in received
        if without or (row.destination_kind == "link" and row.leg.leg_id not in sent):
            record = row.leg.record
            came = row.origin_kind == "link"
            found.append(
                (row.leg.site, (record.origination_device if came else record.destination_device).strip(), row)
            )
    return [
        (*name, sum(r.origin_kind == "link" for *_, r in of), sum(r.destination_kind == "link" for *_, r in of))
        for name, of in grouped(found, lambda one: one[:2]).items()
    ]


SITES: dict[str, Expected] = {
    "Traffic matrix": matrix,
    "Link utilisation": lambda w, s: most_over_time(held(w, s, links), s, "{0.site} to {0.device}"),
    "Settlement": settlement,
    "Balance": balance,
    "Mismatches": mismatches,
    "Legs without their other end": lonely,
}
EXPECTED = {"swyx-trunks": TRUNKS, "swyx-sites": SITES}


@pytest.fixture
def legs(clickhouse: ClickHouseServer) -> World:
    return world(clickhouse)


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("query", panels_of(*EXPECTED))
def test_a_panel_shows_what_follows_from_the_legs(legs: World, query: Query, selection: Selection) -> None:
    expected = EXPECTED[query.board][query.title](legs, selection)

    assert expected, "nothing would be compared"
    assert_rows(legs, query, selection, expected)
