"""Rows go when their site's `retention_days` are over, and no view shows a state of them after that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.site_rules import SiteRule, apply_site_rules
from connectors.clickhouse.writer import RowWriter
from schemas.rows import LinkMatch, Withdrawal
from tests.conftest import ClickHouseServer
from tests.contract.example_values import CALL
from tests.integration.program import wait_until
from tests.warehouse import an_id, charge, execute, fresh_warehouse, reject, select, site_call, total

NOW = datetime.now(UTC).replace(microsecond=0)
OLD, RECENT = NOW - timedelta(days=40), NOW - timedelta(days=20)
TABLES = {
    "site_call_rows": "site_calls",
    "call_rows": "calls",
    "charge_rows": "charges",
    "charge_total_rows": "charge_totals",
    "link_match_rows": "link_matches",
    "reject_rows": "rejects",
}


def rows(site: str, at: datetime) -> list[WarehouseRow]:
    """One row of each kind, of a site and a day."""
    name = an_id(1, site, at)
    total_id = f"{at:%Y-%m-%dT%H}|{site}|101||{site}|SwyxGate 1|EUR|lcr"
    return [
        site_call(1, site=site, site_call_id=name, call_id=name, started_at=at),
        CALL._replace(call_id=name, origin_site=site, started_at=at, version=1),
        charge(1, site=site, payer_site=site, started_at=at, connected_at=at),
        total(1, total_id=total_id, hour=at.replace(minute=0, second=0), payer_site=site),
        LinkMatch("berlin-dortmund", site, "x", name, an_id(2, "x", at), 0, None, None, "EUR", (), 1),
        reject()._replace(site=site, source_file=f"{at:%j}", rejected_at=at),
    ]


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """Rows of two sites, forty and twenty days old."""
    options = fresh_warehouse(clickhouse)
    with RowWriter(options) as writer:
        writer.write([row for site in ("dortmund", "berlin") for at in (OLD, RECENT) for row in rows(site, at)])
    return options


def apply(options: ClickHouseOptions, *rules: SiteRule, dry_run: bool = False) -> list[str]:
    with connected(options) as client:
        return apply_site_rules(client, options.database, rules, dry_run=dry_run)


def clean(options: ClickHouseOptions, table: str) -> None:
    """Have the server delete what it would delete within hours; the change of the TTL comes first."""
    here = f"database = currentDatabase() AND table = '{table}'"
    under_way = f"SELECT count() FROM system.mutations WHERE {here} AND NOT is_done"
    wait_until(lambda: select(options, under_way) == [(0,)], f"the TTL of {table}")
    execute(options, f"OPTIMIZE TABLE {table} FINAL SETTINGS optimize_throw_if_noop = 1")


def counts(options: ClickHouseOptions, names: Sequence[str]) -> set[int]:
    return {select(options, f"SELECT count() FROM {name}")[0][0] for name in names}


def test_rows_of_the_site_that_are_too_old_are_removed_from_the_disk(warehouse: ClickHouseOptions) -> None:
    apply(warehouse, SiteRule("dortmund", 30))

    for table in TABLES:
        clean(warehouse, table)
    assert counts(warehouse, list(TABLES)) == {3}


def test_no_view_shows_them_from_the_first_moment_on(warehouse: ClickHouseOptions) -> None:
    for table in TABLES:
        execute(warehouse, f"SYSTEM STOP TTL MERGES {table}")
    apply(warehouse, SiteRule("dortmund", 30))

    assert counts(warehouse, list(TABLES.values())) == {3}


def test_an_older_state_does_not_come_back_when_the_newer_one_is_deleted_first(warehouse: ClickHouseOptions) -> None:
    old = an_id(1, "dortmund", OLD)
    execute(warehouse, "SYSTEM STOP MERGES site_call_rows")
    with RowWriter(warehouse) as writer:
        writer.write([Withdrawal("site_calls", old, 9)])
    apply(warehouse, SiteRule("dortmund", 30))
    ((part,),) = select(warehouse, "SELECT _part FROM site_call_rows WHERE version = 9")
    execute(warehouse, f"ALTER TABLE site_call_rows DROP PART '{part}'")

    of_the_table = f"SELECT count() FROM site_call_rows FINAL WHERE site_call_id = '{old}'"
    assert (select(warehouse, of_the_table), select(warehouse, of_the_table.replace("_rows FINAL", "s"))) == (
        [(1,)],
        [(0,)],
    )


def test_totals_that_were_withdrawn_go_too(warehouse: ClickHouseOptions) -> None:
    total_id = f"{OLD:%Y-%m-%dT%H}|dortmund|222||dortmund|SwyxGate 1|EUR|lcr"
    with RowWriter(warehouse) as writer:
        writer.write([Withdrawal("totals", total_id, 9)])
    apply(warehouse, SiteRule("dortmund", 30))
    clean(warehouse, "charge_total_rows")

    assert select(warehouse, "SELECT count() FROM charge_total_rows WHERE total_id LIKE '%|222|%'") == [(0,)]


@pytest.fixture(scope="module")
def empty(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse without rows."""
    return fresh_warehouse(clickhouse)


@pytest.fixture
def ruleless(empty: ClickHouseOptions) -> ClickHouseOptions:
    """The same, keeping everything for ever."""
    apply(empty, SiteRule("dortmund"), SiteRule("berlin"))
    return empty


def test_doing_it_again_changes_nothing(ruleless: ClickHouseOptions) -> None:
    first = apply(ruleless, SiteRule("dortmund", 30), SiteRule("berlin", 90, 3, "^[0-9]{1,4}$"))

    assert len(first) == 2 + 2 * 7
    assert apply(ruleless, SiteRule("dortmund", 30), SiteRule("berlin", 90, 3, "^[0-9]{1,4}$")) == []


def test_a_trial_run_shows_what_would_be_done_and_does_nothing(ruleless: ClickHouseOptions) -> None:
    shown = apply(ruleless, SiteRule("dortmund", 30), dry_run=True)

    assert apply(ruleless, SiteRule("dortmund", 30)) == shown


def test_other_days_replace_the_first_ones(ruleless: ClickHouseOptions) -> None:
    apply(ruleless, SiteRule("dortmund", 30))
    apply(ruleless, SiteRule("dortmund", 60))

    assert ["toIntervalDay(61)" in text for text in engines(ruleless)] == [True] * 7


def test_without_the_key_rows_are_kept_for_ever_again(ruleless: ClickHouseOptions) -> None:
    apply(ruleless, SiteRule("dortmund", 30))
    apply(ruleless, SiteRule("dortmund"))

    assert engines(ruleless) == []


def engines(options: ClickHouseOptions) -> list[str]:
    """The engines of the tables that have a TTL."""
    query = "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND engine_full LIKE '%TTL%'"
    return [text for (text,) in select(options, query)]


def test_a_site_that_is_not_configured_any_more_keeps_its_rules(ruleless: ClickHouseOptions) -> None:
    apply(ruleless, SiteRule("dortmund", 30))
    apply(ruleless, SiteRule("berlin", 90))

    assert all("toIntervalDay(31)" in text and "toIntervalDay(91)" in text for text in engines(ruleless))
