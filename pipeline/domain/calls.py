"""The rows of site calls and calls, summed up from their legs (contract 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from pipeline.domain.legs import Part, direction, duration_seconds, project_number, word
from pipeline.domain.rules import Destination
from pipeline.domain.shape import CallShape, SiteCallShape
from schemas.cdr import CdrRecord
from schemas.rows import Call, SiteCall


class Money(NamedTuple):
    """What the counted charges of a call come to: amounts by currency and sources, both sorted."""

    amounts: tuple[tuple[str, Decimal], ...]
    sources: tuple[str, ...]


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


_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MISSING = _Summary._fields.index("missing_call_ids")


def site_call_row(shape: SiteCallShape, call_id: str, version: int) -> SiteCall:
    """The row of one site call."""
    parts, leg_ids, missing = shape
    if len(parts) == 1:
        return _site_call_of_one(parts[0], call_id, missing, version)
    billable = sum([duration_seconds(part.leg.record) for part in parts if part.facts.chargeable])
    summary = _summary(parts, parts[0], (), billable, missing)
    return SiteCall._make((parts[0].leg.site, leg_ids[0], call_id, leg_ids, *summary, version))


def call_of_one(site_call: SiteCall, destination: Destination, money: Money) -> Call:
    """The row of a call that is one site call; all but the names of its missing CallIds is the same."""
    site, site_call_id, call_id, _, *summary, version = site_call
    if site_call.missing_call_ids:
        missing = _at_site(site, site_call.missing_call_ids)
        summary[_MISSING] = tuple(sorted(missing))
    return Call._make((call_id, site, (site,), (site_call_id,), *summary, *destination, *money, version))


def call_row(shape: CallShape, destination: Destination, money: Money, version: int) -> Call:
    """The row of a call of any number of site calls."""
    missing = [name for part in shape.site_calls for name in _at_site(part.site, part.missing)]
    billable = _billable_seconds(shape)
    return Call(
        shape.call_id,
        shape.first.leg.site,
        tuple(sorted({part.site for part in shape.site_calls})),
        tuple(part.site_call_id for part in shape.site_calls),
        *_summary(shape.parts, shape.first, shape.far_ends, billable, tuple(sorted(missing))),
        *destination,
        *money,
        version,
    )


def _billable_seconds(shape: CallShape) -> int:
    """Each chain counts once, with the duration of its first chargeable leg."""
    firsts = [next((part for part in chain if part.facts.chargeable), None) for chain in shape.chains]
    billed = [part for part in (*firsts, *shape.alone) if part is not None and part.facts.chargeable]
    return sum([duration_seconds(part.leg.record) for part in billed])


def _at_site(site: str, call_ids: Sequence[str]) -> list[str]:
    return [f"{site}:{call_id}" for call_id in call_ids]


def _site_call_of_one(part: Part, call_id: str, missing: tuple[str, ...], version: int) -> SiteCall:
    """The row of a site call of one leg, which most are: the same columns as `_summary`, without looking for others."""
    (leg, facts), record = part, part.leg.record
    ended_at = record.ended_at or _ended_at((record,))
    rang = (record.connected_at or ended_at) - record.started_at
    moved = bool(record.destination_number)
    talked = duration_seconds(record)
    return SiteCall(
        leg.site,
        leg.leg_id,
        call_id,
        (leg.leg_id,),
        record.started_at,
        record.connected_at,
        ended_at,
        record.origination_number,
        record.origination_name,
        record.called_number,
        record.called_name,
        record.destination_number if moved else record.called_number,
        record.destination_name if moved else record.called_name,
        "internal" if facts.result else facts.direction,
        facts.disposition,
        record.disconnect_reason,
        max(0, rang.days * 86_400 + rang.seconds),
        talked,
        talked if facts.chargeable else 0,
        1,
        int(facts.result),
        False,
        project_number(record),
        missing,
        not missing,
        version,
    )


def _summary(
    parts: Sequence[Part], first: Part, far_ends: Collection[str], billable_seconds: int, missing: tuple[str, ...]
) -> _Summary:
    records = [part.leg.record for part in parts]
    origin, last = first.leg.record, records[-1]
    connects = [record.connected_at for record in records if record.connected_at is not None]
    started_at = records[0].started_at
    connected_at = min(connects) if connects else None
    ended_at = _ended_at(records)
    rang = (connected_at or ended_at) - started_at
    moved = bool(last.destination_number)
    return _Summary(
        started_at,
        connected_at,
        ended_at,
        origin.origination_number,
        origin.origination_name,
        origin.called_number,
        origin.called_name,
        last.destination_number if moved else last.called_number,
        last.destination_name if moved else last.called_name,
        _direction(parts, far_ends),
        "answered" if connects else parts[-1].facts.disposition,
        last.disconnect_reason,
        max(0, rang.days * 86_400 + rang.seconds),
        talk_seconds(records) if connects else 0,
        billable_seconds,
        len(parts),
        sum([part.facts.result for part in parts]),
        len(parts) >= 5 and is_conference(parts),
        next(filter(None, map(project_number, records)), ""),
        missing,
        not missing,
    )


def _direction(parts: Sequence[Part], far_ends: Collection[str]) -> str:
    """Results are not looked at; of the others, the first leg is the first that is no far end, if there is one."""
    plain = [part for part in parts if not part.facts.result]
    if not plain:
        return "internal"
    first = next((part for part in plain if part.leg.leg_id not in far_ends), plain[0])
    to_trunk = any(part.facts.destination_kind == "trunk" for part in plain)
    return direction(first.facts.origin_kind == "trunk", to_trunk)


def talk_seconds(records: Sequence[CdrRecord]) -> int:
    """Length of the union of [ConnectTime, EndTime] over the legs."""
    spans = sorted(
        [
            (record.connected_at, record.ended_at)
            for record in records
            if record.connected_at is not None and record.ended_at is not None
        ]
    )
    talked = timedelta()
    covered = _LONG_AGO
    for start, end in spans:
        if end > covered and end > start:
            talked += end - (start if start > covered else covered)
            covered = end
    return talked.days * 86_400 + talked.seconds


def is_conference(parts: Sequence[Part]) -> bool:
    """Five or more legs, three with the same originator and called number, none a result (contract 6, CDR spec 1.1)."""
    plain = [part.leg.record for part in parts if not part.facts.result]
    counts = Counter((record.origination_number, record.called_number) for record in plain)
    for pair, count in counts.items():
        if count >= 3:
            states = {record.state for record in plain if (record.origination_number, record.called_number) == pair}
            if {"connected", "transferred"} <= set(map(word, states)):
                return True
    return False


def _ended_at(records: Sequence[CdrRecord]) -> datetime:
    """The greatest EndTime; without any, the last moment that the CDRs know."""
    ends = [record.ended_at for record in records if record.ended_at is not None]
    if ends:
        return max(ends)
    known = [
        time
        for r in records
        for time in (r.started_at, r.script_connected_at, r.delivered_at, r.connected_at, r.transferred_at)
        if time is not None
    ]
    return max(known)
