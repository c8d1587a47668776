"""Counted charges summed up by hour and dimensions (contract 9)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pipeline.domain.state import Group
from pipeline.domain.totals import Totals
from schemas.cdr import Leg
from schemas.rows import Charge, Total, Withdrawal
from tests.builders import leg, rules
from tests.unit.derived import Derived, changed

HOUR = datetime(2002, 11, 19, 12, tzinfo=UTC)


def outgoing(call_id: str, start: float = 0, *, costs: str | None = "1.20", **fields: object) -> Leg:
    """A call of a minute out of Dortmund's trunk; `START` of the builders is 12:03:28."""
    one = leg(call_id, start, connect=start, end=start + 60, costs=costs, destination_device="SwyxGate 1")
    return changed(one, fields)


def test_a_total_has_the_hour_of_the_connect_in_utc_and_all_dimensions() -> None:
    (total,) = Derived(outgoing("3", project_number="4711")).totals
    assert total == Total(
        "2002-11-19T12|dortmund|101|4711|dortmund|SwyxGate 1|EUR|aoc",
        HOUR,
        "dortmund",
        "101",
        "4711",
        "dortmund",
        "SwyxGate 1",
        "EUR",
        "aoc",
        1,
        60,
        Decimal("1.20"),
        0,
    )


def test_charges_of_the_same_hour_and_dimensions_are_one_total() -> None:
    (total,) = Derived(outgoing("3"), outgoing("4", 100, costs="0.30")).totals
    assert (total.legs, total.seconds, total.amount) == (2, 120, Decimal("1.50"))


@pytest.mark.parametrize(
    "other",
    [
        {"origination_number": "102"},
        {"project_number": "4711"},
        {"destination_device": "SwyxGate 2"},
        {"currency": "USD"},
        {"aoc": False},
        {"connected_at": datetime(2002, 11, 19, 13, tzinfo=UTC)},
    ],
)
def test_charges_that_differ_in_a_dimension_are_two_totals(other: dict[str, object]) -> None:
    assert len(Derived(outgoing("3"), outgoing("4", **other)).totals) == 2  # type: ignore[arg-type]


def test_a_charge_of_source_none_enters_no_total() -> None:
    assert not Derived(outgoing("3", costs=None)).totals


def test_a_charge_that_is_not_counted_enters_no_total() -> None:
    sent = outgoing("3", destination_device="Link Berlin", called_number="+4989123")
    received = leg("5", 1, site="berlin", connect=1, end=60, costs="1.20", destination_device="SwyxGate 1")
    link = {"origination_device": "Link Dortmund", "origination_number": "101", "called_number": "+4989123"}
    (total,) = Derived(sent, changed(received, link)).totals
    assert (total.legs, total.carrier_site, total.payer_site) == (1, "berlin", "dortmund")


def test_the_same_leg_again_adds_nothing() -> None:
    (total,) = Derived(outgoing("3"), outgoing("3"), outgoing("3")).totals
    assert (total.legs, total.amount) == (1, Decimal("1.20"))


def contradicted(**fields: object) -> list[Leg]:
    """A call, and the same once more with other fields, further down in the file."""
    first = outgoing("3")
    return [first, changed(first._replace(position=first.position._replace(offset=500)), fields)]


def test_another_amount_replaces_the_one_before() -> None:
    (total,) = Derived(*contradicted(costs=Decimal(7))).totals
    assert (total.legs, total.amount) == (1, Decimal(7))


def test_a_charge_that_changes_its_dimensions_leaves_the_total_it_was_in() -> None:
    (total,) = Derived(*contradicted(origination_number="102")).totals
    assert (total.payer_number, total.legs) == ("102", 1)


def test_a_total_in_which_nothing_is_left_is_withdrawn() -> None:
    group = Group(rules())
    first, second = contradicted(state="Alerting")
    group.add(first, 0)
    name = "2002-11-19T12|dortmund|101||dortmund|SwyxGate 1|EUR|aoc"
    assert Withdrawal("totals", name, 1) in group.add(second, 1)


def test_a_leg_that_is_told_again_tells_its_total_again() -> None:
    group = Group(rules())
    group.add(outgoing("3"), 0)
    assert [row.version for row in group.add(outgoing("3"), 7) if isinstance(row, Total)] == [7]


def named(payer_number: str, project_number: str) -> str:
    charge = next(iter(Derived(outgoing("3")).charges.values()))
    totals = Totals()
    (dimensions,) = totals.put(charge._replace(payer_number=payer_number, project_number=project_number))
    row = totals.row(dimensions, 0)
    assert isinstance(row, Total)
    return row.total_id


def test_names_of_different_dimensions_differ_whatever_signs_they_hold() -> None:
    pairs = [("a|b", "c"), ("a", "b|c"), ("a\\", "|b|c"), ("a\\|b", "c"), ("a|b\\", "c")]
    assert len({named(*pair) for pair in pairs}) == len(pairs)


def test_what_one_leg_contributes_can_be_taken_out() -> None:
    charges: list[Charge] = list(Derived(outgoing("3"), outgoing("4", 100)).charges.values())
    totals = Totals()
    (dimensions,) = set().union(*(totals.put(charge) for charge in charges))
    totals.drop(charges[0].leg_id)
    row = totals.row(dimensions, 0)
    assert isinstance(row, Total)
    assert (row.legs, row.seconds, row.amount) == (1, 60, Decimal("1.20"))
