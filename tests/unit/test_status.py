"""What `status` and `rejects list` show of sites and lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from connectors.clickhouse.sites import Site
from pipeline.cli.rejects_table import rejects_table, shown
from pipeline.cli.settings import load_settings
from pipeline.cli.status import Stored, age, sites_table
from schemas.cdr import Reject
from tests.unit.configurations import EXAMPLE

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DORTMUND = Site("dortmund", NOW - timedelta(hours=3), NOW, "dortmund/cdr.txt", 400, 5, 12, "", "silent")


def cells(text: str) -> list[list[str]]:
    rows = [line.split("│")[1:-1] for line in text.splitlines() if "│" in line]
    return [[cell.strip() for cell in row] for row in rows]


def printed(table: object) -> str:
    console = Console(width=300)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def status_rows(tmp_path: Path, stored: Stored) -> list[list[str]]:
    file = tmp_path / "swyx-cdr.toml"
    file.write_text(EXAMPLE)
    return cells(printed(sites_table(load_settings(file, {}), stored, NOW)))


def test_a_site_shows_where_it_stands(tmp_path: Path) -> None:
    rows = status_rows(tmp_path, Stored({"dortmund": DORTMUND}, {"dortmund": 7}))
    assert rows[0] == [
        "dortmund",
        *("2026-11-22 07:00:00", "3 h", "silent", "dortmund/cdr.txt", "400", "5", "12", "7"),
    ]


def test_a_site_that_never_gave_a_sign_of_life_is_listed(tmp_path: Path) -> None:
    rows = status_rows(tmp_path, Stored({}, {"berlin": 2}))
    assert rows[1] == ["berlin", "never seen", *[""] * 6, "2"]


def test_a_site_that_is_away_says_since_when_and_a_file_why_it_cannot_be_read(tmp_path: Path) -> None:
    site = DORTMUND._replace(state="away", problem="cdr.txt: Permission denied")
    rows = status_rows(tmp_path, Stored({"dortmund": site}, {}))
    assert rows[0][3] == "away since 2026-11-22 10:00:00: cdr.txt: Permission denied"


def test_rejected_messages_of_no_site_have_a_row_of_their_own(tmp_path: Path) -> None:
    assert status_rows(tmp_path, Stored({}, {"": 4}))[-1] == ["(none)", *[""] * 7, "4"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
        (-1, "in the future"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_fits_twice(seconds: int, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller", "Müller"),
        (b"M\xc3\xbcller", "Müller"),
        (b"M\xfcller\x00\x1b[31m", "M\\xfcller\\x00\\x1b[31m"),
        ("a\nb\u202ec", "a\\nb\\u202ec"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("\n" * 61, "\\n" * 29 + "\\…"),
    ],
)
def test_a_line_is_shown_short_and_without_what_a_terminal_would_obey(text: str | bytes, expected: str) -> None:
    assert shown(text) == expected


def test_a_reject_is_shown_with_its_exact_place_and_no_markup_of_its_own() -> None:
    reject = Reject("dortmund", "[red]cdr.txt", 1655, b"[bold]x", "bad_time", "[link]", NOW)
    assert cells(printed(rejects_table([reject])))[-1] == [
        *("dortmund", "[red]cdr.txt", "1655", "2026-11-22 10:00:00", "bad_time", "[link]", "[bold]x"),
    ]
