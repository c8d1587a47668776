"""One call's story: its legs on a time line, with transfers, sites and charges."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana import variables
from infra.grafana.dashboard import dashboard_of
from infra.grafana.filters import AMOUNTS
from infra.grafana.panels import DURATION, SECONDS, PlacedPanel, rows, states

THIS = "call_id = ${call:singlequote}"
LEGS = f"""
    SELECT * FROM legs WHERE site_call_id IN (SELECT site_call_id FROM site_calls WHERE {THIS})"""
NAMED = "concat(site, ' ', call_id_number, ': ', origination_number, ' to ', called_number)"
RELEASED = "coalesce(ended_at, connected_at, started_at)"
STATES = {0: ("over", "transparent"), 1: ("ringing", "yellow"), 2: ("talking", "green")}


def board() -> Dashboard:
    """The dashboard."""
    return dashboard_of(
        "swyx-call",
        "CDR: one call's story",
        "One call from end to end: its legs at all sites on a time line, transfers, partners over links, charges.",
        [_summary(), _line(), _legs(), _pairs(), _charges()],
        [variables.text("call", "Call")],
        since="now-30d",
        refresh="",
    )


def _summary() -> PlacedPanel:
    return rows(
        "Call",
        "What the call was as a whole. The field above takes its call_id; links of other dashboards fill it in.",
        f"""
        SELECT started_at, connected_at, ended_at, direction, disposition, origination_number AS caller,
            origination_name AS caller_name, called_number AS called, called_name, destination_number AS reached,
            destination_name AS reached_name, arrayStringConcat(sites, ', ') AS over, ring_seconds AS ring,
            talk_seconds AS talk, leg_count AS legs, transfer_count AS transfers, conference, project_number,
            {AMOUNTS} AS charges, arrayStringConcat(charge_sources, ', ') AS sources,
            arrayStringConcat(missing_call_ids, ', ') AS missing_legs
        FROM calls WHERE {THIS}
        """,
        {"ring": SECONDS, "talk": DURATION},
        height=4,
    )


def _line() -> PlacedPanel:
    return states(
        "Time line",
        "What each leg did at each moment of the call: ringing, talking, over.",
        f"""
        SELECT toTimeZone(moment, 'UTC') AS time, one.1 AS leg,
            multiIf(moment < one.2 OR moment >= one.4, 0, one.3 IS NOT NULL AND moment >= one.3, 2, 1) AS state
        FROM (
            SELECT arrayJoin(moments) AS moment, arrayJoin(of_call) AS one FROM (
                SELECT groupArray(({NAMED}, started_at, connected_at, {RELEASED})) AS of_call,
                    groupUniqArrayArray([started_at, ifNull(connected_at, started_at), {RELEASED}]) AS moments
                FROM ({LEGS}
                )
            )
        )
        ORDER BY time, one.2, leg
        """,
        STATES,
    )


def _legs() -> PlacedPanel:
    return rows(
        "Legs",
        "All CDRs of the call in the order of their starts, at all sites, with the transfers between them.",
        f"""
        SELECT started_at, site, call_id_number AS leg, origination_number AS caller, called_number AS called,
            destination_number AS reached, origination_device AS from_device, destination_device AS to_device,
            state, disposition, script_connected_at, connected_at, ended_at,
            transferred_by_number AS transferred_by, transferred_to_call_id AS became_leg,
            arrayStringConcat(arrayFilter(id -> id NOT IN ('', '0'),
                [transferred_call_id_1, transferred_call_id_2]), ' + ') AS result_of,
            disconnect_reason AS reason, arrayStringConcat(anomalies, ', ') AS anomalies
        FROM ({LEGS}
        ) ORDER BY started_at, call_id_number, site
        """,
        height=10,
    )


def _pairs() -> PlacedPanel:
    return rows(
        "Over links",
        "Which leg at one site is the other end of which leg at another, and what each end says of the money.",
        f"""
        SELECT from_leg_id, to_leg_id, time_difference_seconds AS apart, from_amount, to_amount, currency,
            arrayStringConcat(anomalies, ', ') AS anomalies
        FROM link_matches WHERE from_leg_id IN (SELECT leg_id FROM ({LEGS}
        )) ORDER BY from_leg_id
        """,
        {"apart": SECONDS},
        money=("from_amount", "to_amount"),
        width=12,
    )


def _charges() -> PlacedPanel:
    return rows(
        "Charges",
        "Every record of money of the call; those with counted = 1 enter totals, the others say the same once more.",
        f"""
        SELECT leg_id, concat(payer_site, '/', payer_number) AS user, carrier_site, trunk, destination_number,
            destination_name, duration_seconds AS seconds, source, counted, currency, amount, rated_amount,
            arrayStringConcat(anomalies, ', ') AS anomalies
        FROM charges WHERE {THIS}
        ORDER BY started_at, leg_id
        """,
        {"seconds": SECONDS},
        money=("amount", "rated_amount"),
        width=12,
    )
