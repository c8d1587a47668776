"""Groups of sites whose rows go straight into the warehouse, without Kafka: what `backfill` and `rerate` stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clickhouse_driver import Client

from connectors.clickhouse.behind import WriterBehind
from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.stored import newest_moment, stored_around
from pipeline.domain.cover import Span, hour_of
from pipeline.domain.days import LocalDay
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.cdr import Leg, Reject

_ROWS_AT_ONCE = 20_000
_LEGS_IN_STATE = 100_000


class DirectGroups:
    """Joins legs with each other and with those that the warehouse has, and writes what follows.

    Of a group with more than 100,000 legs only the newest stay in memory; the others come back when they are needed.
    """

    def __init__(self, rules: Iterable[GroupRules], client: Client, writer: WriterBehind) -> None:
        self._client = client
        self._writer = writer
        self._groups: dict[str, Group] = {}
        self._sites_of: dict[str, list[str]] = {}
        self._rows: list[WarehouseRow] = []
        for group_rules in rules:
            sites = sorted(group_rules.sites)
            group = Group(group_rules)
            newest = newest_moment(client, sites)
            group.open(0 if newest is None else hour_of(newest) + 1)
            self._groups.update(dict.fromkeys(sites, group))
            self._sites_of.update(dict.fromkeys(sites, sites))

    @property
    def unwritable(self) -> int:
        """How many rows the warehouse could not hold; they became rejects."""
        return self._writer.unwritable

    def add(self, site: str, legs: Sequence[Leg], first_version: int) -> None:
        """Join legs of a site; their rows are written sooner or later, all of them with `flush`.

        The versions are `first_version` and those behind it, one for each leg.
        """
        group = self._groups[site]
        for leg in legs:
            while span := group.lacks(leg):
                self._recall(site, span)
        self._rows += group.add_all(legs, first_version)
        self._finish(site, first_version + len(legs) - 1)

    def _finish(self, site: str, version: int) -> None:
        group = self._groups[site]
        while span := group.lacks_totals():
            self._recall(site, span)
            self._rows += group.late_totals(version)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._write()

    def retell(self, rules: GroupRules, day: LocalDay, first_version: int) -> None:
        """Write all rows of the calls of a day anew, as they are by these rules; all of them with `flush`.

        The versions are `first_version` and those behind it, one for each hour of the day.
        """
        site = next(iter(rules.sites))
        group = self._groups[site]
        for version, hour in enumerate(range(*day.span), first_version):
            while span := group.lacks_hours(Span(hour, hour + 1)):
                self._recall(site, span)
            self._rows += group.retell(hour, day.has, version)
            self._finish(site, version)

    def reject(self, reject: Reject) -> None:
        """Write a line that cannot be read."""
        self._rows.append(reject)

    def flush(self) -> None:
        """Return when all rows are safe."""
        self._write()
        self._writer.wait()

    def _write(self) -> None:
        """Have the rows written; give up what is too much to keep, when all that is told of it is safe."""
        self._writer.write(self._rows)
        self._rows = []
        for group in set(self._groups.values()):
            if len(group) > _LEGS_IN_STATE:
                self._writer.wait()
                group.forget(group.hour_of_newest(_LEGS_IN_STATE // 2))

    def _recall(self, site: str, span: Span) -> None:
        """Bring back what the warehouse has of a stretch of time."""
        self.flush()
        stored = stored_around(self._client, self._sites_of[site], *span.instants())
        self._groups[site].cover(span, stored.legs, stored.charges)
