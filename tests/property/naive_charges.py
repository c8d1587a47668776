"""Charges, pairs and totals that the contract demands for a whole set of legs, version 0 (naive.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from pipeline.domain.numbers import text_at
from schemas.cdr import CdrRecord, Leg
from schemas.rows import Charge, LinkMatch, Total
from tests.property.naive import (
    World,
    alike,
    apart,
    called_party,
    destination_kind,
    in_order,
    is_chargeable,
    link_of,
    origin_kind,
)
from tests.property.naive_rating import Leg as RatedLeg
from tests.property.naive_rating import Rated, naive_rate


class Priced(NamedTuple):
    """Source, currency and amount of a leg's charge (contract 7)."""

    source: str
    currency: str
    amount: Decimal


def seconds(duration: timedelta) -> int:
    """Whole seconds of a duration."""
    return int(duration.total_seconds())


def lasted(record: CdrRecord) -> int:
    """Contract 7: duration."""
    return max(0, seconds(record.ended_at - record.connected_at)) if record.ended_at and record.connected_at else 0


def chain_of(world: World, leg_id: str) -> list[Leg]:
    """The chain of paired legs around a leg, from the originator towards the carrier; a ring begins at its first."""
    back = {lb: la for la, lb in world.pairs.items()}
    ids = [leg_id]
    while ids[0] in back and back[ids[0]] not in ids:
        ids.insert(0, back[ids[0]])
    while ids[-1] in world.pairs and world.pairs[ids[-1]] not in ids:
        ids.append(world.pairs[ids[-1]])
    if world.pairs.get(ids[-1]) == ids[0]:
        start = ids.index(in_order(ids, world.legs)[0].leg_id)
        ids = ids[start:] + ids[:start]
    return [world.legs[member] for member in ids]


def priced(world: World, leg: Leg) -> Priced:
    """Contract 7: source."""
    record = leg.record
    currency = world.rules.sites[leg.site].currency
    if record.costs is not None and is_chargeable(record):
        source = "link" if destination_kind(leg, world.rules) == "link" else "aoc" if record.aoc else "lcr"
        if source != "lcr" or record.costs > 0:
            return Priced(source, record.currency or currency, round(record.costs, 6))
    if rated := rated_by_tariff(world, leg):
        return Priced("rated", world.tariffs[leg.site].currency, rated.amount)
    return Priced("none", currency, Decimal(0))


def rated_by_tariff(world: World, leg: Leg) -> Rated | None:
    """Contract 7: what a chargeable leg into a trunk costs by the tariff of its site, if a rate matches."""
    record, site = leg.record, world.rules.sites[leg.site]
    to_trunk = destination_kind(leg, world.rules) == "trunk"
    if leg.site not in world.tariffs or not to_trunk or not is_chargeable(record) or record.connected_at is None:
        return None
    number = record.destination_number or record.called_number
    canonical = world.plan.party(number, leg.site, True, record.lcr_provider).canonical
    call = RatedLeg(canonical, record.started_at, record.connected_at, lasted(record), site.time_zone)
    tariff = world.tariffs[leg.site]
    return naive_rate(tariff.rows, tariff.decimals, call)


def charge_row(world: World, leg: Leg, call_id: str, site_call_id: str) -> Charge:
    """Contract 7 and 8."""
    chain = chain_of(world, leg.leg_id)
    ids = [member.leg_id for member in chain]
    own = ids.index(leg.leg_id)
    counted = [member.leg_id for member in chain if priced(world, member).source != "none"]
    price, rated = priced(world, leg), rated_by_tariff(world, leg)
    last, record = chain[-1], leg.record
    onward = link_of(last, last.record.destination_device, world.rules)
    to_trunk = destination_kind(leg, world.rules) == "trunk"
    number = record.destination_number or record.called_number
    destination = text_at(world.plan.party(number, leg.site, to_trunk, record.lcr_provider), leg.site)
    neighbours = ids[own + 1 : own + 2] or ids[own - 1 : own] or [""]
    return Charge(
        leg.leg_id,
        leg.site,
        call_id,
        site_call_id,
        record.started_at,
        record.connected_at,  # type: ignore[arg-type]
        lasted(record),
        *payer(world, chain[0]),
        next((project for member in chain if (project := member.record.project_number.removeprefix("+"))), ""),
        destination,
        rated.destination if rated else "",
        onward.other if onward else last.site,
        last.record.destination_device,
        price.currency,
        price.amount,
        price.source,
        counted[-1:] == [leg.leg_id],
        neighbours[0],
        rated.amount if rated else None,
        *leads_to(world, leg),
        *unit(world, chain[0]),
        ("no_band",) if rated and rated.no_band else ("unrated",) if price.source == "none" and to_trunk else (),
        0,
    )


def leads_to(world: World, leg: Leg) -> tuple[str, str]:
    """Contract 9: country and kind of the destination."""
    record = leg.record
    number = record.destination_number or record.called_number
    to_trunk = destination_kind(leg, world.rules) == "trunk"
    party = world.plan.party(number, leg.site, to_trunk, record.lcr_provider)
    if party.extension_of is not None:
        return "", "internal"
    return world.rules.destination(party.canonical, world.rules.sites[leg.site].country_code)


def unit(world: World, first: Leg) -> tuple[str, str]:
    """Contract 3: department and cost centre of who pays, by the users of that site on the day of the call."""
    site, number, _ = payer(world, first)
    today = f"{first.record.started_at.astimezone(world.rules.sites[site].time_zone):%Y-%m-%d}"
    found = [user for user in world.users if (user.site, user.extension) == (site, number) and user.since <= today]
    return (found[-1].department, found[-1].cost_centre) if found else ("", "")


def payer(world: World, first: Leg) -> tuple[str, str, str]:
    """Contract 7 and 8: site, number and name of who pays a chain."""
    record = first.record
    if origin_kind(first, world.rules) == "trunk":
        party = called_party(first, world.rules, world.plan)
        site = party.extension_of or first.site
        return site, text_at(party, site), record.called_name
    link = link_of(first, record.origination_device, world.rules)
    site = link.other if link else first.site
    return site, text_at(world.plan.party(record.origination_number, first.site), site), record.origination_name


def link_row(world: World, la: str, lb: str) -> LinkMatch:
    """Contract 8: a pair."""
    sent, received = world.legs[la], world.legs[lb]
    one, other = priced(world, sent), priced(world, received)
    link = link_of(sent, sent.record.destination_device, world.rules)
    both = "none" not in {one.source, other.source}
    anomalies = ["charge_mismatch"] if both and abs(one.amount - other.amount) > Decimal("0.005") else []
    anomalies += ["currency_mismatch"] if both and one.currency != other.currency else []
    anomalies += ["matched_masked"] if apart(sent, received, world.rules, world.plan, alike) is None else []
    return LinkMatch(
        link.name if link else "",
        sent.site,
        received.site,
        la,
        lb,
        seconds(received.record.started_at - sent.record.started_at),
        one.amount if one.source != "none" else None,
        other.amount if other.source != "none" else None,
        next((price.currency for price in (other, one) if price.source != "none"), ""),
        tuple(anomalies),
        0,
    )


def totals(charges: list[Charge]) -> Iterable[Total]:
    """Contract 9: counted charges per hour and dimensions."""
    groups: dict[tuple[str, ...], list[Charge]] = defaultdict(list)
    for charge in charges:
        if charge.counted:
            hour = charge.connected_at.strftime("%Y-%m-%dT%H")
            payer = (charge.payer_site, charge.payer_number, charge.project_number)
            groups[hour, *payer, charge.carrier_site, charge.trunk, charge.currency, charge.source].append(charge)
    for (hour, *names), members in groups.items():
        yield Total(  # type: ignore[call-arg]
            "|".join([hour, *names]),
            members[0].connected_at.replace(minute=0, second=0),
            *names,  # type: ignore[arg-type]
            len(members),
            sum(member.duration_seconds for member in members),
            sum((member.amount for member in members), Decimal(0)),
            0,
        )
