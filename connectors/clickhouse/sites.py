"""The sites as the warehouse shows them: the last sign of life of each, and the state that it is in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from clickhouse_driver import Client

STATES = ("ok", "behind", "silent", "unreadable", "no_file", "away")
"""The states of a site (docs/operations.md)."""


class Site(NamedTuple):
    """A row of the view `sites` (contract 9)."""

    site: str
    last_cdr_at: datetime | None
    last_seen_at: datetime
    file: str
    file_offset: int
    bytes_behind: int
    torn_bytes: int
    problem: str
    state: str


def read_sites(client: Client) -> dict[str, Site]:
    """All sites that ever gave a sign of life, by name."""
    query = f"SELECT {', '.join(Site._fields)} FROM sites"  # noqa: S608 - names of the program's own
    return {row[0]: Site._make(row) for row in client.execute(query)}
