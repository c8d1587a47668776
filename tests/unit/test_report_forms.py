"""How a report looks as a table, as CSV and as a page (contract 2)."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from pipeline.reports.csv_form import write_csv
from pipeline.reports.model import Bar, Cell, Chart, Column, Kind, Report, Section
from pipeline.reports.page import page
from pipeline.reports.reader import reader_of
from pipeline.reports.text_form import print_text

ENGLISH = reader_of("en_US")
EVIL = "<script>alert('1')</script>&\x1b[31m"
REPORT = Report(
    "Charges by site",
    "October 2026",
    (Column("site", empty="none"), Column("name"), Column("legs", Kind.COUNT), Column("amount", Kind.MONEY)),
    [
        Section([("dortmund", "", 1200, Decimal("-1.500000"))], [("total", None, 1200, Decimal("-1.5"))]),
        Section([("", "", 3, Decimal("0.123400"))]),
    ],
    [("total", None, 1203, Decimal("-1.3766"))],
    ["a note"],
    hint="what is counted",
)
TITLED = REPORT._replace(
    columns=(Column("site", titled=True), *REPORT.columns[1:]),
    sections=[section._replace(title=f"payer {number}") for number, section in enumerate(REPORT.sections)],
)


def text_of(report: Report) -> list[str]:
    stream = StringIO()
    print_text(report, ENGLISH, Console(file=stream, width=320))
    return stream.getvalue().splitlines()


def csv_of(report: Report) -> str:
    stream = StringIO(newline="")
    write_csv(report, stream)
    return stream.getvalue()


def only(cell: Cell, kind: Kind = Kind.TEXT) -> Report:
    return Report("", "", (Column("value", kind), Column("legs", Kind.COUNT)), [Section([(cell, 1)])])


def test_a_table_has_headings_rows_subtotals_totals_and_notes() -> None:
    lines = text_of(REPORT)
    cells = [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in lines[1:-2]]
    assert [row for row in cells if row] == [
        ["site", "legs", "amount"],
        ["dortmund", "1,200", "-1.5000"],
        ["total", "1,200", "-1.5000"],
        ["(none)", "3", "0.1234"],
        ["total", "1,203", "-1.3766"],
    ]
    assert lines[-1] == "a note"


def test_sections_with_a_title_are_tables_of_their_own() -> None:
    lines = text_of(TITLED)
    assert [line for line in lines if line.startswith("payer")] == ["payer 0", "payer 1"]
    assert sum(line.startswith("┏") for line in lines) == 3
    assert not any("site" in line for line in lines)


def test_without_rows_there_are_only_notes() -> None:
    empty = REPORT._replace(sections=[Section([])], totals=[])
    assert text_of(empty) == ["a note"]
    assert "<table" not in page(empty, ENGLISH)
    assert csv_of(empty) == "site,name,legs,amount\n"


def test_a_text_on_a_terminal_is_shown_and_never_obeyed() -> None:
    assert any("│ \\x1b[31m[red] │" in line for line in text_of(only("\x1b[31m[red]")))


def test_a_rare_column_is_seen_where_a_row_has_some_of_it() -> None:
    rare = Column("legs", Kind.COUNT, rare=True)
    reports = [Report("", "", (Column("site"), rare), [Section([("dortmund", legs)])]) for legs in (0, 1)]
    assert [report.shown for report in reports] == [[0], [0, 1]]
    assert csv_of(reports[0]) == "site,legs\ndortmund,0\n"


def test_csv_has_names_rows_and_every_column_and_no_totals() -> None:
    assert csv_of(TITLED) == "site,name,legs,amount\ndortmund,,1200,-1.50\n,,3,0.1234\n"


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (date(2026, 10, 31), Kind.DAY, "2026-10-31"),
        (date(2026, 10, 1), Kind.MONTH, "2026-10"),
        (datetime(2026, 10, 31, 13, 5, 9, tzinfo=ZoneInfo("Europe/Berlin")), Kind.MOMENT, "2026-10-31T13:05:09+01:00"),
        (3661, Kind.SECONDS, "3661"),
        (Decimal("1E+3"), Kind.MONEY, "1000.00"),
        (Decimal("0.123456"), Kind.MONEY, "0.123456"),
        (Decimal("56.30"), Kind.NUMBER, "56.30"),
        ("outgoing", Kind.WORD, "outgoing"),
        ("CH", Kind.COUNTRY, "CH"),
        (None, Kind.MONEY, ""),
    ],
)
def test_values_in_csv_are_for_programs(cell: Cell, kind: Kind, text: str) -> None:
    assert csv_of(only(cell, kind)).splitlines()[1] == f"{text},1"


def test_the_unit_is_part_of_the_name_in_csv() -> None:
    report = only("a")
    assert csv_of(report._replace(columns=(Column("cost", unit="EUR"), report.columns[1]))).startswith("cost_eur,")


@pytest.mark.parametrize("text", ["=1+1", "+492314777100", "-1", "@SUM(A1)"])
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert list(csv.reader(StringIO(csv_of(only(text)))))[1] == [f"'{text}", "1"]


@pytest.mark.parametrize(("text", "shown"), [("\tx", r"'\tx"), ("\rx", r"'\rx"), ("a\nb\x1b", r"a\nb\x1b")])
def test_a_control_character_in_csv_is_shown_as_its_code(text: str, shown: str) -> None:
    assert list(csv.reader(StringIO(csv_of(only(text)), newline="")))[1] == [shown, "1"]


@pytest.mark.parametrize("text", ["dortmund", "a=1", 'SIP "1", main', "Zürich", ""])
def test_any_other_text_comes_back_as_it_is(text: str) -> None:
    assert list(csv.reader(StringIO(csv_of(only(text)))))[1] == [text, "1"]


class Elements(HTMLParser):
    """The elements of a page, their attributes, and the text of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.names[-1:] in (["td"], ["th"]):
            self.cells[-1] += data.strip()


def test_a_page_has_the_cells_of_the_table() -> None:
    assert Elements(page(REPORT, ENGLISH)).cells == [
        *("site", "legs", "amount"),
        *("dortmund", "1,200", "-1.5000"),
        *("total", "1,200", "-1.5000"),
        *("(none)", "3", "0.1234"),
        *("total", "1,203", "-1.3766"),
    ]


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    found = Elements(page(REPORT, ENGLISH))
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(found.names)
    assert not [name for name, _ in found.attributes if name in {"src", "href", "style"} or name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:", page(REPORT, ENGLISH))


def test_every_text_of_a_page_is_text() -> None:
    bars = [Bar(EVIL, Decimal(1), EVIL)]
    charts = [Chart(EVIL, bars), Chart(EVIL, bars, upright=True)]
    evil = TITLED._replace(title=EVIL, period=EVIL, hint=EVIL, notes=[EVIL], charts=charts)
    evil = evil._replace(sections=[Section([(EVIL, EVIL, 1, Decimal(1))], title=EVIL)])
    text = page(evil, ENGLISH)
    assert "script" not in Elements(text).names
    assert "\x1b" not in text
    assert text.count("&lt;script&gt;") > 8


def test_a_page_is_in_the_readers_language() -> None:
    text = page(REPORT, reader_of("de_DE"))
    assert '<html lang="de">' in text
    assert "Standort" in text
    assert "-1,5000" in text


def charts_of(chart: Chart) -> list[ElementTree.Element]:
    """The drawings of a page, which are well-formed XML."""
    drawn = re.findall("<svg.*?</svg>", page(REPORT._replace(charts=[chart]), ENGLISH), re.DOTALL)
    return [ElementTree.fromstring(text) for text in drawn]  # noqa: S314 - the program's own


def test_bars_are_as_long_as_their_values_and_the_greatest_is_first() -> None:
    (drawing,) = charts_of(
        Chart("c", [Bar("a", Decimal(1), "1 E"), Bar("b", Decimal(4), "4 E"), Bar("0", Decimal(0), "0")])
    )
    lengths = [float(bar.attrib["width"]) for bar in drawing.iter("rect")]
    assert [round(length / lengths[0], 2) for length in lengths] == [1, 0.25]
    assert [text.text for text in drawing.iter("text")] == ["b", "4 E", "a", "1 E"]


def test_bars_in_the_order_of_time_stand_upright() -> None:
    (drawing,) = charts_of(Chart("c", [Bar("1", Decimal(1), "1"), Bar("2", Decimal(2), "2")], upright=True))
    assert [float(bar.attrib["height"]) for bar in drawing.iter("rect")] == [75, 150]


def test_a_chart_says_to_those_who_do_not_see_it_what_it_shows() -> None:
    (drawing,) = charts_of(Chart("EUR by site", [Bar("dortmund", Decimal(1), "1.00")]))
    assert drawing.attrib["role"] == "img"
    assert [drawing.findtext("title"), drawing.findtext("desc")] == ["EUR by site", "dortmund: 1.00"]
    assert drawing.attrib["aria-labelledby"].split() == [drawing[0].attrib["id"], drawing[1].attrib["id"]]


def test_how_many_bars_are_left_out_is_told() -> None:
    (drawing,) = charts_of(Chart("c", [Bar(str(n), Decimal(n), "") for n in range(1, 21)]))
    assert [text.text for text in drawing.iter("text")][-2:] != []
    assert "8 others" in [text.text for text in drawing.iter("text")]


def test_nothing_is_drawn_of_nothing() -> None:
    assert charts_of(Chart("c", [Bar("a", Decimal(0), "0")])) == []
