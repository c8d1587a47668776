"""The rows of a group, derived anew from the legs that the warehouse has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clickhouse_driver import Client

from connectors.clickhouse.stored import stored_around
from pipeline.domain.cover import REACH_HOURS, Span
from pipeline.domain.days import LocalDay
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.rows import Row


class Rederived:
    """Looks at one day of a group after the other."""

    def __init__(self, client: Client, rules: GroupRules) -> None:
        self.rules = rules
        self._client = client
        self._group = Group(rules)
        self._group.close()

    def rows(self, day: date, first_version: int) -> Iterator[Row]:
        """All rows of the calls with a leg of a local day, and the totals that these charges are in.

        Their versions are `first_version` and those behind it, one for each hour of the day.
        """
        local = LocalDay(self.rules, day)
        # Not only what the warehouse calls the other legs of a call: that is to be found out anew.
        around = Span(local.span.first - REACH_HOURS, local.span.until + REACH_HOURS)
        while lacking := self._group.lacks_hours(around):
            stored = stored_around(self._client, self.rules.sites, *lacking.instants())
            self._group.cover(lacking, stored.legs, stored.charges)
        for version, hour in enumerate(range(*local.span), first_version):
            yield from self._group.retell(hour, local.has, version)
        if self._group.crowded:
            self._group.forget(0)
