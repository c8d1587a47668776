"""Which site publishes next."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from connectors.cdr_file.tail_site import SiteTail

ALL_SITES_EVERY = 10


class Turns:
    """The sites of a tail, the one that is furthest behind first; with much to catch up with, the others wait for it.

    Legs that belong together come close to each other so, however unlike the sites' files are in size. They do not
    wait for long: each tenth turn is everybody's.
    """

    def __init__(self, tails: Sequence[SiteTail]) -> None:
        self._tails = tails
        self._taken = 0

    def step(self) -> list[SiteTail]:
        """Publish what sites have, up to the first that has more than a turn's messages; who published."""
        self._taken += 1
        active = []
        for tail in sorted(self._tails, key=attrgetter("told_to")):
            if tail.step():
                active.append(tail)
                if tail.has_more and self._taken % ALL_SITES_EVERY:
                    break
        return active
