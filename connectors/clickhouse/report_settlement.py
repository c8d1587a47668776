"""What sites owe each other (contract 8, settlement), read from the charges of the months that are asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.local_days import day_parameters
from connectors.clickhouse.retained import retained

# What view `settlement` says. A month is that of the connect time in UTC; the index over it finds the rows.
_QUERY = f"""
SELECT
    toStartOfMonth(connected_at) AS month, toString(carrier_site) AS carrier, toString(payer_site) AS payer,
    toString(currency) AS money, count() AS legs, sum(duration_seconds) AS seconds, sum(amount) AS amount
FROM charge_rows FINAL
WHERE {retained("site")} AND counted = 1 AND payer_site != carrier_site
    AND connected_at >= toDate32(%(first)s) AND connected_at < toDate32(%(end)s)
GROUP BY month, carrier, payer, money
ORDER BY month, carrier, payer, money
"""  # noqa: S608 - a constant of the program's own


class Debt(NamedTuple):
    """What the payers of one site owe another one, whose trunks carried their calls in a month, in a currency."""

    month: date
    carrier_site: str
    payer_site: str
    currency: str
    legs: int
    seconds: int
    amount: Decimal


def settlement(client: Client, first: date, end: date) -> list[Debt]:
    """The debts of whole months, from that of `first` to that before `end`, in the order of month and sites."""
    return [Debt._make(row) for row in client.execute(_QUERY, day_parameters(first=first, end=end))]
