"""The truth beside simulated files: it agrees with the files, and with itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from infra.simulator.schedule import KINDS
from infra.simulator.simulation import Simulation, write_at_once
from tests.unit.simulated import START, all_cdrs, calls, cdrs, costs, instant, truth

CLOCK_SKEW_SECONDS = 10
Sums = defaultdict[str, Decimal]


@pytest.fixture(scope="module", params=[2, 3, 5])
def simulated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("truth") / "simulated"
    write_at_once(directory, start=START, legs=6000, sites=request.param, seed=request.param, faults=True)
    return directory


def amounts(written: dict[str, str]) -> dict[str, Decimal]:
    return {currency: Decimal(amount) for currency, amount in written.items()}


def goes_to_trunk(cdr: dict[str, str]) -> bool:
    device = cdr["DestinationDevice"]
    return device.startswith(("SwyxGate", "SIP Trunk"))


def charges(directory: Path) -> list[dict[str, Any]]:
    return [charge for call in calls(directory) for charge in call["charges"]]


def test_legs_are_the_lines_of_the_files(simulated: Path) -> None:
    expected = truth(simulated)["legs"]
    found = {site: len(cdrs(simulated, site)) for site in truth(simulated)["sites"]}
    assert {**found, "all": sum(found.values())} == expected


def test_every_leg_belongs_to_one_call(simulated: Path) -> None:
    legs = Counter(leg for call in calls(simulated) for leg in call["leg_ids"])
    assert set(legs) == set(all_cdrs(simulated))
    assert set(legs.values()) == {1}


def test_site_calls_are_those_of_the_calls(simulated: Path) -> None:
    found = Counter(name.partition(":")[0] for call in calls(simulated) for name in call["site_calls"])
    assert {**found, "all": found.total()} == truth(simulated)["site_calls"]


def test_counts_are_those_of_the_calls(simulated: Path) -> None:
    told, written = truth(simulated), calls(simulated)
    assert told["calls"] == len(written)
    assert told["answered_calls"] == sum(call["answered"] for call in written)
    assert told["transfers"] == sum(call["transfers"] for call in written)
    assert told["link_calls"] == sum(bool(call["pairs"]) for call in written)
    assert told["link_pairs"] == sum(len(call["pairs"]) for call in written)


def test_a_call_is_named_after_one_of_its_site_calls(simulated: Path) -> None:
    assert all(call["call_id"] in call["site_calls"] for call in calls(simulated))


def test_signalled_charges_are_the_costs_in_the_files(simulated: Path) -> None:
    for site in truth(simulated)["sites"]:
        sums: Sums = defaultdict(Decimal)
        for cdr in cdrs(simulated, site):
            if cdr["Costs"]:
                sums[cdr["Currency"]] += costs(site, cdr)
        assert dict(sums) == amounts(truth(simulated)["signalled_charges"][site])


def test_counted_charges_are_the_costs_of_calls_that_leave_by_a_trunk(simulated: Path) -> None:
    sums: Sums = defaultdict(Decimal)
    for leg_id, cdr in all_cdrs(simulated).items():
        if goes_to_trunk(cdr) and cdr["Costs"]:
            sums[cdr["Currency"]] += costs(leg_id.partition(":")[0], cdr)
    assert dict(sums) == amounts(truth(simulated)["counted_charges"])


def test_counted_charges_are_those_of_the_calls(simulated: Path) -> None:
    sums: Sums = defaultdict(Decimal)
    for charge in charges(simulated):
        sums[charge["currency"]] += Decimal(charge["amount"])
    assert dict(sums) == amounts(truth(simulated)["counted_charges"])


def test_each_counted_charge_is_on_a_leg_of_its_carrier(simulated: Path) -> None:
    legs = all_cdrs(simulated)
    for charge in charges(simulated):
        cdr = legs[charge["leg_id"]]
        assert charge["leg_id"].startswith(charge["carrier_site"] + ":")
        assert (charge["trunk"], charge["currency"]) == (cdr["DestinationDevice"], cdr["Currency"])
        assert Decimal(charge["amount"]) == costs(charge["carrier_site"], cdr) > 0
        assert charge["source"] == {"1": "aoc", "0": "lcr"}[cdr["AOC"]]


def test_a_naive_sum_counts_money_over_links_twice(simulated: Path) -> None:
    counted, signalled = truth(simulated)["counted_charges"], truth(simulated)["signalled_charges"]["all"]
    assert all(Decimal(signalled[currency]) > Decimal(amount) for currency, amount in counted.items())


def test_both_ends_of_a_link_tell_the_same_money(simulated: Path) -> None:
    legs = all_cdrs(simulated)
    for near, far in (pair for call in calls(simulated) for pair in call["pairs"]):
        here, there = legs[near], legs[far]
        assert costs(near.partition(":")[0], here) == costs(far.partition(":")[0], there)
        assert here["Currency"] == there["Currency"]
        assert here["AOC"] == ("1" if here["Costs"] else "0")


def test_both_ends_of_a_link_start_together(simulated: Path) -> None:
    legs = all_cdrs(simulated)
    for near, far in (pair for call in calls(simulated) for pair in call["pairs"]):
        there = instant(far.partition(":")[0], legs[far], "Start")
        steps = ("Start", "Delivered")
        assert min(abs(there - instant(near.partition(":")[0], legs[near], step)) for step in steps) <= 4


def test_the_same_parties_never_use_a_link_twice_within_the_clock_skew(simulated: Path) -> None:
    legs = all_cdrs(simulated)
    starts: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
    for call in calls(simulated):
        for near, far in call["pairs"]:
            site, cdr = far.partition(":")[0], legs[far]
            parties = near.partition(":")[0], site, cdr["OriginationNumber"], cdr["CalledNumber"]
            starts[parties].append(instant(site, cdr, "Start"))
    gaps = [other - one for times in starts.values() for one, other in pairwise(sorted(times))]
    assert all(gap > 2 * CLOCK_SKEW_SECONDS for gap in gaps)


def test_every_kind_of_call_happens(tmp_path: Path) -> None:
    write_at_once(tmp_path, start=START, legs=6000)
    assert set(truth(tmp_path)["kinds"]) == {kind.make.__name__ for kind in KINDS}


def test_charges_have_a_currency_of_each_carrier(tmp_path: Path) -> None:
    write_at_once(tmp_path, start=START, legs=1000)
    assert set(truth(tmp_path)["counted_charges"]) == {"EUR", "CHF"}


def test_the_truth_on_disk_keeps_up_with_live_files(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, start=START, rate=20)
    for elapsed in (5, 10, 15):
        simulation.write_until(elapsed)
        assert truth(tmp_path)["legs"]["all"] == len(all_cdrs(tmp_path)) == simulation.legs
