"""Every command of docs/reports.md is run, and prints what the page shows; the forms of a report agree."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.report import report
from tests.conftest import ClickHouseServer
from tests.documents import ROOT, blocks, commands
from tests.integration.test_report import CHARGES, CONFIG, SITE
from tests.report_example import example_rows
from tests.warehouse import fresh_warehouse, select

PAGE = ROOT / "docs" / "reports.md"
Shown = tuple[str, str]


def documented() -> Iterator[Shown]:
    """The commands of the page, each with the output that stands below it: below several the first one's."""
    found = blocks(PAGE)
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.language == "bash":
            for number, command in enumerate(commands(block.text)):
                yield command, after.text if after and after.language == "text" and not number else ""


@pytest.fixture(scope="module")
def example(clickhouse: ClickHouseServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClickHouseOptions]:
    """The folder of the configuration of the warehouse that the page is about."""
    return made(clickhouse, tmp_path_factory.mktemp("example"), example_rows())


@pytest.fixture(scope="module")
def checked(clickhouse: ClickHouseServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClickHouseOptions]:
    """The same of the one whose carriers' bills are checked."""
    return made(clickhouse, tmp_path_factory.mktemp("checked"), CHARGES)


def made(
    server: ClickHouseServer, folder: Path, rows: list[object] | tuple[object, ...]
) -> tuple[Path, ClickHouseOptions]:
    options = fresh_warehouse(server)
    with RowWriter(options) as writer:
        for row in rows:
            assert writer.write([row]) == []  # type: ignore[list-item]
    sites = {"dortmund": "telekom", "zurich": "swisscom"}
    text = CONFIG.format(options=options) + "".join(SITE.format(name, name, sites[name]) for name in sites)
    (folder / "swyx-cdr.toml").write_text(text, "utf-8")
    for rates in ("telekom.csv", "swisscom.csv"):
        (folder / rates).write_text(
            "prefix,destination,valid_from,valid_until,weekdays,from_time,until_time,connect_fee,price_per_minute,"
            "first_increment,next_increment,minimum\n+,World,,,,,,0,0.01,60,60,0\n",
            "utf-8",
        )
    return folder, options


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def run(words: str | list[str]) -> None:
    """A command as `swyx-cdr report …` runs it."""
    arguments = shlex.split(words) if isinstance(words, str) else words
    report(arguments, standalone_mode=False)


@pytest.mark.parametrize(("command", "shown"), [pytest.param(*one, id=one[0][:70]) for one in documented()])
def test_a_command_of_the_page_prints_what_it_shows(
    command: str,
    shown: str,
    example: tuple[Path, ClickHouseOptions],
    checked: tuple[Path, ClickHouseOptions],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir((checked if "bill-check" in command else example)[0])
    run(command.removeprefix("swyx-cdr report "))
    printed = capsys.readouterr().out
    if shown:
        assert [line.rstrip() for line in printed.splitlines()] == shown.splitlines()
    else:
        assert printed or re.search(r"--output (\S+)", command)


class Cells(HTMLParser):
    """The rows of all tables of a page, as texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        self._open = tag in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._open = False


def table_rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line[:1] in "│┃"]
    return [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in lines]


REPORTS = (
    "charges --by user --by month",
    "charges --by trunk",
    "bill --site dortmund",
    "calls --by user",
    "settlement",
    "trunks",
    "bill-check",
)


@pytest.mark.parametrize("asked", REPORTS)
def test_text_csv_and_page_have_the_same_numbers(
    asked: str,
    example: tuple[Path, ClickHouseOptions],
    checked: tuple[Path, ClickHouseOptions],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir((checked if asked == "bill-check" else example)[0])
    printed = {}
    for form in ("text", "csv", "html"):
        run(f"{asked} --format {form}")
        printed[form] = capsys.readouterr().out
    text, page = table_rows(printed["text"]), Cells(printed["html"]).rows
    assert text == page
    names, *rows = csv.reader(StringIO(printed["csv"]))
    assert rows
    # What the title of a section tells stands in CSV only.
    seen = [place for place, name in enumerate(names) if "bill --" not in asked or name not in TITLED]
    numbers = [numbers_of([row[place] for place in seen]) for row in rows]
    rest = map(numbers_of, text)  # with subtotals and totals between the rows
    assert [row for row in numbers if row not in rest] == []


TITLED = {"payer_site", "number", "name", "department", "cost_centre"}


def numbers_of(row: list[str]) -> list[Decimal]:
    """The numbers of a row but 0, however they are written: durations as seconds, without separators of thousands."""
    clocks = (re.sub(r"^(\d+):(\d\d):(\d\d)$", _seconds, cell) for cell in row)
    plain = (cell.replace(",", "") for cell in clocks)
    return [Decimal(cell) for cell in plain if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell) and Decimal(cell)]


def _seconds(clock: re.Match[str]) -> str:
    return str(3600 * int(clock[1]) + 60 * int(clock[2]) + int(clock[3]))


def test_a_period_without_rows_prints_a_line(
    example: tuple[Path, ClickHouseOptions], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(example[0])
    for name in ("charges", "calls", "bill --site dortmund", "settlement", "trunks"):
        run(f"{name} --month 2020-02")
    assert capsys.readouterr().out.splitlines() == [
        "no charges: Feb 1, 2020 to Feb 29, 2020",
        "no calls: Feb 1, 2020 to Feb 29, 2020",
        "no charges: Feb 1, 2020 to Feb 29, 2020",
        "nothing to settle: Feb 1, 2020 to Feb 29, 2020",
        "no calls: Feb 1, 2020 to Feb 29, 2020",
    ]


def test_a_bill_is_entered_in_the_audit_log_without_anybodys_number(
    example: tuple[Path, ClickHouseOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, options = example
    monkeypatch.chdir(folder)
    run("bill --user 101@dortmund --from 2026-10-05 --until 2026-10-06")
    entries = select(options, "SELECT command, what, rows FROM audit WHERE what LIKE '%2026-10-06%'")
    assert entries == [("report bill", "user …@dortmund; 2026-10-05 until 2026-10-06", 2)]


def test_a_file_is_written_whole_or_not_at_all(
    example: tuple[Path, ClickHouseOptions], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(example[0])
    run(["charges", "--output", str(tmp_path / "charges.txt")])
    assert "October 2026" in (tmp_path / "charges.txt").read_text("utf-8")
    with pytest.raises(CommandError, match=r"missing/charges.txt: No such file"):
        run(["charges", "--output", str(tmp_path / "missing" / "charges.txt")])
    assert [file.name for file in tmp_path.iterdir()] == ["charges.txt"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("bill --month 2026-10", "whose bill"),
        ("bill --user 101", "--user 101: expected number and site, such as 101@dortmund"),
        ("bill --user 101@rome", "--site rome: no such site"),
        ("charges --user 101@dortmund --site zurich", "not of --site zurich"),
        ("charges --by day --by day", "one of these stands twice"),
        ("settlement --from 2026-10-02", "settlement is by whole months"),
        ("trunks --site rome", "--site rome: no such site"),
    ],
)
def test_wrong_use_is_told(
    words: str, message: str, example: tuple[Path, ClickHouseOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(example[0])
    with pytest.raises(UsageError, match=re.escape(message)):
        run(words)
