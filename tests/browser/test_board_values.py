"""What the board shows is what the warehouse holds, and what was simulated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from tests.browser.boards import Shown, opened
from tests.browser.conftest import Stocked

LISTED = 50
# All simulated sites have the same local time.
ZONE = ZoneInfo("Europe/Berlin")
Key = tuple[str, ...]


@pytest.fixture(scope="module")
def shown(stocked: Stocked, browser: Browser) -> Iterator[Shown]:
    with opened(browser, stocked.address) as shown:
        shown.wait_for_calls(LISTED)
        shown.page.wait_for_selector("#charges tbody")
        yield shown


def rows(stocked: Stocked, view: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of all rows of a view."""
    return list(stocked.warehouse.execute(f"SELECT {', '.join(columns)} FROM {view}"))


def figure(shown: Shown, name: str) -> str:
    """The value of a figure on top."""
    return shown.page.locator(f"[data-figure='{name}'] dd").first.inner_text()


def counted_today(stocked: Stocked, *by: str) -> dict[Key, Decimal]:
    """Counted charges of calls that began on this day of the sites, added up by some columns."""
    today = datetime.now(ZONE).date()
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    for started_at, counted, amount, *key in rows(stocked, "charges", "started_at", "counted", "amount", *by):
        if counted and started_at.astimezone(ZONE).date() == today:
            sums[tuple(key)] += amount
    return dict(sums)


def test_legs_and_calls_of_the_last_hour_are_those_simulated(stocked: Stocked, shown: Shown) -> None:
    assert figure(shown, "legs") == str(stocked.truth["legs"]["all"])
    assert figure(shown, "calls") == str(stocked.truth["calls"])


def test_rejected_lines_are_those_simulated(stocked: Stocked, shown: Shown) -> None:
    assert figure(shown, "warn") == str(stocked.truth["rejects"]["all"])


def test_the_newest_calls_are_listed_in_order(stocked: Stocked, shown: Shown) -> None:
    found = rows(stocked, "calls", "call_id", "started_at", "ended_at")
    newest = sorted(found, key=lambda row: (-row[2].timestamp(), -row[1].timestamp(), row[0]))

    assert shown.calls() == [call_id for call_id, *_ in newest[:LISTED]]


def test_charges_of_today_by_currency_are_those_counted(stocked: Stocked, shown: Shown) -> None:
    values = [Decimal(value.split()[0]) for value in data_values(shown, "[data-figure='charges'] data")]
    sums = counted_today(stocked, "currency")

    assert values == [sums[key] for key in sorted(sums)]


def test_charges_by_payer_and_carrier_are_those_counted_to_the_cent(stocked: Stocked, shown: Shown) -> None:
    cents = {
        (payer, trunk if payer == carrier else f"{carrier}: {trunk}", currency): amount.quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
        for (currency, payer, carrier, trunk), amount in counted_today(
            stocked, "currency", "payer_site", "carrier_site", "trunk"
        ).items()
    }
    shown_rows = [row.locator("th, td").all_inner_texts() for row in shown.page.locator("#charges tbody tr").all()]
    signs = {"EUR": "€", "CHF": "CHF\N{NO-BREAK SPACE}"}

    assert {(payer, carrier, amount) for payer, carrier, _, amount in shown_rows} <= {
        (payer, carrier, f"{signs[currency]}{amount}") for (payer, carrier, currency), amount in cents.items()
    }
    assert len(shown_rows) == min(12, len(cents))


def test_a_story_tells_every_leg_and_charge_of_its_call(stocked: Stocked, shown: Shown) -> None:
    found = {row[0]: row[1:] for row in rows(stocked, "calls", "call_id", "leg_count", "site_call_ids", "amounts")}
    longest = max(shown.calls(), key=lambda call_id: (found[call_id][0], call_id))
    leg_count, site_call_ids, amounts = found[longest]
    charges = rows(stocked, "charges", "site_call_id", "amount", "source")
    charged = [row for row in charges if row[0] in site_call_ids and row[2] != "none"]

    call = shown.page.locator(f"[data-call='{longest}']")
    call.locator("summary").click()
    call.locator(".legs > li").first.wait_for()

    assert leg_count > 1
    assert call.locator(".legs > li").count() == leg_count
    assert call.locator(".charge").count() == len(charged)
    counted = call.locator(".charge:not(.uncounted) b").all_inner_texts()
    assert sum(map(number, counted), Decimal(0)) == sum(amounts.values(), Decimal(0))


def test_a_board_without_kafka_shows_no_lag(shown: Shown) -> None:
    assert shown.page.locator("[data-figure='lag']").count() == 0


def data_values(shown: Shown, selector: str) -> list[str]:
    """The exact values behind rounded texts."""
    found: list[str] = shown.page.eval_on_selector_all(selector, "parts => parts.map(part => part.value)")
    return found


def number(text: str) -> Decimal:
    """The amount in a text such as €1,234.56."""
    return Decimal("".join(sign for sign in text if sign.isdigit() or sign == "."))
