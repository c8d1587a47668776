"""How a report looks as a table and as CSV (contract 2)."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO

import pytest

from pipeline.cli.report_form import Format, Report, cell_text, print_report, write_csv

REPORT = Report(
    ("site", "legs", "money lost"),
    [("dortmund", 12, Decimal("-1.500000")), ("zurich", 3, Decimal("0.123456"))],
    [("total", 15, Decimal("-1.376544"))],
    ["a note"],
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.360000", "0.36"), ("5", "5.00"), ("-0.100000", "-0.10"), ("0.123456", "0.123456"), ("1E+3", "1000.00")],
)
def test_money_is_exact_with_two_decimals_at_least(amount: str, text: str) -> None:
    assert cell_text(Decimal(amount)) == text


def test_a_table_has_headings_rows_totals_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(REPORT, Format.TEXT)
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line[1:-1].replace("┃", "│").split("│")] for line in lines[1::2]]
    assert cells[0] == ["site", "legs", "money lost"]
    assert lines[3:5] == ["│ dortmund │   12 │      -1.50 │", "│ zurich   │    3 │   0.123456 │"]
    assert "│ total    │   15 │  -1.376544 │" in lines
    assert lines[-1] == "a note"


def test_without_rows_there_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(REPORT._replace(rows=(), totals=()), Format.TEXT)
    assert capsys.readouterr().out == "a note\n"


def test_a_text_on_a_terminal_is_shown_and_never_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(REPORT._replace(rows=[("\x1b[31m[red]", 1, Decimal(1))]), Format.TEXT)
    assert "│ \\x1b[31m[red] │" in capsys.readouterr().out


def test_csv_has_headings_as_names_and_rows_without_totals(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(REPORT, Format.CSV)
    printed = capsys.readouterr()
    assert printed.out == "site,legs,money_lost\ndortmund,12,-1.50\nzurich,3,0.123456\n"
    assert printed.err == "a note\n"


@pytest.mark.parametrize("text", ["=1+1", "+492314777100", "-1", "@SUM(A1)"])
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert csv_rows(text) == [[f"'{text}", "1", "-1.00"]]


@pytest.mark.parametrize(("text", "shown"), [("\tx", r"'\tx"), ("\rx", r"'\rx"), ("a\nb\x1b", r"a\nb\x1b")])
def test_a_control_character_in_csv_is_shown_as_its_code(text: str, shown: str) -> None:
    assert csv_rows(text) == [[shown, "1", "-1.00"]]


@pytest.mark.parametrize("text", ["dortmund", "a=1", 'SIP "1", main', "Zürich", ""])
def test_any_other_text_comes_back_as_it_is(text: str) -> None:
    assert csv_rows(text) == [[text, "1", "-1.00"]]


def csv_rows(text: str) -> list[list[str]]:
    """The rows of a CSV with this text in its only row, as a reader of CSV sees them."""
    stream = StringIO(newline="")
    write_csv(REPORT._replace(rows=[(text, 1, Decimal(-1))]), stream)
    return list(csv.reader(StringIO(stream.getvalue(), newline="")))[1:]
