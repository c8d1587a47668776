"""What a leg costs while 10⁴, 10⁵ and 10⁶ of them come into state: time and memory; prints one JSON line.

The legs are those of three simulated sites and copies of them at later days, decoded from messages of some 70 as the
worker gets them; all stay in state, kept as the worker keeps them. Each size runs in a process of its own.
`microseconds_per_leg` is the processor time of domain core and keeping a leg over the last tenth, `bytes_per_leg` the
growth of the process, `restore…` what a started worker takes to put the same messages back, decoding included.
The base is the smallest size: `ratio` is the last tenth of the greatest size against its. `chain_seconds` is one call
of so many legs, transferred again and again, in a plain dict.

Usage: growth.py [sizes]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from bench._result import show
from bench.core import derive, simulated_legs, transfers
from pipeline.agents.packed import PackedLegs
from pipeline.cli.garbage import collect_seldom
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.cdr import CdrRecord, Leg, Lifecycle
from schemas.codec import decode, encode

SIZES = (10_000, 100_000, 1_000_000)
CHAINS = (250, 500, 1_000)
AT_ONCE = 200  # legs of all sites, so some 70 a message
SIMULATED = 10_000
APART = timedelta(days=2)  # too far for references from one copy into another


class Grown(NamedTuple):
    """What one size came to."""

    microseconds_per_leg: float
    bytes_per_leg: int
    restore_microseconds_per_leg: float


def messages(legs: Sequence[Leg], count: int) -> Iterator[bytes]:
    """Encoded messages of `count` legs: the simulated ones, then copies of them, each at later days."""
    for done in range(0, count, AT_ONCE):
        copy, first = divmod(done, len(legs))
        taken = [_later(leg, copy) for leg in legs[first : first + min(AT_ONCE, count - done)]]
        for site in sorted({leg.site for leg in taken}):
            yield encode(Lifecycle(site, "", 1, tuple(leg for leg in taken if leg.site == site)))


def decoded(data: bytes) -> Lifecycle:
    """The message in these bytes."""
    message = decode(data)
    if not isinstance(message, Lifecycle):
        raise TypeError(f"expected a message of legs, found {type(message).__name__}")
    return message


def _later(leg: Leg, copy: int) -> Leg:
    if copy == 0:
        return leg
    by = copy * APART
    record = CdrRecord._make([value + by if isinstance(value, datetime) else value for value in leg.record])
    leg_id = f"{leg.site}:{record.call_id}:{record.started_at:%Y-%m-%dT%H:%M:%S}"
    return leg._replace(leg_id=leg_id, record=record)


def grow(legs: Sequence[Leg], size: int) -> Grown:
    """Take in so many legs, then restore them."""
    rules, _ = simulated_legs(1)
    encoded = list(messages(legs, size))
    collect_seldom()
    packed = PackedLegs()
    group, before = Group(rules, packed), resident_bytes()
    seconds, measured = 0.0, 0
    for data in encoded:
        message = decoded(data)
        begin = time.process_time()
        packed.told(message, data)
        for leg in message.legs:
            group.add(leg, 1)
        if len(group) > size * 9 // 10:
            seconds += time.process_time() - begin
            measured += len(message.legs)
    if len(group) != size:
        sys.exit(f"expected {size} legs in state, found {len(group)}")
    grown = resident_bytes() - before
    del message, leg
    packed = PackedLegs()
    begin, group = time.process_time(), Group(rules, packed)
    for data in encoded:
        message = decoded(data)
        packed.told(message, data)
        group.restore(message.legs)
    restored = time.process_time() - begin
    return Grown(round(seconds / measured * 1e6, 1), grown // size, round(restored / size * 1e6, 1))


def resident_bytes() -> int:
    """The size of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def chain(rules: GroupRules, legs: Sequence[Leg], length: int) -> float:
    """The processor time of one call of so many legs."""
    charged = next(leg for leg in legs if leg.record.costs and leg.record.connected_at)
    return round(min(derive(rules, transfers(charged, length)) for _ in range(3)), 3)


def main() -> None:
    """Each size in a new process, so that none finds memory that another one left."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    rules, legs = simulated_legs(min(SIMULATED, max(sizes)))
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        grown = dict(zip(sizes, pool.map(partial(grow, legs), sizes), strict=True))
    result = {
        "bench": "growth",
        "sizes": {str(size): values._asdict() for size, values in grown.items()},
        "ratio": round(grown[max(sizes)].microseconds_per_leg / grown[min(sizes)].microseconds_per_leg, 2),
        "chain_seconds": {str(length): chain(rules, legs, length) for length in CHAINS if length <= max(sizes)},
    }
    show(result)


if __name__ == "__main__":
    main()
