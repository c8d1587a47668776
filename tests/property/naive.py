"""What the contract says of a set of legs, written down once more: whole, quadratic and without the domain's code.

Only numbers (contract 5) are read by `NumberPlan`, which has tests of its own. `naive_rows` sums up what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import product
from typing import NamedTuple

from pipeline.domain.numbers import NumberPlan, Party
from pipeline.domain.rules import GroupRules, SiteLink
from schemas.cdr import CdrRecord, Leg, Position
from tests.property.tariffs import TARIFFS, SiteTariff
from tests.property.users import USERS, Holder

Legs = dict[str, Leg]
Pairs = dict[str, str]


class World(NamedTuple):
    """A whole set of legs, joined: site calls and calls as sets of leg ids, pairs LA → LB.

    `last_positions` are where those legs were read last that stand elsewhere.
    """

    rules: GroupRules
    plan: NumberPlan
    legs: Legs
    last_positions: dict[str, Position]
    site_calls: list[set[str]]
    pairs: Pairs
    calls: list[set[str]]
    tariffs: Mapping[str, SiteTariff]
    users: Sequence[Holder]


def world(
    lines: Iterable[Leg],
    rules: GroupRules,
    tariffs: Mapping[str, SiteTariff] = TARIFFS,
    users: Sequence[Holder] = USERS,
) -> World:
    """Everything that the lines say together, with the tariffs and users that `rules` are made of."""
    plan = NumberPlan(rules)
    lines = list(lines)
    legs = {leg.leg_id: leg for leg in winners(lines)}
    references = [(leg_id, to) for leg_id in legs for _, to in meant(legs[leg_id], legs) if to]
    pairs = paired(legs, rules, plan)
    site_calls = components(set(legs), references)
    calls = components(set(legs), [*references, *pairs.items()])
    return World(rules, plan, legs, last_positions(lines, legs), site_calls, pairs, calls, tariffs, users)


def winners(lines: list[Leg]) -> Iterable[Leg]:
    """Contract 4: the same fields are the same leg at its first position; of others the last wins, and stands there."""
    for leg_id in {line.leg_id for line in lines}:
        same = [line for line in lines if line.leg_id == leg_id]
        last = max(same, key=lambda line: (line.position, line.raw_line))
        alike = [line for line in same if line.record == last.record]
        last = last._replace(raw_line=max(line.raw_line for line in alike))
        if len(alike) < len(same):
            yield last._replace(anomalies=tuple(sorted({*last.anomalies, "conflicting_duplicate"})))
        else:
            yield last._replace(position=min(line.position for line in same))


def last_positions(lines: list[Leg], legs: Legs) -> dict[str, Position]:
    """Where each leg was read last, if that is not where it stands."""
    last = {leg_id: max(line.position for line in lines if line.leg_id == leg_id) for leg_id in legs}
    return {leg_id: position for leg_id, position in last.items() if position != legs[leg_id].position}


def meant(leg: Leg, legs: Legs) -> Iterable[tuple[str, str | None]]:
    """Contract 6: each CallId that a leg refers to, with the leg that it means."""
    record = leg.record
    for call_id in {record.transferred_to_call_id, record.transferred_call_id_1, record.transferred_call_id_2}:
        if call_id not in {"", "0", record.call_id}:
            near = [
                (abs(other.record.started_at - record.started_at), other.record.started_at, other.leg_id)
                for other in legs.values()
                if other.site == leg.site and other.record.call_id == call_id
            ]
            near = [entry for entry in near if entry[0] <= timedelta(hours=24)]
            yield call_id, min(near)[-1] if near else None


def paired(legs: Legs, rules: GroupRules, plan: NumberPlan) -> Pairs:
    """Contract 8: all candidates in order, taken greedily, one to one; after that those with masked numbers."""
    pairs: Pairs = {}
    for same in (alike, alike_as_far_as_shown):
        candidates = []
        for la, lb in product(legs.values(), legs.values()):
            difference = apart(la, lb, rules, plan, same)
            if difference is not None:
                candidates.append((difference, la.leg_id, lb.leg_id))
        for _, la_id, lb_id in sorted(candidates):
            if la_id not in pairs and lb_id not in pairs.values():
                pairs[la_id] = lb_id
    return pairs


def apart(
    la: Leg, lb: Leg, rules: GroupRules, plan: NumberPlan, same: Callable[[Party, Party], bool]
) -> timedelta | None:
    """The smaller time difference of two candidates, `None` if they are none; `same` compares numbers."""
    link, back = link_of(la, la.record.destination_device, rules), link_of(lb, lb.record.origination_device, rules)
    if link is None or back is None or link.number != back.number or la.site == lb.site:
        return None
    skew = timedelta(seconds=link.clock_skew_seconds)
    one, other = la.record, lb.record
    called = called_party(lb, rules, plan)
    if not same(plan.party(one.origination_number, la.site), plan.party(other.origination_number, lb.site)):
        return None
    if not any(
        same(plan.party(number, la.site, lcr_provider=one.lcr_provider), called)
        for number in (one.destination_number, one.called_number)
    ):
        return None
    times = [one.started_at] if one.delivered_at is None else [one.started_at, one.delivered_at]
    difference = min(abs(other.started_at - time) for time in times)
    if difference > skew:
        return None
    for late, early in ((one, other), (other, one)):
        if late.connected_at and early.connected_at and early.ended_at and late.connected_at - skew > early.ended_at:
            return None
    return difference


def alike(one: Party, other: Party) -> bool:
    """Contract 8: whether two numbers name the same party."""
    if one.canonical == other.canonical:
        return True
    extensions = one.extension_of is not None and other.extension_of is not None and one.text == other.text
    return extensions and (one.extension_of == other.extension_of or "" in {one.extension_of, other.extension_of})


def alike_as_far_as_shown(one: Party, other: Party) -> bool:
    """Contract 8: the same party, or a masked number that agrees with the other one in every digit that both show."""
    if alike(one, other):
        return True
    shown = [set(party.canonical) - {"X"} for party in (one, other)]
    if "X" not in one.canonical + other.canonical or not all(shown) or set().union(*shown) - set("+0123456789"):
        return False
    if "" in {one.extension_of, other.extension_of}:
        texts = [one.text, other.text]
    elif len(one.canonical) == len(other.canonical):
        texts = [one.canonical, other.canonical]
    else:
        return False
    columns = [{text[-place] for text in texts} for place in range(1, min(map(len, texts)) + 1)]
    return all(len(column) == 1 or "X" in column for column in columns)


def called_party(leg: Leg, rules: GroupRules, plan: NumberPlan) -> Party:
    """CalledNumber; it is a trunk's destination only if the call went to no other number."""
    record = leg.record
    at_trunk = destination_kind(leg, rules) == "trunk" and record.destination_number in {"", record.called_number}
    return plan.party(record.called_number, leg.site, at_trunk, record.lcr_provider)


def link_of(leg: Leg, device: str, rules: GroupRules) -> SiteLink | None:
    """The link that a device name means at the leg's site."""
    return rules.sites[leg.site].links.get(device.strip().lower())


def origin_kind(leg: Leg, rules: GroupRules) -> str:
    """Contract 6."""
    device = leg.record.origination_device
    if link_of(leg, device, rules):
        return "link"
    return "internal" if device.strip().lower() in {"", "(call routing)"} else "trunk"


def destination_kind(leg: Leg, rules: GroupRules) -> str:
    """Contract 6."""
    device = leg.record.destination_device
    if link_of(leg, device, rules):
        return "link"
    return {"": "internal", "(call routing)": "script"}.get(device.strip().lower(), "trunk")


def is_result(record: CdrRecord) -> bool:
    """Contract 6: TransferredCallId1 or 2 is set; what means none or the leg itself is not."""
    nothing = {"", "0", record.call_id}
    return record.transferred_call_id_1 not in nothing or record.transferred_call_id_2 not in nothing


def is_chargeable(record: CdrRecord) -> bool:
    """Contract 7."""
    state = record.state.replace(" ", "").lower()
    return bool(record.connected_at) and state in {"transferred", "connected", "onhold"} and not is_result(record)


def components(nodes: set[str], edges: list[tuple[str, str]]) -> list[set[str]]:
    """Connected components, by joining until nothing changes."""
    groups = [{node} for node in nodes]
    for one, other in edges:
        touched = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    return groups


def in_order(leg_ids: Iterable[str], legs: Legs) -> list[Leg]:
    """Contract 6: (start, CallId, site); CallIds are numbers here."""
    return sorted(
        (legs[leg_id] for leg_id in leg_ids),
        key=lambda leg: (leg.record.started_at, int(leg.record.call_id), leg.site),
    )
