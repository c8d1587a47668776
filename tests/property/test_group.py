"""Every call once, every cent once, from every arrival order (design: a set of legs)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.cover import hour_of
from pipeline.domain.duplicates import LegSet
from pipeline.domain.state import Group
from schemas.cdr import Leg
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall, Total, Withdrawal
from tests.property.strategies import SITES, histories
from tests.property.tariffs import rated_rules

_Item = TypeVar("_Item")
RULES = rated_rules()
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


def interleaved(sequences: Sequence[Sequence[_Item]], random: Random) -> list[_Item]:
    """All of them, mixed at will; each keeps its own order."""
    turns = [number for number, sequence in enumerate(sequences) for _ in sequence]
    random.shuffle(turns)
    iterators = [iter(sequence) for sequence in sequences]
    return [next(iterators[turn]) for turn in turns]


def run(legs: list[Leg]) -> Warehouse:
    group = Group(RULES)
    return warehouse([row for version, leg in enumerate(legs) for row in group.add(leg, version)])


_at_least_500 = settings(max_examples=500, deadline=None)
_order = st.randoms(use_true_random=False)


@given(histories(), _order)
@_at_least_500
def test_any_arrival_order_gives_the_same_rows(legs: list[Leg], random: Random) -> None:
    shuffled = list(legs)
    random.shuffle(shuffled)

    assert run(shuffled) == run(legs)


@given(histories(), _order)
@_at_least_500
def test_any_interleaving_of_sites_gives_the_same_rows(legs: list[Leg], random: Random) -> None:
    by_site = [[leg for leg in legs if leg.site == site] for site in SITES]

    assert run(interleaved(by_site, random)) == run([leg for one in by_site for leg in one])


@given(histories(), _order)
@_at_least_500
def test_legs_that_come_in_messages_give_the_same_rows_as_one_by_one(legs: list[Leg], random: Random) -> None:
    """Each message a run of legs, some of which were in the one before already."""
    group, rows, done = Group(RULES), [], 0
    while done < len(legs):
        first, done = max(0, done - random.randint(0, 2)), done + random.randint(1, 6)
        rows += group.add_all(legs[first:done], done << 8)

    assert warehouse(rows) == run(legs)


@given(histories(), _order)
@_at_least_500
def test_a_message_tells_each_row_once(legs: list[Leg], random: Random) -> None:
    group = Group(RULES)
    group.add_all(legs[: random.randint(0, len(legs))], 0)
    keys = [key(row) for row in group.add_all(legs, 1 << 8)]

    assert len(keys) == len(set(keys))


@given(histories(), _order)
@_at_least_500
def test_repeating_any_legs_at_any_time_changes_nothing(legs: list[Leg], random: Random) -> None:
    repeated = random.choices(legs, k=random.randint(1, len(legs)))

    assert run(interleaved([legs, repeated], random)) == run(legs)


@given(histories(), st.integers(0, 24), st.integers(0, 24))
@_at_least_500
def test_a_restart_at_any_point_gives_the_same_rows(legs: list[Leg], cut: int, again: int) -> None:
    """The legs before `cut` are in the table; reading goes on there or before, if acknowledgements were lost."""
    group = Group(RULES)
    rows = [row for version, leg in enumerate(legs[:cut]) for row in group.add(leg, version)]
    restarted = Group(RULES)
    restarted.restore(reversed(legs[:cut]))
    first = max(0, min(cut, len(legs)) - again)
    rows += [row for version, leg in enumerate(legs[first:], first) for row in restarted.add(leg, version)]

    assert warehouse(rows) == run(legs)


@given(histories(), _order)
@_at_least_500
def test_all_legs_at_once_give_the_same_rows_as_one_by_one(legs: list[Leg], random: Random) -> None:
    batch = Group(RULES)
    batch.restore(random.sample(legs, len(legs)))

    assert warehouse([row for leg in legs for row in batch.add(leg, 0)]) == run(legs)


@given(histories())
@_at_least_500
def test_all_legs_at_once_give_the_same_rows_hour_by_hour(legs: list[Leg]) -> None:
    batch = Group(RULES)
    batch.restore(legs)
    hours = sorted({hour_of(leg.record.started_at) for leg in legs})

    assert warehouse([row for hour in hours for row in batch.retell(hour, lambda _: True, 0)]) == run(legs)


@given(histories())
@_at_least_500
def test_every_leg_belongs_to_exactly_one_call(legs: list[Leg]) -> None:
    rows = run(legs)
    members = [leg_id for row in rows.values() if isinstance(row, SiteCall) for leg_id in row.leg_ids]
    site_calls = [site_call for row in rows.values() if isinstance(row, Call) for site_call in row.site_call_ids]

    assert sorted(members) == sorted({leg.leg_id for leg in legs})
    assert sorted(site_calls) == sorted(row.site_call_id for row in rows.values() if isinstance(row, SiteCall))


@given(histories())
@_at_least_500
def test_a_known_leg_is_recognised_whatever_came_between(legs: list[Leg]) -> None:
    known = LegSet({})
    new = []
    for leg in legs:
        new.append(not known.knows(leg))
        known.add(leg)

    assert all(known.knows(leg) for leg in legs)
    assert new == [all(leg != before for before in legs[:place]) for place, leg in enumerate(legs)]
