"""Every line of the vendor's examples has its test: what each comes to by itself (tests/data)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import pytest

from pipeline.cli.settings import load_settings
from tests.unit.derived import Derived
from tests.vendor import DATA, FOLDERS, all_examples


class Line(NamedTuple):
    """A line of an example: where it stands and leads, and what is to be paid, by whom and why (None: nothing)."""

    section: str
    direction: str
    disposition: str
    charge: tuple[str, int, str, Decimal] | None = None


def paid(by: str, seconds: int, source: str = "none", amount: str = "0") -> tuple[str, int, str, Decimal]:
    """Payer, seconds to charge, source and amount."""
    return by, seconds, source, Decimal(amount)


LINES = {
    "spec simple 3": Line("CDR spec 1.1.2", "internal", "answered", paid("User A", 140)),
    "spec external 3": Line("CDR spec 1.1.3", "outgoing", "answered", paid("User A", 140)),
    "spec script 3": Line("CDR spec 1.1.4", "outgoing", "answered", paid("User A", 109)),
    "spec transfer 3": Line("CDR spec 1.1.5 CDR 1", "outgoing", "answered", paid("User C", 419, "aoc", "1.23")),
    "spec transfer 7": Line("CDR spec 1.1.5 CDR 2", "outgoing", "answered", paid("User C", 348, "aoc", "4.33")),
    "spec transfer 8": Line("CDR spec 1.1.5 CDR 3", "transit", "answered"),
    "spec retransfer 7": Line("CDR spec 1.1.6", "internal", "answered", paid("User C", 155)),
    "spec retransfer 8": Line("CDR spec 1.1.6", "incoming", "answered"),
    "spec retransfer 3": Line("CDR spec 1.1.6", "outgoing", "answered", paid("User C", 705, "aoc", "2.46")),
    "spec retransfer 10": Line("CDR spec 1.1.6", "internal", "answered", paid("User D", 518)),
    "spec retransfer 11": Line("CDR spec 1.1.6", "outgoing", "answered"),
    "vendor conference 10": Line("CDR spec 1.1", "outgoing", "answered", paid("User C", 434, "aoc", "0.60")),
    "vendor conference 11": Line("CDR spec 1.1", "internal", "answered", paid("User B", 374)),
    "vendor conference 13": Line("CDR spec 1.1", "internal", "answered", paid("User C", 339)),
    "vendor conference 14": Line("CDR spec 1.1", "internal", "answered", paid("User C", 338)),
    "vendor conference 15": Line("CDR spec 1.1", "internal", "answered", paid("User C", 338)),
    "vendor site-a 7": Line("kb2211 units", "internal", "answered", paid("User A1", 140, "link", "0.24")),
    "vendor site-a 8": Line("kb2211 LCR", "internal", "answered", paid("User A1", 122, "link", "0.06")),
    "vendor site-a 9": Line("kb2211 currency", "internal", "answered", paid("User A1", 60, "link", "0.35")),
    "vendor site-b 2": Line("kb2211 units", "outgoing", "answered", paid("User A1", 140, "aoc", "0.24")),
    "vendor site-b 3": Line("kb2211 LCR", "outgoing", "answered", paid("User A1", 122, "lcr", "0.06")),
    "vendor site-b 4": Line("kb2211 currency", "outgoing", "answered", paid("User A1", 60, "aoc", "0.35")),
    "modern london 3": Line("help page", "internal", "answered", paid("User A", 20)),
    "modern london 4": Line("help page", "outgoing", "answered", paid("User A", 20)),
}


def told(name: str, derived: Derived, leg_id: str) -> Line:
    row, charge = derived.legs[leg_id], derived.charges.get(leg_id)
    money = charge and paid(charge.payer_name, charge.duration_seconds, charge.source, str(charge.amount))
    return Line(LINES[name].section, row.direction, row.disposition, money)


FOUND = {
    f"{folder} {site} {row.leg.record.call_id}": (derived, leg_id)
    for folder, site, derived in all_examples()
    for leg_id, row in derived.legs.items()
    if row.leg.site == site
}


@pytest.mark.parametrize("name", LINES, ids=lambda name: f"{LINES[name].section}: {name}")
def test_a_line_of_an_example_comes_to_what_its_section_says(name: str) -> None:
    assert told(name, *FOUND[name]) == LINES[name]


def test_no_line_of_an_example_is_without_a_test() -> None:
    assert FOUND.keys() == LINES.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_of_an_example_is_without_a_site(folder: str) -> None:
    sites = load_settings(DATA / folder / "swyx-cdr.toml", {}).sites
    found = {path for site in sites for pattern in site.files for path in (DATA / folder).glob(pattern.written)}
    assert found == set((DATA / folder).rglob("cdr*.txt"))
