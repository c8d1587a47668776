"""The group, fed leg by leg in any order, says what the contract says of the whole set of legs."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.cdr import Leg
from tests.property.naive import world
from tests.property.naive_rows import naive_rows
from tests.property.tariffs import rated_rules
from tests.property.test_group import run
from tests.property.worlds import worlds


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_of_arrival_gives_what_the_whole_set_says(legs: list[Leg], random: Random) -> None:
    random.shuffle(legs)

    assert run(legs) == naive_rows(world(legs, rated_rules()))
