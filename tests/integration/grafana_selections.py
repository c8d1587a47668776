"""What somebody chose above a dashboard, and the rows of the reference that it leaves."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import pytest

from schemas.rows import Call, Charge, LegRow, SiteCall
from tests.grafana_files import Query, panel_queries
from tests.grafana_macros import ALL, Context
from tests.integration.grafana_world import BERLIN, VIENNA, World

T = TypeVar("T")
Rows = list[tuple[Any, ...]]
Expected = Callable[[World, "Selection"], Rows]


class Selection(NamedTuple):
    """A time range, the length of an interval of the panels in seconds, and values of variables; empty: all."""

    start: datetime
    end: datetime
    interval: int
    zone: str
    sites: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    further: tuple[tuple[str, str], ...] = (("capacity", "2"), ("digits", "5"), ("late_minutes", "15"), ("call", ""))

    def context(self) -> Context:
        """The same for the expander of queries."""
        several = {"site": self.sites, "currency": self.currencies, "user": self.users}
        values = {name: chosen or (ALL,) for name, chosen in several.items()}
        values |= {"time_zone": (self.zone,)} | {name: (value,) for name, value in self.further}
        return Context(self.start, self.end, self.interval, values)

    def has(self, instant: datetime | None) -> bool:
        """Whether it lies in the time range."""
        return instant is not None and self.start <= instant <= self.end

    def of_site(self, *sites: str) -> bool:
        """Whether any of the sites is chosen."""
        return not self.sites or not set(self.sites).isdisjoint(sites)

    def local(self, instant: datetime) -> datetime:
        """What clocks show in the chosen zone."""
        return instant.astimezone(ZoneInfo(self.zone))

    def day(self, instant: datetime) -> datetime:
        """The beginning of the local day."""
        return self.local(instant).replace(hour=0, minute=0, second=0).astimezone(UTC)

    def bucket(self, instant: datetime) -> datetime:
        """The beginning of the interval."""
        seconds = int(instant.timestamp())
        return datetime.fromtimestamp(seconds - seconds % self.interval, UTC)

    def calls(self, world: World) -> list[Call]:
        """Calls that began in the range and touched a chosen site."""
        return [call for call in world.of(Call) if self.has(call.started_at) and self.of_site(*call.sites)]

    def site_calls(self, world: World) -> list[SiteCall]:
        """Site calls that began in the range at a chosen site."""
        return [call for call in world.of(SiteCall) if self.has(call.started_at) and self.of_site(call.site)]

    def legs(self, world: World) -> list[LegRow]:
        """Legs that began in the range at a chosen site."""
        return [row for row in world.of(LegRow) if self.has(row.leg.record.started_at) and self.of_site(row.leg.site)]

    def charges(self, world: World) -> list[Charge]:
        """Counted charges connected in the range, of chosen payers' sites and currencies."""
        return [
            charge
            for charge in world.of(Charge)
            if charge.counted
            and self.has(charge.connected_at)
            and self.of_site(charge.payer_site)
            and (not self.currencies or charge.currency in self.currencies)
        ]

    def user_charges(self, world: World) -> list[Charge]:
        """Those of the chosen users."""
        return [charge for charge in self.charges(world) if not self.users or user_of(charge) in self.users]


EVERYTHING = Selection(datetime(2024, 3, 30, tzinfo=UTC), datetime(2024, 11, 1, tzinfo=UTC), 86_400, "Europe/Berlin")
# Some days lie outside, hours begin at half past those of UTC, and calls are under way at both ends.
A_PART = Selection(
    datetime(2024, 3, 31, 0, 30, tzinfo=UTC),
    datetime(2024, 10, 27, 0, 50, tzinfo=UTC),
    1800,
    "Asia/Kolkata",
    (BERLIN, VIENNA),
    ("EUR",),
    (f"{BERLIN}/3123", f"{VIENNA}/5140"),
    (("capacity", "30"), ("digits", "4"), ("late_minutes", "0"), ("call", "")),
)
SELECTIONS = [pytest.param(EVERYTHING, id="everything"), pytest.param(A_PART, id="a part")]


def panels_of(*boards: str, titles: Container[str] | None = None) -> list[Any]:
    """The queries of all panels of some dashboards, or of those with certain titles, for parametrising."""
    found = [query for query in panel_queries() if query.board in boards and (titles is None or query.title in titles)]
    return [pytest.param(query, id=f"{query.board} {query.title}") for query in found]


def assert_rows(world: World, query: Query, selection: Selection, expected: Rows) -> None:
    """The query gives these rows, in any order; fractions may differ in the tenth digit.

    The time ranges of links to stories, which are not shown, are left out.
    """
    columns, rows = world.asked(query.sql, selection.context())
    shown = [place for place, (name, _) in enumerate(columns) if not name.startswith("story_")]
    found = [tuple(row[place] for place in shown) for row in rows]
    assert sorted(map(_plain, found), key=repr) == sorted(map(_plain, expected), key=repr)


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_value(value) for value in row)


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value:.6f}"
    return round(value, 9) if isinstance(value, float) else value


def user_of(charge: Charge) -> str:
    """The payer as the variable names it."""
    return f"{charge.payer_site}/{charge.payer_number}"


def grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> dict[Any, list[T]]:
    """The items by key."""
    found: dict[Any, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def counted(items: Iterable[T], key: Callable[[T], tuple[Any, ...]]) -> Rows:
    """How many items each key has."""
    return [(*name, len(members)) for name, members in grouped(items, key).items()]


def spent(charges: Iterable[Charge], key: Callable[[Charge], tuple[Any, ...]]) -> Rows:
    """Legs, seconds and amount of each key and currency."""
    found = grouped(charges, lambda charge: (*key(charge), charge.currency))
    return [
        (*name, len(of), sum(one.duration_seconds for one in of), sum((one.amount for one in of), Decimal(0)))
        for name, of in found.items()
    ]


def missed(call: Call | SiteCall) -> bool:
    """Whether nobody and no script took an incoming call."""
    return call.direction == "incoming" and call.disposition not in {"answered", "script", "answered_elsewhere"}


def mean(values: list[int]) -> float:
    """Their mean; 0 of none."""
    return sum(values) / len(values) if values else 0.0
