"""Twenty groups of linked sites whose files are generated, each from its number alone; none knows of another.

The legs are the simulator's, crowded where they are hard to join: on both nights on which the clock changes, after
restarts that begin the CallIds anew, redialled over links within seconds, masked, lost, and priced at one end only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from infra.simulator.desk import Desk
from infra.simulator.model import Call, Leg
from infra.simulator.places import PLACES
from infra.simulator.schedule import KINDS
from infra.simulator.world import Site, World, build_world
from tests.corpora.spoiling import mask, over_the_change, redialled, spoil_money

COUNT = 20
# In all zones of the sites the clock changed at 01:00 UTC of these days.
SPRING, AUTUMN = datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC)
RANGES = {"dortmund": "+4923147", "berlin": "+4930555", "zuerich": "+4144555", "wien": "+431555", "london": "+4420555"}
SKEWS = (10, 10, 20, 3)
# The share of legs that a crash of the SwyxServer keeps out of its file.
LOST_LINES = 0.04


class Phase(NamedTuple):
    """Calls from one start of the SwyxServers to the next: CallIds begin anew. Times in seconds."""

    start: datetime
    length: int
    calls: int


PHASES = (
    Phase(SPRING - timedelta(hours=2, minutes=30), 12_600, 26),
    Phase(datetime(2024, 4, 1, 6, tzinfo=UTC), 900, 18),
    Phase(datetime(2024, 4, 1, 6, 30, tzinfo=UTC), 900, 18),
    Phase(AUTUMN.replace(hour=0), 10_800, 22),
    Phase(datetime(2024, 10, 28, 8, tzinfo=UTC), 900, 6),
)
# Moments of quiet: after the legs of spring, after those of the autumn night, after the last ones.
QUIET = datetime(2024, 6, 1, tzinfo=UTC), datetime(2024, 10, 28, tzinfo=UTC), datetime(2024, 11, 1, tzinfo=UTC)


class Corpus(NamedTuple):
    """One group: its sites, what is peculiar to it, and all legs that its SwyxServers wrote, as they ended.

    A `lost` site's file never exists, a `late` one's only after the others were read. The `masked` site hides the
    last digits of long numbers, the `rated` one has a tariff and users. `skew` is the setting of all links.
    """

    name: str
    world: World
    skew: int
    lost: str
    late: str
    masked: str
    rated: str
    legs: list[Leg]


def corpora() -> list[Corpus]:
    """All of them; every call gives the same."""
    return [_corpus(number) for number in range(COUNT)]


def name_of(number: int) -> str:
    """What the names of a group's sites begin with."""
    return f"c{number:02}"


def _corpus(number: int) -> Corpus:
    rng = Random(number)  # noqa: S311 - repeatable, not secret
    name = name_of(number)
    places = rng.sample(PLACES, 3 + number % 3)
    world = build_world(tuple(_site(name, number, place, rng) for place in places))
    names = [site.name for site in world.sites]
    # Two sites at least remain linked.
    lost = rng.choice(names[1:] if len(names) > 3 else names[2:]) if number % 4 == 1 else ""
    late = rng.choice([site for site in names if site != lost]) if number % 2 == 0 or number % 4 == 1 else ""
    masked = rng.choice([site for site in names if site != lost]) if number % 3 == 0 else ""
    desks = [(Desk(world, 100 * number + part), phase) for part, phase in enumerate(PHASES)]
    legs = [leg for desk, phase in desks for leg in _legs(desk, phase) if rng.random() >= LOST_LINES]
    spoil_money(rng, legs, names[0])
    mask([leg for leg in legs if leg.site.name == masked])
    return Corpus(name, world, SKEWS[number % len(SKEWS)], lost, late, masked, names[0], legs)


def _site(name: str, number: int, place: Site, rng: Random) -> Site:
    """A place with a name and numbers that no other group has; its clock is wrong by up to six seconds."""
    own = f"{name}-{place.name}"
    number_range = f"{RANGES[place.name]}{number:02}"
    return replace(place, name=own, city=own, number_range=number_range, clock_offset=rng.randint(-6, 6))


def _legs(desk: Desk, phase: Phase) -> list[Leg]:
    start = int(phase.start.timestamp())
    calls: list[Call] = []
    for ended in sorted(start + desk.rng.randrange(phase.length) for _ in range(phase.calls)):
        # Links are what this is about, and the rare kinds of call.
        (kind,) = desk.rng.choices(KINDS, [4 * kind.legs if kind.hops else kind.legs for kind in KINDS])
        calls.append(kind.make(desk, ended))
    legs = [leg for call in calls for leg in (*call.legs, *redialled(desk, call))]
    changes = (int(change.timestamp()) - start for change in (SPRING, AUTUMN))
    rated = desk.world.sites[0]
    legs += [over_the_change(desk, rated, start + change) for change in changes if 0 < change < phase.length]
    return sorted(legs, key=lambda leg: leg.times.ended)
