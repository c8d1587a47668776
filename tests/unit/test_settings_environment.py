"""Environment variables over the file, and secrets beside it (contract 3)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.cli.settings import load_settings
from tests.unit.configurations import EXAMPLE, NO_SITES, example_with, load, problems

SASL = """
[kafka]
bootstrap_servers = "kafka:9092"
security_protocol = "SASL_SSL"
sasl_mechanism = "SCRAM-SHA-512"
sasl_username = "cdr"
sasl_password = "env:KAFKA_PASSWORD"
"""


def test_a_variable_replaces_a_key_of_a_section(tmp_path: Path) -> None:
    environ = {"SWYX_CDR__KAFKA__PARTITIONS": "16", "SWYX_CDR__KAFKA__BOOTSTRAP_SERVERS": "a:9092, b:9092"}
    kafka = load(tmp_path, EXAMPLE, environ).kafka
    assert (kafka.partitions, kafka.bootstrap_servers) == (16, "a:9092, b:9092")


def test_a_variable_sets_a_key_of_a_section_that_the_file_lacks(tmp_path: Path) -> None:
    assert load(tmp_path, "", {"SWYX_CDR__BOARD__LISTEN": "127.0.0.1:80"}).board.listen == "127.0.0.1:80"


def test_a_variable_names_a_site_in_upper_case(tmp_path: Path) -> None:
    text = EXAMPLE.replace('"berlin"', '"berlin-mitte"').replace("berlin =", "berlin-mitte =")
    environ = {"SWYX_CDR__SITES__BERLIN_MITTE__TARIFF": "telekom", "SWYX_CDR__SITES__BERLIN_MITTE__COUNTRY_CODE": "43"}
    _, berlin = load(tmp_path, text, environ).sites
    assert (berlin.tariff, berlin.country_code) == ("telekom", "43")


def test_a_variable_names_a_tariff(tmp_path: Path) -> None:
    assert load(tmp_path, EXAMPLE, {"SWYX_CDR__TARIFFS__TELEKOM__DECIMALS": "2"}).tariffs[0].decimals == 2


def test_a_variable_names_a_link_by_its_sites_in_order(tmp_path: Path) -> None:
    environ = {"SWYX_CDR__LINKS__BERLIN_DORTMUND__CLOCK_SKEW_SECONDS": "3"}
    assert load(tmp_path, EXAMPLE, environ).links[0].clock_skew_seconds == 3


@pytest.mark.parametrize("text", ["110,112", " 110 , 112 ", '["110", "112"]'])
def test_a_list_is_written_with_commas_or_as_in_toml(text: str, tmp_path: Path) -> None:
    settings = load(tmp_path, EXAMPLE, {"SWYX_CDR__SITES__BERLIN__SHORT_NUMBERS": text})
    assert settings.sites[1].short_numbers == ("110", "112")


def test_a_list_can_be_emptied(tmp_path: Path) -> None:
    assert load(tmp_path, EXAMPLE, {"SWYX_CDR__SITES__DORTMUND__NUMBER_RANGES": ""}).sites[0].number_ranges == ()


def test_a_table_is_written_as_in_toml(tmp_path: Path) -> None:
    environ = {"SWYX_CDR__LINKS__BERLIN_DORTMUND__DEVICES": '{ dortmund = "B", berlin = "D" }'}
    assert load(tmp_path, EXAMPLE, environ).links[0].devices == {"dortmund": "B", "berlin": "D"}


def test_a_path_in_a_variable_is_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, EXAMPLE, {"SWYX_CDR__PIPELINE__STATE_DIRECTORY": "elsewhere"})
    assert settings.pipeline.state_directory == tmp_path / "elsewhere"


def test_a_wrong_value_in_a_variable_names_the_variable(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, EXAMPLE, {"SWYX_CDR__KAFKA__PARTITIONS": "many"})
    assert problem.startswith('environment: SWYX_CDR__KAFKA__PARTITIONS: found "many"; expected a whole number')


@pytest.mark.parametrize(
    ("variable", "found"),
    [
        ("SWYX_CDR__KAFKA__PARTITION", "found an unknown key; expected partitions"),
        ("SWYX_CDR__KAFAK__PARTITIONS", "found no such key; expected SWYX_CDR__SECTION__KEY"),
        ("SWYX_CDR__KAFKA", "found no such key; expected SWYX_CDR__SECTION__KEY"),
        ("SWYX_CDR__SITES__DORTMUND", "found no such key; expected SWYX_CDR__SECTION__KEY"),
        ("SWYX_CDR__SITES__ESSEN__TARIFF", "found 0 of the sites of that name; expected one"),
        ("SWYX_CDR__SITES__BERLIN__TARIF", "found an unknown key; expected tariff"),
    ],
)
def test_a_variable_that_names_nothing_is_an_error(variable: str, found: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, EXAMPLE, {variable: "1"})
    assert problem.startswith(f"environment: {variable}: {found}")


def test_other_variables_are_not_looked_at(tmp_path: Path) -> None:
    assert load(tmp_path, EXAMPLE, {"SWYX_CDR_SUPERVISED": "1", "PATH": "/bin"}) == load(tmp_path, EXAMPLE)


def test_a_secret_comes_from_a_variable(tmp_path: Path) -> None:
    assert load(tmp_path, SASL, {"KAFKA_PASSWORD": "s3cret"}).kafka.sasl_password == "s3cret"


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n", "utf-8")
    settings = load(tmp_path, SASL.replace("env:KAFKA_PASSWORD", "file:password"))
    assert settings.kafka.sasl_password == "s3cret"


def test_the_clickhouse_url_may_be_a_secret(tmp_path: Path) -> None:
    environ = {"CLICKHOUSE": "clickhouse://cdr:s3cret@warehouse:9000"}
    assert load(tmp_path, '[clickhouse]\nurl = "env:CLICKHOUSE"', environ).clickhouse.url == environ["CLICKHOUSE"]


def test_a_url_without_a_password_stands_in_the_file(tmp_path: Path) -> None:
    url = "clickhouses://cdr@warehouse:9440"
    assert load(tmp_path, f'[clickhouse]\nurl = "{url}"').clickhouse.url == url


def test_a_missing_secret_names_key_and_variable(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SASL)
    assert problem == (
        'kafka.sasl_password: found "env:KAFKA_PASSWORD"; expected that variable to be set; set KAFKA_PASSWORD'
    )


def test_a_missing_secret_file_names_key_and_file(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SASL.replace("env:KAFKA_PASSWORD", "file:nowhere"))
    assert problem.startswith('kafka.sasl_password: found "file:nowhere"; expected a readable text file')


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (SASL.replace("env:KAFKA_PASSWORD", "s3cret"), "kafka.sasl_password"),
        ('[clickhouse]\nurl = "clickhouse://cdr:s3cret@warehouse:9000"', "clickhouse.url"),
    ],
)
def test_a_password_in_the_file_is_refused_and_not_shown(text: str, key: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem == f'{key}: found a password in the file; expected "env:NAME" or "file:PATH"; move it there'


def test_a_password_may_stand_in_the_overriding_variable(tmp_path: Path) -> None:
    settings = load(tmp_path, SASL, {"SWYX_CDR__KAFKA__SASL_PASSWORD": "s3cret"})
    assert settings.kafka.sasl_password == "s3cret"


def test_printed_settings_show_no_secret(tmp_path: Path) -> None:
    url = "clickhouse://cdr:s3cret@warehouse:9000"
    environ = {"KAFKA_PASSWORD": "s3cret", "SWYX_CDR__CLICKHOUSE__URL": url}
    settings = load(tmp_path, SASL, environ)
    assert "s3cret" not in f"{settings!r} {settings} {settings.kafka} {settings.clickhouse}"
    assert "clickhouse://cdr:***@warehouse:9000" in repr(settings)


@pytest.mark.parametrize("password", ["s3cret", "s3/cret", "s3@cret"])
def test_a_wrong_url_is_reported_without_its_password(password: str, tmp_path: Path) -> None:
    environ = {"CLICKHOUSE": f"http://cdr:{password}@warehouse:9000"}
    (problem,) = problems(tmp_path, '[clickhouse]\nurl = "env:CLICKHOUSE"', environ)
    assert problem.startswith('clickhouse.url: found "http://cdr:***@warehouse:9000"; expected')


@pytest.mark.parametrize(
    ("kafka", "found"),
    [
        ('security_protocol = "SASL_SSL"', "sasl_mechanism: found nothing; expected a value"),
        ('sasl_username = "cdr"', "sasl_username: found a value; expected none"),
        ('ssl_cafile = "ca.pem"', "ssl_cafile: found a value; expected none"),
    ],
)
def test_login_options_must_fit_the_protocol(kafka: str, found: str, tmp_path: Path) -> None:
    text = f'[kafka]\nbootstrap_servers = "kafka:9092"\n{kafka}'
    assert problems(tmp_path, text)[0].startswith(f"kafka.{found} with security_protocol")


def test_certificates_become_absolute_paths(tmp_path: Path) -> None:
    text = '[kafka]\nbootstrap_servers = "kafka:9092"\nsecurity_protocol = "SSL"\nssl_cafile = "ca.pem"'
    assert load(tmp_path, text).kafka.ssl_cafile == tmp_path / "ca.pem"


def test_the_process_environment_can_be_given_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWYX_CDR__KAFKA__PARTITIONS", "2")
    (tmp_path / "swyx-cdr.toml").write_text(NO_SITES, "utf-8")
    assert load_settings(tmp_path / "swyx-cdr.toml", os.environ).kafka.partitions == 2


def test_an_override_can_repair_a_value_of_the_file(tmp_path: Path) -> None:
    text = example_with("partitions = 4", "partitions = 0")
    assert load(tmp_path, text, {"SWYX_CDR__KAFKA__PARTITIONS": "1"}).kafka.partitions == 1
