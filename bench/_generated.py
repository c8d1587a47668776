"""A warehouse of many legs that ClickHouse generates itself (`generated.sql`), for the benchmark of questions.

Five linked sites, three years, calls in office hours, a few numbers called often; 1.3 legs a call: one of seven is
transferred, one of seven goes out through another site's trunk. Rows arrive a month at a time (of 10^7 legs): of each
twentieth call first an earlier state (the second leg is missing: a call of its own, another amount), then the newest
one and the withdrawals. So `FINAL` has in every month what it has in a real warehouse.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from string import Template

from clickhouse_driver import Client

from connectors.clickhouse.migrate import parse_migration

LAST_DAY = datetime(2026, 11, 30, tzinfo=UTC)
LEGS_PER_CALL = 1.3
_CALLS_AT_ONCE = 200_000
_SETTINGS = {"max_partitions_per_insert_block": 0, "min_insert_block_size_rows": 262_144, "max_insert_threads": 1}


def fill(client: Client, legs: int) -> None:
    """Fills a migrated database with so many legs, give or take a few per cent; some 250,000 of them at a time."""
    calls = max(1, round(legs / LEGS_PER_CALL))
    generate, *inserts = _statements()
    client.execute(generate.substitute(calls=calls))
    for first in range(0, calls, _CALLS_AT_ONCE):
        for late in (0, 1):
            for statement in inserts:
                text = statement.substitute(first=first, until=first + _CALLS_AT_ONCE, late=late)
                client.execute(text, settings=_SETTINGS)


def _statements() -> list[Template]:
    text = Path(__file__).with_name("generated.sql").read_text("utf-8")
    return [Template(statement) for statement in parse_migration("0000_generated.sql", text).statements]
