"""Overview: what is going on, and is anything wrong?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from connectors.clickhouse.conditions import MISSED
from infra.grafana import variables
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import AMOUNTS, ANSWERED, CALLS, CHARGES, OF_SITE, STORY_OF_CALL, ZONE
from infra.grafana.panels import DURATION, PERCENT, SECONDS, STORY, Link, PlacedPanel, bars, number, rows, sums

REACHED = Link("When calls of this site were missed", "swyx-reachability", {"site": "site"})


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-overview",
        "CDR: overview",
        "Calls, answered, missed, talk and charges of all sites, the newest calls, and whether every site reports.",
        [*_numbers(), *_over_time(), *_by_site(), _newest()],
        [variables.currency()],
        refresh="10s",
    )


def _numbers() -> list[PlacedPanel]:
    return [
        number("Calls", "Calls that began in the time range.", f"SELECT count() AS calls FROM calls\nWHERE {CALLS}"),
        number(
            "Answered",
            "Share of the calls in which somebody was reached.",
            f"SELECT {ANSWERED} FROM calls\nWHERE {CALLS}",
            PERCENT,
            decimals=1,
        ),
        number(
            "Missed",
            "Incoming calls that nobody took; an announcement of a script is no answer.",
            f"SELECT countIf({MISSED}) AS missed FROM calls\nWHERE {CALLS}",
        ),
        number(
            "Talk time",
            "Time in which the calls were connected.",
            f"SELECT sum(talk_seconds) AS talk FROM calls\nWHERE {CALLS}",
            DURATION,
        ),
        sums(
            "Charges",
            "Counted charges of the calls that were connected in the time range, by currency.",
            f"""
            SELECT currency, sum(amount) AS amount FROM charges
            WHERE {CHARGES}
            GROUP BY currency ORDER BY currency
            """,
        ),
        number(
            "Sites to look after",
            "Sites that are silent, away, without a file or with one that cannot be read.",
            """
            SELECT countIf(state NOT IN ('ok', 'behind')) AS sites FROM sites
            WHERE $__conditionalAll(site IN (${site:singlequote}), $site)
            """,
            alarm=1,
        ),
    ]


def _over_time() -> list[PlacedPanel]:
    return [
        bars(
            "Calls over time",
            "Calls by how they ended, at the time when they began.",
            f"""
            SELECT $__timeInterval(started_at) AS time, disposition, count() AS calls FROM calls
            WHERE {CALLS}
            GROUP BY time, disposition ORDER BY time
            """,
            stacked=True,
        ),
        bars(
            "Charges by day",
            "Counted charges by currency and day of the chosen time zone.",
            f"""
            SELECT toStartOfDay(connected_at, {ZONE}) AS time, currency, sum(amount) AS amount FROM charges
            WHERE {CHARGES}
            GROUP BY time, currency ORDER BY time
            """,
            decimals=2,
        ),
    ]


def _by_site() -> list[PlacedPanel]:
    return [
        rows(
            "Calls by site",
            "Calls within each site: one that went over a link is counted at every site that it touched.",
            f"""
            SELECT site, count() AS calls, countIf(disposition = 'answered') AS answered,
                countIf({MISSED}) AS missed, countIf(direction IN ('outgoing', 'transit')) AS outgoing,
                sum(talk_seconds) AS talk
            FROM site_calls WHERE {OF_SITE}
            GROUP BY site ORDER BY site
            """,
            {"talk": DURATION},
            links={"site": REACHED},
            width=12,
        ),
        rows(
            "Charges by site",
            "Counted charges by the site of who pays, and by currency.",
            f"""
            SELECT payer_site, currency, count() AS legs, sum(duration_seconds) AS seconds, sum(amount) AS amount
            FROM charges WHERE {CHARGES}
            GROUP BY payer_site, currency ORDER BY payer_site, currency
            """,
            {"seconds": DURATION},
            money=("amount",),
            width=12,
        ),
    ]


def _newest() -> PlacedPanel:
    return rows(
        "Newest calls",
        "The hundred newest calls; a click on one tells its story.",
        f"""
        SELECT started_at, call_id, direction, disposition, origination_number AS caller, called_number AS called,
            destination_number AS reached, arrayStringConcat(sites, ', ') AS over, ring_seconds AS ring,
            talk_seconds AS talk, transfer_count AS transfers,
            {AMOUNTS} AS charges,
            {STORY_OF_CALL}
        FROM calls WHERE {CALLS}
        ORDER BY started_at DESC, call_id LIMIT 100
        """,
        {"ring": SECONDS, "talk": DURATION},
        links={"call_id": STORY},
        height=12,
    )
