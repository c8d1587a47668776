"""How legs are written, where a property does not say it: the form of a line, and what cannot be written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.writing import LegWriter, UnwritableError
from pipeline.cli.errors import UsageError
from pipeline.cli.export import export
from tests.cdr_lines import BERLIN, HEADER, leg, line, quoted
from tests.unit.configurations import EXAMPLE


def test_a_line_is_quoted_with_four_digit_years_and_ends_in_crlf() -> None:
    text = line(OriginationName='"Löwe", x', StartDate="19.11.02", Costs="0,360")

    written = LegWriter(BERLIN).write(leg(text))

    assert written.decode() == line(OriginationName='"Löwe", x', Costs="0.36") + "\r\n"


def test_the_file_begins_with_the_names_of_the_columns() -> None:
    assert LegWriter(BERLIN).head().decode() == HEADER + "\r\n"


def test_without_a_header_the_file_begins_with_nothing() -> None:
    assert LegWriter(BERLIN, header=False).head() == b""


def test_a_header_stands_where_the_columns_change_and_only_there() -> None:
    further = quoted([*COLUMNS, "Custom0"])
    legs = [leg(f"{further}\n{line(CallId=call_id)},x") for call_id in "12"]
    writer = LegWriter(BERLIN)

    lines = b"".join(map(writer.write, [*legs, leg(line(CallId="3"))])).decode().splitlines()

    assert [text for text in lines if "StartTime" in text] == [further, HEADER]
    assert lines.index(HEADER) == len(lines) - 2


def test_a_leg_with_fewer_columns_keeps_one_whose_name_comes_twice() -> None:
    names = ["CallId", "StartDate", "StartTime", "Costs", "Costs"]
    read = leg(f"{quoted(names)}\n" + quoted(["1", "19.11.2002", "13:03:28", "", "x", "beyond"]))

    again = leg(LegWriter(BERLIN).write(read))

    assert (again.extra, again.anomalies) == (read.extra, read.anomalies)


def test_the_five_bytes_that_windows_1252_leaves_undefined_come_back() -> None:
    dialect = Dialect("Europe/Berlin", "cp1252")
    read = leg(line(OriginationName="M\xfcller \x81").encode("latin-1"), dialect)

    assert b"M\xfcller \x81" in LegWriter(dialect).write(read)


def test_further_columns_without_a_header_are_refused() -> None:
    read = leg(f"{quoted([*COLUMNS, 'Custom0'])}\n{line()},x")

    with pytest.raises(UnwritableError, match=r"^leg dortmund:3:2002-11-19T13:03:28: .*\(Custom0\) need a header"):
        LegWriter(BERLIN, header=False).write(read)


def test_a_line_that_would_be_too_long_is_refused() -> None:
    read = leg(line(OriginationName="ü" * 40_000).encode("cp1252"))

    with pytest.raises(UnwritableError, match="its line would have 80"):
        LegWriter(BERLIN).write(read)


def test_a_zone_that_is_not_that_of_the_leg_is_refused() -> None:
    with pytest.raises(UnwritableError, match="is not the local start in its id in time_zone Asia/Tokyo"):
        LegWriter(Dialect("Asia/Tokyo")).write(leg(line()))


def test_a_start_that_the_zone_skips_stays_as_it_was_written() -> None:
    read = leg(line(StartDate="29.03.2026", StartTime="02:30:00", EndDate="29.03.2026", EndTime="03:30:01"))

    written = LegWriter(BERLIN).write(read)

    assert b'"29.03.2026","02:30:00"' in written
    assert leg(written).record.ended_at == read.record.started_at + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"site": "bonn"}, r"^--site bonn: no such site in .*swyx-cdr.toml; it has dortmund, berlin$"),
        ({"output": "berlin/cdr_new.txt"}, "is one of the files of site berlin"),
        ({"encoding": "utf-16"}, "^encoding: expected"),
        ({"cost_scale": 10}, "^cost_scale: expected 1 or 100, found 10$"),
    ],
)
def test_wrong_use_of_export_is_named(options: dict[str, object], message: str, tmp_path: Path) -> None:
    config = tmp_path / "swyx-cdr.toml"
    config.write_text(EXAMPLE, "utf-8")
    if "output" in options:
        options = {"output": tmp_path / str(options["output"])}

    with pytest.raises(UsageError, match=message):
        export(**({"site": "dortmund", "config": config} | options))  # type: ignore[arg-type]
