"""Whom the numbers of a leg name (contract 5): each number read at the leg's own site."""

from __future__ import annotations

from pipeline.domain.legs import Part
from pipeline.domain.numbers import NumberPlan, Party


def originator(plan: NumberPlan, part: Part) -> Party:
    """Who OriginationNumber names."""
    return plan.party(part.leg.record.origination_number, part.leg.site)


def called(plan: NumberPlan, part: Part) -> Party:
    """Who CalledNumber names: the leg's destination, unless the call went on to another DestinationNumber."""
    record = part.leg.record
    to_trunk = part.facts.destination_kind == "trunk"
    reached = record.destination_number in {"", record.called_number}
    return plan.party(record.called_number, part.leg.site, to_trunk and reached, record.lcr_provider)


def destination(plan: NumberPlan, part: Part) -> Party:
    """Who DestinationNumber names, CalledNumber where it is empty."""
    record = part.leg.record
    number = record.destination_number or record.called_number
    return plan.party(number, part.leg.site, part.facts.destination_kind == "trunk", record.lcr_provider)


def destinations(plan: NumberPlan, part: Part) -> tuple[Party, Party]:
    """Whom DestinationNumber and CalledNumber of a leg that leads into a link may name (contract 8)."""
    record = part.leg.record
    return (
        plan.party(record.destination_number, part.leg.site, False, record.lcr_provider),
        plan.party(record.called_number, part.leg.site, False, record.lcr_provider),
    )
