"""What the report `bill-check` shows of compared charges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.clickhouse.bill_check import BillCheck, BillGroup
from pipeline.reports.bill_check import bill_check_report
from pipeline.reports.model import Report
from pipeline.reports.period import Period
from pipeline.reports.reader import reader_of

MOBILE = BillGroup(
    "EUR",
    "dortmund",
    "SwyxGate 1",
    "dortmund",
    "Germany, mobile",
    legs=3,
    differing=2,
    signalled=Decimal("0.860000"),
    rated=Decimal("0.905000"),
    greatest_difference=Decimal("-0.100000"),
    leg_id="dortmund:3:2026-03-02T08:15:00",
)
FRANCE = MOBILE._replace(destination="France", legs=1, differing=1, signalled=Decimal("2.5"), rated=Decimal("1.5"))
CHECK = BillCheck((MOBILE,), compared=9, differing=2, other_currency=0, no_rate=0, unrated=0)


def bill_report(check: BillCheck) -> Report:
    return bill_check_report(check, Period(date.min, date.max), reader_of("en"))


def test_a_row_has_place_legs_sums_their_difference_and_the_leg_that_is_furthest_off() -> None:
    (row,) = bill_report(CHECK).rows
    assert row[:5] == ("dortmund", "SwyxGate 1", "dortmund", "Germany, mobile", "EUR")
    assert row[5:10] == (3, 2, Decimal("0.86"), Decimal("0.905"), Decimal("-0.045"))
    assert row[10:] == (Decimal("-0.1"), "dortmund:3:2026-03-02T08:15:00")


def test_every_row_and_total_has_a_cell_under_each_heading() -> None:
    report = bill_report(CHECK)
    assert {len(row) for row in (*report.rows, *report.totals)} == {len(report.columns)}


def test_totals_add_the_rows_of_one_currency() -> None:
    francs = MOBILE._replace(currency="CHF")
    totals = bill_report(CHECK._replace(groups=(francs, MOBILE, FRANCE))).totals
    assert [total[4:10] for total in totals] == [
        ("CHF", 3, 2, Decimal("0.86"), Decimal("0.905"), Decimal("-0.045")),
        ("EUR", 4, 3, Decimal("3.36"), Decimal("2.405"), Decimal("0.955")),
    ]


def test_the_numbers_of_all_compared_legs_are_told() -> None:
    assert bill_report(CHECK).notes == ["signalled charges compared with the tariff: 9; more than 0.005 apart: 2"]


def test_a_bill_without_differences_is_said_to_have_none() -> None:
    report = bill_report(CHECK._replace(groups=(), differing=0))
    assert (report.rows, report.totals) == ([], [])
    assert report.notes == ["signalled charges compared with the tariff: 9; more than 0.005 apart: none"]


def test_what_could_not_be_compared_has_a_line_of_its_own_for_each_reason() -> None:
    _, *notes = bill_report(CHECK._replace(other_currency=4, no_rate=5, unrated=6)).notes
    assert notes == [
        "signalled in another currency than the tariff's: 4",
        "signalled without a rate to compare with: 5",
        "neither signalled nor rated: 6",
    ]
