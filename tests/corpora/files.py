"""The generated groups on disk: one configuration for all of them, their cdr.txt files, tariffs and users."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from infra.simulator.model import Leg
from infra.simulator.text import broken_line, head, line
from infra.simulator.world import Site, World, link_device
from tests.corpora.worlds import QUIET, Corpus
from tests.property.tariffs import SiteTariff
from tests.property.users import Holder
from tests.rates import row

CONFIGURATION = "swyx-cdr.toml"
BROKEN_EVERY = 20
# The local day that begins in the middle of the first phase of calls.
MOVED = "2024-03-31"

# There is no band from 02:40 to 03:10, of which the spring night has ten minutes and the autumn night fifty.
# The price of Munich changes at midnight.
RATES = [
    row("0.06", "60/60", "03:10-02:40", prefix="+49", destination="Germany", connect_fee="0.02"),
    row("0.0291", "30/6", prefix="+4989", destination="Munich", valid_until=MOVED),
    row("0.12", "60/1", prefix="+4989", destination="München", valid_from=MOVED, minimum="0.1"),
    row("0.19", "1/1", "00:00-24:00", "1-5", prefix="+4916", destination="Mobile"),
    row("0.3", "10/10", prefix="+4", destination="Europe"),
]


def tariffs(corpora: Iterable[Corpus]) -> dict[str, SiteTariff]:
    """The tariff of each rated site."""
    found = {}
    for corpus in corpora:
        (site,) = (site for site in corpus.world.sites if site.name == corpus.rated)
        found[site.name] = SiteTariff(RATES, "EUR", 4, site.time_zone.key)
    return found


def holders(corpora: Iterable[Corpus]) -> list[Holder]:
    """The users of each rated site; the even extensions change their department in the first night."""
    found = []
    for corpus in corpora:
        for user in corpus.world.users[corpus.rated]:
            found.append(Holder(corpus.rated, user.extension, "2024-01-01", "sales", "100"))
            if int(user.extension) % 2 == 0:
                found.append(Holder(corpus.rated, user.extension, MOVED, "support", "200"))
    return found


def configure(folder: Path, corpora: Iterable[Corpus]) -> Path:
    """Write the configuration of all groups, tariffs and users and the sites' empty folders; returns its file."""
    corpora = list(corpora)
    blocks = ['[pipeline]\nstate_directory = "state"\n\n[clickhouse]\ndatabase = "cdr"\n']
    blocks += [_group(corpus) for corpus in corpora]
    for corpus in corpora:
        for site in corpus.world.sites:
            (folder / site.name).mkdir(parents=True)
    for name, tariff in tariffs(corpora).items():
        blocks.append(f'[[tariffs]]\nname = "{name}"\ncurrency = "EUR"\nrates = "{name}/rates.csv"\ndecimals = 4\n')
        _write(folder / name / "rates.csv", tariff.rows)
        _write(folder / name / "users.csv", list(map(_user, _spans(holders(corpora), name))))
    (folder / CONFIGURATION).write_text("\n".join(blocks), "utf-8")
    return folder / CONFIGURATION


def append_legs(folder: Path, corpora: Iterable[Corpus], *, late: bool, until: datetime = QUIET[-1]) -> set[str]:
    """Write on in the cdr.txt of the late sites, or of all others but the lost ones; returns the ids of all its legs.

    The files then hold the legs that ended up to an instant. Some lines are broken.
    """
    ids: set[str] = set()
    for corpus in corpora:
        for site in corpus.world.sites:
            if site.name != corpus.lost and (site.name == corpus.late) is late:
                legs = [leg for leg in corpus.legs if leg.site is site and leg.times.ended < until.timestamp()]
                ids |= {leg.leg_id for leg in legs}
                with (folder / site.name / "cdr.txt").open("ab") as file:
                    file.write(_content(site, legs)[file.tell() :])
    return ids


def _content(site: Site, legs: list[Leg]) -> bytes:
    lines = [head(site.generation)]
    for number, leg in enumerate(legs):
        if number % BROKEN_EVERY == BROKEN_EVERY - 1:
            lines.append(broken_line(site))
        lines.append(line(leg))
    return b"".join(lines)


def _group(corpus: Corpus) -> str:
    sites = (_site(site, rated=site.name == corpus.rated) for site in corpus.world.sites)
    return "\n".join([*sites, *_links(corpus.world, corpus.skew)])


def _site(site: Site, *, rated: bool) -> str:
    tables = f'tariff = "{site.name}"\nusers = "{site.name}/users.csv"\n' if rated else ""
    return f"""\
[[sites]]
name = "{site.name}"
files = ["{site.name}/cdr*.txt"]
time_zone = "{site.time_zone.key}"
country_code = "{site.country_code}"
area_code = "{site.area_code}"
public_access_prefix = "{site.public_access_prefix}"
number_ranges = ["{site.number_range}"]
cost_scale = {site.cost_scale}
currency = "{site.currency}"
{tables}"""


def _links(world: World, skew: int) -> Iterable[str]:
    for one, other in world.links:
        devices = f'{one.name} = "{link_device(one, other)}", {other.name} = "{link_device(other, one)}"'
        yield f"""\
[[links]]
sites = ["{one.name}", "{other.name}"]
devices = {{ {devices} }}
clock_skew_seconds = {skew}
"""


def _spans(held: list[Holder], site: str) -> list[tuple[Holder, str]]:
    """The holders of a site with the day on which the next one of the same extension follows."""
    own = [holder for holder in held if holder.site == site]
    return [
        (one, other.since if (one.extension, one.site) == (other.extension, other.site) else "")
        for one, other in zip(own, [*own[1:], own[0]], strict=True)
    ]


def _user(span: tuple[Holder, str]) -> dict[str, str]:
    of, until = span
    return {
        "extension": of.extension,
        "name": "",
        "department": of.department,
        "cost_centre": of.cost_centre,
        "valid_from": of.since,
        "valid_until": until,
    }


def _write(path: Path, rows: list[Mapping[str, str]] | list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
