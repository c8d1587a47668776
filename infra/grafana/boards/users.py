"""Users and cost centres: who calls how much, at what cost?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana import variables
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import CHARGES, STORY_OF_CHARGE, USER, ZONE
from infra.grafana.panels import DURATION, SECONDS, STORY, Link, PlacedPanel, bars, rows, sums

# The user's own row leads to the same dashboard with nothing but this user.
ONE_USER = Link("Only this user", "swyx-users", {"user": "user", "site": "payer_site"})
MINE = f"{CHARGES}\n  AND {USER}"


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-users",
        "CDR: users and cost centres",
        "What users, cost centres, departments and projects spend, and on which calls.",
        [*_sums(), _users(), *_groups(), _calls()],
        [variables.user(), variables.currency()],
        since="now/M",
        refresh="5m",
    )


def _sums() -> list[PlacedPanel]:
    return [
        sums(
            "Charges",
            "Counted charges of the chosen users, by currency.",
            f"SELECT currency, sum(amount) AS amount FROM charges\nWHERE {MINE}\nGROUP BY currency ORDER BY currency",
            width=6,
        ),
        bars(
            "Charges by day",
            "Counted charges by currency and day of the chosen time zone.",
            f"""
            SELECT toStartOfDay(connected_at, {ZONE}) AS time, currency, sum(amount) AS amount FROM charges
            WHERE {MINE}
            GROUP BY time, currency ORDER BY time
            """,
            decimals=2,
            width=18,
        ),
    ]


def _users() -> PlacedPanel:
    return rows(
        "Charges by user",
        "Counted charges by who pays and currency: the five hundred greatest sums of each currency.",
        f"""
        SELECT payer_site, payer_number, max(payer_name) AS name, concat(payer_site, '/', payer_number) AS user,
            currency, count() AS legs, sum(duration_seconds) AS seconds, sum(amount) AS amount
        FROM charges WHERE {MINE}
        GROUP BY payer_site, payer_number, currency
        ORDER BY currency, amount DESC, user LIMIT 500 BY currency
        """,
        {"seconds": DURATION},
        money=("amount",),
        links={"user": ONE_USER},
        height=10,
    )


def _groups() -> list[PlacedPanel]:
    return [
        _group("cost_centre", "cost centre", "Cost centres"),
        _group("department", "department", "Departments"),
        _group("project_number", "project number", "Projects"),
    ]


def _group(column: str, what: str, title: str) -> PlacedPanel:
    return rows(
        title,
        f"Counted charges by {what} and currency; an empty {what} collects calls without one.",
        f"""
        SELECT {column}, currency, count() AS legs, sum(duration_seconds) AS seconds, sum(amount) AS amount
        FROM charges WHERE {MINE}
        GROUP BY {column}, currency ORDER BY currency, amount DESC, {column} LIMIT 500 BY currency
        """,
        {"seconds": DURATION},
        money=("amount",),
        width=8,
    )


def _calls() -> PlacedPanel:
    return rows(
        "Charged calls",
        "The newest counted charges of the chosen users, one by one.",
        f"""
        SELECT connected_at, call_id, concat(payer_site, '/', payer_number) AS user, destination_number,
            if(destination_name = '', destination_country, destination_name) AS destination, destination_kind,
            carrier_site, trunk, source, duration_seconds AS seconds, currency, amount,
            {STORY_OF_CHARGE}
        FROM charges WHERE {MINE}
        ORDER BY connected_at DESC, leg_id LIMIT 500
        """,
        {"seconds": SECONDS},
        money=("amount",),
        links={"call_id": STORY},
        height=12,
    )
