"""Sites and links: who calls whom over which link, and who owes whom what?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from connectors.clickhouse.conditions import NO_RESULT
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import BEGUN, story
from infra.grafana.panels import DURATION, STORY, PlacedPanel, bars, rows
from infra.grafana.sweep import held, most_over_time

# Both ends of each call over a link, in time by its sending end, and the call that they belong to.
PAIRS = """
    SELECT pair.from_site AS from_site, pair.to_site AS to_site, pair.link AS link, pair.from_leg_id AS from_leg_id,
        pair.to_leg_id AS to_leg_id, pair.from_amount AS from_amount, pair.to_amount AS to_amount,
        pair.currency AS currency, pair.anomalies AS anomalies, leg.started_at AS started_at,
        leg.seconds AS seconds, leg.site_call_id AS site_call_id
    FROM link_matches AS pair
    INNER JOIN (
        SELECT leg_id, site_call_id, started_at,
            greatest(0, ifNull(dateDiff('second', connected_at, ended_at), 0)) AS seconds
        FROM legs WHERE $__timeFilter(started_at) AND destination_kind = 'link'
    ) AS leg ON leg.leg_id = pair.from_leg_id
    WHERE $__conditionalAll(hasAny([pair.from_site, pair.to_site], [${site:singlequote}]), $site)"""
# Legs that hold a channel of a link, at the site that sent them.
SENT = f"""
    SELECT site, trimBoth(destination_device) AS device, started_at,
        coalesce(ended_at, connected_at, started_at) AS released_at
    FROM legs
    WHERE destination_kind = 'link' AND {BEGUN} AND released_at >= $__fromTime AND ({NO_RESULT})
        AND $__conditionalAll(site IN (${{site:singlequote}}), $site)"""
# Pairs have no time, but their legs' ids tell the local day; no two clocks are two days apart.
SINCE = "substring(from_leg_id, -19, 10) >= toString(toDate($__fromTime) - 2)"
UNEQUAL = "hasAny(anomalies, ['charge_mismatch', 'currency_mismatch'])"
# Months of the settlement that the time range touches.
MONTHS = """month >= toStartOfMonth($__fromTime, 'UTC') AND month <= toDate($__toTime, 'UTC')
    AND $__conditionalAll(hasAny([carrier_site, payer_site], [${site:singlequote}]), $site)"""


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-sites",
        "CDR: sites and links",
        "Traffic between sites, load of links, what sites owe each other, and money that two ends tell differently.",
        [*_traffic(), *_settlement(), *_trouble()],
        since="now-30d",
        refresh="5m",
    )


def _traffic() -> list[PlacedPanel]:
    return [
        rows(
            "Traffic matrix",
            "Calls over links from one site to another, and how long they were connected.",
            f"""
            SELECT from_site, to_site, count() AS legs, countIf(seconds > 0) AS connected, sum(pairs.seconds) AS talk
            FROM ({PAIRS}
            ) AS pairs
            GROUP BY from_site, to_site ORDER BY from_site, to_site
            """,
            {"talk": DURATION},
            width=12,
        ),
        bars(
            "Link utilisation",
            "Most calls at the same time on each link, in either direction, ringing ones included.",
            most_over_time(held("concat(site, ' to ', device)", SENT)),
        ),
    ]


def _settlement() -> list[PlacedPanel]:
    return [
        rows(
            "Settlement",
            "What the site of the payer owes the site whose trunk carried the calls, by month (UTC) and currency.",
            f"""
            SELECT formatDateTime(month, '%Y-%m') AS of_month, carrier_site, payer_site, currency, legs, seconds, amount
            FROM settlement WHERE {MONTHS}
            ORDER BY month DESC, carrier_site, payer_site, currency
            """,
            {"seconds": DURATION},
            money=("amount",),
            width=12,
        ),
        rows(
            "Balance",
            "What is left when both directions of the settlement are set against each other, over all months shown.",
            f"""
            SELECT if(net >= 0, one, other) AS creditor, if(net >= 0, other, one) AS debtor, currency,
                abs(net) AS amount
            FROM (
                SELECT least(carrier_site, payer_site) AS one, greatest(carrier_site, payer_site) AS other, currency,
                    sum(if(carrier_site < payer_site, amount, -amount)) AS net
                FROM settlement WHERE {MONTHS}
                GROUP BY one, other, currency
            )
            ORDER BY creditor, debtor, currency
            """,
            money=("amount",),
            width=12,
        ),
    ]


def _trouble() -> list[PlacedPanel]:
    return [
        rows(
            "Mismatches",
            "Calls over links whose two ends tell different money: amounts, or currencies, differ.",
            f"""
            SELECT pairs.started_at AS started_at, call_of.call_id AS call_id, from_site, to_site, from_leg_id,
                to_leg_id, from_amount, to_amount, from_amount - to_amount AS difference, currency,
                arrayStringConcat(anomalies, ', ') AS what,
            {story("pairs.started_at", "pairs.started_at + toIntervalSecond(pairs.seconds)", 15)}
            FROM ({PAIRS} AND {UNEQUAL}
            ) AS pairs
            LEFT JOIN (
                SELECT site_call_id, call_id FROM site_calls
                WHERE started_at >= $__fromTime - INTERVAL 1 DAY AND started_at <= $__toTime
            ) AS call_of
                ON call_of.site_call_id = pairs.site_call_id
            ORDER BY started_at DESC, from_leg_id LIMIT 500
            """,
            money=("from_amount", "to_amount", "difference"),
            links={"call_id": STORY},
        ),
        rows(
            "Legs without their other end",
            "Legs over a link of which the other site has no CDR (yet): its file is missing, late, or clocks differ.",
            f"""
            SELECT site, if(origin_kind = 'link', trimBoth(origination_device), trimBoth(destination_device)) AS device,
                countIf(origin_kind = 'link') AS received, countIf(destination_kind = 'link') AS sent
            FROM legs
            WHERE $__timeFilter(started_at) AND $__conditionalAll(site IN (${{site:singlequote}}), $site)
                AND (origin_kind = 'link' AND leg_id NOT IN (SELECT to_leg_id FROM link_matches WHERE {SINCE})
                    OR destination_kind = 'link' AND leg_id NOT IN (SELECT from_leg_id FROM link_matches WHERE {SINCE}))
            GROUP BY site, device ORDER BY site, device
            """,
            width=24,
        ),
    ]
