"""Every call once, every cent once, from every arrival order (design: a set of legs)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.duplicates import LegSet
from pipeline.domain.state import Group
from schemas.cdr import Leg
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall, Total, Withdrawal
from tests.property.strategies import histories
from tests.property.tariffs import rated_rules

Warehouse = dict[tuple[str, str], Row]


def key(row: Row) -> tuple[str, str]:
    """Entity and id of a row, as the warehouse keys it."""
    match row:
        case LegRow():
            return "legs", row.leg.leg_id
        case SiteCall():
            return "site_calls", row.site_call_id
        case Call():
            return "calls", row.call_id
        case Charge():
            return "charges", row.leg_id
        case Total():
            return "totals", row.total_id
        case LinkMatch():
            return "links", row.from_leg_id
        case Withdrawal():
            return row.entity, row.key


def warehouse(rows: list[Row]) -> Warehouse:
    """What the upsert-by-version warehouse shows after these rows, versions left out."""
    newest: Warehouse = {}
    for row in rows:
        if key(row) not in newest or newest[key(row)].version <= row.version:
            newest[key(row)] = row
    return {k: row._replace(version=0) for k, row in newest.items() if not isinstance(row, Withdrawal)}


def run(legs: list[Leg]) -> Warehouse:
    group = Group(rated_rules())
    return warehouse([row for version, leg in enumerate(legs) for row in group.add(leg, version)])


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_any_arrival_order_gives_the_same_rows(legs: list[Leg], random: object) -> None:
    shuffled = list(legs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert run(shuffled) == run(legs)


@given(histories())
@settings(max_examples=100, deadline=None)
def test_feeding_the_same_legs_twice_changes_nothing(legs: list[Leg]) -> None:
    assert run(legs + legs) == run(legs)


@given(histories(), st.integers(0, 8))
@settings(max_examples=100, deadline=None)
def test_a_restart_at_any_point_gives_the_same_rows(legs: list[Leg], cut: int) -> None:
    group = Group(rated_rules())
    rows = [row for version, leg in enumerate(legs[:cut]) for row in group.add(leg, version)]
    restarted = Group(rated_rules())
    restarted.restore(reversed(legs[:cut]))
    rows += [row for version, leg in enumerate(legs[cut:], cut) for row in restarted.add(leg, version)]

    assert warehouse(rows) == run(legs)


@given(histories())
@settings(max_examples=200, deadline=None)
def test_each_chain_of_pairs_counts_its_money_once(legs: list[Leg]) -> None:
    rows = run(legs)
    charges = {row.leg_id: row for row in rows.values() if isinstance(row, Charge)}
    paired_to = {row.from_leg_id: row.to_leg_id for row in rows.values() if isinstance(row, LinkMatch)}
    chain_of = {leg_id: leg_id for leg_id in (row.leg.leg_id for row in rows.values() if isinstance(row, LegRow))}
    for sender, receiver in paired_to.items():
        joined, kept = chain_of[receiver], chain_of[sender]
        chain_of = {leg_id: kept if chain == joined else chain for leg_id, chain in chain_of.items()}
    signalled = defaultdict(set)
    counted = defaultdict(list)
    for leg_id, charge in charges.items():
        if charge.source != "none":
            signalled[chain_of[leg_id]].add(leg_id)
        if charge.counted:
            counted[chain_of[leg_id]].append(leg_id)

    assert dict.fromkeys(signalled, 1) == {chain: len(ids) for chain, ids in counted.items()}


@given(histories())
@settings(max_examples=100, deadline=None)
def test_totals_equal_the_sum_over_counted_charges(legs: list[Leg]) -> None:
    rows = run(legs)
    by_currency: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
    for row in rows.values():
        if isinstance(row, Charge) and row.counted:
            by_currency[row.currency][0] += row.amount
        elif isinstance(row, Total):
            by_currency[row.currency][1] += row.amount
        elif isinstance(row, Call):
            for currency, amount in row.amounts:
                by_currency[currency][2] += amount

    assert all(charges == totals == calls for charges, totals, calls in by_currency.values())


@given(histories())
@settings(max_examples=100, deadline=None)
def test_every_leg_belongs_to_exactly_one_call(legs: list[Leg]) -> None:
    rows = run(legs)
    members = [leg_id for row in rows.values() if isinstance(row, SiteCall) for leg_id in row.leg_ids]
    site_calls = [site_call for row in rows.values() if isinstance(row, Call) for site_call in row.site_call_ids]

    assert sorted(members) == sorted({leg.leg_id for leg in legs})
    assert sorted(site_calls) == sorted(row.site_call_id for row in rows.values() if isinstance(row, SiteCall))


@given(histories())
@settings(max_examples=50, deadline=None)
def test_a_known_leg_is_recognised_whatever_came_between(legs: list[Leg]) -> None:
    known = LegSet({})
    for leg in legs:
        known.add(leg)

    assert all(known.knows(leg) for leg in legs)
