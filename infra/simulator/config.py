"""The swyx-cdr.toml beside simulated files (contract 3)."""

from __future__ import annotations

from infra.simulator.world import USERS_PER_SITE, Site, World, link_device

_HEAD = """\
# Simulated sites. Try: swyx-cdr run --config swyx-cdr.toml --until-idle
[pipeline]
state_directory = "state"

[kafka]
bootstrap_servers = "embedded"

[clickhouse]
url = "embedded"
database = "cdr"
"""


def configuration(world: World) -> str:
    """The text of the configuration that reads all files of the world, with embedded servers."""
    blocks = [_HEAD, *map(_site, world.sites), *(_link(one, other) for one, other in world.links)]
    return "\n".join(blocks)


def _site(site: Site) -> str:
    return f"""\
[[sites]]
name = "{site.name}"
files = ["{site.name}/cdr*.txt"]
time_zone = "{site.time_zone.key}"
country_code = "{site.country_code}"
area_code = "{site.area_code}"
international_prefix = "00"
long_distance_prefix = "0"
public_access_prefix = "{site.public_access_prefix}"
number_ranges = ["{site.number_range}"]
extension_digits = {len(site.first_digit + str(USERS_PER_SITE))}
encoding = "auto"
date_order = "dmy"
cost_scale = {site.cost_scale}
cost_decimal = "auto"
currency = "{site.currency}"
"""


def _link(one: Site, other: Site) -> str:
    return f"""\
[[links]]
sites = ["{one.name}", "{other.name}"]
devices = {{ {one.name} = "{link_device(one, other)}", {other.name} = "{link_device(other, one)}" }}
clock_skew_seconds = 10
"""
