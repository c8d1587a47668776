"""The rows of a group derived anew from the legs that the warehouse has, compared with those that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.stored import stored_around
from connectors.clickhouse.stored_rows import COLUMNS, Name, Values, as_stored, stored_rows
from pipeline.domain.cover import REACH_HOURS, Span
from pipeline.domain.days import LocalDay
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.keys import local_day
from schemas.rows import Row


class Difference(NamedTuple):
    """What is wrong with a row of a view; `key` names the row."""

    view: str
    key: str
    text: str


class Rederived:
    """Looks at one day of a group after the other."""

    def __init__(self, client: Client, rules: GroupRules) -> None:
        self._client = client
        self._rules = rules
        self._group = Group(rules)
        self._group.close()

    def differences(self, day: date) -> Iterator[Difference]:
        """Rows of a local day that are missing, that nothing derives, or that have other values."""
        told = as_stored(self._rows(day))
        expected = {name: values for name, values in told if local_day(name[1]) == day.isoformat()}
        yield from compared(stored_rows(self._client, self._rules.sites.keys(), day), expected)

    def _rows(self, day: date) -> Iterator[Row]:
        local = LocalDay(self._rules, day)
        # Not only what the warehouse calls the other legs of a call: that is to be found out anew.
        around = Span(local.span.first - REACH_HOURS, local.span.until + REACH_HOURS)
        while lacking := self._group.lacks_hours(around):
            stored = stored_around(self._client, self._rules.sites, *lacking.instants())
            self._group.cover(lacking, stored.legs, stored.charges)
        for hour in range(*local.span):
            yield from self._group.retell(hour, local.has, 0)
        if self._group.crowded:
            self._group.forget(0)


def compared(stored: Mapping[Name, Values], expected: Mapping[Name, Values]) -> Iterator[Difference]:
    """What differs, in the order of views and keys."""
    for name in sorted(stored.keys() | expected.keys()):
        if name not in stored:
            yield Difference(*name, "is missing")
        elif name not in expected:
            yield Difference(*name, "follows from no stored leg")
        elif stored[name] != expected[name]:
            columns = zip(COLUMNS[name[0]], stored[name], expected[name], strict=True)
            wrong = [f"{column} is {_shown(was)}, derived {_shown(now)}" for column, was, now in columns if was != now]
            yield Difference(*name, "; ".join(wrong))


def _shown(value: object) -> str:
    """Money as the warehouse shows it, without zeros at the end; anything else as Python writes it."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else repr(value)
