"""Which legs the state holds and which only the warehouse has: no row depends on it (docs/architecture.md)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.domain.cover import Span, hour_of, moments
from pipeline.domain.state import Group
from schemas.cdr import Leg
from tests.builders import START
from tests.property.archive import Archive, add, due_totals, moved
from tests.property.naive import world
from tests.property.strategies import SITES
from tests.property.test_group import RULES, run
from tests.property.worlds import worlds

_DAYS = (0, 1, 2, 9)
_WORLDS = worlds(2)
_FLOORS = (1, 6, 13, 13, 22, 24, 30, 46, 60, 216)
_HOURS = (0, 12, 12, 24, 24, 36, 48)


@st.composite
def days_of_legs(draw: st.DrawFn) -> list[Leg]:
    """Lines of several days, in any order, some at two places or read twice, some contradicting each other."""
    legs = [moved(leg, day) for day in _DAYS for leg in draw(_WORLDS)]
    placed = [leg._replace(position=leg.position._replace(offset=offset)) for offset, leg in enumerate(legs)]
    return draw(st.permutations(placed + draw(st.lists(st.sampled_from(placed), max_size=3))))


class Keeper:
    """Holds a group as a worker does, and gives up legs now and then."""

    def __init__(self) -> None:
        self.archive = Archive()
        self._group = Group(RULES)

    def add(self, leg: Leg, version: int) -> None:
        """Add a leg; its rows are safe at once."""
        self.archive.take(add(self._group, self.archive, leg, version))

    def retell(self, hour: int, site: str, version: int) -> None:
        """Tell the calls of a site that began so many hours after the first leg anew, as `rerate` does."""
        hour += hour_of(START)
        while span := self._group.lacks_hours(Span(hour, hour + 1)):
            self._group.cover(*self.archive.around(span))
        rows = self._group.retell(hour, lambda leg: leg.site == site, version)
        self.archive.take(rows + due_totals(self._group, self.archive, version))

    def forget(self, hours: int) -> None:
        """Give up what is older than so many hours after the first leg, but for some windows."""
        self._group.forget(hour_of(START) + hours)

    def restart(self) -> None:
        """Begin with nothing but the warehouse."""
        self._group = Group(RULES)
        self._group.close()


_Happening = tuple[int, str, int, str]
_place = st.integers(0, 30)
_happenings = st.lists(
    st.one_of(
        st.tuples(_place, st.just("restart"), st.just(0), st.just("")),
        st.tuples(_place, st.just("forget"), st.sampled_from(_FLOORS), st.just("")),
        st.tuples(_place, st.just("retell"), st.sampled_from(_HOURS), st.sampled_from(SITES)),
    ),
    max_size=8,
)


def kept(legs: list[Leg], happenings: list[_Happening]) -> Archive:
    """What the warehouse has when the legs have arrived, and all this has happened before the ones of these places."""
    keeper = Keeper()
    version = 0
    for place in range(len(legs) + 1):
        for _, happening, hour, site in [entry for entry in happenings if entry[0] % (len(legs) + 1) == place]:
            match happening:
                case "restart":
                    keeper.restart()
                case "forget":
                    keeper.forget(hour)
                case "retell":
                    keeper.retell(hour, site, version := version + 1)
        if place < len(legs):
            keeper.add(legs[place], version := version + 1)
    return keeper.archive


@given(days_of_legs(), _happenings)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_the_state_gives_up_and_what_is_told_anew_changes_no_row(
    legs: list[Leg], happenings: list[_Happening]
) -> None:
    assert kept(legs, happenings).shown() == run(legs)


@given(days_of_legs())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_state_that_keeps_next_to_nothing_gives_the_same_rows(legs: list[Leg]) -> None:
    keeper = Keeper()
    for version, leg in enumerate(legs):
        keeper.forget(480)
        keeper.add(leg, version)

    assert keeper.archive.shown() == run(legs)


@given(worlds(), st.integers(1, 25))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_calls_are_given_up_whole_and_only_when_they_are_over(legs: list[Leg], hours: int) -> None:
    group = Group(RULES)
    for version, leg in enumerate(legs):
        group.add(leg, version)
    floor = hour_of(START) + hours
    group.forget(floor)

    whole = world(legs, RULES)
    over = [call for call in whole.calls if all(hour_of(at) < floor for one in call for at in moments(whole.legs[one]))]
    assert {leg_id: leg_id in group for leg_id in whole.legs} == dict.fromkeys(whole.legs, True) | dict.fromkeys(
        set().union(*over), False
    )
