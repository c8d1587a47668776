"""The daily roll-ups agree with the views whenever they are made anew, whatever was revised (contract 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from schemas.rows import Call, Charge, Withdrawal
from tests.conftest import ClickHouseServer
from tests.contract.example_values import CALL
from tests.warehouse import STARTED, an_id, charge, execute, fresh_warehouse, select

DAYS = [STARTED + timedelta(days=day) for day in (0, 1, 40)]
CURRENCIES = ("EUR", "CHF")


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


@pytest.fixture
def writer(warehouse: ClickHouseOptions) -> RowWriter:
    """A writer into it."""
    return RowWriter(warehouse)


def refresh(warehouse: ClickHouseOptions) -> None:
    """Make the roll-ups anew, as the server does every hour."""
    for view in ("daily_calls_refresh", "daily_charges_refresh"):
        execute(warehouse, f"SYSTEM REFRESH VIEW {view}")
        execute(warehouse, f"SYSTEM WAIT VIEW {view}")


def a_call(number: int, version: int = 1, started_at: datetime = STARTED, talk_seconds: int = 10) -> Call:
    """An answered call at Dortmund; its id says when it began."""
    return CALL._replace(
        call_id=an_id(number, started_at=started_at),
        origin_site="dortmund",
        started_at=started_at,
        talk_seconds=talk_seconds,
        version=version,
    )


def many_charges() -> list[Charge]:
    """Charges of several days, payers and currencies, every fifth of them not counted."""
    return [
        charge(
            number,
            started_at=DAYS[number % 3],
            payer_site=("dortmund", "berlin")[number % 2],
            currency=CURRENCIES[number % 7 % 2],
            amount=Decimal(number) / 1000,
            counted=number % 5 > 0,
        )
        for number in range(100)
    ]


def by_day(charges: Iterable[Charge]) -> dict[tuple[date, str, str], Decimal]:
    """Counted amounts by local day of the id, payer's site and currency."""
    sums: dict[tuple[date, str, str], Decimal] = {}
    for one in charges:
        if one.counted:
            key = (date.fromisoformat(one.leg_id[-19:-9]), one.payer_site, one.currency)
            sums[key] = sums.get(key, Decimal(0)) + one.amount
    return sums


def stored_by_day(warehouse: ClickHouseOptions) -> dict[tuple[date, str, str], Decimal]:
    """The same of the roll-up."""
    query = "SELECT day, payer_site, currency, sum(amount) FROM daily_charges GROUP BY ALL"
    return {(day, site, currency): amount for day, site, currency, amount in select(warehouse, query)}


def test_charges_of_a_day_are_those_of_the_legs_that_began_on_it(
    warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    writer.write(many_charges())
    refresh(warehouse)

    assert stored_by_day(warehouse) == by_day(many_charges())


def test_revised_and_withdrawn_charges_leave_the_days_they_were_in(
    warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    charges = many_charges()
    writer.write(charges)
    refresh(warehouse)
    revised = [one._replace(version=2, amount=one.amount * 3, currency="USD") for one in charges[:30]]
    writer.write(revised)
    writer.write([Withdrawal("charges", one.leg_id, 2) for one in charges[30:40]])
    refresh(warehouse)

    assert stored_by_day(warehouse) == by_day(revised + charges[40:])


def test_daily_charges_count_legs_and_seconds_as_the_totals_do(warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    writer.write(many_charges())
    refresh(warehouse)

    counted = [one for one in many_charges() if one.counted]
    assert select(warehouse, "SELECT sum(legs), sum(seconds) FROM daily_charges") == [(80, 60 * len(counted))]


def test_calls_of_a_day_are_those_that_began_on_it_at_their_site(
    warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    late_evening = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # already the next day in Berlin
    local = late_evening + timedelta(hours=1)
    writer.write([a_call(1), a_call(2)._replace(call_id=an_id(2, started_at=local), started_at=late_evening)])
    refresh(warehouse)

    assert select(warehouse, "SELECT day, sum(calls) FROM daily_calls GROUP BY day ORDER BY day") == [
        (date(2026, 3, 2), 1),
        (date(2026, 3, 3), 1),
    ]


def test_revised_and_withdrawn_calls_count_as_the_view_shows_them(
    warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    calls = [a_call(number, started_at=DAYS[number % 3], talk_seconds=number) for number in range(60)]
    writer.write(calls)
    refresh(warehouse)
    revised = [one._replace(version=2, disposition="busy", talk_seconds=0) for one in calls[:20]]
    writer.write(revised)
    writer.write([Withdrawal("calls", one.call_id, 2) for one in calls[20:30]])
    refresh(warehouse)

    left = revised + calls[30:]
    stored = select(warehouse, "SELECT disposition, sum(calls), sum(talk_seconds) FROM daily_calls GROUP BY ALL")
    talked = sum(one.talk_seconds for one in left)
    assert sorted(stored) == [(name, many, talked if name == "answered" else 0) for name, many in _dispositions(left)]


def _dispositions(calls: Iterable[Call]) -> list[tuple[str, int]]:
    return sorted(Counter(one.disposition for one in calls).items())


def test_a_roll_up_that_was_made_is_explained_as_before(warehouse: ClickHouseOptions) -> None:
    refresh(warehouse)

    empty = "database = currentDatabase() AND name LIKE 'daily%' AND comment = ''"
    columns = (
        "SELECT name FROM system.columns WHERE database = currentDatabase() AND table LIKE 'daily%' AND comment = ''"
    )
    assert select(warehouse, f"SELECT name FROM system.tables WHERE {empty} UNION ALL {columns}") == []
