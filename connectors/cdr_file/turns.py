"""Which site publishes next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from operator import attrgetter

from connectors.cdr_file.tail_site import SiteTail

ALL_SITES_EVERY = 10


class Turns:
    """The sites of a tail in the order of their calls.

    Legs that belong together come close to each other so, however unlike the sites' files are in size. A site with
    months to catch up with does not hold up the others: each tenth turn is everybody's.
    """

    def __init__(self, tails: Sequence[SiteTail]) -> None:
        self._tails = tails
        self._taken = 0

    def step(self) -> list[SiteTail]:
        """Publish some messages of the site that is furthest behind of those that have any; who published."""
        self._taken += 1
        active = (tail for tail in sorted(self._tails, key=attrgetter("told_to")) if tail.step())
        return list(active if self._taken % ALL_SITES_EVERY == 0 else islice(active, 1))
