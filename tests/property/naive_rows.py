"""The rows that the contract demands for a whole set of legs, summed up from `naive.World`, version 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.cdr import CdrRecord, Leg
from schemas.rows import Call, Charge, LegRow, Row, SiteCall
from tests.property.naive import World, destination_kind, in_order, is_chargeable, is_result, meant, origin_kind
from tests.property.naive_charges import chain_of, charge_row, lasted, leads_to, link_row, seconds, totals

Rows = dict[tuple[str, str], Row]
REASONS = {
    "Busy": "busy",
    "NoAnswer": "no_answer",
    "Reject": "rejected",
    "TooLate": "answered_elsewhere",
    "OriginatorDisconnected": "abandoned",
}


def naive_rows(world: World) -> Rows:
    """Every row of the warehouse by entity and key."""
    rows: Rows = {}
    for call in world.calls:
        first = first_leg(world, call)
        parts = [site_call for site_call in world.site_calls if site_call <= call]
        call_id = next(in_order(part, world.legs)[0].leg_id for part in parts if first.leg_id in part)
        charges: list[Charge] = []
        for part in parts:
            name = in_order(part, world.legs)[0].leg_id
            for leg_id in part:
                leg = world.legs[leg_id]
                rows["legs", leg_id] = leg_row(world, leg, name)
                if is_chargeable(leg.record):
                    charges.append(charge_row(world, leg, call_id, name))
            rows["site_calls", name] = site_call_row(world, part, call_id)
        rows["calls", call_id] = call_row(world, call, parts, call_id, charges)
        rows |= {("charges", charge.leg_id): charge for charge in charges}
    rows |= {("links", la): link_row(world, la, lb) for la, lb in world.pairs.items()}
    charges = [row for row in rows.values() if isinstance(row, Charge)]
    return rows | {("totals", total.total_id): total for total in totals(charges)}


def first_leg(world: World, leg_ids: set[str]) -> Leg:
    """Contract 6: the first that is no far end, or the first if all are."""
    legs = in_order(leg_ids, world.legs)
    return next((leg for leg in legs if leg.leg_id not in world.pairs.values()), legs[0])


def leg_row(world: World, leg: Leg, site_call_id: str) -> LegRow:
    """Contract 6."""
    origin, destination = origin_kind(leg, world.rules), destination_kind(leg, world.rules)
    chargeable = is_chargeable(leg.record)
    direction, last = way(origin, {destination}), world.last_positions.get(leg.leg_id, (None, None, None))
    return LegRow(leg, site_call_id, origin, destination, direction, outcome(world, leg), chargeable, 0, *last)


def way(origin: str, destinations: set[str]) -> str:
    """Contract 6: direction."""
    words = {(True, True): "transit", (True, False): "incoming", (False, True): "outgoing", (False, False): "internal"}
    return words[origin == "trunk", "trunk" in destinations]


def outcome(world: World, leg: Leg) -> str:
    """Contract 6: disposition."""
    if leg.record.connected_at:
        return "answered"
    if leg.record.script_connected_at and destination_kind(leg, world.rules) == "script":
        return "script"
    return REASONS.get(leg.record.disconnect_reason, "failed")


def site_call_row(world: World, leg_ids: set[str], call_id: str) -> SiteCall:
    """Contract 6."""
    legs = in_order(leg_ids, world.legs)
    billable = sum(lasted(leg.record) for leg in legs if is_chargeable(leg.record))
    plain = [leg for leg in legs if not is_result(leg.record)]
    missing = missing_of(world, legs)
    summary = summarised(world, legs, legs[0], plain, billable, missing)
    return SiteCall(legs[0].site, legs[0].leg_id, call_id, tuple(leg.leg_id for leg in legs), *summary, 0)  # type: ignore[call-arg]


def call_row(world: World, leg_ids: set[str], parts: list[set[str]], call_id: str, charges: list[Charge]) -> Call:
    """Contract 6 and 8."""
    legs = in_order(leg_ids, world.legs)
    first = first_leg(world, leg_ids)
    plain = [leg for leg in legs if not is_result(leg.record)]
    plain.sort(key=lambda leg: leg.leg_id in world.pairs.values())
    billable = 0
    for chain in {tuple(leg.leg_id for leg in chain_of(world, leg.leg_id)) for leg in legs}:
        billable += next((lasted(world.legs[i].record) for i in chain if is_chargeable(world.legs[i].record)), 0)
    missing = sorted(
        f"{world.legs[min(part)].site}:{name}" for part in parts for name in missing_of(world, part_legs(world, part))
    )
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for charge in charges:
        if charge.counted:
            amounts[charge.currency] += charge.amount
    return Call(  # type: ignore[call-arg]
        call_id,
        first.site,
        tuple(sorted({leg.site for leg in legs})),
        tuple(sorted(in_order(part, world.legs)[0].leg_id for part in parts)),
        *summarised(world, legs, first, plain, billable, tuple(missing)),
        *leads_to(world, legs[-1]),
        tuple(sorted(amounts.items())),
        tuple(sorted({charge.source for charge in charges if charge.counted})),
        0,
    )


def part_legs(world: World, leg_ids: set[str]) -> list[Leg]:
    """Legs by leg ids."""
    return [world.legs[leg_id] for leg_id in leg_ids]


def missing_of(world: World, legs: Iterable[Leg]) -> tuple[str, ...]:
    """Contract 6: references without a leg, sorted."""
    return tuple(sorted({name for leg in legs for name, to in meant(leg, world.legs) if to is None}))


def summarised(
    world: World, legs: list[Leg], first: Leg, plain: list[Leg], billable: int, missing: tuple[str, ...]
) -> tuple[Any, ...]:
    """The columns that site calls and calls share; `plain` are the legs that are no results, first leg first."""
    records, last = [leg.record for leg in legs], legs[-1].record
    started = min(record.started_at for record in records)
    connected = min((record.connected_at for record in records if record.connected_at), default=None)
    known = [time for record in records for time in record if isinstance(time, datetime)]
    ended = max((record.ended_at for record in records if record.ended_at), default=max(known))
    to = {destination_kind(leg, world.rules) for leg in plain}
    return (
        started,
        connected,
        ended,
        first.record.origination_number,
        first.record.origination_name,
        first.record.called_number,
        first.record.called_name,
        last.destination_number or last.called_number,
        last.destination_name if last.destination_number else last.called_name,
        way(origin_kind(plain[0], world.rules), to) if plain else "internal",
        "answered" if connected else outcome(world, legs[-1]),
        last.disconnect_reason,
        max(0, seconds((connected or ended) - started)),
        talk(records),
        billable,
        len(legs),
        sum(is_result(record) for record in records),
        is_conference(records),
        next((project for record in records if (project := record.project_number.removeprefix("+"))), ""),
        missing,
        not missing,
    )


def is_conference(records: list[CdrRecord]) -> bool:
    """Contract 6."""
    plain = [record for record in records if not is_result(record)]
    for one in plain:
        same = [
            r.state
            for r in plain
            if (r.origination_number, r.called_number) == (one.origination_number, one.called_number)
        ]
        if len(records) >= 5 and len(same) >= 3 and "Connected" in same and "Transferred" in same:
            return True
    return False


def talk(records: list[CdrRecord]) -> int:
    """The seconds of the union of all talks, second by second."""
    talked = set()
    for record in records:
        if record.connected_at and record.ended_at:
            talked |= set(range(int(record.connected_at.timestamp()), int(record.ended_at.timestamp())))
    return len(talked)
