"""Reachability: when and where are incoming calls missed, and how long do callers wait?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from connectors.clickhouse.conditions import MISSED
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import ANSWERED, CALLS, OF_SITE, STORY_OF_CALL, ZONE
from infra.grafana.panels import COUNT, PERCENT, SECONDS, STORY, PlacedPanel, bars, number, rows

INCOMING = f"{CALLS}\n  AND direction = 'incoming'"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-reachability",
        "CDR: reachability",
        "Incoming calls: answered, missed and taken by scripts, how long callers waited, by hour and weekday.",
        [*_numbers(), _over_time(), *_by_hour(), *_missed()],
        since="now-7d",
        refresh="5m",
    )


def _numbers() -> list[PlacedPanel]:
    return [
        number(
            "Incoming calls",
            "Calls from outside that began in the time range.",
            f"SELECT count() AS calls FROM calls\nWHERE {INCOMING}",
        ),
        number(
            "Answered",
            "Share of the incoming calls that somebody took.",
            f"SELECT {ANSWERED} FROM calls\nWHERE {INCOMING}",
            PERCENT,
            decimals=1,
        ),
        number(
            "Missed",
            "Incoming calls that nobody took; an announcement of a script is no answer.",
            f"SELECT countIf({MISSED}) AS missed FROM calls\nWHERE {INCOMING}",
        ),
        number(
            "Only a script answered",
            "Incoming calls that a script took, and no person after it.",
            f"SELECT countIf(disposition = 'script') AS script FROM calls\nWHERE {INCOMING}",
        ),
        number(
            "Wait until answered",
            "Mean time from the beginning of an incoming call until somebody took it, announcements included.",
            f"""
            SELECT ifNotFinite(avgIf(ring_seconds, disposition = 'answered'), 0) AS wait FROM calls
            WHERE {INCOMING}
            """,
            SECONDS,
            decimals=1,
        ),
        number(
            "Patience of missed callers",
            "Mean time for which missed callers waited.",
            f"SELECT ifNotFinite(avgIf(ring_seconds, {MISSED}), 0) AS wait FROM calls\nWHERE {INCOMING}",
            SECONDS,
            decimals=1,
        ),
    ]


def _over_time() -> PlacedPanel:
    return bars(
        "Incoming calls by day",
        "Incoming calls by how they ended and day of the chosen time zone.",
        f"""
        SELECT toStartOfDay(started_at, {ZONE}) AS time, disposition, count() AS calls FROM calls
        WHERE {INCOMING}
        GROUP BY time, disposition ORDER BY time
        """,
        width=24,
        stacked=True,
    )


def _by_hour() -> list[PlacedPanel]:
    return [
        _hours("Missed by hour and weekday", "Missed calls", f"countIf({MISSED} AND {{}})"),
        _hours(
            "Answered by hour and weekday",
            "Incoming calls that somebody took",
            "countIf(disposition = 'answered' AND {})",
        ),
        _hours(
            "Script answers by hour and weekday",
            "Incoming calls that a script took, and no person after it,",
            "countIf(disposition = 'script' AND {})",
        ),
        _hours(
            "Wait by hour and weekday",
            "Mean seconds until somebody took an incoming call,",
            "ifNotFinite(avgIf(ring_seconds, disposition = 'answered' AND {}), 0)",
            SECONDS,
        ),
        rows(
            "Waiting by hour",
            "Incoming calls by hour of the chosen time zone, and how long callers waited until somebody took them.",
            f"""
            SELECT toHour(started_at, {ZONE}) AS hour, count() AS calls, countIf({MISSED}) AS missed,
                missed / calls AS share_missed, countIf(disposition = 'script') AS script,
                ifNotFinite(avgIf(ring_seconds, disposition = 'answered'), 0) AS mean_wait,
                maxIf(ring_seconds, disposition = 'answered') AS longest_wait
            FROM calls WHERE {INCOMING}
            GROUP BY hour ORDER BY hour
            """,
            {"share_missed": PERCENT, "mean_wait": SECONDS, "longest_wait": SECONDS},
            height=10,
        ),
    ]


def _hours(title: str, what: str, measure: str, unit: str = COUNT) -> PlacedPanel:
    """Hours down, weekdays across; `measure` has braces where the condition of the weekday belongs."""
    days = ",\n    ".join(f"{measure.format(f'weekday = {day}')} AS {name}" for day, name in enumerate(WEEKDAYS, 1))
    return rows(
        title,
        f"{what} by hour and weekday of the chosen time zone; the darker, the more.",
        f"SELECT toHour(started_at, {ZONE}) AS hour,\n    {days}\n"
        f"FROM (SELECT *, toDayOfWeek(started_at, 0, {ZONE}) AS weekday FROM calls WHERE {INCOMING})\n"
        "GROUP BY hour ORDER BY hour",
        dict.fromkeys(WEEKDAYS, unit),
        coloured=f"^({'|'.join(WEEKDAYS)})$",
        width=12,
        height=10,
    )


def _missed() -> list[PlacedPanel]:
    return [
        rows(
            "Missed by number called",
            "Incoming calls of a site by the number that the caller dialled, those missed most often first.",
            f"""
            SELECT site, called_number AS called, max(called_name) AS name, count() AS calls,
                countIf({MISSED}) AS missed, missed / calls AS share_missed
            FROM site_calls WHERE {OF_SITE}
              AND direction = 'incoming'
            GROUP BY site, called ORDER BY missed DESC, calls DESC, site, called LIMIT 200
            """,
            {"share_missed": PERCENT},
            width=12,
            height=10,
        ),
        rows(
            "Missed calls to return",
            "The newest missed calls: who called whom, and for how long it rang.",
            f"""
            SELECT started_at, call_id, origination_number AS caller, origination_name AS name,
                called_number AS called, disposition, ring_seconds AS ring,
            {STORY_OF_CALL}
            FROM calls WHERE {CALLS}
              AND {MISSED}
            ORDER BY started_at DESC, call_id LIMIT 200
            """,
            {"ring": SECONDS},
            links={"call_id": STORY},
            width=12,
            height=10,
        ),
    ]
