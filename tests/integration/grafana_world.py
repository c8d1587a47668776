"""A warehouse of three linked sites for the dashboards, and the same legs as an independent reference derives them.

One of the generated groups (tests/corpora): two sites of euros and one of pounds, both nights on which the clock
changes, transfers, masked numbers, lost legs, money that two ends tell differently. A few CDRs are added by hand:
calls to a premium number at night, missed calls, calls that found no channel.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

import pytest
from clickhouse_driver import Client

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from pipeline.cli.backfill import backfill
from schemas.cdr import Heartbeat, Reject
from schemas.rows import Row
from tests.cdr_lines import line
from tests.conftest import ClickHouseServer
from tests.corpora.files import append_legs, configure
from tests.corpora.reference import read, worlds
from tests.corpora.worlds import corpora
from tests.grafana_macros import Context, expanded
from tests.property.naive_rows import naive_rows

BERLIN, LONDON, VIENNA = "c03-berlin", "c03-london", "c03-wien"
TRUNK = "SIP Trunk Berlin"
R = TypeVar("R")


def by_hand(number: int, start: str, end: str, **fields: str) -> str:
    """A CDR of Berlin, on the Tuesday after Easter."""
    day = {"StartDate": "02.04.2024", "EndDate": "02.04.2024", "StartTime": start, "EndTime": end}
    return line(
        **({"CallId": str(90_000 + number), "State": "Alerting", "DisconnectReason": "NoAnswer"} | day | fields)
    )


def _premium(number: int, start: str, connect: str, end: str, costs: str) -> str:
    """An answered call of 3123 to a premium number."""
    party = {"OriginationNumber": "3123", "OriginationName": "Nachtwächter", "CalledNumber": "+499001234567"}
    times = {"ConnectDate": "02.04.2024", "ConnectTime": connect}
    money = {"Costs": costs, "Currency": "EUR", "AOC": "1", "DestinationDevice": TRUNK, "State": "Connected"}
    return by_hand(number, start, end, **party, **times, **money, DisconnectReason="CallDisconnected")


INCOMING = {"OriginationNumber": "+491701234567", "OriginationDevice": TRUNK, "CalledNumber": "+4930555033123"}
OUTGOING = {"OriginationNumber": "3124", "CalledNumber": "+4989123456", "DestinationDevice": TRUNK}
BY_HAND = (
    _premium(1, "01:58:50", "01:59:00", "02:29:00", "57.00"),
    _premium(2, "02:00:10", "02:00:20", "02:10:20", "19.90"),
    _premium(3, "02:30:00", "02:30:05", "02:31:05", "1.99"),
    _premium(8, "06:05:00", "06:05:05", "06:07:05", "3.98"),
    by_hand(4, "09:00:00", "09:00:25", **INCOMING),
    by_hand(5, "09:01:00", "09:01:07", **INCOMING, DisconnectReason="OriginatorDisconnected"),
    by_hand(6, "10:00:00", "10:00:01", **OUTGOING, DisconnectReason="NoChannelAvailable"),
    by_hand(7, "10:00:02", "10:00:03", **OUTGOING, DisconnectReason="NetworkCongestion"),
)


class World(NamedTuple):
    """The rows that the reference derives, what else the warehouse holds, and a client of the warehouse."""

    client: Client
    rows: list[Row]
    rejects: list[Reject]
    heartbeats: list[Heartbeat]

    def of(self, kind: type[R]) -> list[R]:
        """All rows of a kind."""
        return [row for row in self.rows if isinstance(row, kind)]

    def asked(self, sql: str, context: Context) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
        """Names and types of the columns, and the rows, that a query of a dashboard gives."""
        rows, columns = self.client.execute(expanded(sql, context), with_column_types=True)
        return columns, rows


@cache
def world(server: ClickHouseServer) -> World:
    """The warehouse, filled once a process by `swyx-cdr backfill`."""
    (corpus,) = (one for one in corpora() if one.name == "c03")
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        config = configure(Path(name), [corpus])
        append_legs(Path(name), [corpus], late=False)
        with (Path(name) / BERLIN / "cdr.txt").open("a", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for text in BY_HAND)
        client = server.used_by(patch)
        backfill(config=config)
        group = read(config)[corpus.name]
        (found,) = worlds({corpus.name: group}, [corpus]).values()
    options = ClickHouseOptions(server.host, server.port, server.http_port, database=client.connection.database)
    heartbeats = _heartbeats()
    with RowWriter(options) as writer:
        writer.write(heartbeats)
    return World(client, list(naive_rows(found).values()), group.rejects, heartbeats)


def _heartbeats() -> list[Heartbeat]:
    """Berlin reads, London is behind, Vienna has not been heard of for an hour; nobody becomes silent in this test."""
    now = datetime.now(UTC).replace(microsecond=0)
    usual = Heartbeat(BERLIN, BERLIN, "Europe/Berlin", now, now + timedelta(hours=1), "cdr.txt", 100, 0, 0, "", 3600)
    return [
        usual,
        usual._replace(site=LONDON, time_zone="Europe/London", bytes_behind=2_000_000, torn_bytes=12),
        usual._replace(site=VIENNA, time_zone="Europe/Vienna", last_seen_at=now - timedelta(hours=1)),
    ]
