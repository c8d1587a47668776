"""A warehouse of two generated groups, and all its rows as the naive reference tells them: what reports must say."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from pipeline.domain.rules import GroupRules
from schemas.rows import Call, Charge, LegRow
from tests.conftest import ClickHouseServer
from tests.corpora.files import append_legs, configure
from tests.corpora.reference import read, worlds
from tests.corpora.worlds import corpora
from tests.property.naive_rows import naive_rows
from tests.warehouse import fresh_warehouse

# They have four currencies, sites in two time zones, tariffs, users, projects, a masked and a lost site; their calls
# fall on both nights on which the clock changes, and on the days behind them.
GROUPS = (4, 5)
ALWAYS = (date.min, date.max)
Item = TypeVar("Item")


class Reported(NamedTuple):
    """The groups' configuration, rules and time zones, and their rows."""

    config: Path
    rules: tuple[GroupRules, ...]
    zones: dict[str, str]
    charges: list[Charge]
    calls: list[Call]
    legs: list[LegRow]
    rows: list[Any]

    @property
    def counted(self) -> list[Charge]:
        """The charges that enter totals."""
        return [charge for charge in self.charges if charge.counted]

    def local(self, instant: datetime, site: str) -> datetime:
        """An instant in the local time of a site."""
        return instant.astimezone(ZoneInfo(self.zones[site]))

    def payer_day(self, charge: Charge) -> date:
        """The local day of a charge at its payer's site."""
        return self.local(charge.started_at, charge.payer_site).date()


@cache
def reported() -> Reported:
    """The groups, the same for all tests of a process."""
    folder = Path(tempfile.mkdtemp(prefix="swyx-cdr-reports-"))
    made = [corpus for number, corpus in enumerate(corpora()) if number in GROUPS]
    config = configure(folder, made)
    for late in (False, True):
        append_legs(folder, made, late=late)
    groups = read(config)
    rows = [row for world in worlds(groups, made).values() for row in naive_rows(world).values()]
    rules = tuple(group.rules for group in groups.values())
    zones = {name: str(site.time_zone) for group in rules for name, site in group.sites.items()}
    return Reported(config, rules, zones, of(rows, Charge), of(rows, Call), of(rows, LegRow), rows)


def of(rows: Iterable[Any], kind: type[Item]) -> list[Item]:
    """The rows of one kind."""
    return [row for row in rows if isinstance(row, kind)]


def reported_warehouse(server: ClickHouseServer) -> ClickHouseOptions:
    """A new warehouse of the groups' rows."""
    options = fresh_warehouse(server)
    with RowWriter(options) as writer:
        assert writer.write(reported().rows) == []
    return options


def summed(charges: Iterable[Charge], key: Callable[[Charge], object]) -> dict[object, tuple[int, int, int, Decimal]]:
    """Calls, legs, seconds and amount of the charges of each key."""
    groups: dict[object, list[Charge]] = {}
    for charge in charges:
        groups.setdefault(key(charge), []).append(charge)
    return {
        key: (
            len({charge.call_id for charge in members}),
            len(members),
            sum(charge.duration_seconds for charge in members),
            sum((charge.amount for charge in members), Decimal(0)),
        )
        for key, members in groups.items()
    }
