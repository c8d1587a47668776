"""All rows of one call, derived from its legs and pairs and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.domain.calls import call_of_one, call_of_several, counted_charges, site_call_row
from pipeline.domain.charging import ChainLink, Charging
from pipeline.domain.legs import LegFacts, leg_order
from schemas.cdr import Leg
from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall

_TOLERANCE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class CallParts:
    """What a call is made of: its site calls (legs in order), facts of every leg, pairs (LA → LB), missing CallIds."""

    site_calls: Sequence[Sequence[Leg]]
    facts: dict[str, LegFacts]
    receiver_of: Mapping[str, str]
    missing: Sequence[set[str]]


@dataclass(frozen=True, slots=True)
class CallRows:
    """The rows of one call."""

    call: Call
    site_calls: list[SiteCall]
    legs: list[LegRow]
    charges: list[Charge]
    links: list[LinkMatch]


def derive(parts: CallParts, charging: Charging, version: int) -> CallRows:
    """Derive every row of a call (contract 6, 7, 8)."""
    legs = _in_order(parts.site_calls)
    far_ends = set(parts.receiver_of.values())
    first = next((leg for leg in legs if leg.leg_id not in far_ends), legs[0])
    site_call_ids = {leg.leg_id: part[0].leg_id for part in parts.site_calls for leg in part}
    call_id = site_call_ids[first.leg_id]
    charges: list[Charge] = []
    billable = 0
    for chain in _chains(legs, parts, far_ends):
        rows = charging.charges(chain, call_id, site_call_ids, version)
        charges += rows
        billable += rows[0].duration_seconds if rows else 0
    site_calls = [
        site_call_row(part, parts.facts, call_id, missing, version)
        for part, missing in zip(parts.site_calls, parts.missing, strict=True)
    ]
    counted = counted_charges(charges)
    if len(site_calls) == 1 and not far_ends:
        call = call_of_one(site_calls[0], counted)
    else:
        call = call_of_several(legs, far_ends, parts.facts, site_calls, billable, counted)
    leg_rows = [_leg_row(leg, parts.facts[leg.leg_id], site_call_ids[leg.leg_id], version) for leg in legs]
    return CallRows(call, site_calls, leg_rows, charges, _links(legs, parts, charging, version))


def _in_order(site_calls: Sequence[Sequence[Leg]]) -> Sequence[Leg]:
    if len(site_calls) == 1:
        return site_calls[0]
    return sorted((leg for site_call in site_calls for leg in site_call), key=leg_order)


def _leg_row(leg: Leg, facts: LegFacts, site_call_id: str, version: int) -> LegRow:
    return LegRow(
        leg,
        site_call_id,
        facts.origin_kind,
        facts.destination_kind,
        facts.direction,
        facts.disposition,
        facts.chargeable,
        version,
    )


def _chains(legs: Sequence[Leg], parts: CallParts, far_ends: set[str]) -> list[list[ChainLink]]:
    """The legs in chains of pairs, from the originator towards the carrier; an unpaired leg is a chain of one."""
    if not far_ends:
        return [[ChainLink(leg, parts.facts[leg.leg_id])] for leg in legs]
    by_id = {leg.leg_id: leg for leg in legs}
    chained: set[str] = set()
    chains = []
    # Far ends begin a chain only where no leg before them does: in a ring, which is cut at its first leg.
    for leg in sorted(legs, key=lambda leg: leg.leg_id in far_ends):
        chain = []
        leg_id: str | None = leg.leg_id
        while leg_id is not None and leg_id not in chained:
            chained.add(leg_id)
            chain.append(ChainLink(by_id[leg_id], parts.facts[leg_id]))
            leg_id = parts.receiver_of.get(leg_id)
        if chain:
            chains.append(chain)
    return chains


def _links(legs: Sequence[Leg], parts: CallParts, charging: Charging, version: int) -> list[LinkMatch]:
    if not parts.receiver_of:
        return []
    by_id = {leg.leg_id: leg for leg in legs}
    return [
        _link(by_id[sender], by_id[receiver], parts.facts, charging, version)
        for sender, receiver in parts.receiver_of.items()
    ]


def _link(sender: Leg, receiver: Leg, facts: Mapping[str, LegFacts], charging: Charging, version: int) -> LinkMatch:
    sent = charging.signalled(ChainLink(sender, facts[sender.leg_id]))
    received = charging.signalled(ChainLink(receiver, facts[receiver.leg_id]))
    from_amount = None if sent.source == "none" else sent.amount
    to_amount = None if received.source == "none" else received.amount
    anomalies = []
    if from_amount is not None and to_amount is not None:
        if abs(from_amount - to_amount) > _TOLERANCE:
            anomalies.append("charge_mismatch")
        if sent.currency != received.currency:
            anomalies.append("currency_mismatch")
    currency = received.currency if to_amount is not None else sent.currency if from_amount is not None else ""
    link = facts[sender.leg_id].link_to
    return LinkMatch(
        link.name if link else "",
        sender.site,
        receiver.site,
        sender.leg_id,
        receiver.leg_id,
        int((receiver.record.started_at - sender.record.started_at).total_seconds()),
        from_amount,
        to_amount,
        currency,
        tuple(anomalies),
        version,
    )
