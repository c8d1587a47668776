"""The worker ends in the same rows however legs are cut into messages, and wherever it is killed or interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.cdr import Heartbeat, Leg, Lifecycle
from schemas.codec import encode
from tests.builders import START
from tests.property.strategies import SITES, histories
from tests.property.test_cover import days_of_legs
from tests.property.test_group import RULES, interleaved, run
from tests.property.workers import Cluster


def messages(legs: list[Leg], random: Random) -> list[bytes]:
    """Each site's legs in their order, cut into messages anywhere; the sites mixed at will, some messages twice."""
    by_site = [list(_cut([leg for leg in legs if leg.site == site], random)) for site in SITES]
    mixed = interleaved(by_site, random)
    for message in random.sample(mixed, random.randint(0, min(2, len(mixed)))):
        mixed.insert(random.randint(0, len(mixed)), message)
    return mixed


def to_micros(legs: list[Leg]) -> list[Leg]:
    """The legs as a message can carry them: with costs of at most 6 decimals."""
    records = [leg.record._replace(costs=leg.record.costs and round(leg.record.costs, 6)) for leg in legs]
    return [leg._replace(record=record) for leg, record in zip(legs, records, strict=True)]


def _cut(legs: list[Leg], random: Random) -> Iterator[bytes]:
    while legs:
        size = random.randint(1, len(legs))
        yield encode(Lifecycle(legs[0].site, "", 1, tuple(legs[:size])))
        legs = legs[size:]


def heartbeats(hours: list[int]) -> list[bytes]:
    """All sites are at the ends of their files; one of them has read CDRs of so many hours after the first leg."""
    beats = [Heartbeat(site, "berlin", "UTC", None, START, "cdr.txt", 0, 0) for site in SITES]
    later = [START + timedelta(hours=hour) for hour in hours]
    return [encode(beat) for beat in beats + [beats[0]._replace(last_cdr_at=at, last_seen_at=at) for at in later]]


# What happens by chance is drawn from a seed: hypothesis' own randomness, at its smallest, would rebalance for ever.
_seed = st.integers(0, 1 << 32)
_crashes = st.lists(st.integers(0, 80), max_size=3)


@given(histories(), _crashes, _seed)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_messages_cut_anywhere_and_a_worker_killed_anywhere_give_the_same_rows(
    legs: list[Leg], crashes: list[int], seed: int
) -> None:
    random = Random(seed)  # noqa: S311
    cluster = Cluster(RULES, messages(legs, random), random, new_epochs=False)
    asyncio.run(cluster.run(crashes))

    assert cluster.sink.archive.shown() == run(legs)


@given(days_of_legs().map(to_micros), st.lists(st.sampled_from([30, 60, 100, 260]), max_size=3), _crashes, _seed)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_so_does_a_worker_that_gives_up_old_legs(
    legs: list[Leg], hours: list[int], crashes: list[int], seed: int
) -> None:
    random = Random(seed)  # noqa: S311
    arriving = interleaved([heartbeats(hours), messages(legs, random)], random)
    cluster = Cluster(RULES, arriving, random, new_epochs=True)
    asyncio.run(cluster.run(crashes))

    assert cluster.sink.archive.shown() == run(legs)
