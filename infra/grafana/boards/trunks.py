"""Trunks: are there enough channels, and are they answered?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana import variables
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import CHARGES, ZONE
from infra.grafana.panels import DURATION, PERCENT, SECONDS, PlacedPanel, bars, lines, rows
from infra.grafana.sweep import held, most_over_time, seizures

SEIZURES = seizures("$__conditionalAll(site IN (${site:singlequote}), $site)")
# Reasons for which no channel could be had, or the network could not carry the call.
BLOCKED = "disconnect_reason IN ('NoChannelAvailable', 'NetworkCongestion')"
HELD = held("concat(site, ' ', trunk)", SEIZURES)
# The part of each seizure that lies in each clock hour of the chosen zone, in seconds.
HOURLY = f"""
    SELECT site, trunk,
        toStartOfHour(toTimeZone(addHours(started_at, arrayJoin(range(
            toUInt32(dateDiff('hour', started_at, released_at, {ZONE})) + 1))), {ZONE})) AS hour,
        greatest(0, dateDiff('second', greatest(started_at, toTimeZone(hour, 'UTC')),
            least(released_at, addHours(toTimeZone(hour, 'UTC'), 1)))) AS seconds
    FROM ({SEIZURES}
    ) WHERE seconds > 0"""


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-trunks",
        "CDR: trunks",
        "Concurrent calls, traffic in Erlang, busy hours, answer rates, blocked calls and costs of every trunk.",
        [*_load(), *_traffic(), *_quality()],
        [variables.currency(), variables.text("capacity", "Channels of a trunk", "30")],
        since="now-7d",
        refresh="5m",
    )


def _load() -> list[PlacedPanel]:
    return [
        bars(
            "Concurrent calls",
            "Most calls at the same time on each trunk, ringing ones included, by a sweep over their intervals.",
            most_over_time(HELD),
        ),
        rows(
            "Peaks",
            "The most calls at the same time on each trunk, when that was, and which share of the channels it took.",
            f"""
            SELECT line AS trunk, maxIntersections(since, until) AS peak,
                toDateTime(maxIntersectionsPosition(since, until), 'UTC') AS first_at,
                peak / greatest(1, toUInt32OrZero(${{capacity:singlequote}})) AS of_channels
            FROM ({HELD}
            )
            GROUP BY line ORDER BY line
            """,
            {"of_channels": PERCENT},
            width=12,
        ),
    ]


def _traffic() -> list[PlacedPanel]:
    return [
        lines(
            "Traffic",
            "Carried traffic of each trunk by clock hour in Erlang: the calls that it had on average.",
            f"""
            SELECT hour AS time, concat(site, ' ', trunk) AS line, sum(seconds) / 3600 AS erlang
            FROM ({HOURLY}
            ) WHERE $__timeFilter(hour)
            GROUP BY time, site, trunk ORDER BY time
            """,
            decimals=2,
            least="1h",
        ),
        rows(
            "Busy hour by day",
            "The clock hour with most traffic of each trunk on each day of the chosen time zone.",
            f"""
            SELECT formatDateTime(hour, '%Y-%m-%d') AS day, site, trunk,
                formatDateTime(argMax(hour, (carried, -toUnixTimestamp(hour))), '%H:00') AS busy_hour,
                max(carried) AS erlang
            FROM (
                SELECT site, trunk, hour, sum(seconds) / 3600 AS carried
                FROM ({HOURLY}
                ) WHERE $__timeFilter(hour)
                GROUP BY site, trunk, hour
            )
            GROUP BY day, site, trunk ORDER BY day DESC, site, trunk
            """,
            width=12,
        ),
    ]


def _quality() -> list[PlacedPanel]:
    return [
        rows(
            "Answered and blocked",
            "ASR: answered of all seizures; ACD: mean talk time of answered ones; blocked: no channel, or congestion.",
            f"""
            SELECT site, trunk, count() AS seizures, countIf(connected_at IS NOT NULL) AS answered,
                answered / seizures AS asr,
                ifNotFinite(sumIf(greatest(0, dateDiff('second', connected_at, released_at)),
                    connected_at IS NOT NULL) / answered, 0) AS acd,
                countIf({BLOCKED}) AS blocked, blocked / seizures AS blocking
            FROM ({SEIZURES}
            ) WHERE $__timeFilter(started_at)
            GROUP BY site, trunk ORDER BY site, trunk
            """,
            {"asr": PERCENT, "acd": SECONDS, "blocking": PERCENT},
            width=12,
        ),
        rows(
            "Cost by carrier",
            "Counted charges by the site and trunk that carried the call, and by currency.",
            f"""
            SELECT carrier_site, trunk, currency, count() AS legs, sum(duration_seconds) AS seconds,
                sum(amount) AS amount
            FROM charges WHERE {CHARGES}
            GROUP BY carrier_site, trunk, currency ORDER BY carrier_site, trunk, currency
            """,
            {"seconds": DURATION},
            money=("amount",),
            width=12,
        ),
    ]
