"""The vendor's examples as the tests read them: the tables of the CDR specification, and the files of tests/data."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from pipeline.cli.settings import load_settings
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_tail import dialect
from schemas.cdr import Leg
from tests.unit.derived import Derived

DATA = Path(__file__).parent / "data"
FOLDERS = ("spec", "vendor", "modern")
READ_AT = datetime(2002, 11, 19, tzinfo=UTC)

# What a table's column is called in the specification's list, where the hyphen of a line break is not all (ADR 12).
_OTHERWISE = {
    "CallID": "CallId",
    "ConnectedDate": "ConnectDate",
    "ConnectedTime": "ConnectTime",
    "Charges": "Costs",
    "TransferredBy": "TransferredByName",
    "TransferredCalId1": "TransferredCallId1",
    "TransferredCalId2": "TransferredCallId2",
}


class Table(NamedTuple):
    """A printed CDR: its section and number there, the columns as printed, the values without quotation marks."""

    name: str
    columns: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def fields(self) -> dict[str, str]:
        """The values by the columns of the specification's list (CDR spec 1.1.1)."""
        names = [name if name in COLUMNS else name.replace("-", "") for name in self.columns]
        return dict(zip((_OTHERWISE.get(name, name) for name in names), self.values, strict=True))


def tables() -> dict[str, Table]:
    """Every CDR that the specification prints, by section and number (tests/data/vendor/tables.txt)."""
    found = {}
    for block in (DATA / "vendor" / "tables.txt").read_text("ascii").split("\n\n"):
        name, *lines = block.strip().splitlines()
        columns, values = zip(*(line.split("\t") for line in lines), strict=True)
        # Behind a value in quotation marks stands a remark at most.
        plain = (quoted[1] if (quoted := re.match(r'"(.*?)"', value)) else value for value in values)
        found[name] = Table(name, columns, tuple(plain))
    return found


def raw_lines(path: Path) -> list[str]:
    """The lines of a file, all of which end in CRLF."""
    text = path.read_bytes().decode("ascii")
    assert text.endswith("\r\n")
    return text.split("\r\n")[:-1]


def filled(path: Path) -> list[dict[str, str]]:
    """The CDRs of a file with the fields that are not empty."""
    lines = [line for line in raw_lines(path) if "," in line]
    return [{name: value for name, value in cdr.items() if value} for cdr in csv.DictReader(lines, strict=True)]


def example(name: str, folder: str = "spec") -> Derived:
    """What follows from the CDRs of the group that a site of a folder belongs to, each site's in the file's order."""
    settings = load_settings(DATA / folder / "swyx-cdr.toml", {})
    (rules,) = (group for group in group_rules(settings).values() if name in group.sites)
    legs = []
    for site in settings.sites:
        if site.name in rules.sites:
            for pattern in site.files:
                (path,) = (DATA / folder).glob(pattern.written)
                parser = LineParser(site.name, dialect(site), "cdr.txt")
                entries = [entry for _, found in read_whole(path, parser, READ_AT) for entry in found]
                legs += [entry for entry in entries if isinstance(entry, Leg)]
                assert len(entries) == sum("," in line for line in raw_lines(path)) - 1
    return Derived(*legs, group_rules=rules)


def all_examples() -> Iterator[tuple[str, str, Derived]]:
    """Folder, site and what follows, for every site of every folder."""
    for folder in FOLDERS:
        for site in load_settings(DATA / folder / "swyx-cdr.toml", {}).sites:
            yield folder, site.name, example(site.name, folder)
