"""Legs into rows per second on one core: prints one JSON line.

The legs are those of three simulated sites, in the order in which their calls end. Beside them, a single call of
1,000 transfers one after the other, which every new leg changes as a whole.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.settings import load_settings
from pipeline.cli.settings_files import matched_files
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_tail import dialect
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.cdr import Leg

LEGS = 30_000
TRANSFERS = 1_000
RUNS = 3
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def simulated_legs(count: int) -> tuple[GroupRules, list[Leg]]:
    """The rules of three linked sites and `count` legs of theirs."""
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "sites"
        write_at_once(directory, start=START, legs=count)
        settings = load_settings(directory / CONFIGURATION_FILE, os.environ)
        (rules,) = group_rules(settings).values()
        legs: list[Leg] = []
        for site in settings.sites:
            for file in matched_files(site):
                parser = LineParser(site.name, dialect(site), file.name)
                for _, entries in read_whole(file, parser, START):
                    legs += [entry for entry in entries if isinstance(entry, Leg)]
    return rules, sorted(legs, key=lambda leg: (leg.record.ended_at or leg.record.started_at, leg.site, leg.position))


def transfers(of: Leg, count: int) -> list[Leg]:
    """One call in which each leg is transferred into the next."""
    legs = []
    for number in range(1, count + 1):
        record = of.record._replace(
            call_id=str(number),
            started_at=START + timedelta(seconds=number),
            transferred_call_id_1=str(number - 1),
            transferred_to_call_id=str(number + 1) if number < count else "",
        )
        leg_id = f"{of.site}:{number}:{record.started_at:%Y-%m-%dT%H:%M:%S}"
        legs.append(of._replace(leg_id=leg_id, record=record))
    return legs


def seconds(rules: GroupRules, legs: list[Leg]) -> float:
    """The processor time that a new group takes for these legs."""
    group = Group(rules)
    begin = time.process_time()
    for version, leg in enumerate(legs):
        group.add(leg, version)
    taken = time.process_time() - begin
    if len(group) != len(legs):
        sys.exit(f"expected {len(legs)} legs in state, found {len(group)}")
    return taken


def main() -> None:
    """Take the best of several runs."""
    rules, legs = simulated_legs(LEGS)
    core = min(seconds(rules, legs) for _ in range(RUNS))
    chain = min(seconds(rules, transfers(legs[0], TRANSFERS)) for _ in range(RUNS))
    result = {"bench": "core", "legs_per_second": round(len(legs) / core), "chain_of_1000_seconds": round(chain, 3)}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
