"""A warehouse of any released version comes to the newest with its rows: each migration, with data in place."""

from __future__ import annotations

import re
from decimal import Decimal

from clickhouse_driver import Client

from connectors.clickhouse.blocks import WarehouseRow, blocks, insert_statement
from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.migrate import migrate, released_migrations
from schemas.rows import LinkMatch, Withdrawal
from tests.conftest import ClickHouseServer
from tests.contract.example_values import CALL, HEARTBEAT
from tests.warehouse import an_id, charge, empty_database, fresh_warehouse, leg_row, reject, site_call, total

MIGRATIONS = released_migrations()
KEYS = next(migration for migration in MIGRATIONS if migration.name == "0013_keys.sql")
A_TABLE = len(KEYS.statements) // 5  # statements that rebuild one of five tables
MATCH = LinkMatch("berlin-dortmund", "dortmund", "berlin", an_id(1), an_id(2, "berlin"), 0, None, None, "", (), 1)


def first_states(number: int) -> list[WarehouseRow]:
    """Two rows of each entity, with ids that begin at a number."""
    pair = (number, number + 1)
    return [
        *(leg_row(one) for one in pair),
        *(site_call(one) for one in pair),
        *(CALL._replace(call_id=an_id(one), version=1) for one in pair),
        *(charge(one) for one in pair),
        *(total()._replace(total_id=total_id(one), payer_number=str(one)) for one in pair),
        *(MATCH._replace(from_leg_id=an_id(one)) for one in pair),
        *(reject(one) for one in pair),
        HEARTBEAT,
    ]


def later_states(number: int) -> list[WarehouseRow]:
    """The first of each two is revised, the second withdrawn (legs never are)."""
    gone = an_id(number + 1)
    return [
        leg_row(number, 2, disconnect_reason="Busy"),
        site_call(number, 2, talk_seconds=7),
        CALL._replace(call_id=an_id(number), version=2, talk_seconds=8),
        charge(number, 2, amount=Decimal(9)),
        total(2, amount=Decimal(9))._replace(total_id=total_id(number), payer_number=str(number)),
        MATCH._replace(from_leg_id=an_id(number), version=2, time_difference_seconds=3),
        reject(number, seconds=60),
        reject(number + 1, seconds=60)._replace(withdrawn=True),
        *(Withdrawal(entity, gone, 2) for entity in ("site_calls", "calls", "charges", "links")),
        Withdrawal("totals", total_id(number + 1), 2),
    ]


def total_id(number: int) -> str:
    """The id of a total of one payer."""
    return total().total_id.replace("|101|", f"|{number}|")


def insert(client: Client, rows: list[WarehouseRow], known: dict[str, set[str]]) -> None:
    """Write rows into the tables and columns that a version had."""
    for block in blocks(rows):
        statement, values = insert_statement(block)
        names = re.findall(r"\w+", statement.partition("(")[2].partition(")")[0])
        kept = [
            (name, column)
            for name, column in zip(names, values, strict=True)
            if name in known.get(block.table.name, ())
        ]
        if kept:
            into = f"INSERT INTO {block.table.name} ({', '.join(name for name, _ in kept)}) VALUES"
            client.execute(into, [column for _, column in kept], columnar=True)


def columns(client: Client) -> dict[str, set[str]]:
    """The columns that can be written, by table."""
    found: dict[str, set[str]] = {}
    for table, name in client.execute(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND default_kind != 'MATERIALIZED'"
    ):
        found.setdefault(table, set()).add(name)
    return found


def shown(options: ClickHouseOptions) -> dict[str, list[str]]:
    """What every view shows, the time of the roll-ups' making aside."""
    with connected(options) as client:
        for view in ("daily_calls_refresh", "daily_charges_refresh"):
            client.execute(f"SYSTEM REFRESH VIEW {view}")
            client.execute(f"SYSTEM WAIT VIEW {view}")
        views = client.execute("SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'")
        return {
            view: sorted(map(repr, client.execute(f"SELECT * EXCEPT refreshed_at FROM {view}"))) for (view,) in views
        }


def test_rows_of_every_earlier_version_show_as_if_written_by_the_newest(clickhouse: ClickHouseServer) -> None:
    upgraded, newest = empty_database(clickhouse), fresh_warehouse(clickhouse)
    for migration in MIGRATIONS:
        migrate(upgraded, migrations=MIGRATIONS[: migration.number])
        with connected(upgraded) as old, connected(newest) as new:
            known = columns(old)
            for states in (first_states, later_states):
                for client in (old, new):
                    insert(client, states(10 * migration.number), known)
    migrate(upgraded)

    views = shown(upgraded)
    rows = {"legs": 2, "site_calls": 1, "calls": 1, "charges": 1, "charge_totals": 1, "link_matches": 1, "rejects": 1}
    assert views == shown(newest)
    assert {view: len(views[view]) for view in rows} == {
        view: many * (len(MIGRATIONS) - first_with(view)) for view, many in rows.items()
    }


def first_with(view: str) -> int:
    """How many migrations come before the one that makes a view."""
    return next(
        index for index, one in enumerate(MIGRATIONS) if any(f"VIEW {view} (" in text for text in one.statements)
    )


def test_rebuilding_a_table_may_be_cut_off_behind_any_step(clickhouse: ClickHouseServer) -> None:
    options = empty_database(clickhouse)
    migrate(options, migrations=MIGRATIONS[: KEYS.number - 1])
    with connected(options) as client:
        for done in range(A_TABLE + 1):
            for statement in KEYS.statements[:done]:
                client.execute(statement)
            insert(client, [leg_row(done)], columns(client))
        for statement in KEYS.statements[:A_TABLE]:
            client.execute(statement)
        key = "SELECT sorting_key FROM system.tables WHERE database = currentDatabase() AND name = 'leg_rows'"
        found = client.execute(f"SELECT ({key}), count() FROM legs")

    assert found == [("toYYYYMM(started_on), site, started_on, leg_id", A_TABLE + 1)]
