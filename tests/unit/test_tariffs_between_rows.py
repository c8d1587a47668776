"""Rules between the rows of a tariff file (contract 3 and 7), and what check-config warns of."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipeline.cli.check_config import check_config
from pipeline.cli.settings import ConfigurationError, SiteSettings
from pipeline.cli.settings_files import require_tables
from pipeline.cli.settings_rates import band_problems, rate_warnings
from tests.rates import Row, row
from tests.unit.configurations import EXAMPLE, complete, example_with, load


def written(folder: Path, *rows: Row) -> Path:
    """A tariff file with these rows, the first of them in line 2."""
    file = folder / "rates.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, row())
        writer.writeheader()
        writer.writerows(rows)
    return file


def to(prefix: str, days: str = "", hours: str = "", dates: str = "") -> Row:
    begin, _, end = dates.partition(" ")
    return row(hours=hours, days=days, prefix=prefix, valid_from=begin, valid_until=end)


DAY, NIGHT = to("+49", "", "08:00-18:00"), to("+49", "", "18:00-08:00")
OLD, NEW = to("+49", dates="2024-01-01 2024-07-01"), to("+49", dates="2024-07-01 ")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([DAY, NIGHT], id="the bands of a day"),
        pytest.param([to("+49", "1-5"), to("+49", "6,7")], id="the days of a week"),
        pytest.param([OLD, NEW], id="one validity after the other"),
        pytest.param([to("+49"), to("+4930"), to("30")], id="different prefixes"),
        pytest.param([to("+49", "1", "18:00-08:00"), to("+49", "2", "08:00-18:00")], id="a night up to a day"),
        pytest.param([to("+49", "7", "18:00-08:00"), to("+49", "1", "08:00-24:00")], id="Sunday's night up to Monday"),
        pytest.param([to("+49", "", "18:00-00:00"), to("+49", "", "00:00-18:00")], id="midnight written as 00:00"),
    ],
)
def test_rates_that_are_never_in_force_together_are_no_problem(rows: list[Row], tmp_path: Path) -> None:
    assert list(band_problems(written(tmp_path, *rows))) == []


@pytest.mark.parametrize(
    ("rows", "moment"),
    [
        pytest.param([to("+49"), to("+49")], "Monday 00:00", id="the same row twice"),
        pytest.param([DAY, to("+49", "", "17:59-20:00")], "Monday 17:59", id="a minute in common"),
        pytest.param([NIGHT, to("+49", "3")], "Wednesday 00:00", id="a night and a whole day"),
        pytest.param(
            [to("+49", "5", "22:00-06:00"), to("+49", "6,7")], "Saturday 00:00", id="Friday's night on Saturday"
        ),
        pytest.param([to("+49", "7", "22:00-06:00"), to("+49", "1")], "Monday 00:00", id="Sunday's night on Monday"),
        pytest.param([to("+49", "6-2"), to("+49", "2-5")], "Tuesday 00:00", id="a range of days over Sunday"),
        pytest.param([OLD, to("+49")], "Monday 00:00, from 2024-01-01 on", id="always, and for half a year"),
        pytest.param(
            [OLD, to("+49", dates="2024-06-30 ")], "Monday 00:00, from 2024-06-30 on", id="a day of validity in common"
        ),
    ],
)
def test_rates_in_force_together_are_named_by_their_lines(rows: list[Row], moment: str, tmp_path: Path) -> None:
    assert list(band_problems(written(tmp_path, *rows))) == [
        f'line 3, prefix: found "+49" in force together with line 2 ({moment}); '
        "expected one rate of a prefix at a time; correct weekdays, times or dates of one of them, or remove it"
    ]


def test_every_row_is_reported_once(tmp_path: Path) -> None:
    found = band_problems(written(tmp_path, to("+49"), to("+43"), to("+49"), to("+49")))
    assert [text.partition(" (")[0] for text in found] == [
        'line 4, prefix: found "+49" in force together with line 2',
        'line 5, prefix: found "+49" in force together with line 2',
    ]


def test_whatever_needs_tariffs_refuses_rates_in_force_together(tmp_path: Path) -> None:
    complete(tmp_path)
    file = written(tmp_path / "tariffs", DAY, DAY)
    settings = load(tmp_path, EXAMPLE.replace("telekom.csv", "rates.csv"))
    with pytest.raises(ConfigurationError) as caught:
        require_tables(settings)
    (line,) = caught.value.lines
    assert line.startswith(f"{tmp_path / 'swyx-cdr.toml'}: tariffs.telekom.rates: {file}: line 3, prefix: found ")


def site(**keys: object) -> SiteSettings:
    values: dict[str, object] = {"name": "dortmund", "files": ["cdr.txt"], "area_code": "231"}
    return SiteSettings.model_validate(values | keys)


def warnings(folder: Path, *rows: Row, sites: tuple[SiteSettings, ...] = ()) -> list[str]:
    """Line and what was found, of each warning."""
    return [text.partition(";")[0] for text in rate_warnings(written(folder, *rows), sites)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([DAY, NIGHT], [], id="a day and a night"),
        pytest.param(
            [DAY], ['line 2, prefix: found "+49" without a band from Monday 18:00 until Tuesday 08:00'], id="day"
        ),
        pytest.param(
            [to("+49", "1-5")],
            ['line 2, prefix: found "+49" without a band from Saturday 00:00 until Monday 00:00'],
            id="5",
        ),
        pytest.param(
            [to("+49", "2-7"), to("+49", "1", "-23:59")],
            ['line 2, prefix: found "+49" without a band from Monday 23:59 until Tuesday 00:00'],
            id="a minute",
        ),
        pytest.param([OLD, NEW], [], id="one validity after the other"),
        pytest.param(
            [to("+49", dates="2024-01-01 2024-06-30"), NEW],
            ['line 3, prefix: found "+49" without a rate from 2024-06-30 until 2024-07-01'],
            id="a day between two validities",
        ),
        pytest.param(
            [OLD, DAY | {"valid_from": "2024-07-01"}],
            [
                'line 3, prefix: found "+49" without a band from Monday 18:00 until Tuesday 08:00, from 2024-07-01 on',
            ],
            id="a night that goes missing with a new validity",
        ),
        pytest.param([], ["found no rates"], id="no row at all"),
    ],
)
def test_times_and_days_without_a_rate_are_warned_of(rows: list[Row], expected: list[str], tmp_path: Path) -> None:
    assert warnings(tmp_path, *rows) == expected


@pytest.mark.parametrize("prefix", ["+", "+49", "+49231", "+1", "110", "11", "1", "116123", "118", "222", "2222", "0"])
def test_a_prefix_with_which_numbers_begin_is_fine(prefix: str, tmp_path: Path) -> None:
    assert warnings(tmp_path, to(prefix), sites=(site(),)) == []


@pytest.mark.parametrize(
    ("prefix", "remedy"),
    [
        ("22222", "expected +49… or digits of short_numbers; correct it"),
        ("1161234", "expected +49… or digits of short_numbers; correct it"),
        ("0043", "expected it as numbers are compared; write +43"),
        ("0900", "expected it as numbers are compared; write +49900"),
        ("+490231", "expected no 0 behind the country code; write +49231"),
        ("+0049", "expected a country code behind +, such as +49; correct it"),
    ],
)
def test_a_prefix_with_which_no_number_begins_is_warned_of(prefix: str, remedy: str, tmp_path: Path) -> None:
    (found,) = rate_warnings(written(tmp_path, to(prefix)), (site(),))
    assert found == (
        f'line 2, prefix: found "{prefix}", with which neither international nor short numbers begin; {remedy}'
    )


def test_a_prefix_that_fits_one_of_the_sites_is_fine(tmp_path: Path) -> None:
    swiss = site(name="zurich", country_code="41", extension_digits=5, short_numbers=["1811"])
    assert warnings(tmp_path, to("22222"), to("1811"), to("+490"), sites=(site(), swiss)) == []


def test_where_area_codes_begin_with_0_so_do_prefixes(tmp_path: Path) -> None:
    italian = site(country_code="39", area_code="06", long_distance_prefix="")
    assert warnings(tmp_path, to("+3906"), sites=(italian,)) == []


def checked(folder: Path, text: str, *rows: Row, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The warnings that check-config prints."""
    file = complete(folder)
    file.write_text(text.replace("telekom.csv", "rates.csv"), "utf-8")
    written(folder / "tariffs", *rows)
    check_config(file)
    output = capsys.readouterr().out.splitlines()
    assert output[-1] == "the configuration is valid"
    return [line for line in output if line.startswith("warning")]


def test_a_tariff_without_oddities_is_not_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, EXAMPLE, to("+"), capsys=capsys) == []


def test_unknown_currencies_are_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = EXAMPLE.replace('currency = "EUR"', 'currency = "EURO"')
    assert [line.partition(";")[0] for line in checked(tmp_path, text, to("+"), capsys=capsys)] == [
        'warning: sites.dortmund.currency: found "EURO"',
        'warning: tariffs.telekom.currency: found "EURO"',
    ]


def test_a_tariff_that_no_site_uses_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = example_with('tariff = "telekom"\n', "")
    assert checked(tmp_path, text, to("+"), capsys=capsys) == [
        "warning: tariffs.telekom: found no site that uses it; expected one; name it there as tariff or remove it"
    ]


def test_many_warnings_of_a_tariff_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [to(f"+{number}", "1-5") for number in range(100, 125)]
    lines = checked(tmp_path, EXAMPLE, *rows, capsys=capsys)
    assert len(lines) == 21
    assert lines[-1].endswith("rates.csv: 5 more warnings, not shown")
