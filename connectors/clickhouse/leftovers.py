"""What rows of certain epochs there are: where a backfill that was killed may have left some without the others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.blocks import CALLS, CHARGES, LEGS, LINKS, SITE_CALLS, TOTALS, Table
from connectors.clickhouse.retained import retained
from schemas.rows import Withdrawal

_SITE_COLUMNS: dict[Table, str] = {
    LEGS: "site",
    SITE_CALLS: "site",
    CALLS: "origin_site",
    CHARGES: "site",
    LINKS: "from_site",
}
_OF_EPOCHS = "bitShiftRight(version, 52) IN %(epochs)s"
_PAYER_SITE = "splitByChar('|', total_id)[2]"  # of withdrawn totals the server knows the id only
_DAY = timedelta(days=1)


class Name(NamedTuple):
    """A row: its entity, as in `Withdrawal`, and its key."""

    entity: str
    key: str


def days_of_epochs(client: Client, sites: Collection[str], epochs: Collection[int]) -> list[date]:
    """The local days of all rows of these sites that were ever written under these epochs, if their legs still stay.

    The hours of totals are in UTC, so the days around them are among these.
    """
    values = {"sites": tuple(sites), "epochs": tuple(epochs)}
    days: set[date] = set()
    for table, site in _SITE_COLUMNS.items():
        query = f"SELECT DISTINCT started_on FROM {table.name} WHERE {site} IN %(sites)s AND {_OF_EPOCHS}"  # noqa: S608 - names of its own
        days.update(day for (day,) in client.execute(f"{query} AND {retained(site)}", values))
    query = f"SELECT DISTINCT started_on FROM {TOTALS.name} WHERE {_PAYER_SITE} IN %(sites)s AND {_OF_EPOCHS}"  # noqa: S608
    for (day,) in client.execute(f"{query} AND {retained(_PAYER_SITE)}", values):
        days.update((day - _DAY, day, day + _DAY))
    return sorted(days)


def names_of_day(client: Client, sites: Collection[str], day: date) -> set[Name]:
    """The rows that these sites have on a local day, but for legs and totals."""
    values = {"sites": tuple(sites), "day": day}
    names: set[Name] = set()
    for table, site in _SITE_COLUMNS.items():
        if table is not LEGS:
            query = (
                f"SELECT {table.key_column} FROM {table.name} FINAL WHERE {site} IN %(sites)s AND started_on = %(day)s"  # noqa: S608
            )
            names.update(Name(table.entity, key) for (key,) in client.execute(query, values))
    return names


def totals_of_epochs(client: Client, sites: Collection[str], epochs: Collection[int]) -> set[Name]:
    """The totals of payers of these sites whose newest state is of these epochs."""
    values = {"sites": tuple(sites), "epochs": tuple(epochs)}
    query = f"SELECT total_id FROM {TOTALS.name} FINAL WHERE {_PAYER_SITE} IN %(sites)s AND {_OF_EPOCHS}"  # noqa: S608
    return {Name(TOTALS.entity, key) for (key,) in client.execute(f"{query} AND {retained(_PAYER_SITE)}", values)}


def withdrawal(name: Name, version: int) -> Withdrawal:
    """The end of a row."""
    return Withdrawal(name.entity, name.key, version)
