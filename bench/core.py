"""Legs into rows per second on one core: prints one JSON line.

The legs are those of three simulated sites, in the order in which their calls end: one by one, as they come live, and
in messages of 100 of a site, as a tail that catches up sends them. Beside them a single call of 1,000 legs, transferred
again and again, which every new leg changes as a whole.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._result import show
from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.garbage import collect_seldom
from pipeline.cli.settings import load_settings
from pipeline.cli.settings_files import matched_files
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_tail import dialect
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.cdr import Leg
from schemas.rows import Row

LEGS = 30_000
AT_ONCE = 100
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
    """One call of `count` legs: each result of a transfer is transferred on together with a further charged leg."""
    legs = []
    for number in range(1, count + 1):
        result = number % 2 == 1 and number > 1
        record = of.record._replace(
            call_id=str(number),
            started_at=START + timedelta(seconds=number),
            transferred_call_id_1=str(number - 2) if result else "",
            transferred_call_id_2=str(number - 1) if result else "",
            transferred_to_call_id=str(number + 1 + number % 2),
        )
        leg_id = f"{of.site}:{number}:{record.started_at:%Y-%m-%dT%H:%M:%S}"
        legs.append(of._replace(leg_id=leg_id, record=record))
    return legs


def rows_of(rules: GroupRules, legs: list[Leg]) -> list[Row]:
    """All that a new group tells of these legs."""
    group = Group(rules)
    rows = [row for version, leg in enumerate(legs) for row in group.add(leg, version)]
    if len(group) != len(legs):
        sys.exit(f"expected {len(legs)} legs in state, found {len(group)}")
    return rows


def derive(rules: GroupRules, legs: list[Leg]) -> float:
    """The processor time that a new group takes for these legs."""
    group = Group(rules)
    begin = time.process_time()
    for version, leg in enumerate(legs):
        group.add(leg, version)
    return time.process_time() - begin


def messages(legs: list[Leg]) -> list[list[Leg]]:
    """The same legs in messages, each of one site, in the order of their last legs."""
    begun: dict[str, list[Leg]] = {}
    done = []
    for leg in legs:
        of_site = begun.setdefault(leg.site, [])
        of_site.append(leg)
        if len(of_site) == AT_ONCE:
            done.append(begun.pop(leg.site))
    return done + list(begun.values())


def derive_messages(rules: GroupRules, told: list[list[Leg]]) -> tuple[float, int]:
    """The processor time that a new group takes for these messages, and the number of rows."""
    group, rows = Group(rules), 0
    begin = time.process_time()
    for number, legs in enumerate(told):
        rows += len(group.add_all(legs, number * AT_ONCE))
    return time.process_time() - begin, rows


def build(rows: list[Row]) -> float:
    """The processor time of the base: to build the same rows, value by value known."""
    begin = time.process_time()
    for row in rows:
        type(row)(*row)
    return time.process_time() - begin


def main() -> None:
    """Take the best of several runs."""
    rules, legs = simulated_legs(LEGS)
    collect_seldom()
    charged = next(leg for leg in legs if leg.record.costs and leg.record.connected_at)
    rows = rows_of(rules, legs)
    base = min(build(rows) for _ in range(RUNS))
    rows_per_leg = len(rows) / len(legs)
    del rows
    core = min(derive(rules, legs) for _ in range(RUNS))
    told = messages(legs)
    at_once, rows_at_once = min(derive_messages(rules, told) for _ in range(RUNS))
    chain = min(derive(rules, transfers(charged, TRANSFERS)) for _ in range(RUNS))
    result = {
        "bench": "core",
        "legs_per_second": round(len(legs) / core),
        "rows_per_leg": round(rows_per_leg, 2),
        "in_messages_legs_per_second": round(len(legs) / at_once),
        "in_messages_rows_per_leg": round(rows_at_once / len(legs), 2),
        "times_the_building_of_the_rows": round(core / base, 1),
        "chain_of_1000_seconds": round(chain, 3),
    }
    show(result)


if __name__ == "__main__":
    main()
