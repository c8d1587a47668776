"""`swyx-cdr check-config`: what it prints, and when it fails (contract 2)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.cli.check_config import check_config
from pipeline.cli.errors import CommandError, UsageError
from tests.unit.configurations import EXAMPLE, complete, example_with


@contextmanager
def listening() -> Iterator[int]:
    """The port of a server that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def closed_port() -> int:
    """A port that nothing listens on."""
    with listening() as port:
        return port


def test_a_valid_configuration_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = complete(tmp_path)
    check_config(file)
    assert capsys.readouterr().out.splitlines() == [
        f"configuration: {file}",
        f"state directory: {tmp_path / 'state'}",
        "kafka: embedded, 4 partitions",
        "clickhouse: embedded, database cdr",
        "group berlin: berlin, dortmund",
        f"site dortmund: Europe/Berlin, tariff telekom; dortmund/cdr*.txt: {tmp_path / 'dortmund' / 'cdr.txt'}",
        "site berlin: Europe/Berlin, no tariff; berlin/cdr*.txt: no file yet",
        'link berlin-dortmund: "Link Dortmund" at berlin, "Link Berlin" at dortmund; clocks differ by at most 10 s',
        f"tariff telekom: {tmp_path / 'tariffs' / 'telekom.csv'}, EUR, 4 decimals",
        f"warning: tariffs.telekom.rates: {tmp_path / 'tariffs' / 'telekom.csv'}: "
        'line 2, prefix: found "+49" without a band from Monday 18:00 until Tuesday 08:00; '
        "expected bands for the whole week; add a row, or calls are free then and flagged no_band",
        "the configuration is valid",
    ]


def test_a_mirror_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = complete(tmp_path)
    file.write_text(example_with('tariff = "telekom"', 'tariff = "telekom"\nmirror = "mirror"\nmirror_days = 400'))
    check_config(file)
    assert f"; mirror {tmp_path / 'mirror'}, kept 400 days\n" in capsys.readouterr().out


def test_it_changes_nothing(tmp_path: Path) -> None:
    file = complete(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    check_config(file)
    assert sorted(tmp_path.rglob("*")) == before


def test_many_files_of_a_site_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = complete(tmp_path)
    for number in range(5):
        (tmp_path / "berlin" / f"cdr{number}.txt").touch()
    check_config(file)
    assert "cdr2.txt and 2 more\n" in capsys.readouterr().out


def test_missing_files_and_wrong_rows_are_reported_together(tmp_path: Path) -> None:
    file = complete(tmp_path)
    (tmp_path / "berlin").rmdir()
    rates = tmp_path / "tariffs" / "telekom.csv"
    rates.write_text(rates.read_text("utf-8").replace("0.0125", "0,0125").replace("+49", '"+49"'), "utf-8")
    (tmp_path / "users" / "dortmund.csv").unlink()
    with pytest.raises(UsageError) as caught:
        check_config(file)
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == [
        "sites.berlin.files",
        "tariffs.telekom.rates",
        "sites.dortmund.users",
    ]


def test_reachable_servers_are_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = complete(tmp_path)
    with listening() as kafka, listening() as clickhouse:
        text = example_with('"embedded"', f'"127.0.0.1:{kafka}"')
        file.write_text(text.replace('"embedded"', f'"clickhouse://cdr@127.0.0.1:{clickhouse}"'), "utf-8")
        check_config(file)
    output = capsys.readouterr().out
    assert f"kafka 127.0.0.1:{kafka}: reachable\n" in output
    assert f"clickhouse 127.0.0.1:{clickhouse}: reachable\n" in output


def test_every_server_that_is_away_is_named(tmp_path: Path) -> None:
    file = complete(tmp_path)
    kafka, clickhouse = closed_port(), closed_port()
    text = example_with('"embedded"', f'"127.0.0.1:{kafka}"')
    file.write_text(text.replace('"embedded"', f'"clickhouse://cdr@127.0.0.1:{clickhouse}"'), "utf-8")
    with pytest.raises(CommandError) as caught:
        check_config(file)
    assert str(caught.value).splitlines() == [
        f"kafka at 127.0.0.1:{kafka} cannot be reached (Connection refused); start it or correct the address",
        f"clickhouse at 127.0.0.1:{clickhouse} cannot be reached (Connection refused); start it or correct the address",
    ]


def test_a_configuration_without_sites_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "swyx-cdr.toml"
    file.write_text(EXAMPLE.partition("[[sites]]")[0], "utf-8")
    with pytest.raises(UsageError, match="sites: found none; expected at least one"):
        check_config(file)
