"""Each signalled cent is counted exactly once over all sites (contract 7, 8), in every view that has money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.cdr import Leg
from schemas.rows import Call, Charge, LinkMatch, Row, Total
from tests.property.naive import World, is_chargeable, winners, world
from tests.property.naive_charges import chain_of, priced
from tests.property.strategies import histories
from tests.property.test_group import RULES, run
from tests.property.worlds import worlds

_at_least_500 = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_legs = st.one_of(histories(), worlds())


def summed(amounts: Iterable[tuple[object, Decimal]]) -> dict[object, Decimal]:
    """The sum of each kind of amounts; nothing adds up to 0."""
    sums: dict[object, Decimal] = defaultdict(Decimal)
    for kind, amount in amounts:
        sums[kind] += amount
    return {kind: amount for kind, amount in sums.items() if amount}


def counted(rows: Iterable[Row]) -> list[Charge]:
    """The charges that are counted."""
    return [row for row in rows if isinstance(row, Charge) and row.counted]


def of_chains(whole: World) -> Iterable[tuple[str, Decimal]]:
    """Currency and amount of each chain of pairs: of the leg nearest to the carrier that has one."""
    for chain in {tuple(leg.leg_id for leg in chain_of(whole, leg_id)) for leg_id in whole.legs}:
        prices = [priced(whole, whole.legs[leg_id]) for leg_id in chain]
        yield from [(price.currency, price.amount) for price in prices if price.source != "none"][-1:]


@given(_legs)
@_at_least_500
def test_counted_charges_are_the_money_of_each_chain_once(legs: list[Leg]) -> None:
    found = summed((charge.currency, charge.amount) for charge in counted(run(legs).values()))

    assert found == summed(of_chains(world(legs, RULES)))


@given(_legs)
@_at_least_500
def test_what_a_leg_without_a_pair_signals_is_counted_to_the_cent(legs: list[Leg]) -> None:
    rows = run(legs)
    paired = {
        leg_id for row in rows.values() if isinstance(row, LinkMatch) for leg_id in (row.from_leg_id, row.to_leg_id)
    }
    signalled = {
        leg.leg_id: round(leg.record.costs, 6)
        for leg in winners(legs)
        if leg.record.costs and is_chargeable(leg.record) and leg.leg_id not in paired
    }

    amounts = {charge.leg_id: charge.amount for charge in counted(rows.values())}
    assert signalled.items() <= amounts.items()


@given(_legs)
@_at_least_500
def test_each_chain_of_pairs_counts_its_money_once(legs: list[Leg]) -> None:
    rows = run(legs)
    chain = {leg.leg_id: leg.leg_id for leg in legs}
    for pair in [row for row in rows.values() if isinstance(row, LinkMatch)]:
        joined, kept = chain[pair.to_leg_id], chain[pair.from_leg_id]
        chain = {leg_id: kept if name == joined else name for leg_id, name in chain.items()}
    with_money = {chain[row.leg_id] for row in rows.values() if isinstance(row, Charge) and row.source != "none"}

    assert sorted(with_money) == sorted(chain[charge.leg_id] for charge in counted(rows.values()))


@given(_legs)
@_at_least_500
def test_every_view_has_the_same_money(legs: list[Leg]) -> None:
    rows = run(legs).values()
    charges, totals = counted(rows), [row for row in rows if isinstance(row, Total)]
    calls = [(row.call_id, *amount) for row in rows if isinstance(row, Call) for amount in row.amounts]
    assert summed(((name, currency), amount) for name, currency, amount in calls) == summed(
        ((charge.call_id, charge.currency), charge.amount) for charge in charges
    )
    assert summed((settled(total, f"{total.hour:%Y-%m}"), total.amount) for total in totals) == summed(
        (settled(charge, f"{charge.connected_at:%Y-%m}"), charge.amount) for charge in charges
    )
    assert sum(total.legs for total in totals) == len(charges)
    assert sum(total.seconds for total in totals) == sum(charge.duration_seconds for charge in charges)


def settled(row: Total | Charge, month: str) -> tuple[str, ...]:
    """What the view `settlement` has a row for."""
    return month, row.carrier_site, row.payer_site, row.currency
