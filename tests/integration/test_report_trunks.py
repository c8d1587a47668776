"""`report trunks` against a sweep in Python over the legs of the naive reference, and cases worked out by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from clickhouse_driver import Client

from connectors.clickhouse.client import connected
from connectors.clickhouse.report_trunks import TrunkUse, trunk_report
from connectors.clickhouse.writer import RowWriter
from schemas.rows import LegRow
from tests.builders import START, leg
from tests.conftest import ClickHouseServer
from tests.reported import ALWAYS, reported, reported_warehouse
from tests.warehouse import charge, fresh_warehouse

Place = tuple[str, str, str]
NIGHT = (date(2024, 10, 27), date(2024, 10, 28))
DAY = (START.date(), date(2002, 11, 20))
NOON = int(datetime(2002, 11, 19, 13, tzinfo=UTC).timestamp())
BERLIN = {"dortmund": "Europe/Berlin"}


class Held(NamedTuple):
    """One channel that a leg held, from second to second, cut to the period, and what became of the leg."""

    row: LegRow
    begin: int
    end: int
    is_counted: bool


@pytest.fixture(scope="module")
def client(clickhouse: ClickHouseServer) -> Iterator[Client]:
    with connected(reported_warehouse(clickhouse)) as client:
        yield client


def second(instant: datetime) -> int:
    return int(instant.timestamp())


def held(first: date, end: date) -> dict[Place, list[Held]]:
    """Every channel that was held in the period or whose leg began in it, by site, trunk and direction."""
    found = defaultdict(list)
    for row in reported().legs:
        record, site = row.leg.record, row.leg.site
        midnights = [
            second(datetime.combine(day, time.min, ZoneInfo(reported().zones[site])))
            if 1971 < day.year < 2100
            else limit
            for day, limit in ((first, 0), (end, 2**32))
        ]
        if record.transferred_call_id_1 not in {"", "0"} or record.transferred_call_id_2 not in {"", "0"}:
            continue
        begin = max(second(record.started_at), midnights[0])
        until = min(second(record.ended_at or record.started_at), midnights[1])
        is_counted = first <= reported().local(record.started_at, site).date() < end
        if not is_counted and not (second(record.started_at) < midnights[0] < until):
            continue
        used = [("outgoing", record.destination_device)] if row.destination_kind == "trunk" else []
        used += [("incoming", record.origination_device)] if row.origin_kind == "trunk" else []
        for direction, device in used:
            for way in (direction, "both"):
                found[site, device, way].append(Held(row, begin, until, is_counted))
    return found


def peak_of(channels: list[Held]) -> int:
    """The greatest number at once, by trying the beginning of each."""
    lasting = [one for one in channels if one.end > one.begin]
    return max((sum(one.begin <= at.begin < one.end for one in lasting) for at in lasting), default=0)


def busiest(channels: list[Held]) -> tuple[int, int]:
    """The most seconds of four quarter hours in a row, and where the first such hour begins."""
    quarters = sorted({second // 900 for one in channels for second in range(one.begin, max(one.end, one.begin + 1))})
    hours = [
        (sum(max(0, min(one.end, (quarter + 4) * 900) - max(one.begin, quarter * 900)) for one in channels), quarter)
        for quarter in quarters
    ]
    seconds, quarter = max(hours, key=lambda hour: (hour[0], -hour[1]))
    return seconds, quarter * 900


@pytest.mark.parametrize(("first", "end"), [ALWAYS, NIGHT, (date(2024, 3, 31), date(2024, 4, 1))])
def test_every_trunk_has_the_calls_peak_and_busy_hour_of_its_legs(client: Client, first: date, end: date) -> None:
    uses = {use[:3]: use for use in trunk_report(client, first, end, reported().zones).uses}
    expected = held(first, end)
    assert uses.keys() == expected.keys()
    assert len(uses) > 10
    for place, channels in expected.items():
        use = uses[place]
        counted = [one.row for one in channels if one.is_counted]
        answered = [row for row in counted if row.disposition == "answered"]
        assert (use.calls, use.answered) == (len(counted), len(answered)), place
        assert use.talk_seconds == sum(talked(row) for row in answered), place
        assert use.peak == peak_of(channels), place
        assert (use.busy_seconds, use.busy_hour_at) == busiest(channels), place


def talked(row: LegRow) -> int:
    record = row.leg.record
    assert record.connected_at is not None
    return max(0, second(record.ended_at) - second(record.connected_at)) if record.ended_at else 0


def test_all_counted_money_is_cost_of_a_trunk_or_told_beside_them(client: Client) -> None:
    found = trunk_report(client, *ALWAYS, reported().zones)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal, found.other_costs)
    for use in found.uses:
        for currency, amount in use.costs.items() if use.direction == "both" else ():
            sums[currency] += amount
    expected: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in reported().counted:
        expected[one.currency] += one.amount
    assert sums == expected


def a_leg(number: int, start: int, end: int | None, *, way: str = "outgoing", **fields: Any) -> LegRow:
    """A leg over a trunk of Dortmund, from one second after NOON to another, answered at once."""
    shift = NOON - second(START)
    device = {"destination_device" if way == "outgoing" else "origination_device": "SwyxGate 1"}
    answered = fields.pop("disposition", "answered") == "answered"
    one = leg(
        str(number),
        start + shift,
        connect=start + shift if answered else None,
        end=None if end is None else end + shift,
        offset=number,
        **(device | fields),
    )
    kinds = ("internal", "trunk") if way == "outgoing" else ("trunk", "internal")
    disposition = "answered" if answered else "failed"
    return LegRow(one, one.leg_id, *kinds, way, disposition, chargeable=answered, version=1)


def uses_of(server: ClickHouseServer, *rows: Any, days: tuple[date, date] = DAY) -> dict[str, TrunkUse]:
    """What Dortmund's trunk was used for, by direction."""
    options = fresh_warehouse(server)
    with RowWriter(options) as writer:
        assert writer.write(rows) == []
    with connected(options) as client:
        return {use.direction: use for use in trunk_report(client, *days, BERLIN).uses}


def test_calls_that_touch_are_not_at_once(clickhouse: ClickHouseServer) -> None:
    uses = uses_of(clickhouse, a_leg(1, 0, 100), a_leg(2, 100, 200), a_leg(3, 150, 300, way="incoming"))
    assert {direction: (use.calls, use.peak) for direction, use in uses.items()} == {
        "outgoing": (2, 1),
        "incoming": (1, 1),
        "both": (3, 2),
    }
    assert uses["both"].peak_at == NOON + 150


def test_the_busy_hour_slides_by_quarter_hours(clickhouse: ClickHouseServer) -> None:
    """From 13:00 to 14:25 and 14:12 to 14:22: from 13:30 on 55 + 10 minutes."""
    uses = uses_of(clickhouse, a_leg(1, 0, 85 * 60), a_leg(2, 72 * 60, 82 * 60))
    assert (uses["outgoing"].busy_hour_at, uses["outgoing"].busy_seconds) == (NOON + 30 * 60, 65 * 60)


def test_blocked_calls_hold_no_channel_and_are_counted_in_the_busy_hour(clickhouse: ClickHouseServer) -> None:
    blocked = {"disposition": "failed", "disconnect_reason": "No Channel Available"}
    uses = uses_of(
        clickhouse,
        a_leg(1, 0, 1800),
        a_leg(2, 10, 20, **blocked),
        a_leg(3, 11, 20, **{**blocked, "disconnect_reason": "NetworkCongestion"}),
        a_leg(4, 7200, 7210, **blocked),
        a_leg(5, 12, 20, disposition="failed", disconnect_reason="Busy"),
    )
    use = uses["outgoing"]
    assert (use.calls, use.answered, use.blocked, use.peak) == (5, 1, 3, 2)
    assert (use.busy_seconds, use.busy_calls, use.busy_blocked) == (1808, 4, 2)


def test_results_of_transfers_and_legs_without_an_end_hold_no_channel(clickhouse: ClickHouseServer) -> None:
    result = {"transferred_call_id_1": "1", "transferred_call_id_2": "2"}
    uses = uses_of(clickhouse, a_leg(1, 0, 100), a_leg(2, 10, None), a_leg(3, 20, 100, **result))
    assert (uses["outgoing"].calls, uses["outgoing"].open, uses["outgoing"].peak) == (2, 1, 1)


def test_a_call_from_the_day_before_still_holds_its_channel(clickhouse: ClickHouseServer) -> None:
    """Local midnight is 23:00 UTC; the call lasts from 22:59 to 23:01."""
    midnight = 10 * 3600
    uses = uses_of(clickhouse, a_leg(1, midnight - 60, midnight + 60), days=(date(2002, 11, 20), date(2002, 11, 21)))
    use = uses["outgoing"]
    assert (use.calls, use.peak, use.busy_seconds) == (0, 1, 60)


def test_money_is_cost_of_outgoing_calls_in_each_currency(clickhouse: ClickHouseServer) -> None:
    started: dict[str, Any] = {"started_at": START, "connected_at": START}
    uses = uses_of(
        clickhouse,
        a_leg(1, 0, 100),
        a_leg(2, 0, 100, way="incoming"),
        charge(1, amount=Decimal("0.36"), **started),
        charge(2, amount=Decimal("0.1"), currency="CHF", **started),
        charge(3, amount=Decimal(9), counted=False, **started),
    )
    assert [uses[way].costs for way in ("incoming", "outgoing", "both")] == [
        {},
        {"CHF": Decimal("0.1"), "EUR": Decimal("0.36")},
        {"CHF": Decimal("0.1"), "EUR": Decimal("0.36")},
    ]
