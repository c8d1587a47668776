"""The values of the configuration: what is accepted, what is refused and in which words (contract 3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.cli.settings import ConfigurationError, load_settings
from tests.unit.configurations import EXAMPLE, NO_SITES, example_with, load, problems, site


def test_the_contracts_example_is_valid(tmp_path: Path) -> None:
    settings = load(tmp_path, EXAMPLE)
    assert [found.name for found in settings.sites] == ["dortmund", "berlin"]
    assert settings.links[0].devices == {"dortmund": "Link Berlin", "berlin": "Link Dortmund"}
    assert settings.tariffs[0].rates == tmp_path / "tariffs" / "telekom.csv"


def test_a_site_has_the_contracts_defaults(tmp_path: Path) -> None:
    dortmund, berlin = load(tmp_path, EXAMPLE).sites
    own = {"name", "files", "area_code", "number_ranges", "tariff", "users"}
    assert berlin.model_dump(exclude=own) == dortmund.model_dump(exclude=own)
    assert (berlin.number_ranges, berlin.tariff, berlin.users, berlin.group) == ((), None, None, None)


def test_an_empty_file_has_the_contracts_defaults(tmp_path: Path) -> None:
    empty, example = load(tmp_path, ""), load(tmp_path, EXAMPLE)
    assert empty.pipeline == example.pipeline
    assert empty.kafka == example.kafka
    assert empty.clickhouse == example.clickhouse
    assert empty.board == example.board
    assert (empty.sites, empty.links, empty.tariffs) == ((), (), ())


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "swyx-cdr.toml").write_text(example_with("dortmund/cdr*", "../pbx/cdr*"), "utf-8")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("etc/swyx-cdr.toml"), {})
    assert settings.file == tmp_path / "etc" / "swyx-cdr.toml"
    assert settings.pipeline.state_directory == tmp_path / "etc" / "state"
    assert settings.sites[0].files == (("../pbx/cdr*.txt", str(tmp_path / "pbx" / "cdr*.txt")),)


def test_absolute_paths_stay(tmp_path: Path) -> None:
    settings = load(tmp_path, example_with('"state"', '"/var/lib/swyx-cdr"'))
    assert settings.pipeline.state_directory == Path("/var/lib/swyx-cdr")


def test_settings_never_change(tmp_path: Path) -> None:
    settings = load(tmp_path, EXAMPLE)
    with pytest.raises(ValidationError, match="frozen"):
        settings.kafka.partitions = 8


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('time_zone = "Europe/Berln"', 'time_zone: found "Europe/Berln"; expected an IANA time zone'),
        ('time_zone = "Europe"', 'time_zone: found "Europe"; expected an IANA time zone'),
        ('name = "Köln"', 'name: found "Köln"; expected lower case letters, digits and hyphens'),
        ('group = "A b"', 'group: found "A b"; expected lower case letters'),
        ("files = []", "files: found []; expected at least one item"),
        ('files = "cdr.txt"', 'files: found "cdr.txt"; expected a list'),
        ('files = ["a/**/cdr.txt"]', 'files: found "a/**/cdr.txt"; expected no "**"'),
        ('country_code = "+49"', 'country_code: found "+49"; expected a country code without + or 00'),
        ('area_code = "(30)"', 'area_code: found "(30)"; expected digits only'),
        ("area_code = 30", "area_code: found 30; expected a text"),
        ('area_code = "030"', 'area_code: found "030"; expected it without the long_distance_prefix "0"; write "30"'),
        ('international_prefix = "+"', 'international_prefix: found "+"; expected digits only'),
        ('public_access_prefix = "*0"', 'public_access_prefix: found "*0"; expected digits only'),
        ('number_ranges = ["030123"]', 'number_ranges: found "030123"; expected + and digits'),
        ("extension_digits = 0", "extension_digits: found 0; expected a whole number from 1 to 15"),
        ("extension_digits = true", "extension_digits: found true; expected a whole number"),
        ('extension_digits = "4"', 'extension_digits: found "4"; expected a whole number'),
        ('short_numbers = ["118xx"]', 'short_numbers: found "118xx"; expected digits and ?'),
        ('encoding = "klingon"', 'encoding: found "klingon"; expected "auto" or an encoding that keeps ASCII'),
        ('encoding = "utf-16"', 'encoding: found "utf-16"; expected "auto" or an encoding that keeps ASCII'),
        ('date_order = "dym"', 'date_order: found "dym"; expected one of "dmy", "mdy", "ymd"'),
        ("cost_scale = 10", "cost_scale: found 10; expected one of 1, 100"),
        ('cost_decimal = ";"', 'cost_decimal: found ";"; expected one of "auto", ".", ","'),
        ('currency = ""', 'currency: found ""; expected a currency such as "EUR"'),
        ('tariff = "none"', 'tariff: found "none"; expected the name of a [[tariffs]] block (there are none)'),
        ('tarif = "x"', "tarif: found an unknown key; expected tariff; correct its spelling"),
    ],
)
def test_a_wrong_value_of_a_site_is_named_with_what_was_expected(line: str, found: str, tmp_path: Path) -> None:
    key = "sites.Köln" if line.startswith("name") else "sites.kiel"
    (problem,) = problems(tmp_path, site("kiel", line))
    assert problem.startswith(f"{key}.{found}")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("late_days = 7", "late_days = 0", "pipeline.late_days: found 0; expected a whole number from 1 to 3650"),
        ('"embedded"', '"broker"', 'kafka.bootstrap_servers: found "broker"; expected "embedded" or "host:9092,…"'),
        ('"embedded"', '"a:1,b:70000"', 'kafka.bootstrap_servers: found "a:1,b:70000"; expected'),
        ("partitions = 4", "partitions = 0", "kafka.partitions: found 0; expected a whole number from 1 to 1000"),
        ("factor = 1", "factor = 3", 'kafka.bootstrap_servers: found "embedded"; expected replication_factor 1'),
        ('url = "embedded"', 'url = "http://h:8123"', 'clickhouse.url: found "http://h:8123"; expected "embedded" or'),
        ('url = "embedded"', 'url = "clickhouse://h/cdr"', "clickhouse.url: found"),
        ('"cdr"', '"my-db"', 'clickhouse.database: found "my-db"; expected letters, digits and _'),
        ("127.0.0.1:8080", "8080", 'board.listen: found "8080"; expected host:port'),
        ("[board]", '[metrics]\ntail = "9464"\n[board]', 'metrics.tail: found "9464"; expected host:port'),
        ("[board]", "[boards]", "boards: found an unknown key; expected board; correct its spelling"),
        ("decimals = 4", "decimals = 7", "tariffs.telekom.decimals: found 7; expected a whole number from 0 to 6"),
    ],
)
def test_a_wrong_value_of_a_section_is_named_with_what_was_expected(
    old: str, new: str, found: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, example_with(old, new))
    assert problem.startswith(found)


def test_a_missing_key_is_named_with_an_example(tmp_path: Path) -> None:
    assert problems(tmp_path, '[[sites]]\nname = "kiel"\nfiles = ["cdr.txt"]') == [
        'sites.kiel.area_code: found nothing; expected a value; add area_code = "231"'
    ]


def test_all_problems_are_reported_together(tmp_path: Path) -> None:
    text = NO_SITES.replace("late_days = 7", "late_days = -1") + site("a", "cost_scale = 3") + site("b", 'tariff = "x"')
    assert [line.split(":")[0] for line in problems(tmp_path, text)] == [
        "pipeline.late_days",
        "sites.a.cost_scale",
        "sites.b.tariff",
    ]


def test_an_entry_without_a_name_goes_by_its_number(tmp_path: Path) -> None:
    found = problems(tmp_path, site("kiel") + '[[sites]]\nfiles = ["x.txt"]\narea_code = ""')
    assert found == ['sites.#2.name: found nothing; expected a value; add name = "dortmund"']


def test_a_section_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'kafka = "embedded"')
    assert problem.startswith('kafka: found "embedded"; expected a table')


def test_sites_that_are_no_blocks_are_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, '[sites]\nname = "kiel"')
    assert problem.endswith("expected blocks; begin each with [[sites]]")


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml: found no such file; .*--config.*swyx-cdr demo"):
        load_settings(tmp_path / "none.toml", {})


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "[kafka]\npartitions = four\n")
    assert problem.startswith("found no TOML (Invalid value (at line 2, column 14)")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "swyx-cdr.toml"
    file.write_bytes('name = "Köln"'.encode("cp1252"))
    with pytest.raises(ConfigurationError, match="a byte that is not UTF-8 at offset 9"):
        load_settings(file, {})
