"""An empty warehouse for a test, and rows to put into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.migrate import migrate
from schemas.cdr import Reject
from schemas.rows import Charge, LegRow, SiteCall, Total
from tests.builders import leg
from tests.conftest import ClickHouseServer

STARTED = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


def empty_database(server: ClickHouseServer) -> ClickHouseOptions:
    """Options of a database that does not exist yet."""
    return ClickHouseOptions(server.host, server.port, server.http_port, database=server.fresh_database())


def fresh_warehouse(server: ClickHouseServer) -> ClickHouseOptions:
    """A new database with all tables and views, without rows."""
    options = empty_database(server)
    migrate(options)
    return options


def select(options: ClickHouseOptions, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connected(options) as client:
        return list(client.execute(query))


def execute(options: ClickHouseOptions, statement: str) -> None:
    """Runs a statement."""
    with connected(options) as client:
        client.execute(statement)


def an_id(number: int, site: str = "dortmund", started_at: datetime = STARTED) -> str:
    """The id of a leg or call."""
    return f"{site}:{number}:{started_at:%Y-%m-%dT%H:%M:%S}"


def leg_row(number: int = 1, version: int = 1, **fields: object) -> LegRow:
    """A leg with the given fields of its CDR."""
    one = leg(str(number), costs="0.36", connect=5, **fields)  # type: ignore[arg-type]
    return LegRow(one, one.leg_id, "internal", "trunk", "outgoing", "answered", chargeable=True, version=version)


def site_call(number: int = 1, version: int = 1, **fields: Any) -> SiteCall:
    """A site call of one leg with the given fields."""
    row = SiteCall(
        site="dortmund",
        site_call_id=an_id(number),
        call_id=an_id(number),
        leg_ids=(an_id(number),),
        started_at=STARTED,
        connected_at=STARTED + timedelta(seconds=9),
        ended_at=STARTED + timedelta(seconds=99),
        origination_number="101",
        origination_name="",
        called_number="+4930123",
        called_name="",
        destination_number="+4930123",
        destination_name="",
        direction="outgoing",
        disposition="answered",
        disconnect_reason="CallDisconnected",
        ring_seconds=9,
        talk_seconds=90,
        billable_seconds=90,
        leg_count=1,
        transfer_count=0,
        conference=False,
        project_number="",
        missing_call_ids=(),
        complete=True,
        version=version,
    )
    return row._replace(**fields)


def charge(number: int = 1, version: int = 1, **fields: Any) -> Charge:
    """A counted charge of 1 EUR over Dortmund's own trunk with the given fields; its id follows site and start."""
    row = Charge(
        leg_id="",
        site="dortmund",
        call_id="",
        site_call_id="",
        started_at=STARTED,
        connected_at=STARTED,
        duration_seconds=60,
        payer_site="dortmund",
        payer_number="101",
        payer_name="",
        project_number="",
        destination_number="+4930123",
        destination_name="",
        carrier_site="dortmund",
        trunk="SwyxGate 1",
        currency="EUR",
        amount=Decimal(1),
        source="lcr",
        counted=True,
        counterpart_leg_id="",
        rated_amount=None,
        destination_country="DE",
        destination_kind="fixed_line",
        department="",
        cost_centre="",
        anomalies=(),
        version=version,
    )
    row = row._replace(**fields)
    return row._replace(leg_id=row.leg_id or an_id(number, row.site, row.started_at))


def total(version: int = 1, **fields: Any) -> Total:
    """One hour's total of one payer with the given fields."""
    total_id = f"{STARTED:%Y-%m-%dT%H}|dortmund|101||dortmund|SwyxGate 1|EUR|lcr"
    hour = STARTED.replace(minute=0)
    row = Total(
        total_id, hour, "dortmund", "101", "", "dortmund", "SwyxGate 1", "EUR", "lcr", 1, 60, Decimal(1), version
    )
    return row._replace(**fields)


def reject(offset: int = 0, raw: bytes = b"M\xfcller", seconds: int = 0) -> Reject:
    """A rejected line at an offset of one file, tried so many seconds after STARTED."""
    tried = STARTED + timedelta(seconds=seconds)
    return Reject("dortmund", "dortmund/cdr.txt", offset, raw, "bad_time", "what was found", tried)
