"""What privacy keys hide is nowhere in what is published or stored, and no call and no money changes by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from infra.simulator.places import PLACES
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.settings import Settings, load_settings
from pipeline.cli.settings_files import matched_files
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_privacy import guards
from pipeline.cli.wiring_tail import dialect
from schemas.cdr import Leg, Lifecycle
from schemas.codec import encode
from tests.unit.derived import Derived

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
LEGS = 1_500
KEY = "0123456789abcdef"
TARIFF = """prefix,destination,valid_from,valid_until,weekdays,from_time,until_time,connect_fee,price_per_minute,\
first_increment,next_increment,minimum
+,World,,,,,,0.05,0.20,60,60,0
+49,Germany,,,,,,0,0.03,60,1,0
+41,Switzerland,,,,,,0,0.07,60,1,0
"""
# The national digits of the simulated sites' ranges.
RANGES = {place.name: place.number_range[3:] for place in PLACES[:3]}
PRIVATE = f"""mask_destination_digits = 3
pseudonyms = "{KEY}"
"""


class World(NamedTuple):
    """Legs of three linked sites as they were read and as they are published, and what follows from both."""

    read: list[Leg]
    published: list[Leg]
    open: Derived
    hidden: Derived


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sites with a tariff and users of their own."""
    folder = tmp_path_factory.mktemp("privacy") / "sites"
    write_at_once(folder, start=START, legs=LEGS, seed=7)
    (folder / "rates.csv").write_text(TARIFF)
    users = "extension,name,department,cost_centre,valid_from,valid_until\n"
    extensions = (f"{number},User {number},Sales {number % 3},{number % 5}000,,\n" for number in range(1000))
    (folder / "users.csv").write_text(users + "".join(extensions))
    return folder


def configured(folder: Path, keys: str = "") -> Settings:
    """The settings of the sites, each with these keys too."""
    text = (folder / CONFIGURATION_FILE).read_text("utf-8")
    block = f'[[sites]]\ntariff = "all"\nusers = "users.csv"\n{keys}'
    file = folder / "private.toml"
    file.write_text(text.replace("[[sites]]\n", block) + '\n[[tariffs]]\nname = "all"\nrates = "rates.csv"\n')
    names = ("DORTMUND", "BERLIN", "ZUERICH")
    secrets = {f"SWYX_CDR__SITES__{name}__PSEUDONYMS": KEY for name in names} if "pseudonyms" in keys else {}
    return load_settings(file, secrets)


def legs_of(settings: Settings) -> Iterator[Leg]:
    """The legs of all files, in random order."""
    legs = [
        entry
        for site in settings.sites
        for file in matched_files(site)
        for _, entries in read_whole(file, LineParser(site.name, dialect(site), file.name), START)
        for entry in entries
        if isinstance(entry, Leg)
    ]
    Random(1).shuffle(legs)  # noqa: S311
    return iter(legs)


@pytest.fixture(scope="module")
def world(folder: Path) -> World:
    """The same legs with and without masks and pseudonyms."""
    plain, private = configured(folder), configured(folder, PRIVATE)
    guard = guards(private, private.sites)
    read = list(legs_of(plain))
    published = [guard[leg.site].leg(leg) or leg for leg in read]
    (open_rules,), (hidden_rules,) = group_rules(plain).values(), group_rules(private).values()
    return World(read, published, Derived(*read, group_rules=open_rules), Derived(*published, group_rules=hidden_rules))


def names_and_numbers(legs: list[Leg]) -> set[str]:
    """The names of the users, and outside parties that were called and never called in, by name and last digits."""
    users, called, callers = set(), set(), set()
    for leg in legs:
        record = leg.record
        caller, callee = last_digits(record.origination_number), last_digits(record.called_number)
        users |= {record.origination_name} if len(caller) == 3 else set()
        users |= {record.called_name} if len(callee) == 3 else set()
        called |= {callee, record.called_name} if len(callee) == 7 else set()
        callers |= {caller, record.origination_name} if not record.transferred_call_id_1 else set()
    return (users | called - callers) - {""}


def last_digits(number: str) -> str:
    """The extension of a user, the last seven digits of an outside number, nothing of others."""
    digits = re.sub(r"\D", "", number)
    if any(part in digits for part in RANGES.values()):
        return digits[-3:]
    return digits[-7:] if len(digits) > 9 or len(digits) == 3 else ""


def test_no_name_of_a_user_and_no_whole_destination_is_left_in_what_is_published_and_stored(world: World) -> None:
    secrets = names_and_numbers(world.read)
    message = "".join(encode(Lifecycle(leg.site, "", 1, (leg,))).decode("utf-8", "replace") for leg in world.published)
    stored = repr([vars(world.hidden)])

    assert len(secrets) > 100
    assert [text for text in secrets if text in message or text in stored] == []


def test_calls_and_pairs_are_the_same(world: World) -> None:
    assert shapes(world.hidden) == shapes(world.open)


def shapes(derived: Derived) -> Any:
    calls = {(row.call_id, row.site_call_ids, row.disposition, row.talk_seconds) for row in derived.calls.values()}
    pairs = {(link.from_leg_id, link.to_leg_id) for link in derived.links}
    return calls, pairs, {(row.site_call_id, row.leg_ids) for row in derived.site_calls.values()}


def test_money_and_what_it_is_booked_on_is_the_same(world: World) -> None:
    assert booked(world.hidden) == booked(world.open)


def booked(derived: Derived) -> Any:
    """Every charge without the payer's number and the destination."""
    return {
        row.leg_id: (
            *(row.source, row.currency, row.amount, row.rated_amount, row.counted, row.carrier_site),
            *(row.department, row.cost_centre, row.destination_kind == "internal", row.destination_name),
        )
        for row in derived.charges.values()
    }


def test_a_payer_is_one_pseudonym_and_no_two_have_the_same(world: World) -> None:
    pairs = {
        (row.payer_number, world.hidden.charges[leg_id].payer_number)
        for leg_id, row in world.open.charges.items()
        if row.counted and row.payer_number.isdecimal()
    }

    assert len(pairs) > 10
    assert max(Counter(before for before, _ in pairs).values()) == 1
    assert max(Counter(after for _, after in pairs).values()) == 1


def test_totals_have_the_same_money(world: World) -> None:
    assert sums(world.hidden) == sums(world.open)


def sums(derived: Derived) -> dict[str, Decimal]:
    found: dict[str, Decimal] = Counter()  # type: ignore[assignment]
    for row in derived.totals:
        found[row.currency] += row.amount
    return found


def test_of_a_number_that_is_never_recorded_nothing_is_left_and_nothing_else_is_missing(folder: Path) -> None:
    plain = list(legs_of(configured(folder)))
    extension, _ = Counter(leg.record.origination_number[-3:] for leg in plain if leg.site == "dortmund").most_common(
        1
    )[0]
    private = configured(folder, f'never_recorded = ["{extension}"]\n')
    guard = guards(private, private.sites)

    kept = [leg for leg in plain if guard[leg.site].leg(leg) is not None]

    assert {leg.leg_id for leg in plain} - {leg.leg_id for leg in kept} == {
        leg.leg_id for leg in plain if has_extension(leg, extension)
    }


def has_extension(leg: Leg, extension: str) -> bool:
    """Whether one of the leg's numbers is the extension, bare or in the range of its own site."""
    record = leg.record
    digits = (
        re.sub(r"\D", "", number)
        for number in (record.origination_number, record.called_number, record.destination_number)
    )
    return any(number == extension or number.endswith(RANGES[leg.site] + extension) for number in digits)
