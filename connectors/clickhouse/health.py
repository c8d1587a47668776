"""What the warehouse tells of work that was left undone: lines that could not be read, calls that wait for a leg."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from clickhouse_driver import Client


class RejectCount(NamedTuple):
    """How many rejects there are, and how many of them were tried last at or after an instant."""

    total: int
    recent: int


def count_recent_rejects(client: Client, since: datetime) -> dict[str, RejectCount]:
    """The rejects by site; the empty name stands for messages that name none."""
    query = "SELECT site, count(), countIf(rejected_at >= %(since)s) FROM rejects GROUP BY site"
    return {site: RejectCount(*counts) for site, *counts in client.execute(query, {"since": _seconds(since)})}


def count_incomplete_calls(client: Client, ended_from: datetime, ended_until: datetime) -> int:
    """How many calls that ended in this span, its end left out, miss a leg that another one names (contract 6)."""
    query = (
        "SELECT count() FROM calls WHERE NOT complete AND ended_at >= %(from)s AND ended_at < %(until)s "
        # A call is at most some days long; by its start most of the table need not be read.
        "AND started_at >= %(from)s - INTERVAL 7 DAY AND started_at < %(until)s"
    )
    ((count,),) = client.execute(query, {"from": _seconds(ended_from), "until": _seconds(ended_until)})
    return int(count)


def _seconds(instant: datetime) -> datetime:
    """Columns hold whole seconds."""
    return instant.replace(microsecond=0)
