"""Configurations for the tests of settings: the contract's example, written to a folder and changed by a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.cli.settings import ConfigurationError, Settings, load_settings

EXAMPLE = """
[pipeline]
state_directory = "state"
late_days = 7
[kafka]
bootstrap_servers = "embedded"
partitions = 4
replication_factor = 1
[clickhouse]
url = "embedded"
database = "cdr"
[board]
listen = "127.0.0.1:8080"

[[sites]]
name = "dortmund"
files = ["dortmund/cdr*.txt"]
time_zone = "Europe/Berlin"
country_code = "49"
area_code = "231"
international_prefix = "00"
long_distance_prefix = "0"
public_access_prefix = ""
number_ranges = ["+492314777"]
extension_digits = 4
short_numbers = ["110", "112", "115", "116???", "118??", "118???"]
encoding = "auto"
date_order = "dmy"
cost_scale = 1
cost_decimal = "auto"
currency = "EUR"
tariff = "telekom"
users = "users/dortmund.csv"

[[sites]]
name = "berlin"
files = ["berlin/cdr*.txt"]
area_code = "30"

[[links]]
sites = ["dortmund", "berlin"]
devices = { dortmund = "Link Berlin", berlin = "Link Dortmund" }
clock_skew_seconds = 10

[[tariffs]]
name = "telekom"
currency = "EUR"
rates = "tariffs/telekom.csv"
decimals = 4
"""

RATES = """\
prefix,destination,valid_from,valid_until,weekdays,from_time,until_time,connect_fee,price_per_minute,first_increment,next_increment,minimum
+49,Germany,,,1-5,08:00,18:00,0,0.0125,60,60,0
"""
USERS = "extension,name,department,cost_centre,valid_from,valid_until\n222,Jones,Sales,4711,2024-01-01,\n"

NO_SITES = EXAMPLE.partition("[[sites]]")[0]


def site(name: str, *lines: str) -> str:
    """A minimal `[[sites]]` block with more lines; a key among them replaces its minimal one."""
    keys = {"name": f'name = "{name}"', "files": f'files = ["{name}/cdr.txt"]', "area_code": 'area_code = "30"'}
    keys |= {line.split("=")[0].strip(): line for line in lines}
    return "\n".join(["", "[[sites]]", *keys.values(), ""])


def link(one: str, other: str, *lines: str) -> str:
    """A `[[links]]` block with device names of its own."""
    keys = {
        "sites": f'sites = ["{one}", "{other}"]',
        "devices": f'devices = {{ {one} = "to {other}", {other} = "to {one}" }}',
    }
    keys |= {line.split("=")[0].strip(): line for line in lines}
    return "\n".join(["", "[[links]]", *keys.values(), ""])


def example_with(old: str, new: str) -> str:
    """The example with one place changed."""
    assert EXAMPLE.count(old) >= 1
    return EXAMPLE.replace(old, new, 1)


def load(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file with this text."""
    file = folder / "swyx-cdr.toml"
    file.write_text(text, "utf-8")
    return load_settings(file, environ or {})


def problems(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The lines that loading reports, without the file's name before them."""
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, environ)
    return [line.removeprefix(f"{folder / 'swyx-cdr.toml'}: ") for line in caught.value.lines]


def complete(folder: Path) -> Path:
    """The example with all the files that it names; returns the configuration."""
    for name in ("dortmund", "berlin", "users", "tariffs"):
        (folder / name).mkdir()
    (folder / "tariffs" / "telekom.csv").write_text(RATES, "utf-8")
    (folder / "users" / "dortmund.csv").write_text(USERS, "utf-8")
    (folder / "dortmund" / "cdr.txt").write_text("", "utf-8")
    file = folder / "swyx-cdr.toml"
    file.write_text(EXAMPLE, "utf-8")
    return file
