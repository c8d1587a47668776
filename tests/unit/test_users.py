"""User files: whose extension it is on which day (contract 3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.cli.users import load_users

FILE = """extension,name,department,cost_centre,valid_from,valid_until
222,Anna Ernst,sales,4711,,2026-03-01
222,"Berg, Kai",support,4712,2026-03-01,
223, Carla , board ,1,,
"""


def department(extension: str, day: date, folder: Path) -> str | None:
    file = folder / "users.csv"
    file.write_text(FILE)
    user = load_users(file).of(extension, day)
    return user and user.department


def test_the_day_of_valid_until_belongs_to_the_next_user(tmp_path: Path) -> None:
    assert department("222", date(2026, 2, 28), tmp_path) == "sales"
    assert department("222", date(2026, 3, 1), tmp_path) == "support"


def test_an_extension_that_the_file_lacks_has_no_user(tmp_path: Path) -> None:
    assert department("299", date(2026, 3, 1), tmp_path) is None


def test_blanks_around_fields_do_not_count(tmp_path: Path) -> None:
    assert department("223", date(2026, 3, 1), tmp_path) == "board"


def test_a_site_without_a_file_has_no_users() -> None:
    assert load_users(None).of("222", date(2026, 3, 1)) is None
