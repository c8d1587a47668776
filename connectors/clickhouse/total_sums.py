"""Whether the totals are the sums of the charges that count (contract 9): what `verify` asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from clickhouse_driver import Client

_DIMENSIONS = "hour, payer_site, payer_number, project_number, carrier_site, trunk, currency, source"
_SUMS = ("legs", "seconds", "amount")
_COMPARED = f"""
    SELECT {_DIMENSIONS}, {", ".join(f"sum(is_told * {name}) AS told_{name}" for name in _SUMS)},
        {", ".join(f"sum((1 - is_told) * {name}) AS counted_{name}" for name in _SUMS)}
    FROM (
        SELECT {_DIMENSIONS}, toInt64(legs) AS legs, toInt64(seconds) AS seconds, amount, 1 AS is_told
        FROM charge_totals WHERE hour >= %(first)s AND hour < %(until)s
        UNION ALL
        SELECT toStartOfHour(connected_at) AS hour, payer_site, payer_number, project_number, carrier_site, trunk,
            currency, source, 1, toInt64(duration_seconds), amount, 0
        FROM charges WHERE counted AND connected_at >= %(first)s AND connected_at < %(until)s
    )
    GROUP BY {_DIMENSIONS}
    HAVING {" OR ".join(f"told_{name} != counted_{name}" for name in _SUMS)}
    ORDER BY {_DIMENSIONS}"""  # noqa: S608 - names of the program's own


def wrong_totals(client: Client, first: datetime, until: datetime) -> Iterator[tuple[str, str]]:
    """The buckets of whole hours that are not the sums of their charges: their names, and what is wrong with them."""
    values = {"first": first, "until": until}
    for row in client.execute(_COMPARED, values):
        bucket, told, counted = row[: -2 * len(_SUMS)], row[-2 * len(_SUMS) : -len(_SUMS)], row[-len(_SUMS) :]
        name = "|".join([f"{bucket[0]:%Y-%m-%dT%H}", *bucket[1:]])
        wrong = [
            f"{column} is {was}, its charges come to {sums}"
            for column, was, sums in zip(_SUMS, told, counted, strict=True)
            if was != sums
        ]
        yield name, "; ".join(wrong)
