"""Legs in a worker's memory: packed or not, they are what they were (pipeline/agents/packed.py)."""

from __future__ import annotations

import pytest

from pipeline.agents.packed import PackedLegs
from schemas.cdr import Leg, Lifecycle
from schemas.codec import decode, encode
from tests.builders import leg

MANY = 1_100  # more than stay unpacked


def told(call_id: str, costs: str = "0.12") -> Leg:
    """A leg with something in every kind of field, as a worker decodes it."""
    made = leg(call_id, 0, connect=5, end=20, costs=costs, origination_name="Jürgen")
    made = made._replace(anomalies=("extra_fields",), extra=(("field_35", "ß"),), raw_line=f'{call_id},"Jürgen"')
    message = decode(encode(Lifecycle(made.site, "", 1, (made,))))
    assert isinstance(message, Lifecycle)
    return message.legs[0]


@pytest.fixture(scope="module")
def legs() -> PackedLegs:
    """So many that the first of them are packed."""
    legs = PackedLegs()
    for number in range(MANY):
        legs[str(number)] = told(str(number))
    return legs


def test_a_leg_that_was_packed_comes_back_as_it_was(legs: PackedLegs) -> None:
    assert legs["0"] == told("0")


def test_legs_are_counted_packed_or_not(legs: PackedLegs) -> None:
    assert len(legs) == len(list(legs)) == MANY


def test_a_leg_that_is_not_there_raises_a_key_error(legs: PackedLegs) -> None:
    with pytest.raises(KeyError):
        legs["nobody"]


def test_of_a_leg_that_was_packed_the_later_content_counts() -> None:
    legs = PackedLegs()
    legs["0"] = told("0")
    for number in range(1, MANY):
        legs[str(number)] = told(str(number))
    legs["0"] = told("0", costs="0.5")
    for number in range(MANY, 2 * MANY):
        legs[str(number)] = told(str(number))
    assert legs["0"] == told("0", costs="0.5")


def test_a_leg_that_was_deleted_is_gone() -> None:
    legs = PackedLegs()
    legs["0"] = told("0")
    del legs["0"]
    assert "0" not in legs
