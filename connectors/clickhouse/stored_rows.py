"""Derived rows as the warehouse has them, a local day at a time: what `verify` compares with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.blocks import CALLS, CHARGES, LEGS, LINKS, SITE_CALLS, Table
from connectors.clickhouse.retained import retained
from schemas.keys import local_day
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall

Name = tuple[str, str]
"""A view and a key in it."""
Values = tuple[object, ...]


class _View(NamedTuple):
    """A view, the table behind it, the column of the site that its rows are sorted by, the columns that are derived."""

    name: str
    table: Table
    site: str
    columns: Sequence[str]


def _view(name: str, table: Table, row_type: type[Row], site: str = "site") -> _View:
    """The view of these rows: all but the leg itself, the key and the version is derived."""
    known = {"leg", table.key_column, "version"}
    return _View(name, table, site, [field for field in row_type._fields if field not in known])


_VIEWS: dict[type, _View] = {
    LegRow: _view("legs", LEGS, LegRow),
    SiteCall: _view("site_calls", SITE_CALLS, SiteCall),
    Call: _view("calls", CALLS, Call, "origin_site"),
    Charge: _view("charges", CHARGES, Charge),
    LinkMatch: _view("link_matches", LINKS, LinkMatch, "from_site"),
}
COLUMNS = {view.name: view.columns for view in _VIEWS.values()}


def as_stored(rows: Iterable[Row]) -> Iterator[tuple[Name, Values]]:
    """Rows in the form in which `stored_rows` returns them; totals and withdrawals are left out."""
    for row in rows:
        view = _VIEWS.get(type(row))
        if view is not None:
            yield (view.name, view.table.key(row)), tuple([_plain(getattr(row, column)) for column in view.columns])


def stored_rows(client: Client, sites: Collection[str], day: date) -> dict[Name, Values]:
    """The derived columns of all rows of these sites whose key names this day."""
    found: dict[Name, Values] = {}
    for view in _VIEWS.values():
        query = (
            f"SELECT {view.table.key_column}, {', '.join(view.columns)} FROM {view.table.name} FINAL "  # noqa: S608 - names of its own
            f"WHERE {view.site} IN %(sites)s AND started_on = %(day)s"
        )
        for key, *values in client.execute(query, {"sites": tuple(sites), "day": day}):
            found[view.name, key] = tuple(map(_plain, values))
    return found


def stored_days(client: Client, sites: Collection[str], first: date, until: date) -> list[date]:
    """The days from `first` until before `until` of which there are rows of these sites and none is too old to stay."""
    of_tables = " UNION DISTINCT ".join(
        f"SELECT started_on, toBool({retained(view.site)}) AS stays FROM {view.table.name} "  # noqa: S608 - names of its own
        f"WHERE {view.site} IN %(sites)s GROUP BY started_on, {view.site}"
        for view in _VIEWS.values()
    )
    query = f"SELECT started_on FROM ({of_tables}) GROUP BY started_on HAVING min(stays) ORDER BY started_on"  # noqa: S608
    return [day for (day,) in client.execute(query, {"sites": tuple(sites)}) if first <= day < until]


def stored_leg_ids(client: Client, site: str, leg_ids: Collection[str]) -> set[str]:
    """Those of the leg ids, all of one site, that the warehouse has."""
    if not leg_ids:
        return set()
    query = "SELECT leg_id FROM leg_rows FINAL WHERE site = %(site)s AND started_on IN %(days)s AND leg_id IN %(ids)s"
    values = {"site": site, "days": tuple({local_day(leg_id) for leg_id in leg_ids}), "ids": tuple(leg_ids)}
    return {leg_id for (leg_id,) in client.execute(query, values)}


def stored_reject_offsets(client: Client, site: str, source_file: str) -> set[int]:
    """Where in a file the lines begin that are in the warehouse as rejects."""
    query = "SELECT source_offset FROM reject_rows FINAL WHERE site = %(site)s AND source_file = %(file)s"
    return {offset for (offset,) in client.execute(query, {"site": site, "file": source_file})}


def _plain(value: object) -> object:
    """A value in the form that both sides share."""
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return tuple(value) if isinstance(value, list) else value
