"""What the naive reference makes of the generated groups' files, read by the parser that everything shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from pipeline.cli.settings import load_settings
from pipeline.cli.settings_files import matched_files
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_tail import dialect, source_name
from pipeline.domain.rules import GroupRules
from schemas.cdr import Leg, Reject
from tests.corpora.files import holders, tariffs
from tests.corpora.worlds import Corpus
from tests.property.naive import World, world

READ_AT = datetime(2024, 11, 1, tzinfo=UTC)


class Read(NamedTuple):
    """A group's rules and all that its files hold."""

    rules: GroupRules
    legs: list[Leg]
    rejects: list[Reject]


def read(config: Path) -> dict[str, Read]:
    """Every group of a configuration by the first part of its sites' names, as its files are now."""
    settings = load_settings(config, {})
    found = {rules.name.split("-")[0]: Read(rules, [], []) for rules in group_rules(settings).values()}
    for site in settings.sites:
        group = found[site.name.split("-")[0]]
        for file in matched_files(site):
            parser = LineParser(site.name, dialect(site), source_name(file, settings.file.parent))
            for _, entries in read_whole(file, parser, READ_AT):
                group.legs.extend(entry for entry in entries if isinstance(entry, Leg))
                group.rejects.extend(entry for entry in entries if isinstance(entry, Reject))
    return found


def worlds(groups: dict[str, Read], corpora: Iterable[Corpus]) -> dict[str, World]:
    """All that the naive reference says of each group."""
    return {
        corpus.name: world(groups[corpus.name].legs, groups[corpus.name].rules, tariffs([corpus]), holders([corpus]))
        for corpus in corpora
    }
