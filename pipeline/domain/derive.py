"""The rows that tell how calls changed, derived from what the calls were and are, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from pipeline.domain.calls import Money, call_of_one, call_row, site_call_row
from pipeline.domain.charging import Charging
from pipeline.domain.legs import Part
from pipeline.domain.links import matched_masked
from pipeline.domain.numbers import NumberPlan
from pipeline.domain.rules import Destination
from pipeline.domain.shape import CallShape, Chain, SiteCallShape
from schemas.cdr import Position
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall, Withdrawal

_ZERO = Decimal(0)
_TOLERANCE = Decimal("0.005")
_NO_MONEY = Money((), ())

LastPosition = Callable[[str], Position | None]
Changes = dict[tuple[str, str], Row]
"""Rows and withdrawals by entity and id."""


class _Old:
    """What stood under which name: `names` are (site_call_id, call_id) by leg id, `chains` those of paired legs."""

    __slots__ = ("calls", "chains", "names", "pairs", "site_calls")

    def __init__(self, shapes: Iterable[CallShape]) -> None:
        self.calls: dict[str, CallShape] = {}
        self.site_calls: dict[str, tuple[SiteCallShape, str]] = {}
        self.names: dict[str, tuple[str, str]] = {}
        self.chains: dict[str, Chain] = {}
        self.pairs: dict[str, tuple[Part, Part]] = {}
        for shape in shapes:
            self.calls[shape.call_id] = shape
            for site_call in shape.site_calls:
                names = (site_call.site_call_id, shape.call_id)
                self.site_calls[names[0]] = (site_call, shape.call_id)
                self.names.update(dict.fromkeys(site_call.leg_ids, names))
            self.chains.update(_chain_of(shape))
            self.pairs.update((pair[0].leg.leg_id, pair) for pair in shape.pairs)


class Derivation:
    """Derives rows (contract 6, 7, 8)."""

    def __init__(self, charging: Charging, plan: NumberPlan, last_position: LastPosition) -> None:
        """`last_position` says by leg id where a leg was read last, `None` where it was read at one position."""
        self._charging = charging
        self._plan = plan
        self._last_position = last_position

    def add_rows(self, rows: Changes, shape: CallShape, version: int) -> None:
        """Add all rows of a call."""
        self._add_rows(rows, shape, _Old(()), version)

    def add_rows_of_one(self, rows: Changes, site_call: SiteCallShape, version: int) -> None:
        """Add all rows of a call of one leg, which most calls are: as `add_rows`, without looking for others."""
        part = site_call.parts[0]
        leg_id = part.leg.leg_id
        rows["legs", leg_id] = _leg_row(part, leg_id, version, self._last_position(leg_id))
        charge = self._charging.charge(part, site_call.parts, leg_id, leg_id, version)
        if charge is None:
            destination, money = self._charging.leads_to(part), _NO_MONEY
        else:
            rows["charges", leg_id] = charge
            destination = Destination(charge.destination_country, charge.destination_kind)
            counted = charge.counted
            money = Money(((charge.currency, charge.amount),), (charge.source,)) if counted else _NO_MONEY
        row = site_call_row(site_call, leg_id, version)
        rows["site_calls", leg_id] = row
        rows["calls", leg_id] = call_of_one(row, destination, money)

    def charges(self, shape: CallShape) -> Iterator[Charge]:
        """The charges of a call, without a version."""
        chain_of = _chain_of(shape)
        for site_call in shape.site_calls:
            for part in site_call.parts:
                chain = chain_of.get(part.leg.leg_id, (part,))
                charge = self._charging.charge(part, chain, shape.call_id, site_call.site_call_id, 0)
                if charge is not None:
                    yield charge

    def add_changes(
        self, changes: Changes, before: Sequence[CallShape], after: Sequence[CallShape], version: int
    ) -> None:
        """Add every row in which `after` differs from `before`; what is no longer there is withdrawn."""
        old = _Old(before)
        for shape in after:
            self._add_rows(changes, shape, old, version)
        gone = [("calls", name) for name in old.calls]
        gone += [("site_calls", name) for name in old.site_calls]
        gone += [("links", name) for name in old.pairs]
        if old.names:
            chargeable = {part.leg.leg_id for shape in before for part in shape.parts if part.facts.chargeable}
            gone += [("charges", name) for name in old.names.keys() & chargeable]
        for entity, name in gone:
            changes[entity, name] = Withdrawal(entity, name, version)

    def _add_rows(self, rows: Changes, shape: CallShape, old: _Old, version: int) -> None:
        """Add the rows that differ from the old ones, and take out of these whatever is still there."""
        call_id = shape.call_id
        chain_of = _chain_of(shape)
        for site_call in shape.site_calls:
            names = (site_call.site_call_id, call_id)
            for leg_id, part in zip(site_call.leg_ids, site_call.parts, strict=True):
                was = old.names.pop(leg_id, None)
                chain = chain_of.get(leg_id)
                if was != names or old.chains.get(leg_id) != chain:
                    if was is None or was[0] != names[0]:
                        rows["legs", leg_id] = _leg_row(part, names[0], version, self._last_position(leg_id))
                    charge = self._charging.charge(part, chain or (part,), call_id, names[0], version)
                    if charge is not None:
                        rows["charges", leg_id] = charge
            if old.site_calls.pop(names[0], None) != (site_call, call_id):
                rows["site_calls", names[0]] = site_call_row(site_call, call_id, version)
        for pair in shape.pairs:
            leg_id = pair[0].leg.leg_id
            if old.pairs.pop(leg_id, None) != pair:
                rows["links", leg_id] = self._link_row(*pair, version)
        if old.calls.pop(call_id, None) != shape:
            rows["calls", call_id] = self._call_row(shape, rows.get(("site_calls", call_id)), version)

    def _call_row(self, shape: CallShape, named_alike: Row | None, version: int) -> Call:
        destination, money = self._charging.leads_to(shape.parts[-1]), self._money(shape)
        if len(shape.site_calls) == 1 and isinstance(named_alike, SiteCall):
            return call_of_one(named_alike, destination, money)
        return call_row(shape, destination, money, version)

    def _money(self, shape: CallShape) -> Money:
        """Each chain counts once: its counted charge."""
        counted = [part for chain in shape.chains if (part := self._charging.counted(chain)) is not None]
        amounts: dict[str, Decimal] = {}
        sources = set()
        for part in (*counted, *shape.alone):
            source, currency, amount = self._charging.price(part)
            if source != "none":
                amounts[currency] = amounts.get(currency, _ZERO) + amount
                sources.add(source)
        return Money(tuple(sorted(amounts.items())), tuple(sorted(sources)))

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
        if matched_masked(sender, receiver, self._plan):
            anomalies.append("matched_masked")
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


def _chain_of(shape: CallShape) -> dict[str, Chain]:
    """The chain that each paired leg stands in."""
    return {part.leg.leg_id: chain for chain in shape.chains for part in chain}


def _leg_row(part: Part, site_call_id: str, version: int, last: Position | None) -> LegRow:
    leg, facts = part
    row = LegRow(
        leg,
        site_call_id,
        facts.origin_kind,
        facts.destination_kind,
        facts.direction,
        facts.disposition,
        facts.chargeable,
        version,
    )
    if last is None:
        return row
    return row._replace(
        last_file_started_at=last.file_started_at, last_source_file=last.source_file, last_source_offset=last.offset
    )
