"""What a site call and a call are, summed up from their legs (contract 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pipeline.domain.legs import LegFacts, direction, duration_seconds, word
from schemas.cdr import Leg
from schemas.rows import Call, Charge, SiteCall


class _Summary(NamedTuple):
    """The columns that site calls and calls share, in their order."""

    started_at: datetime
    connected_at: datetime | None
    ended_at: datetime
    origination_number: str
    origination_name: str
    called_number: str
    called_name: str
    destination_number: str
    destination_name: str
    direction: str
    disposition: str
    disconnect_reason: str
    ring_seconds: int
    talk_seconds: int
    billable_seconds: int
    leg_count: int
    transfer_count: int
    conference: bool
    project_number: str
    missing_call_ids: tuple[str, ...]
    complete: bool


FactsOf = dict[str, LegFacts]
_FIRST_SHARED = SiteCall._fields.index("started_at")


def site_call_row(legs: Sequence[Leg], facts: FactsOf, call_id: str, missing: Iterable[str], version: int) -> SiteCall:
    """The row of one site call. `legs` in the order of legs; `missing` are CallIds as written."""
    billable = sum(duration_seconds(leg.record) for leg in legs if facts[leg.leg_id].chargeable)
    summary = _summary(legs, legs[0], facts, direction_of(legs, facts), billable, tuple(sorted(missing)))
    leg_ids = tuple(leg.leg_id for leg in legs)
    return SiteCall(legs[0].site, legs[0].leg_id, call_id, leg_ids, *summary, version)


class Counted(NamedTuple):
    """What the counted charges of a call come to: amounts by currency, and their sources."""

    amounts: tuple[tuple[str, Decimal], ...]
    sources: tuple[str, ...]


def counted_charges(charges: Sequence[Charge]) -> Counted:
    """Sum up the counted charges, currency by currency."""
    amounts: dict[str, Decimal] = {}
    sources = set()
    for charge in charges:
        if charge.counted:
            amounts[charge.currency] = amounts.get(charge.currency, Decimal(0)) + charge.amount
            sources.add(charge.source)
    return Counted(tuple(sorted(amounts.items())), tuple(sorted(sources)))


def call_of_one(site_call: SiteCall, counted: Counted) -> Call:
    """The row of a call that is one site call; all but the names of its missing CallIds is the same."""
    summary = _Summary._make(site_call[_FIRST_SHARED:-1])
    if summary.missing_call_ids:
        missing = tuple(sorted(f"{site_call.site}:{call_id}" for call_id in summary.missing_call_ids))
        summary = summary._replace(missing_call_ids=missing)
    return Call(
        site_call.call_id,
        site_call.site,
        (site_call.site,),
        (site_call.site_call_id,),
        *summary,
        *counted,
        site_call.version,
    )


def call_of_several(
    legs: Sequence[Leg],
    far_ends: set[str],
    facts: FactsOf,
    site_calls: Sequence[SiteCall],
    billable_seconds: int,
    counted: Counted,
) -> Call:
    """The row of a call over links. `legs` in the order of legs, `far_ends` the LB legs of its pairs."""
    from_near = sorted(legs, key=lambda leg: leg.leg_id in far_ends)
    first = from_near[0]
    missing = sorted(f"{part.site}:{call_id}" for part in site_calls for call_id in part.missing_call_ids)
    way = direction_of(from_near, facts)
    return Call(
        site_calls[0].call_id,
        first.site,
        tuple(sorted({part.site for part in site_calls})),
        tuple(sorted(part.site_call_id for part in site_calls)),
        *_summary(legs, first, facts, way, billable_seconds, tuple(missing)),
        *counted,
        site_calls[0].version,
    )


def direction_of(legs: Sequence[Leg], facts: FactsOf) -> str:
    """Direction over legs whose first is the first leg; results are not looked at (contract 6)."""
    if len(legs) == 1 and not facts[legs[0].leg_id].result:
        return facts[legs[0].leg_id].direction
    plain = (facts[leg.leg_id] for leg in legs)
    return direction([(fact.origin_kind, fact.destination_kind) for fact in plain if not fact.result])


def talk_seconds(legs: Sequence[Leg]) -> int:
    """Length of the union of [ConnectTime, EndTime] over the legs."""
    if len(legs) == 1:
        return duration_seconds(legs[0].record)
    spans = sorted(
        (leg.record.connected_at, leg.record.ended_at)
        for leg in legs
        if leg.record.connected_at is not None and leg.record.ended_at is not None
    )
    total = 0
    covered: datetime | None = None
    for start, end in spans:
        begin = start if covered is None else max(start, covered)
        if end > begin:
            total += int((end - begin).total_seconds())
            covered = end
    return total


def is_conference(legs: Sequence[Leg], facts: FactsOf) -> bool:
    """Five or more legs, three with the same originator and called number, none a result (contract 6, CDR spec 1.1)."""
    if len(legs) < 5:
        return False
    parties = [leg for leg in legs if not facts[leg.leg_id].result]
    counts = Counter((leg.record.origination_number, leg.record.called_number) for leg in parties)
    for pair, count in counts.items():
        states = {
            word(leg.record.state)
            for leg in parties
            if (leg.record.origination_number, leg.record.called_number) == pair
        }
        if count >= 3 and {"connected", "transferred"} <= states:
            return True
    return False


def _summary(
    legs: Sequence[Leg], first: Leg, facts: FactsOf, way: str, billable_seconds: int, missing: tuple[str, ...]
) -> _Summary:
    last = legs[-1].record
    connects = [leg.record.connected_at for leg in legs if leg.record.connected_at is not None]
    started_at = min(leg.record.started_at for leg in legs)
    connected_at = min(connects, default=None)
    ended_at = max(_end(leg) for leg in legs)
    answered = bool(connects)
    destined = bool(last.destination_number)
    return _Summary(
        started_at,
        connected_at,
        ended_at,
        first.record.origination_number,
        first.record.origination_name,
        first.record.called_number,
        first.record.called_name,
        last.destination_number if destined else last.called_number,
        last.destination_name if destined else last.called_name,
        way,
        "answered" if answered else facts[legs[-1].leg_id].disposition,
        last.disconnect_reason,
        max(0, int(((connected_at or ended_at) - started_at).total_seconds())),
        talk_seconds(legs) if answered else 0,
        billable_seconds,
        len(legs),
        sum(facts[leg.leg_id].result for leg in legs),
        is_conference(legs, facts),
        next((leg.record.project_number for leg in legs if leg.record.project_number), ""),
        missing,
        not missing,
    )


def _end(leg: Leg) -> datetime:
    """EndTime; a CDR without one ended no earlier than the last moment that it knows."""
    record = leg.record
    if record.ended_at is not None:
        return record.ended_at
    known = (record.started_at, record.script_connected_at, record.connected_at, record.transferred_at)
    return max(time for time in known if time is not None)
