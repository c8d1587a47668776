"""The rows that tell how calls changed, derived from what the calls were and are, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.domain.calls import Money, call_of_one, call_row, site_call_row
from pipeline.domain.charging import Charging
from pipeline.domain.legs import Part, duration_seconds
from pipeline.domain.shape import CallShape, Chain, SiteCallShape
from schemas.rows import LegRow, LinkMatch, Row, Withdrawal

_TOLERANCE = Decimal("0.005")

Changes = dict[tuple[str, str], Row]
"""Rows and withdrawals by entity and id."""


class _Place(NamedTuple):
    """All that the rows of a leg depend on: names, and the chain it stands in (empty without a pair)."""

    part: Part
    site_call_id: str
    call_id: str
    chain: Chain


class _Names:
    """What stands under which name in some calls."""

    __slots__ = ("calls", "pairs", "places", "site_calls")

    def __init__(self, shapes: Iterable[CallShape]) -> None:
        self.calls: dict[str, CallShape] = {}
        self.site_calls: dict[str, tuple[SiteCallShape, str]] = {}
        self.places: dict[str, _Place] = {}
        self.pairs: dict[str, tuple[Part, Part]] = {}
        for shape in shapes:
            self.calls[shape.call_id] = shape
            self.site_calls |= {part.site_call_id: (part, shape.call_id) for part in shape.site_calls}
            self.places |= {place.part.leg.leg_id: place for place in _places(shape)}
            self.pairs |= {sender.leg.leg_id: (sender, receiver) for sender, receiver in shape.pairs}


_NOTHING = _Names(())
_NO_MONEY = Money((), (), 0)


class Derivation:
    """Derives rows (contract 6, 7, 8)."""

    def __init__(self, charging: Charging) -> None:
        self._charging = charging

    def rows(self, shape: CallShape, version: int) -> Changes:
        """All rows of a call."""
        rows: Changes = {}
        self._add_rows(rows, shape, _NOTHING, version)
        return rows

    def rows_of_one(self, site_call: SiteCallShape, version: int) -> Changes:
        """All rows of a call of one leg, which most calls are: the same as `rows`, without looking for others."""
        part = site_call.parts[0]
        leg_id = part.leg.leg_id
        rows: Changes = {("legs", leg_id): _leg_row(part, leg_id, version)}
        charge = self._charging.charge(part, site_call.parts, leg_id, leg_id, version)
        money = _NO_MONEY
        if charge is not None:
            rows["charges", leg_id] = charge
            counted = charge.counted
            money = Money(
                ((charge.currency, charge.amount),) if counted else (),
                (charge.source,) if counted else (),
                charge.duration_seconds,
            )
        row = site_call_row(site_call, leg_id, version)
        rows["site_calls", leg_id] = row
        rows["calls", leg_id] = call_of_one(row, money)
        return rows

    def changes(self, before: Sequence[CallShape], after: Sequence[CallShape], version: int) -> Changes:
        """Every row in which `after` differs from `before`; what is no longer there is withdrawn."""
        old, new = _Names(before), _Names(after)
        changes: Changes = {}
        for shape in after:
            if old.calls.get(shape.call_id) != shape:
                self._add_rows(changes, shape, old, version)
        gone = [("calls", name) for name in old.calls.keys() - new.calls.keys()]
        gone += [("site_calls", name) for name in old.site_calls.keys() - new.site_calls.keys()]
        gone += [("links", name) for name in old.pairs.keys() - new.pairs.keys()]
        left = old.places.keys() - new.places.keys()
        gone += [("charges", name) for name in left if old.places[name].part.facts.chargeable]
        for entity, name in gone:
            changes[entity, name] = Withdrawal(entity, name, version)
        return changes

    def _add_rows(self, rows: Changes, shape: CallShape, old: _Names, version: int) -> None:
        call_id = shape.call_id
        for place in _places(shape):
            leg_id = place.part.leg.leg_id
            was = old.places.get(leg_id)
            if was != place:
                if was is None or was[:2] != place[:2]:
                    rows["legs", leg_id] = _leg_row(place.part, place.site_call_id, version)
                chain = place.chain or (place.part,)
                charge = self._charging.charge(place.part, chain, call_id, place.site_call_id, version)
                if charge is not None:
                    rows["charges", leg_id] = charge
        for pair in shape.pairs:
            leg_id = pair[0].leg.leg_id
            if old.pairs.get(leg_id) != pair:
                rows["links", leg_id] = self._link_row(*pair, version)
        for site_call in shape.site_calls:
            name = site_call.site_call_id
            if old.site_calls.get(name) != (site_call, call_id):
                rows["site_calls", name] = site_call_row(site_call, call_id, version)
        rows["calls", call_id] = call_row(shape, self._money(shape), version)

    def _money(self, shape: CallShape) -> Money:
        """Each chain counts once: its counted charge, and the duration of its first chargeable leg."""
        amounts: dict[str, Decimal] = {}
        sources = set()
        billable = 0
        for chain in _all_chains(shape):
            first = next((part for part in chain if part.facts.chargeable), None)
            if first is None:
                continue
            billable += duration_seconds(first.leg.record)
            counted = self._charging.counted(chain)
            if counted is not None:
                _, price = counted
                amounts[price.currency] = amounts.get(price.currency, Decimal(0)) + price.amount
                sources.add(price.source)
        return Money(tuple(sorted(amounts.items())), tuple(sorted(sources)), billable)

    def _link_row(self, sender: Part, receiver: Part, version: int) -> LinkMatch:
        sent, received = self._charging.price(sender), self._charging.price(receiver)
        from_amount = None if sent.source == "none" else sent.amount
        to_amount = None if received.source == "none" else received.amount
        anomalies = []
        if from_amount is not None and to_amount is not None:
            if abs(from_amount - to_amount) > _TOLERANCE:
                anomalies.append("charge_mismatch")
            if sent.currency != received.currency:
                anomalies.append("currency_mismatch")
        currency = received.currency if to_amount is not None else sent.currency if from_amount is not None else ""
        link = sender.facts.link_to
        apart = receiver.leg.record.started_at - sender.leg.record.started_at
        return LinkMatch(
            link.name if link else "",
            sender.leg.site,
            receiver.leg.site,
            sender.leg.leg_id,
            receiver.leg.leg_id,
            int(apart.total_seconds()),
            from_amount,
            to_amount,
            currency,
            tuple(anomalies),
            version,
        )


def _places(shape: CallShape) -> Iterator[_Place]:
    chain_of = {part.leg.leg_id: chain for chain in shape.chains for part in chain}
    for site_call in shape.site_calls:
        name = site_call.site_call_id
        for part in site_call.parts:
            yield _Place(part, name, shape.call_id, chain_of.get(part.leg.leg_id, ()))


def _all_chains(shape: CallShape) -> Iterator[Chain]:
    """The chains of paired legs, then every other leg as a chain of its own."""
    yield from shape.chains
    chained = {part.leg.leg_id for chain in shape.chains for part in chain}
    for part in shape.parts:
        if part.leg.leg_id not in chained:
            yield (part,)


def _leg_row(part: Part, site_call_id: str, version: int) -> LegRow:
    leg, facts = part
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
