"""Groups of sites whose rows go straight into the warehouse, without Kafka: what `backfill` and `rerate` stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.behind import WriterBehind
from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.stored import newest_moment, stored_around
from pipeline.domain.cover import Span, hour_of
from pipeline.domain.days import LocalDay
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.cdr import Leg, Reject

ROWS_AT_ONCE = 20_000
_LEGS_IN_STATE = 80_000
_LEGS_KEPT = 50_000


class _Held(NamedTuple):
    """A group with the names of its sites."""

    group: Group
    sites: tuple[str, ...]


class DirectGroups:
    """Joins legs with each other and with those that the warehouse has, and writes what follows.

    Of a group with more than 80,000 legs only the newest 50,000 stay in memory; others come back when they are needed.
    """

    def __init__(self, rules: Iterable[GroupRules], client: Client, writer: WriterBehind) -> None:
        self._client = client
        self._writer = writer
        self._rows: list[WarehouseRow] = []
        self._held = [self._opened(group_rules) for group_rules in rules]

    @property
    def unwritable(self) -> int:
        """How many rows the warehouse could not hold; they became rejects."""
        return self._writer.unwritable

    def add(self, legs: Sequence[Leg], first_version: int) -> None:
        """Join legs of any sites; their rows are written sooner or later, all of them with `flush`.

        The versions are `first_version` and those behind it, at most one for each leg.
        """
        for held in self._held:
            self._join(held, [leg for leg in legs if leg.site in held.sites], first_version)

    def retell(self, rules: GroupRules, day: LocalDay, first_version: int) -> None:
        """Write all rows of the calls of a day anew, as they are by these rules; all of them with `flush`.

        The versions are `first_version` and those behind it, one for each hour of the day.
        """
        held = next(held for held in self._held if held.sites == tuple(rules.sites))
        for version, hour in enumerate(range(*day.span), first_version):
            while span := held.group.lacks_hours(Span(hour, hour + 1)):
                self._recall(held, span)
            self._rows += held.group.retell(hour, day.has, version)
            self._finish(held, version)

    def reject(self, reject: Reject) -> None:
        """Write a line that cannot be read."""
        self._rows.append(reject)

    def flush(self) -> None:
        """Return when all rows are safe."""
        self._write()
        self._writer.wait()

    def _opened(self, rules: GroupRules) -> _Held:
        """A group that holds what is newer than the warehouse."""
        held = _Held(Group(rules), tuple(rules.sites))
        newest = newest_moment(self._client, held.sites)
        held.group.open(0 if newest is None else hour_of(newest) + 1)
        return held

    def _join(self, held: _Held, legs: Iterable[Leg], version: int) -> None:
        ready: list[Leg] = []
        for leg in legs:
            if held.group.lacks(leg):
                # What was brought back for one leg may be given up again while more comes back for others.
                version = self._tell(held, ready, version)
                ready = []
                self._complete(held, leg)
            ready.append(leg)
        self._tell(held, ready, version)

    def _tell(self, held: _Held, legs: Sequence[Leg], version: int) -> int:
        """Join legs that lack nothing; returns the version behind theirs."""
        if legs:
            self._rows += held.group.add_all(legs, version)
            self._finish(held, version + len(legs) - 1)
        return version + len(legs)

    def _finish(self, held: _Held, version: int) -> None:
        """Tell the totals that are still due: no charge is written before the totals that it changes."""
        while span := held.group.lacks_totals():
            self._restore(held, span)
            self._rows += held.group.late_totals(version)
        if len(self._rows) >= ROWS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        """Have the rows written; give up what is too much to keep, when all that is told of it is safe."""
        self._writer.write(self._rows)
        self._rows = []
        for group, _ in self._held:
            if len(group) > _LEGS_IN_STATE:
                self._writer.wait()
                group.forget(group.hour_of_newest(_LEGS_KEPT))

    def _complete(self, held: _Held, leg: Leg) -> None:
        """Bring back all that a leg may have to do with."""
        while span := held.group.lacks(leg):
            self._recall(held, span)

    def _recall(self, held: _Held, span: Span) -> None:
        """Bring back what the warehouse has of a stretch of time, when all that is told so far is safe."""
        self.flush()
        self._restore(held, span)

    def _restore(self, held: _Held, span: Span) -> None:
        """The same while rows wait: they are of legs in state, which nothing that comes back replaces."""
        stored = stored_around(self._client, held.sites, *span.instants())
        held.group.cover(span, stored.legs, stored.charges)
