"""Destinations: where do calls go, and what does that cost?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana import variables
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import CALLS, CHARGES, STORY_OF_CHARGE, USER
from infra.grafana.panels import DURATION, SECONDS, STORY, PlacedPanel, bars, columns, rows

MINE = f"{CHARGES}\n  AND {USER}"


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-destinations",
        "CDR: destinations",
        "Countries, kinds of numbers, prefixes and single numbers that are called, with duration and cost.",
        [*_calls(), *_charges(), _costly()],
        [variables.user(), variables.currency(), variables.text("digits", "Characters of a prefix", "5")],
        since="now-30d",
        refresh="5m",
    )


def _calls() -> list[PlacedPanel]:
    return [
        columns(
            "Answered calls by country",
            "Answered calls by the country of the number that was reached; those within the sites are left out.",
            f"""
            SELECT destination_country AS country, count() AS calls FROM calls
            WHERE {CALLS}
              AND disposition = 'answered' AND country != ''
            GROUP BY country ORDER BY calls DESC, country LIMIT 30
            """,
            width=12,
        ),
        bars(
            "Calls by kind of number",
            "Calls over time by the kind of number that was reached (mobile, geographic, premium and so on).",
            f"""
            SELECT $__timeInterval(started_at) AS time, destination_kind, count() AS calls FROM calls
            WHERE {CALLS}
            GROUP BY time, destination_kind ORDER BY time
            """,
            width=12,
            stacked=True,
        ),
    ]


def _charges() -> list[PlacedPanel]:
    return [
        _grouped(
            "Charges by country and kind",
            "Counted charges by country, kind of number and currency.",
            "destination_country AS country, destination_kind AS kind",
            "country, kind",
        ),
        _grouped(
            "Charges by prefix",
            "Counted charges by the first characters of the number, and by currency.",
            "substringUTF8(destination_number, 1, greatest(1, toUInt8OrZero(${digits:singlequote}))) AS prefix",
            "prefix",
        ),
        _grouped(
            "Charges by number",
            "Counted charges by number and currency; masked digits stay X.",
            "destination_number AS number, any(destination_name) AS name",
            "number",
        ),
    ]


def _grouped(title: str, tells: str, selected: str, by: str) -> PlacedPanel:
    return rows(
        title,
        tells,
        f"""
        SELECT {selected}, currency, count() AS legs, sum(duration_seconds) AS seconds, sum(amount) AS amount
        FROM charges WHERE {MINE}
        GROUP BY {by}, currency ORDER BY currency, amount DESC, {by} LIMIT 100 BY currency
        """,
        {"seconds": DURATION},
        money=("amount",),
        width=8,
        height=10,
    )


def _costly() -> PlacedPanel:
    return rows(
        "Dearest calls",
        "The hundred dearest counted charges of each currency.",
        f"""
        SELECT connected_at, call_id, concat(payer_site, '/', payer_number) AS user, destination_number,
            destination_country AS country, destination_kind AS kind, duration_seconds AS seconds, currency, amount,
            {STORY_OF_CHARGE}
        FROM charges WHERE {MINE}
        ORDER BY currency, amount DESC, leg_id LIMIT 100 BY currency
        """,
        {"seconds": SECONDS},
        money=("amount",),
        links={"call_id": STORY},
        height=10,
    )
