"""Simultaneous calls: a sweep over the intervals in which legs hold a channel.

Intervals that touch do not overlap: a channel that is released can be taken in the same second.
"""

from __future__ import annotations

from textwrap import indent

from connectors.clickhouse.conditions import NO_RESULT
from infra.grafana.filters import BEGUN


def seizures(condition: str) -> str:
    """Each trunk that a leg used, from start to end, ringing included; a leg from trunk to trunk holds two.

    Columns: site, trunk, started_at, connected_at, released_at, disconnect_reason. Calls that began before the time
    range are among them. `condition` is over the columns of `legs`.
    """
    return f"""
    SELECT site, arrayJoin(arrayFilter(device -> device != '', [
            if(origin_kind = 'trunk', trimBoth(origination_device), ''),
            if(destination_kind = 'trunk', trimBoth(destination_device), '')])) AS trunk,
        started_at, connected_at, coalesce(ended_at, connected_at, started_at) AS released_at, disconnect_reason
    FROM legs
    WHERE {BEGUN} AND released_at >= $__fromTime AND ({NO_RESULT})
        AND {condition}"""


def held(name: str, holders: str) -> str:
    """Intervals by name, cut to the time range, as Unix times: name, since, until; calls that began before included.

    `name` is an expression over `holders`, a query that gives `started_at` and `released_at`.
    """
    return f"""
    SELECT {name} AS line, toUnixTimestamp(greatest(started_at, $__fromTime)) AS since,
        toUnixTimestamp(least(released_at, $__toTime)) AS until
    FROM ({indent(holders, "    ")}
    ) WHERE until > since"""


def most_over_time(intervals: str) -> str:
    """The most simultaneous calls of each name in each interval of the panel; times without calls have no row."""
    return f"""
    SELECT toDateTime(bucket, 'UTC') AS time, line,
        maxIntersections(greatest(since, bucket), least(until, bucket + $__interval_s)) AS calls
    FROM (
        SELECT line, since, until, arrayJoin(range(
            intDiv(since, $__interval_s), intDiv(until - 1, $__interval_s) + 1)) * $__interval_s AS bucket
        FROM ({indent(intervals, "        ")}
        )
    )
    GROUP BY time, bucket, line ORDER BY time, line"""
