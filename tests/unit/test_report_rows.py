"""What rows and totals the reports have; the sums they are made of are given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.clickhouse.report_bill import BillItem
from connectors.clickhouse.report_charges import ChargeSum
from connectors.clickhouse.report_settlement import Debt
from connectors.clickhouse.report_trunks import TrunkReport, TrunkUse
from pipeline.reports.bill import bill_report, shortened
from pipeline.reports.calls import Calls, calls_report
from pipeline.reports.charges import charges_report
from pipeline.reports.keys import CallsBy, ChargesBy
from pipeline.reports.model import Report, Row
from pipeline.reports.period import Period
from pipeline.reports.reader import reader_of
from pipeline.reports.settlement import settlement_report
from pipeline.reports.trunks import trunks_report

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
ENGLISH = reader_of("en_US")
ZONES = {"dortmund": "Europe/Berlin", "london": "Europe/London"}
ITEM = BillItem(
    "dortmund",
    "101",
    "Jones",
    "Sales",
    "4711",
    "",
    datetime(2026, 10, 1, 8, 15, tzinfo=UTC),
    "+4930123456",
    "Germany",
    "DE",
    "geographic",
    90,
    "EUR",
    Decimal("0.36"),
    "aoc",
    "dortmund:1:2026-10-01T10:15:00",
)
USE = TrunkUse("dortmund", "SwyxGate 1", "both", 9, 6, 0, 0, 600, 3, 1790841600, 1790840700, 3600, 5, 0, {})


def by_name(report: Report, row: Row) -> dict[str, object]:
    assert len(row) == len(report.columns)
    return {column.name + column.unit: cell for column, cell in zip(report.columns, row, strict=True)}


def charge_sum(depth: int, *key: object, name: str = "", currency: str = "EUR", amount: str = "1") -> ChargeSum:
    return ChargeSum(depth, key, name, currency, 2, 3, 60, Decimal(amount))


def test_charges_have_rows_within_rows_subtotals_and_a_total_for_each_currency() -> None:
    sums = [
        charge_sum(2, "dortmund", "dortmund", "101", name="Jones"),
        charge_sum(1, "dortmund", amount="5"),
        charge_sum(2, "london", "london", "201", currency="GBP"),
        charge_sum(1, "london", currency="GBP"),
        charge_sum(0, amount="5"),
        charge_sum(0, currency="GBP"),
    ]
    report = charges_report(sums, [ChargesBy.SITE, ChargesBy.USER], OCTOBER, ENGLISH)
    numbers = (2, 3, 60)
    assert [section.rows for section in report.sections] == [
        [("dortmund", "dortmund", "101", "Jones", "EUR", *numbers, Decimal(1))],
        [("london", "london", "201", "", "GBP", *numbers, Decimal(1))],
    ]
    assert [section.totals for section in report.sections] == [
        [("dortmund", "total", None, None, "EUR", *numbers, Decimal(5))],
        [("london", "total", None, None, "GBP", *numbers, Decimal(1))],
    ]
    assert [row[:5] for row in report.totals] == [("total", *(None,) * 3, "EUR"), ("total", *(None,) * 3, "GBP")]
    assert [(chart.title, len(chart.bars)) for chart in report.charts] == [("EUR by site", 1), ("GBP by site", 1)]


def test_one_key_has_no_subtotals() -> None:
    report = charges_report([charge_sum(1, "4711"), charge_sum(0)], [ChargesBy.COST_CENTRE], OCTOBER, ENGLISH)
    assert [section.totals for section in report.sections] == [[]]
    assert report.totals == [("total", "EUR", 2, 3, 60, Decimal(1))]


def test_a_period_without_charges_is_said_to_have_none() -> None:
    report = charges_report([], [ChargesBy.DAY], OCTOBER, reader_of("de_DE"))
    assert (report.rows, report.totals) == ([], [])
    assert report.notes == ["keine Gebühren: 01.10.2026 bis 31.10.2026"]


def test_ratios_of_calls_are_those_of_their_sums() -> None:
    one = Calls(calls=3, answered=2, missed=1, ring_seconds=10, talk_seconds=61, conferences=1)
    other = Calls(calls=4, answered=0, busy=4, ring_seconds=2)
    report = calls_report([(("a",), one), (("b",), other)], [CallsBy.SITE], OCTOBER, ENGLISH)
    rows = [by_name(report, row) for row in (*report.rows, *report.totals)]
    assert [row["asr"] for row in rows] == [Decimal("66.7"), Decimal("0.0"), Decimal("28.6")]
    assert [row["acd_seconds"] for row in rows] == [31, None, 31]
    assert rows[2]["site"] == "total"
    assert [rows[2][name] for name in ("calls", "answered", "missed", "busy", "ring_seconds")] == [7, 2, 1, 4, 12]
    assert [rows[2][name] for name in ("transfers", "conferences", "incomplete")] == [0, 1, 0]


def test_a_bill_has_a_section_for_each_payer_and_local_times() -> None:
    items = [
        ITEM,
        ITEM._replace(amount=Decimal("0.1"), seconds=30, payer_name="Jones-Smith", cost_centre="4712"),
        ITEM._replace(payer_site="london", payer_number="201", payer_name="", currency="GBP"),
        ITEM._replace(payer_site="rome", payer_number="301", payer_name=""),
    ]
    report = bill_report(items, OCTOBER, ENGLISH, ZONES)
    assert [section.title for section in report.sections] == [
        "101 · Jones-Smith · dortmund · Sales · 4711 · 4712",
        "201 · london · Sales · 4711",
        "301 · rome · Sales · 4711",
    ]
    starts = [by_name(report, row)["started_at"] for row in report.rows]
    assert [str(start) for start in starts[1:]] == [
        "2026-10-01 10:15:00+02:00",
        "2026-10-01 09:15:00+01:00",
        "2026-10-01 08:15:00+00:00",
    ]
    (total,) = report.sections[0].totals
    assert total[-3:] == (120, "EUR", Decimal("0.46"))
    assert [row[-3:] for row in report.totals] == [(210, "EUR", Decimal("0.82")), (90, "GBP", Decimal("0.36"))]


@pytest.mark.parametrize(
    ("number", "short"),
    [
        ("+4930123456", "+4930123XXX"),
        ("110", "XXX"),
        ("12", "XX"),
        ("+493012XXX", "+493012XXX"),
        ("XXX", "XXX"),
        ("", ""),
        ("user@example.org", "user@example.org"),
    ],
)
def test_short_numbers_have_their_last_three_digits_hidden(number: str, short: str) -> None:
    assert shortened(number) == short


def test_numbers_are_whole_unless_asked_otherwise() -> None:
    reports = [bill_report([ITEM], OCTOBER, ENGLISH, ZONES, short_numbers=short) for short in (False, True)]
    numbers = [by_name(report, report.rows[0])["destination_number"] for report in reports]
    assert numbers == ["+4930123456", "+4930123XXX"]
    assert [report.notes for report in reports] == [[], ["Numbers are without their last three digits."]]


def test_the_settlement_tells_both_ways_and_net_in_each_currency() -> None:
    month, later = date(2026, 10, 1), date(2026, 11, 1)
    debts = [
        Debt(month, "berlin", "dortmund", "EUR", 3, 60, Decimal("1.5")),
        Debt(month, "dortmund", "berlin", "EUR", 2, 60, Decimal("4")),
        Debt(month, "zurich", "berlin", "CHF", 1, 60, Decimal("2")),
        Debt(later, "berlin", "dortmund", "EUR", 1, 60, Decimal("1")),
    ]
    report = settlement_report(debts, OCTOBER, ENGLISH)
    nothing = (0, Decimal(0))
    assert report.rows == [
        (month, "berlin", "dortmund", "EUR", 2, Decimal("4"), 3, Decimal("1.5"), Decimal("2.5")),
        (month, "berlin", "zurich", "CHF", 1, Decimal("2"), *nothing, Decimal("2")),
        (later, "berlin", "dortmund", "EUR", *nothing, 1, Decimal("1"), Decimal("-1")),
    ]
    bars = {chart.title: [(bar.label, bar.text) for bar in chart.bars] for chart in report.charts}
    assert bars == {
        "Net in CHF": [("berlin pays zurich", "2.00")],
        "Net in EUR": [("berlin pays dortmund", "1.50")],
    }


def trunk_row(use: TrunkUse) -> dict[str, object]:
    report = trunks_report(TrunkReport([use], {}), OCTOBER, ENGLISH, ZONES)
    return by_name(report, report.rows[0])


def test_a_trunk_needs_channels_for_what_was_offered_in_its_busy_hour() -> None:
    """By the published tables 10 channels carry 4.46 Erlang at 1 %, 3.09 at 0.1 %, 8 carry 4.54 at 5 %."""
    row = trunk_row(USE._replace(busy_seconds=int(4.45 * 3600)))
    assert (row["carried_erlang"], row["offered_erlang"]) == (Decimal("4.45"), Decimal("4.45"))
    assert (row["channels_1"], row["channels_2"], row["channels_5"]) == (10, 10, 8)
    assert trunk_row(USE._replace(busy_seconds=int(3.08 * 3600)))["channels_0_1"] == 10


def test_blocked_calls_raise_what_was_offered() -> None:
    """One of five was blocked: 1 Erlang is four fifths of what was offered."""
    row = trunk_row(USE._replace(busy_seconds=3600, busy_calls=5, busy_blocked=1))
    assert (row["carried_erlang"], row["offered_erlang"]) == (Decimal("1.00"), Decimal("1.25"))


def test_what_was_offered_is_unknown_where_all_were_blocked() -> None:
    row = trunk_row(USE._replace(busy_seconds=0, busy_calls=5, busy_blocked=5))
    assert (row["busy_hour"], row["offered_erlang"], row["channels_1"]) == (None, None, None)


def test_each_currency_has_its_own_cost_of_a_trunk() -> None:
    uses = [USE._replace(costs={"EUR": Decimal(1)}), USE._replace(trunk="SIP", costs={"CHF": Decimal(2)})]
    report = trunks_report(TrunkReport(uses, {"EUR": Decimal("0.5")}), OCTOBER, ENGLISH, ZONES)
    costs = [(row["costCHF"], row["costEUR"]) for row in (by_name(report, row) for row in report.rows)]
    assert costs == [(None, Decimal(1)), (Decimal(2), None)]
    assert report.notes == ["charges over trunks without a call of this period: 0.50 EUR"]


def test_the_busy_hour_is_local_time() -> None:
    row = trunk_row(USE)
    assert [str(row[name]) for name in ("busy_hour", "peak_at")] == [
        "2026-10-01 09:45:00+02:00",
        "2026-10-01 10:00:00+02:00",
    ]
