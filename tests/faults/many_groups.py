"""Eight groups of three linked sites each: their configuration, and the messages that their tails send."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.settings import SiteSettings, load_settings
from pipeline.cli.settings_files import matched_files
from pipeline.cli.wiring_tail import dialect
from schemas.cdr import Leg, Lifecycle
from schemas.codec import encode

GROUPS = "abcdeghk"  # by the names that these endings make, two groups fall to each of four partitions
_LEGS_PER_MESSAGE = 100  # of a tail that catches up
_LAG_MESSAGES = 3
_START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Sent(NamedTuple):
    """A lifecycle message: its key, its bytes and the number of its legs."""

    key: bytes
    data: bytes
    legs: int


def simulate_groups(folder: Path, legs: int) -> list[Sent]:
    """Write the configuration of all groups into `folder`; returns the messages of their tails, `legs` legs in all.

    Every group holds the calls of the same simulation under names of its own. Tails are at different places in time,
    so legs that belong together come in different messages, and the later ones change what the earlier ones told.
    """
    simulated = folder / "simulated"
    write_at_once(simulated, start=_START, legs=legs // len(GROUPS))
    text = (simulated / CONFIGURATION_FILE).read_text()
    settings = load_settings(simulated / CONFIGURATION_FILE, os.environ)
    names = sorted(site.name for site in settings.sites)
    blocks = text.index("[[sites]]")
    groups = [re.sub(rf"\b({'|'.join(names)})\b", rf"\1-{group}", text[blocks:]) for group in GROUPS]
    (folder / CONFIGURATION_FILE).write_text(text[:blocks] + "\n".join(groups))

    sent = [
        (place + lag * _LAG_MESSAGES, _message(names[0], group, batch))
        for lag, site in enumerate(settings.sites)
        for place, batch in enumerate(_batches(list(_legs(site))))
        for group in GROUPS
    ]
    return [message for _, message in sorted(sent, key=lambda entry: entry[0])]


def _legs(site: SiteSettings) -> Iterator[Leg]:
    for file in matched_files(site):
        for _, entries in read_whole(file, LineParser(site.name, dialect(site), file.name), _START):
            yield from (entry for entry in entries if isinstance(entry, Leg))


def _batches(legs: list[Leg]) -> list[list[Leg]]:
    return [legs[first : first + _LEGS_PER_MESSAGE] for first in range(0, len(legs), _LEGS_PER_MESSAGE)]


def _message(first_site: str, group: str, legs: list[Leg]) -> Sent:
    """The message of these legs of one site, renamed; a group is named after its alphabetically first site."""
    site = f"{legs[0].site}-{group}"
    renamed = tuple(leg._replace(site=site, leg_id=site + leg.leg_id.removeprefix(leg.site)) for leg in legs)
    return Sent(f"{first_site}-{group}".encode(), encode(Lifecycle(site, "file", 1, renamed)), len(renamed))
