"""Six questions that people ask of the warehouse's views, over millions of legs. Prints one JSON line.

`seconds` is the best of three as a client sees it, `processor_seconds` what the server used for that, of both cores
together; months of the past are merged, as the server does by itself an hour after the last row of a month.
`arrived_seconds` is before that, when the newest states still stand beside those that they replace. The base is the
same question without the skip indexes, `ratio` how much longer all of them take so. `refresh_seconds` is what the
daily roll-ups take each hour, `table_rows` the size of the tables behind the views.

Usage: questions.py [legs]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from clickhouse_driver import Client

from bench._generated import LAST_DAY, fill
from bench._program import log_to_stderr
from bench._result import show
from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.migrate import migrate
from infra.embedded.services import start_services

LEGS = 1_000_000
TABLES = ("leg_rows", "site_call_rows", "call_rows", "charge_rows", "charge_total_rows", "link_match_rows")
ROLL_UPS = ("daily_calls_refresh", "daily_charges_refresh")
QUESTIONS = {
    "todays_calls_by_site": """
        SELECT origin_site, count() AS calls, countIf(disposition = 'answered') AS answered, sum(talk_seconds) AS talk
        FROM calls WHERE started_at >= %(day)s AND started_at < %(until)s GROUP BY origin_site ORDER BY calls DESC""",
    "months_charges_by_payer": """
        SELECT payer_site, payer_number, currency, count() AS legs, sum(amount) AS amount FROM charges
        WHERE counted = 1 AND connected_at >= %(month)s AND connected_at < %(until)s
        GROUP BY payer_site, payer_number, currency ORDER BY amount DESC""",
    "top_destinations": """
        SELECT destination_number, count() AS calls, sum(talk_seconds) AS talk FROM calls
        WHERE direction = 'outgoing' GROUP BY destination_number ORDER BY calls DESC LIMIT 20""",
    "busy_hour": """
        SELECT toStartOfHour(started_at) AS hour, count() AS calls FROM calls
        GROUP BY hour ORDER BY calls DESC LIMIT 1""",
    "one_call": "SELECT * FROM calls WHERE call_id = %(call)s",
    "its_legs": """
        SELECT * FROM legs WHERE site_call_id IN (SELECT site_call_id FROM site_calls WHERE call_id = %(call)s)
        ORDER BY started_at""",
    "a_numbers_history": """
        SELECT started_at, direction, origination_number, destination_number, talk_seconds FROM calls
        WHERE origination_number = %(number)s OR called_number = %(number)s OR destination_number = %(number)s
        ORDER BY started_at DESC""",
    "an_extensions_history": """
        SELECT started_at, direction, origination_number, destination_number, talk_seconds FROM calls
        WHERE origin_site = 'berlin' AND (origination_number = '1234' OR called_number = '1234')
        ORDER BY started_at DESC""",
}
_A_CALL = "SELECT first_id FROM generated WHERE linked AND number >= (SELECT max(number) FROM generated) / 3 LIMIT 1"
_A_NUMBER = """
    SELECT called_number FROM generated WHERE called_number LIKE '+%%'
    GROUP BY 1 ORDER BY abs(count() - 20), 1 LIMIT 1"""


class Asked(NamedTuple):
    """What one question took."""

    seconds: float
    processor_seconds: float
    rows: int


class Warehouse:
    """A client of the warehouse that knows the process that serves it."""

    def __init__(self, client: Client, pid: int) -> None:
        self._client = client
        self._stat = Path(f"/proc/{pid}/stat")
        ((call,),), ((number,),) = client.execute(_A_CALL), client.execute(_A_NUMBER)
        self._values = {
            "day": f"{LAST_DAY:%Y-%m-%d} 00:00:00",
            "month": f"{LAST_DAY:%Y-%m}-01 00:00:00",
            "until": f"{LAST_DAY:%Y-%m-%d} 23:59:59",
            "call": call,
            "number": number,
        }

    def ask_all(self, **settings: int) -> dict[str, Asked]:
        """Every question, with settings of the server."""
        return {name: min(self._ask(query, settings) for _ in range(3)) for name, query in QUESTIONS.items()}

    def seconds(self, *statements: str) -> float:
        """What statements take together."""
        begin = time.perf_counter()
        for statement in statements:
            self._client.execute(statement)
        return round(time.perf_counter() - begin, 3)

    def rows(self) -> dict[str, int]:
        """The rows of each table, all states of them."""
        return {table: self._client.execute(f"SELECT count() FROM {table}")[0][0] for table in TABLES}

    def _ask(self, query: str, settings: dict[str, int]) -> Asked:
        used, begin = self._processor_seconds(), time.perf_counter()
        rows = self._client.execute(query, self._values, settings=settings)
        taken = time.perf_counter() - begin
        return Asked(round(taken, 3), round(self._processor_seconds() - used, 3), len(rows))

    def _processor_seconds(self) -> float:
        fields = self._stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Generate the legs, ask."""
    legs = int(sys.argv[1]) if len(sys.argv) > 1 else LEGS
    log_to_stderr()
    with tempfile.TemporaryDirectory() as folder, start_services(Path(folder), {"clickhouse"}) as services:
        host, port = services.clickhouse_native
        options = ClickHouseOptions(host, port, services.clickhouse_http[1], database="bench")
        migrate(options)
        with connected(options, answer_seconds=600) as client:
            fill(client, legs)
            warehouse = Warehouse(client, services.endpoints.servers["clickhouse"]["pid"])
            arrived = warehouse.ask_all()
            refreshed = warehouse.seconds(
                *(f"SYSTEM {do} VIEW {view}" for view in ROLL_UPS for do in ("REFRESH", "WAIT"))
            )
            merged = warehouse.seconds(*(f"OPTIMIZE TABLE {table} FINAL" for table in TABLES))
            asked, plain = warehouse.ask_all(), warehouse.ask_all(use_skip_indexes=0)
            rows = warehouse.rows()
    result = {
        "bench": "questions",
        "legs": legs,
        "seconds": {name: one.seconds for name, one in asked.items()},
        "processor_seconds": {name: one.processor_seconds for name, one in asked.items()},
        "arrived_seconds": {name: one.seconds for name, one in arrived.items()},
        "without_indexes_seconds": {name: one.seconds for name, one in plain.items()},
        "found_rows": {name: one.rows for name, one in asked.items()},
        "refresh_seconds": refreshed,
        "merge_seconds": merged,
        "table_rows": rows,
        "ratio": round(sum(one.seconds for one in plain.values()) / sum(one.seconds for one in asked.values()), 2),
    }
    show(result)


if __name__ == "__main__":
    main()
