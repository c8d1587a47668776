"""Legs in a worker's memory: packed or not, they are what they were (pipeline/agents/packed.py)."""

from __future__ import annotations

import pytest

from pipeline.agents.packed import PackedLegs
from schemas.cdr import Leg, Lifecycle
from schemas.codec import decode, encode
from tests.builders import leg

MANY = 2_500  # more than stay unpacked


def told(*call_ids: str, costs: str = "0.12") -> tuple[Lifecycle, bytes]:
    """A message, as a worker decodes it, of legs with something in every kind of field; and its bytes."""
    legs = []
    for call_id in call_ids:
        made = leg(call_id, 0, connect=5, end=20, costs=costs, origination_name="Jürgen")
        extra = (("field_35", "ß"),)
        legs.append(made._replace(anomalies=("extra_fields",), extra=extra, raw_line=f'{call_id},"Jürgen"'))
    data = encode(Lifecycle("dortmund", "", 1, tuple(legs)))
    message = decode(data)
    assert isinstance(message, Lifecycle)
    return message, data


def one(call_id: str, costs: str = "0.12") -> Leg:
    return told(call_id, costs=costs)[0].legs[0]


FIRST = one("0")


def fill(legs: PackedLegs, first: int, until: int) -> None:
    """Put in legs that no message brought."""
    for number in range(first, until):
        made = one(str(number))
        legs[made.leg_id] = made


@pytest.fixture(scope="module")
def legs() -> PackedLegs:
    """So many that the first of them are packed."""
    legs = PackedLegs()
    fill(legs, 0, MANY)
    return legs


def test_a_leg_that_was_packed_comes_back_as_it_was(legs: PackedLegs) -> None:
    assert legs[FIRST.leg_id] == FIRST


def test_legs_are_counted_packed_or_not(legs: PackedLegs) -> None:
    assert len(legs) == len(list(legs)) == MANY


def test_a_leg_that_is_not_there_raises_a_key_error(legs: PackedLegs) -> None:
    with pytest.raises(KeyError):
        legs["nobody"]


def test_a_leg_that_a_message_brought_comes_back_from_it() -> None:
    legs = PackedLegs()
    message, data = told("0", "a", "b")
    legs.told(message, data)
    for brought in message.legs:
        legs[brought.leg_id] = brought
    fill(legs, 1, MANY)
    assert [legs[brought.leg_id] for brought in message.legs] == list(message.legs)


def test_a_leg_that_is_not_as_its_message_has_it_comes_back_as_it_was_put_in() -> None:
    legs = PackedLegs()
    message, data = told("0")
    legs.told(message, data)
    flagged = message.legs[0]._replace(anomalies=("conflicting_duplicate",))
    legs[flagged.leg_id] = flagged
    fill(legs, 1, MANY)
    assert legs[FIRST.leg_id] == flagged


def test_of_a_leg_that_was_packed_the_later_content_counts() -> None:
    legs = PackedLegs()
    fill(legs, 0, MANY)
    legs[FIRST.leg_id] = one("0", costs="0.5")
    fill(legs, MANY, 2 * MANY)
    assert legs[FIRST.leg_id] == one("0", costs="0.5")


def test_a_leg_that_was_deleted_is_gone() -> None:
    legs = PackedLegs()
    legs[FIRST.leg_id] = FIRST
    del legs[FIRST.leg_id]
    assert FIRST.leg_id not in legs


def test_a_leg_that_was_deleted_does_not_come_back_with_those_it_would_have_been_packed_with() -> None:
    legs = PackedLegs()
    fill(legs, 0, 50)
    del legs[FIRST.leg_id]
    fill(legs, 50, MANY)
    assert FIRST.leg_id not in legs
