"""The group finds what is true of simulated sites, which the simulator knows without the pipeline's rules."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from infra.simulator.simulation import CALLS_FILE, CONFIGURATION_FILE, write_at_once
from pipeline.cli.settings import load_settings
from pipeline.cli.settings_files import matched_files
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_tail import dialect
from schemas.cdr import Leg
from tests.unit.derived import Derived

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
LEGS = 2_000


@pytest.fixture(scope="module", params=[3, 5])
def simulated(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[Derived, list[Any]]:
    """What a group derives from the legs of linked sites in random order, and the simulator's calls."""
    directory = tmp_path_factory.mktemp("simulated") / "sites"
    write_at_once(directory, start=START, legs=LEGS, sites=request.param, seed=request.param)
    settings = load_settings(directory / CONFIGURATION_FILE, {})
    (rules,) = group_rules(settings).values()
    legs: list[Leg] = []
    for site in settings.sites:
        for file in matched_files(site):
            for _, entries in read_whole(file, LineParser(site.name, dialect(site), file.name), START):
                legs += [entry for entry in entries if isinstance(entry, Leg)]
    assert len(legs) == LEGS
    Random(request.param).shuffle(legs)  # noqa: S311
    calls = [json.loads(line) for line in (directory / CALLS_FILE).read_text(encoding="utf-8").splitlines()]
    return Derived(*legs, group_rules=rules), calls


def test_calls_are_the_true_calls(simulated: tuple[Derived, list[Any]]) -> None:
    derived, calls = simulated
    legs = {name: set(row.leg_ids) for name, row in derived.site_calls.items()}
    found = {name: set().union(*(legs[part] for part in row.site_call_ids)) for name, row in derived.calls.items()}
    assert found == {call["call_id"]: set(call["leg_ids"]) for call in calls}


def test_pairs_are_the_true_pairs(simulated: tuple[Derived, list[Any]]) -> None:
    derived, calls = simulated
    found = {(link.from_leg_id, link.to_leg_id) for link in derived.links}
    assert found == {tuple(pair) for call in calls for pair in call["pairs"]}


def test_each_cent_is_counted_once_and_borne_by_whom_it_should_be(simulated: tuple[Derived, list[Any]]) -> None:
    derived, calls = simulated
    found = [row for row in derived.charges.values() if row.counted]
    true = {charge["leg_id"]: charge for call in calls for charge in call["charges"]}
    values = {row.leg_id: {name: as_json(getattr(row, name)) for name in true[row.leg_id]} for row in found}
    assert values == {leg_id: charge | {"amount": money(charge["amount"])} for leg_id, charge in true.items()}


def as_json(value: object) -> object:
    if isinstance(value, Decimal):
        return money(value)
    return value.isoformat() if isinstance(value, datetime) else value


def money(amount: Decimal | str) -> str:
    return f"{Decimal(amount):.6f}"
