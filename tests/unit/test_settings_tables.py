"""Tariff and user files, row by row (contract 3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.settings_tables import rate_problems, user_problems
from tests.unit.configurations import RATES, USERS

HEADER = RATES.splitlines()[0]


def rates(folder: Path, text: str) -> list[str]:
    file = folder / "rates.csv"
    file.write_text(text, "utf-8")
    return list(rate_problems(file))


def users(folder: Path, text: str) -> list[str]:
    file = folder / "users.csv"
    file.write_text(text, "utf-8")
    return list(user_problems(file))


def row(**changes: str) -> str:
    """A valid rate with some columns changed."""
    fields = dict(zip(HEADER.split(","), RATES.splitlines()[1].split(","), strict=True))
    return HEADER + "\n" + ",".join(f'"{value}"' for value in (fields | changes).values()) + "\n"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"prefix": "+"},
        {"prefix": "118"},
        {"weekdays": "6,7"},
        {"weekdays": "1-3,5"},
        {"weekdays": ""},
        {"from_time": "", "until_time": ""},
        {"from_time": "18:00", "until_time": "08:00"},
        {"from_time": "18:00", "until_time": "24:00"},
        {"valid_from": "2024-01-01", "valid_until": "2024-07-01"},
        {"destination": "Berlin, Germany"},
        {"from_time": "18:00", "until_time": "00:00"},
        {"price_per_minute": "9999.000000000001", "connect_fee": "00", "minimum": "0001.5"},
    ],
)
def test_a_valid_rate_has_no_problem(changes: dict[str, str], tmp_path: Path) -> None:
    assert rates(tmp_path, row(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"prefix": "0049"[:0]}, "prefix"),
        ({"prefix": "+49x"}, "prefix"),
        ({"valid_from": "1.1.2024"}, "valid_from"),
        ({"valid_until": "20240101"}, "valid_until"),
        ({"valid_from": "2024-07-01", "valid_until": "2024-07-01"}, "valid_until"),
        ({"weekdays": "Mon-Fri"}, "weekdays"),
        ({"weekdays": "0"}, "weekdays"),
        ({"from_time": "8:00"}, "from_time"),
        ({"from_time": "24:00"}, "from_time"),
        ({"until_time": "24:01"}, "until_time"),
        ({"from_time": "08:00", "until_time": "08:00"}, "until_time"),
        ({"from_time": "", "until_time": "00:00"}, "until_time"),
        ({"from_time": "00:00", "until_time": "00:00"}, "until_time"),
        ({"connect_fee": ""}, "connect_fee"),
        ({"connect_fee": "1_0"}, "connect_fee"),
        ({"connect_fee": "10000"}, "connect_fee"),
        ({"price_per_minute": "1e-3"}, "price_per_minute"),
        ({"price_per_minute": "0.0000000000001"}, "price_per_minute"),
        ({"price_per_minute": "0,0125"}, "price_per_minute"),
        ({"price_per_minute": "NaN"}, "price_per_minute"),
        ({"minimum": "-1"}, "minimum"),
        ({"first_increment": "0"}, "first_increment"),
        ({"next_increment": "1.5"}, "next_increment"),
    ],
)
def test_a_wrong_field_is_named_with_line_and_column(changes: dict[str, str], column: str, tmp_path: Path) -> None:
    (problem,) = rates(tmp_path, row(**changes))
    assert problem.startswith(f"line 2, {column}: found ")
    assert "; expected " in problem


def test_every_wrong_row_is_reported(tmp_path: Path) -> None:
    text = row() + row(prefix="x").split("\n")[1] + "\n\n" + row(minimum="x").split("\n")[1]
    assert [problem.split(":")[0] for problem in rates(tmp_path, text)] == ["line 3, prefix", "line 5, minimum"]


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    names, values = (line.split(",") for line in RATES.splitlines())
    assert rates(tmp_path, ",".join(reversed(names)) + "\n" + ",".join(reversed(values))) == []


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (problem,) = rates(tmp_path, RATES.replace(",minimum", "", 1))
    assert problem.startswith("line 1: found the columns")


def test_a_row_of_too_few_fields_is_named(tmp_path: Path) -> None:
    assert rates(tmp_path, HEADER + "\n+49,Germany\n") == [
        "line 2: found 2 fields; expected 12; add or remove commas, quote texts that hold one"
    ]


def test_an_empty_file_lacks_its_columns(tmp_path: Path) -> None:
    (problem,) = rates(tmp_path, "")
    assert problem.startswith("line 1: found the columns []; expected prefix,destination")


def test_a_quotation_mark_that_is_never_closed_is_reported(tmp_path: Path) -> None:
    (problem,) = rates(tmp_path, HEADER + '\n"+49,Germany\n')
    assert problem.startswith("found broken CSV")


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_bytes(row(destination="Österreich").encode("cp1252"))
    (problem,) = rate_problems(file)
    assert problem.startswith("found a byte that is not UTF-8")


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert rates(tmp_path, "\ufeff" + RATES) == []


def test_a_valid_user_file_has_no_problem(tmp_path: Path) -> None:
    assert users(tmp_path, USERS) == []


def test_a_wrong_extension_is_named(tmp_path: Path) -> None:
    (problem,) = users(tmp_path, USERS.replace("222", "Jones"))
    assert problem.startswith('line 2, extension: found "Jones"; expected digits')
