"""Derived rows as the warehouse has them, a local day at a time: what `verify` compares with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.retained import retained
from schemas.keys import local_day
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall

Name = tuple[str, str]
"""A view and a key in it."""
Values = tuple[object, ...]


class _View(NamedTuple):
    """A view, the table behind it, its columns of key and site, and the columns that are derived."""

    name: str
    table: str
    key: str
    site: str
    columns: Sequence[str]


def _derived(fields: Sequence[str], key: str) -> Sequence[str]:
    return [field for field in fields if field not in {key, "leg", "version"}]


_VIEWS: dict[type, _View] = {
    LegRow: _View("legs", "leg_rows", "leg_id", "site", _derived(LegRow._fields, "")),
    SiteCall: _View("site_calls", "site_call_rows", "site_call_id", "site", _derived(SiteCall._fields, "site_call_id")),
    Call: _View("calls", "call_rows", "call_id", "origin_site", _derived(Call._fields, "call_id")),
    Charge: _View("charges", "charge_rows", "leg_id", "site", _derived(Charge._fields, "leg_id")),
    LinkMatch: _View(
        "link_matches", "link_match_rows", "from_leg_id", "from_site", _derived(LinkMatch._fields, "from_leg_id")
    ),
}
COLUMNS = {view.name: view.columns for view in _VIEWS.values()}


def as_stored(rows: Iterable[Row]) -> Iterator[tuple[Name, Values]]:
    """Rows in the form in which `stored_rows` returns them; totals and withdrawals are left out."""
    for row in rows:
        view = _VIEWS.get(type(row))
        if view is not None:
            key = row.leg.leg_id if isinstance(row, LegRow) else getattr(row, view.key)
            yield (view.name, key), tuple([_plain(getattr(row, column)) for column in view.columns])


def stored_rows(client: Client, sites: Collection[str], day: date) -> dict[Name, Values]:
    """The derived columns of all rows of these sites whose key names this day."""
    found: dict[Name, Values] = {}
    for view in _VIEWS.values():
        query = (
            f"SELECT {view.key}, {', '.join(view.columns)} FROM {view.table} FINAL "  # noqa: S608 - names of its own
            f"WHERE {view.site} IN %(sites)s AND started_on = %(day)s"
        )
        for key, *values in client.execute(query, {"sites": tuple(sites), "day": day}):
            found[view.name, key] = tuple(map(_plain, values))
    return found


def stored_days(client: Client, sites: Collection[str], first: date, until: date) -> list[date]:
    """The days from `first` until before `until` of which there are rows of these sites and none is too old to stay."""
    of_tables = " UNION DISTINCT ".join(
        f"SELECT started_on, toBool({retained(view.site)}) AS stays FROM {view.table} "  # noqa: S608 - names of its own
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
