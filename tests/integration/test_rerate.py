"""Past calls at new prices, without the stream and while it runs (contract 2, `rerate`)."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clickhouse_driver import Client

from infra.embedded.services import start_services
from infra.simulator.simulation import Simulation
from pipeline.cli.settings_tables import RATES
from tests.conftest import ClickHouseServer
from tests.integration.program import contents, differences, running, swyx_cdr, wait_until, warehouse_of
from tests.rates import row

DAYS = 6
LEGS = 600
SUMS = "SELECT payer_site, currency, source, sum(amount), sum(duration_seconds), count() FROM charges WHERE counted"
TOTALS = "SELECT payer_site, currency, source, sum(amount), sum(seconds), sum(legs) FROM charge_totals"
Contents = dict[str, list[tuple[object, ...]]]


def set_price(config: Path, price: str) -> None:
    """Let the tariff of all sites have one price for the whole world."""
    rates = row(price, "60/1", prefix="+")
    (config.parent / "rates.csv").write_text(",".join(RATES) + "\n" + ",".join(rates[name] for name in RATES) + "\n")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six days of three linked sites with a tariff; no leg has signalled costs. Their configuration."""
    folder = tmp_path_factory.mktemp("rerate") / "sites"
    simulation = Simulation(folder, start=datetime(2026, 3, 2, tzinfo=UTC), rate=LEGS / DAYS / 86_400, legs=LEGS)
    simulation.write_until(float("inf"))
    simulation.finish()
    config = simulation.configuration_file
    text = re.sub(r"(currency = .*\n)", r'\1tariff = "world"\n', config.read_text())
    text = text.replace('state_directory = "state"', 'state_directory = "state"\nlate_days = 1')
    config.write_text(text + '\n[[tariffs]]\nname = "world"\ncurrency = "EUR"\nrates = "rates.csv"\n')
    set_price(config, "0.06")
    return config


@pytest.fixture
def config(sites: Path, tmp_path: Path) -> Path:
    """A copy of the sites."""
    shutil.copytree(sites.parent, tmp_path / "sites")
    return tmp_path / "sites" / sites.name


@pytest.fixture
def expected(sites: Path, clickhouse: ClickHouseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contents:
    """What a backfill at the new price makes of the sites."""
    shutil.copytree(sites.parent, tmp_path / "new")
    set_price(tmp_path / "new" / sites.name, "0.12")
    with monkeypatch.context() as context:
        client = clickhouse.used_by(context)
        swyx_cdr("backfill", "--config", tmp_path / "new" / sites.name)
    return contents(client)


def rated_at(client: Client, price: str) -> tuple[int, int]:
    """How many rated charges there are, and how many of them are at this price a minute, in 60/1."""
    apart = f"abs(rated_amount - toDecimal64('{price}', 6) * greatest(60, duration_seconds) / 60)"
    ((rated, right),) = client.execute(f"SELECT count(), countIf({apart} < 0.0001) FROM charges WHERE rated_amount > 0")
    return rated, right


def totals_agree(client: Client) -> bool:
    """Whether the totals are the sums over the counted charges."""
    grouped = "GROUP BY payer_site, currency, source ORDER BY ALL"
    return bool(client.execute(f"{SUMS} {grouped}") == client.execute(f"{TOTALS} {grouped}"))


def test_without_the_stream_all_days_anew_are_what_a_backfill_at_the_new_price_gives(
    config: Path, expected: Contents, clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = clickhouse.used_by(monkeypatch)
    swyx_cdr("backfill", "--config", config)
    set_price(config, "0.12")

    done = swyx_cdr("rerate", "--config", config, "--from", "2026-03-01", "--until", "2026-03-10")

    assert done.stdout == "priced anew: 9 days of 1 groups\n"
    assert differences(contents(client), expected) == []


def test_days_that_are_not_named_keep_their_prices_and_totals_agree(
    config: Path, clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = clickhouse.used_by(monkeypatch)
    swyx_cdr("backfill", "--config", config)
    set_price(config, "0.12")

    swyx_cdr("rerate", "--config", config, "--from", "2026-03-04", "--until", "2026-03-05")
    rated, new = rated_at(client, "0.12")
    _, old = rated_at(client, "0.06")

    assert 0 < new < rated
    assert new + old == rated
    assert totals_agree(client)


def test_while_the_stream_runs_the_worker_tells_the_days_anew(config: Path, expected: Contents) -> None:
    state = config.parent / "state"
    with start_services(state):
        swyx_cdr("run", "--config", config, "--until-idle")
        client = warehouse_of(state)
        with running("run", "--config", config):
            wait_until(lambda: "ok" in states(client), "the stream runs")
            set_price(config, "0.12")
            swyx_cdr("rerate", "--config", config, "--from", "2026-03-04", "--until", "2026-03-05")
            assert totals_agree(client)
            assert 0 < rated_at(client, "0.12")[1] < rated_at(client, "0.12")[0]
            swyx_cdr("rerate", "--config", config, "--from", "2026-03-01", "--until", "2026-03-10")
        assert differences(contents(client), expected) == []


def states(client: Client) -> set[str]:
    return {state for (state,) in client.execute("SELECT state FROM sites WHERE last_seen_at > now() - 5")}
