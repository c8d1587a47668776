"""Pipeline health: does everything arrive, and is it read?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana import variables
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import CALLS, OF_SITE, STORY_OF_CALL, ZONE
from infra.grafana.panels import BYTES, DURATION, STORY, PlacedPanel, bars, number, rows

SITE = "$__conditionalAll(site IN (${site:singlequote}), $site)"
# A version tells its epoch in the upper bits, and within an epoch in which order rows came (docs/warehouse.md).
EPOCH = "bitShiftRight(version, 52)"
# How far the newest end among the legs that came before lies behind a leg's own end.
LATE = f"""
    SELECT site, leg_id, started_at, ended_at, greatest(0, dateDiff('second', ended_at, max(ended_at) OVER (
            PARTITION BY site, {EPOCH} ORDER BY version, ended_at, leg_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))) AS late
    FROM legs WHERE {OF_SITE}
      AND ended_at IS NOT NULL"""


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-health",
        "CDR: pipeline health",
        "Whether every site reports, how far reading is behind, what could not be read, and what came late.",
        [*_numbers(), _sites(), *_rejects(), *_late(), *_odd()],
        [variables.text("late_minutes", "Late from (minutes)", "15")],
        refresh="10s",
    )


def _numbers() -> list[PlacedPanel]:
    return [
        number(
            "Bytes behind",
            "Bytes of all files that are not read yet.",
            f"SELECT sum(bytes_behind) AS behind FROM sites\nWHERE {SITE}",
            BYTES,
            width=6,
        ),
        number(
            "Sites to look after",
            "Sites that are silent, away, without a file or with one that cannot be read.",
            f"SELECT countIf(state NOT IN ('ok', 'behind')) AS sites FROM sites\nWHERE {SITE}",
            width=6,
            alarm=1,
        ),
        number(
            "Rejects",
            "Lines and messages that could not be read, by when they were last tried.",
            f"SELECT count() AS rejects FROM rejects\nWHERE $__timeFilter(rejected_at) AND {SITE}",
            width=6,
            alarm=1,
        ),
        number(
            "Calls with missing legs",
            "Calls that refer to a leg that has not come.",
            f"SELECT countIf(NOT complete) AS calls FROM calls\nWHERE {CALLS}",
            width=6,
        ),
    ]


def _sites() -> PlacedPanel:
    return rows(
        "Sites",
        "The latest sign of life of each site: how old its newest CDR and its heartbeat are, and what is wrong.",
        f"""
        SELECT site, state, dateDiff('second', last_seen_at, now('UTC')) AS since_heartbeat,
            dateDiff('second', last_cdr_at, now('UTC')) AS since_newest_cdr, silent_since, bytes_behind, torn_bytes,
            problem, file, file_offset, group_name, time_zone
        FROM sites WHERE {SITE}
        ORDER BY state IN ('ok', 'behind'), site
        """,
        {
            "since_heartbeat": DURATION,
            "since_newest_cdr": DURATION,
            "bytes_behind": BYTES,
            "torn_bytes": BYTES,
            "file_offset": BYTES,
        },
    )


def _rejects() -> list[PlacedPanel]:
    return [
        bars(
            "Rejects over time",
            "What could not be read, by reason, at the time when it was last tried.",
            f"""
            SELECT $__timeInterval(rejected_at) AS time, reason, count() AS rejects FROM rejects
            WHERE $__timeFilter(rejected_at) AND {SITE}
            GROUP BY time, reason ORDER BY time
            """,
            stacked=True,
        ),
        rows(
            "Newest rejects",
            "Lines that could not be read: where they stand and why; swyx-cdr rejects replay reads them again.",
            f"""
            SELECT rejected_at, site, source_file, source_offset, reason, detail FROM rejects
            WHERE $__timeFilter(rejected_at) AND {SITE}
            ORDER BY rejected_at DESC, site, source_file, source_offset LIMIT 200
            """,
            width=12,
        ),
    ]


def _late() -> list[PlacedPanel]:
    return [
        bars(
            "Late legs",
            "Legs that came, or changed, when ones of the same site that had ended later were there already, by day.",
            f"""
            SELECT toStartOfDay(started_at, {ZONE}) AS time, site, count() AS legs
            FROM ({LATE}
            ) WHERE late >= 60 * toUInt32OrZero(${{late_minutes:singlequote}})
            GROUP BY time, site ORDER BY time
            """,
        ),
        rows(
            "Revisions",
            "What wrote the calls as they are now: stream, backfill or re-rating each start an epoch.",
            f"""
            SELECT {EPOCH} AS epoch, count() AS calls, countIf(leg_count > 1) AS joined, min(started_at) AS first,
                max(started_at) AS last
            FROM calls WHERE {CALLS}
            GROUP BY epoch ORDER BY epoch DESC
            """,
            width=12,
        ),
    ]


def _odd() -> list[PlacedPanel]:
    return [
        rows(
            "Calls that wait for a leg",
            "The newest calls that refer to a leg that has not come, and which one.",
            f"""
            SELECT started_at, call_id, origin_site, arrayStringConcat(missing_call_ids, ', ') AS missing_legs,
            {STORY_OF_CALL}
            FROM calls WHERE {CALLS}
              AND NOT complete
            ORDER BY started_at DESC, call_id LIMIT 200
            """,
            links={"call_id": STORY},
            width=12,
        ),
        rows(
            "Anomalies",
            "What is odd about legs, by site (contract 4).",
            f"""
            SELECT site, arrayJoin(anomalies) AS anomaly, count() AS legs, max(started_at) AS newest
            FROM legs WHERE {OF_SITE}
            GROUP BY site, anomaly ORDER BY legs DESC, site, anomaly
            """,
            width=12,
        ),
    ]
