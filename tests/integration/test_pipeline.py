"""The way of a line, whole: files → Kafka → Faust → ClickHouse, and the same rows by backfill."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from infra.embedded.services import start_services
from infra.simulator.simulation import write_at_once
from tests.integration.program import contents, differences, running, swyx_cdr, wait_until, warehouse_of

LEGS = 20_000


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sites with 20,000 legs and faulty lines among them; their folder."""
    folder = tmp_path_factory.mktemp("simulated") / "sites"
    write_at_once(folder, start=datetime(2026, 3, 2, 8, tzinfo=UTC), legs=LEGS, faults=True)
    return folder


@pytest.fixture(scope="module")
def expected(simulated: Path) -> dict[str, list[tuple[object, ...]]]:
    """What backfill makes of the simulated files."""
    config = simulated / "swyx-cdr.toml"
    with start_services(simulated / "state", {"clickhouse"}):
        swyx_cdr("backfill", "--config", config)
        return contents(warehouse_of(simulated / "state"))


@pytest.fixture(scope="module")
def streamed(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """What the stream makes of the same files when tail, worker and sink are killed once each and all is fed twice."""
    folder = tmp_path_factory.mktemp("streamed") / "sites"
    shutil.copytree(simulated, folder, ignore=shutil.ignore_patterns("state"))
    config, state = folder / "swyx-cdr.toml", folder / "state"
    with start_services(state):
        swyx_cdr("migrate", "--config", config)
        client = warehouse_of(state)

        def stored() -> int:
            return int(client.execute("SELECT count() FROM legs")[0][0])

        with (
            running("tail", "--config", config) as tail,
            running("worker", "--config", config) as worker,
            running("sink", "--config", config) as sink,
        ):
            wait_until(lambda: stored() > LEGS // 20, "first legs in the warehouse")
            for process in (tail, worker, sink):
                process.kill()
        assert stored() < LEGS
        swyx_cdr("run", "--config", config, "--until-idle")
        shutil.rmtree(state / "checkpoints")
        swyx_cdr("run", "--config", config, "--until-idle")
        return contents(client)


def test_killed_and_repeated_streams_give_the_rows_of_backfill(
    streamed: dict[str, list[tuple[object, ...]]], expected: dict[str, list[tuple[object, ...]]]
) -> None:
    assert differences(streamed, expected) == []


def test_calls_and_charges_equal_the_simulated_truth(
    simulated: Path, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    truth = json.loads((simulated / "truth.json").read_text())
    charges: dict[str, Decimal] = {}
    for row in expected["charge_totals"]:
        currency, amount = str(row[6]), Decimal(str(row[-1]))
        charges[currency] = charges.get(currency, Decimal(0)) + amount

    assert len(expected["legs"]) == truth["legs"]["all"] == LEGS
    assert len(expected["calls"]) == truth["calls"]
    assert len(expected["rejects"]) == truth["rejects"]["all"]
    assert charges == {currency: Decimal(amount) for currency, amount in truth["counted_charges"].items()}


def test_each_call_has_the_legs_and_amounts_that_were_simulated(
    simulated: Path, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    legs_of: dict[str, list[str]] = {}
    for row in expected["site_calls"]:
        legs_of.setdefault(str(row[2]), []).extend(row[3])  # type: ignore[arg-type]
    told = [json.loads(line) for line in (simulated / "calls.jsonl").read_text().splitlines()]

    assert {call["call_id"]: sorted(call["leg_ids"]) for call in told} == {
        call_id: sorted(legs) for call_id, legs in legs_of.items()
    }
