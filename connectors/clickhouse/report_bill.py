"""Counted charges one by one: itemised bills (contract 2, `report bill`)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.counted_charges import ChosenCharges, counted_charges

MOST_ITEMS = 100_000


class BillItem(NamedTuple):
    """One counted charge. `started_at` is UTC; numbers are as they are stored; `destination` is the rate row's name."""

    payer_site: str
    payer_number: str
    payer_name: str
    department: str
    cost_centre: str
    project_number: str
    started_at: datetime
    destination_number: str
    destination: str
    country: str
    kind: str
    seconds: int
    currency: str
    amount: Decimal
    source: str
    leg_id: str


class TooManyItemsError(Exception):
    """More charges than one bill can have."""


def bill_items(client: Client, chosen: ChosenCharges) -> list[BillItem]:
    """The charges by payer and start. Raises TooManyItemsError for more than `MOST_ITEMS`."""
    charges, parameters = counted_charges(chosen)
    # The view hides what is to be hidden of numbers; its index over connect times finds the rows.
    query = f"""
        WITH (SELECT (min(connected_at), max(connected_at)) FROM {charges}) AS span
        SELECT
            payer_site, payer_number, payer_name, department, cost_centre, project_number, started_at,
            destination_number, destination_name, destination_country, destination_kind, duration_seconds,
            currency, amount, source, leg_id
        FROM charges
        WHERE leg_id IN (SELECT leg_id FROM {charges}) AND connected_at >= span.1 AND connected_at <= span.2
        ORDER BY payer_site, payer_number, started_at, leg_id
        LIMIT {MOST_ITEMS + 1}
    """  # noqa: S608 - constants of the program's own
    items = [BillItem._make(row) for row in client.execute(query, parameters)]
    if len(items) > MOST_ITEMS:
        raise TooManyItemsError(f"more than {MOST_ITEMS} charges: choose fewer days or payers")
    return items
