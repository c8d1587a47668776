"""When which call happens: a random stream of calls of all kinds, given out leg by leg as their lines fall due."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from infra.simulator import calls, linked, transfers
from infra.simulator.desk import Desk
from infra.simulator.model import Call, Leg
from infra.simulator.world import World


class Kind(NamedTuple):
    """A kind of call: its share of all calls, its legs, and over how many links in a row it goes."""

    share: int
    legs: int
    hops: int
    make: Callable[[Desk, int], Call]


KINDS = (
    Kind(220, 1, 0, calls.internal),
    Kind(50, 1, 0, calls.internal_missed),
    Kind(180, 1, 0, calls.incoming),
    Kind(70, 1, 0, calls.incoming_missed),
    Kind(20, 1, 0, calls.incoming_busy),
    Kind(40, 1, 0, calls.incoming_script),
    Kind(30, 1, 0, calls.incoming_voicebox),
    Kind(180, 1, 0, calls.outgoing),
    Kind(40, 1, 0, calls.outgoing_missed),
    Kind(20, 1, 0, calls.forwarded),
    Kind(20, 3, 0, transfers.transfer_outside),
    Kind(30, 3, 0, transfers.transfer_inside),
    Kind(10, 4, 1, transfers.transfer_link),
    Kind(10, 5, 0, transfers.retransfer),
    Kind(10, 5, 0, transfers.conference),
    Kind(50, 2, 1, linked.link_internal),
    Kind(10, 2, 1, linked.link_missed),
    Kind(50, 2, 1, linked.link_pstn),
    Kind(20, 2, 1, linked.forwarded_link),
    Kind(10, 2, 1, linked.forwarded_link_pstn),
    Kind(10, 3, 2, linked.tandem_internal),
    Kind(10, 3, 2, linked.tandem_pstn),
)


class DueLeg(NamedTuple):
    """A leg whose line is written now, and the call that it belongs to."""

    leg: Leg
    call: Call


class Schedule:
    """A Poisson stream of calls at `rate` legs a second from `start` on; with `legs`, whole calls of exactly so many.

    What it gives out depends on the seed and these numbers only, not on how often it is asked.
    """

    def __init__(self, world: World, seed: int, rate: float, start: int, legs: int | None = None) -> None:
        self._desk = Desk(world, seed)
        self._kinds = [kind for kind in KINDS if not kind.hops or world.routes[kind.hops]]
        shares = sum(kind.share for kind in self._kinds)
        self._calls_per_second = rate * shares / sum(kind.share * kind.legs for kind in self._kinds)
        self._next_call = float(start)
        self._legs_left = legs
        self._queue: list[tuple[int, int, Leg, Call]] = []
        self._made = 0
        self._advance()

    def due(self, until: float) -> Iterator[DueLeg]:
        """The legs that end up to an instant, in the order in which their lines are written."""
        while True:
            next_end = self._queue[0][0] if self._queue else math.inf
            if self._next_call <= until and self._next_call < next_end + 1:
                self._make_call()
            elif self._queue and next_end <= until:
                yield self._pop()
            else:
                return

    def rest(self) -> Iterator[DueLeg]:
        """The legs still to come of calls that have begun to be written; no new calls."""
        while self._queue:
            yield self._pop()

    def _pop(self) -> DueLeg:
        _, _, leg, call = heapq.heappop(self._queue)
        return DueLeg(leg, call)

    def _make_call(self) -> None:
        kinds = self._kinds
        if self._legs_left is not None:
            kinds = [kind for kind in kinds if kind.legs <= (self._legs_left or 0)]
        (kind,) = self._desk.rng.choices(kinds, [kind.share for kind in kinds])
        call = kind.make(self._desk, int(self._next_call))
        for leg in call.legs:
            heapq.heappush(self._queue, (leg.times.ended, self._made, leg, call))
            self._made += 1
        if self._legs_left is not None:
            self._legs_left -= kind.legs
        self._advance()

    def _advance(self) -> None:
        gap = self._desk.rng.expovariate(self._calls_per_second)
        self._next_call = math.inf if self._legs_left == 0 else self._next_call + gap
