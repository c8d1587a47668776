"""Sums of counted charges by what people ask for (contract 2, `report charges`)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.counted_charges import ChosenCharges, counted_charges

# What charges can be sorted by, and the expressions that make its key.
KEYS: dict[str, tuple[str, ...]] = {
    "day": ("day",),
    "month": ("toStartOfMonth(day)",),
    "site": ("toString(payer_site)",),
    "user": ("toString(payer_site)", "payer_number"),
    "cost-centre": ("toString(cost_centre)",),
    "department": ("toString(department)",),
    "project": ("project_number",),
    "carrier": ("toString(carrier_site)",),
    "trunk": ("toString(carrier_site)", "toString(trunk)"),
    "destination": ("destination_name", "toString(destination_country)", "toString(destination_kind)"),
}


class ChargeSum(NamedTuple):
    """Charges of one currency under one key: all keys (`depth` of all), the first only (1), or none (0).

    `key` has the values of the keys in the order in which they were asked for, those beyond `depth` left out.
    `name` is the payer's newest name. A call counts once, of however many legs it is.
    """

    depth: int
    key: tuple[object, ...]
    name: str
    currency: str
    calls: int
    legs: int
    seconds: int
    amount: Decimal


def charge_sums(client: Client, chosen: ChosenCharges, by: Sequence[str]) -> list[ChargeSum]:
    """The sums for each combination of keys, for each value of the first of several keys, and for everything."""
    parts = [[f"key_{place}_{part}" for part in range(len(KEYS[name]))] for place, name in enumerate(by)]
    names = [name for key in parts for name in key]
    keys = ", ".join(
        f"{expression} AS key_{place}_{part}"
        for place, name in enumerate(by)
        for part, expression in enumerate(KEYS[name])
    )
    sets = [names, parts[0], []] if len(by) > 1 else [names, []]
    grouping = ", ".join(f"({', '.join([*members, 'currency'])})" for members in sets)
    charges, parameters = counted_charges(chosen)
    query = f"""
        SELECT
            NOT grouping({names[-1]}) AS is_whole, NOT grouping({names[0]}) AS is_keyed, {", ".join(names)},
            argMaxIf(payer_name, (started_at, leg_id), payer_name != '') AS name, currency,
            uniqExact(call_id) AS calls, count() AS legs, sum(duration_seconds) AS seconds, sum(amount) AS amount
        FROM (SELECT {keys}, payer_name, started_at, leg_id, toString(currency) AS currency, call_id,
                  duration_seconds, amount FROM {charges})
        GROUP BY GROUPING SETS ({grouping})
        ORDER BY {", ".join(names)}, currency
    """  # noqa: S608 - constants of the program's own
    found = []
    for is_whole, is_keyed, *values in client.execute(query, parameters):
        depth = len(by) if is_whole else 1 if is_keyed else 0
        length = len(names) if is_whole else len(parts[0]) if is_keyed else 0
        found.append(ChargeSum(depth, tuple(values[:length]), *values[len(names) :]))
    return found
