"""The newest calls with their story: legs in order with times, transfers and charges, as documents for the page.

Instants are seconds since 1970, money is decimal text; texts as written in a CDR are cut to `_LONGEST_TEXT` characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from clickhouse_driver import Client

from connectors.clickhouse.conditions import NO_RESULT

Document = dict[str, Any]

LISTED_CALLS = 50
"""How many calls the page shows: those that ended last."""
LISTED_LEGS = 50
"""How many legs of a site call its story shows; `leg_count` tells of the others."""
_LONGEST_TEXT = 200

_CALLS = """
SELECT call_id, origin_site, sites, site_call_ids, started_at, connected_at, ended_at, origination_number,
       origination_name, called_number, called_name, destination_number, destination_name, direction, disposition,
       disconnect_reason, ring_seconds, talk_seconds, leg_count, transfer_count, conference, project_number,
       missing_call_ids, destination_country, destination_kind, amounts
FROM calls
WHERE started_at >= toDateTime(%(since)s, 'UTC')
ORDER BY ended_at DESC, started_at DESC, call_id
LIMIT %(limit)s
"""
_LEGS = f"""
SELECT site_call_id, leg_id, site, call_id_number, started_at, connected_at, ended_at, origination_number,
       origination_name, called_number, called_name, destination_number, destination_name, origination_device,
       destination_device, origin_kind, destination_kind, disposition, disconnect_reason, transferred_by_number,
       transferred_by_name, transferred_at, NOT ({NO_RESULT}) AS is_result
FROM legs
WHERE started_at >= toDateTime(%(since)s, 'UTC') AND site IN %(sites)s AND site_call_id IN %(site_calls)s
ORDER BY started_at, toUInt64OrZero(call_id_number), site
LIMIT %(limit)s BY site_call_id
"""  # noqa: S608 - a constant of the program's own
_CHARGES = """
SELECT leg_id, amount, currency, source, counted, carrier_site, trunk, payer_site, payer_number, payer_name
FROM charges
WHERE connected_at >= toDateTime(%(since)s, 'UTC') AND site IN %(sites)s AND leg_id IN %(legs)s AND source != 'none'
"""


def newest_stories(client: Client, since: int) -> dict[str, Document]:
    """The calls that ended last among those that began since then, by call_id, the newest first."""
    calls = {row["call_id"]: row for row in _rows(client, _CALLS, {"since": since, "limit": LISTED_CALLS})}
    call_of = {site_call: call_id for call_id, row in calls.items() for site_call in row["site_call_ids"]}
    sites = tuple({site for row in calls.values() for site in row["sites"]})
    legs = _legs(client, tuple(call_of), sites, since)
    stories: dict[str, list[Document]] = {call_id: [] for call_id in calls}
    for site_call, leg in legs:
        stories[call_of[site_call]].append(leg)
    return {call_id: {**_document(row), "legs": stories[call_id]} for call_id, row in calls.items()}


def _legs(
    client: Client, site_calls: tuple[str, ...], sites: tuple[str, ...], since: int
) -> list[tuple[str, Document]]:
    """The legs of these site calls with their charges, each with its site call, in the order of contract 6."""
    if not site_calls:
        return []
    # a leg may begin before the first one of its call as the id counts: a day is more than clocks differ
    values = {"since": since - 86400, "sites": sites, "site_calls": site_calls, "limit": LISTED_LEGS}
    rows = list(_rows(client, _LEGS, values))
    ids = tuple(row["leg_id"] for row in rows)
    charges = {row["leg_id"]: row for row in _rows(client, _CHARGES, {**values, "legs": ids})} if ids else {}
    return [(row["site_call_id"], _leg(row, charges.get(row["leg_id"]))) for row in rows]


def _leg(row: Document, charge: Document | None) -> Document:
    leg = _document(row)
    del leg["site_call_id"]
    leg["charge"] = None if charge is None else _document(charge)
    return leg


def _rows(client: Client, query: str, values: Document) -> Iterable[Document]:
    rows, columns = client.execute(query, values, with_column_types=True)
    names = [name for name, _ in columns]
    return (dict(zip(names, row, strict=True)) for row in rows)


def _document(row: Document) -> Document:
    return {name: plain(value) for name, value in row.items()}


def plain(value: Any) -> Any:
    """A value of the warehouse as JSON has it: instants as seconds since 1970, money as decimal text, text cut."""
    match value:
        case datetime():
            return int(value.timestamp())
        case Decimal():
            return f"{value:f}"
        case str():
            return value[:_LONGEST_TEXT]
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case _:
            return value
