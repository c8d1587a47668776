"""Which legs the state holds and which only the warehouse has: no row depends on it (docs/architecture.md)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.cover import hour_of
from pipeline.domain.state import Group
from schemas.cdr import Leg
from tests.builders import START
from tests.property.archive import Archive, add, moved
from tests.property.tariffs import rated_rules
from tests.property.test_group import run, warehouse
from tests.property.worlds import worlds

_DAYS = (0, 1, 2, 9)


@st.composite
def days_of_legs(draw: st.DrawFn) -> list[Leg]:
    """Legs of several days, in any order, some of them twice; none contradicts another."""
    legs = [moved(leg, day) for day in _DAYS for leg in draw(worlds())]
    placed = [leg._replace(position=leg.position._replace(offset=offset)) for offset, leg in enumerate(legs)]
    unique = list({leg.leg_id: leg for leg in placed}.values())
    again = draw(st.lists(st.sampled_from(unique), max_size=3))
    return draw(st.permutations(unique + again))


class Keeper:
    """Holds a group as a worker does, and gives up legs now and then."""

    def __init__(self) -> None:
        self.archive = Archive()
        self._group = Group(rated_rules())

    def add(self, leg: Leg, version: int) -> None:
        """Add a leg; its rows are safe at once."""
        self.archive.rows += add(self._group, self.archive, leg, version)

    def forget(self, hours: int) -> None:
        """Give up what is older than so many hours after the first leg, but for some windows."""
        self._group.forget(hour_of(START) + hours)

    def restart(self) -> None:
        """Begin with nothing but the warehouse."""
        self._group = Group(rated_rules())
        self._group.close()


_FLOORS = st.one_of(st.none(), st.sampled_from([1, 6, 13, 24, 30, 48, 60, 216]))


@given(days_of_legs(), st.lists(st.tuples(st.integers(0, 60), _FLOORS), max_size=4))
@settings(max_examples=500, deadline=None)
def test_what_the_state_gives_up_comes_back_when_a_leg_needs_it(
    legs: list[Leg], given_up: list[tuple[int, int | None]]
) -> None:
    keeper = Keeper()
    for version, leg in enumerate(legs):
        for _, hours in [entry for entry in given_up if entry[0] == version]:
            if hours is None:
                keeper.restart()
            else:
                keeper.forget(hours)
        keeper.add(leg, version)

    assert warehouse(keeper.archive.rows) == run(legs)


@given(days_of_legs())
@settings(max_examples=100, deadline=None)
def test_a_state_that_keeps_next_to_nothing_gives_the_same_rows(legs: list[Leg]) -> None:
    keeper = Keeper()
    for version, leg in enumerate(legs):
        keeper.forget(480)
        keeper.add(leg, version)

    assert warehouse(keeper.archive.rows) == run(legs)
