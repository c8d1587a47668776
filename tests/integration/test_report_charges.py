"""`report charges`, `bill` and `settlement` against sums in Python over the charges of the naive reference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest
from clickhouse_driver import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.clickhouse.client import connected
from connectors.clickhouse.counted_charges import ChosenCharges
from connectors.clickhouse.report_bill import TooManyItemsError, bill_items
from connectors.clickhouse.report_charges import KEYS, charge_sums
from connectors.clickhouse.report_settlement import Debt, settlement
from schemas.rows import Charge
from tests.conftest import ClickHouseServer
from tests.reported import ALWAYS, reported, reported_warehouse, summed

Keyed = Callable[[Charge], tuple[object, ...]]
BY: dict[str, Keyed] = {
    "day": lambda charge: (reported().payer_day(charge),),
    "month": lambda charge: (reported().payer_day(charge).replace(day=1),),
    "site": lambda charge: (charge.payer_site,),
    "user": lambda charge: (charge.payer_site, charge.payer_number),
    "cost-centre": lambda charge: (charge.cost_centre,),
    "department": lambda charge: (charge.department,),
    "project": lambda charge: (charge.project_number,),
    "carrier": lambda charge: (charge.carrier_site,),
    "trunk": lambda charge: (charge.carrier_site, charge.trunk),
    "destination": lambda charge: (charge.destination_name, charge.destination_country, charge.destination_kind),
}
# The last days of both months in which the clock changes, and the days behind them, at once.
SPRING, AUTUMN = (date(2024, 3, 30), date(2024, 4, 1)), (date(2024, 10, 26), date(2024, 10, 28))


@pytest.fixture(scope="module")
def client(clickhouse: ClickHouseServer) -> Iterator[Client]:
    with connected(reported_warehouse(clickhouse)) as client:
        yield client


def chosen(first: date = date.min, end: date = date.max, **who: str) -> ChosenCharges:
    return ChosenCharges(first, end, reported().zones, **who)


def found(
    client: Client, charges: ChosenCharges, *by: str, depth: int | None = None
) -> dict[tuple[Any, ...], tuple[int, int, int, Decimal]]:
    """Calls, legs, seconds and amount by keys and currency, of sums over so many keys, by default all."""
    sums = charge_sums(client, charges, by)
    wanted = [one for one in sums if one.depth == (len(by) if depth is None else depth)]
    assert len({(one.key, one.currency) for one in wanted}) == len(wanted)
    return {(*one.key, one.currency): (one.calls, one.legs, one.seconds, one.amount) for one in wanted}


def test_there_is_a_computation_for_every_key() -> None:
    assert BY.keys() == KEYS.keys()


@pytest.mark.parametrize("name", BY)
def test_every_key_has_the_sums_of_its_counted_charges(client: Client, name: str) -> None:
    expected = summed(reported().counted, lambda charge: (*BY[name](charge), charge.currency))
    assert len(expected) > 3
    assert found(client, chosen(), name) == expected


def test_several_keys_are_combined_and_the_first_one_has_subtotals(client: Client) -> None:
    counted = reported().counted
    expected = summed(counted, lambda charge: (charge.payer_site, charge.project_number, charge.currency))
    assert found(client, chosen(), "site", "project") == expected
    of_site = summed(counted, lambda charge: (charge.payer_site, charge.currency))
    assert found(client, chosen(), "site", "project", depth=1) == of_site


def test_the_total_of_a_currency_counts_each_call_once(client: Client) -> None:
    expected = summed(reported().counted, lambda charge: (charge.currency,))
    assert found(client, chosen(), "trunk", depth=0) == expected
    assert any(calls < legs for calls, legs, _, _ in expected.values())


@pytest.mark.parametrize(("first", "end"), [SPRING, AUTUMN, (date(2024, 3, 31), date(2024, 4, 1))])
def test_days_are_local_to_the_payers_site(client: Client, first: date, end: date) -> None:
    of_days = [charge for charge in reported().counted if first <= reported().payer_day(charge) < end]
    expected = summed(of_days, lambda charge: (charge.payer_site, charge.currency))
    assert len(expected) > 2
    assert found(client, chosen(first, end), "site") == expected


def test_months_of_the_nights_of_changed_clocks_are_whole(client: Client) -> None:
    days = {reported().payer_day(charge) for charge in reported().counted}
    months = {day.replace(day=1) for day in days}
    assert {(month.year, month.month) for month in months} == {(2024, 3), (2024, 4), (2024, 10)}
    assert {key[0] for key in found(client, chosen(), "month")} == months


@pytest.mark.parametrize("field", ["payer_site", "payer_number", "cost_centre", "department", "project_number"])
def test_charges_can_be_narrowed_to_a_payer(client: Client, field: str) -> None:
    values = {getattr(charge, field) for charge in reported().counted} - {""}
    value = max(values)
    of_value = [charge for charge in reported().counted if getattr(charge, field) == value]
    expected = summed(of_value, lambda charge: (charge.carrier_site, charge.currency))
    assert found(client, chosen(**{field: value}), "carrier") == expected


def test_a_user_has_a_name_that_one_of_the_charges_tells(client: Client) -> None:
    told: defaultdict[object, set[str]] = defaultdict(set)
    for charge in reported().counted:
        told[charge.payer_site, charge.payer_number].add(charge.payer_name)
    sums = [one for one in charge_sums(client, chosen(), ["user"]) if one.depth]
    assert all(one.name in told[one.key] for one in sums)
    assert all(one.name for one in sums if told[one.key] != {""})


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(by=st.permutations(list(BY)).map(lambda names: names[:3]))
def test_sums_by_any_keys_agree_with_charge_totals(client: Client, by: list[str]) -> None:
    query = "SELECT toString(currency), sum(legs), sum(seconds), sum(amount) FROM charge_totals GROUP BY currency"
    totals = {currency: tuple(sums) for currency, *sums in client.execute(query)}
    together: dict[str, tuple[int, int, Decimal]] = {}
    for (*_, currency), (_, legs, seconds, amount) in found(client, chosen(), *by).items():
        before = together.get(currency, (0, 0, Decimal(0)))
        together[currency] = (before[0] + legs, before[1] + seconds, before[2] + amount)
    assert together == totals


def test_a_bill_has_every_counted_charge_of_its_payer_in_order(client: Client) -> None:
    payer = max(
        (charge.payer_site, charge.payer_number) for charge in reported().counted if charge.cost_centre == "100"
    )
    items = bill_items(client, chosen(payer_site=payer[0], payer_number=payer[1]))
    expected = [charge for charge in reported().counted if (charge.payer_site, charge.payer_number) == payer]
    expected.sort(key=lambda charge: (charge.started_at, charge.leg_id))
    assert [(item.leg_id, item.started_at, item.seconds, item.currency, item.amount) for item in items] == [
        (charge.leg_id, charge.started_at, charge.duration_seconds, charge.currency, charge.amount)
        for charge in expected
    ]
    assert [item.destination_number for item in items] == [charge.destination_number for charge in expected]


def test_a_bill_of_a_cost_centre_has_all_its_payers(client: Client) -> None:
    items = bill_items(client, chosen(cost_centre="200"))
    of_centre = [charge for charge in reported().counted if charge.cost_centre == "200"]
    assert sorted(item.leg_id for item in items) == sorted(charge.leg_id for charge in of_centre)
    payers = [payer for payer, _ in groupby((item.payer_site, item.payer_number) for item in items)]
    assert payers == sorted({(charge.payer_site, charge.payer_number) for charge in of_centre})
    assert len(payers) > 2


def test_a_bill_that_is_too_long_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.clickhouse.report_bill.MOST_ITEMS", 3)
    with pytest.raises(TooManyItemsError, match="more than 3 charges"):
        bill_items(client, chosen())


def test_the_settlement_is_that_of_the_view(client: Client) -> None:
    query = (
        "SELECT month, carrier_site, payer_site, currency, legs, seconds, amount FROM settlement "
        "ORDER BY month, carrier_site, payer_site, currency"
    )
    debts = settlement(client, *ALWAYS)
    assert debts == [Debt._make(row) for row in client.execute(query)]
    october = (date(2024, 10, 1), date(2024, 11, 1))
    assert settlement(client, *october) == [debt for debt in debts if debt.month == october[0]] != []


def test_the_settlement_is_what_payers_of_one_site_owe_another_by_month_in_utc(client: Client) -> None:
    owed = [charge for charge in reported().counted if charge.payer_site != charge.carrier_site]
    expected = summed(
        owed,
        lambda charge: (
            charge.connected_at.date().replace(day=1),
            charge.carrier_site,
            charge.payer_site,
            charge.currency,
        ),
    )
    debts = {debt[:4]: (debt.legs, debt.seconds, debt.amount) for debt in settlement(client, *ALWAYS)}
    assert debts == {key: sums[1:] for key, sums in expected.items()}
    assert len({currency for *_, currency in debts}) > 1
