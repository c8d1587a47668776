from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.clickhouse.client import ClickHouseOptions, connect
from connectors.clickhouse.errors import WarehouseError
from connectors.clickhouse.migrate import migrate, parse_migration, released_migrations, require_migrated
from connectors.clickhouse.writer import RowWriter
from tests.conftest import ClickHouseServer
from tests.warehouse import charge, empty_database, select

FIRST = parse_migration("0001_one.sql", "CREATE TABLE IF NOT EXISTS one (a UInt8) ENGINE = MergeTree ORDER BY a;\n")
SECOND = parse_migration("0002_two.sql", "ALTER TABLE one ADD COLUMN IF NOT EXISTS b UInt8;\n")


@pytest.fixture
def options(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A database that does not exist yet."""
    return empty_database(clickhouse)


def exists(options: ClickHouseOptions) -> bool:
    """Whether the database exists."""
    query = f"SELECT count() FROM system.databases WHERE name = '{options.database}'"
    return bool(select(replace(options, database="default"), query)[0][0])


def test_a_second_time_there_is_nothing_to_do(options: ClickHouseOptions) -> None:
    assert migrate(options) != []
    assert migrate(options) == []


def test_a_migration_keeps_the_rows(options: ClickHouseOptions) -> None:
    migrate(options)
    with RowWriter(options) as writer:
        writer.write([charge()])
    migrate(options)

    assert select(options, "SELECT count() FROM charges") == [(1,)]


def test_a_dry_run_names_all_statements_and_changes_nothing(options: ClickHouseOptions) -> None:
    wanted = [statement for migration in released_migrations() for statement in migration.statements]
    planned = migrate(options, dry_run=True)

    assert planned[2:] == wanted
    assert not exists(options)
    assert migrate(options) == planned


def test_a_dry_run_on_an_older_warehouse_names_what_is_missing(options: ClickHouseOptions) -> None:
    migrate(options, migrations=[FIRST])

    assert migrate(options, migrations=[FIRST, SECOND], dry_run=True) == list(SECOND.statements)


def test_a_newer_program_adds_its_migrations(options: ClickHouseOptions) -> None:
    migrate(options, migrations=[FIRST])
    migrate(options, migrations=[FIRST, SECOND])

    assert [name for name, *_ in select(options, "DESCRIBE TABLE one")] == ["a", "b"]


def test_a_released_file_that_changed_is_an_error_that_names_it(options: ClickHouseOptions) -> None:
    migrate(options, migrations=[FIRST])
    changed = parse_migration("0001_one.sql", "CREATE TABLE IF NOT EXISTS other (a UInt8) ENGINE = Memory;\n")

    with pytest.raises(WarehouseError, match=r"schemas/clickhouse/0001_one\.sql is not the file that was applied"):
        migrate(options, migrations=[changed])


def test_an_older_program_refuses_a_newer_warehouse(options: ClickHouseOptions) -> None:
    migrate(options, migrations=[FIRST, SECOND])

    with pytest.raises(WarehouseError, match=r"0002_two\.sql was applied by a newer version"):
        migrate(options, migrations=[FIRST])


def test_a_migration_that_was_cut_off_is_applied_again(options: ClickHouseOptions) -> None:
    torn = replace(FIRST, statements=(*FIRST.statements, "SELECT nonsense"))
    with pytest.raises(Exception, match="nonsense"):
        migrate(options, migrations=[torn])

    assert list(FIRST.statements) == migrate(options, migrations=[FIRST])


def test_a_warehouse_that_is_not_migrated_is_refused(options: ClickHouseOptions) -> None:
    with pytest.raises(WarehouseError, match="run `swyx-cdr migrate`"):
        require_migrated(options)


def test_a_missing_database_is_said_with_the_remedy(options: ClickHouseOptions) -> None:
    with pytest.raises(WarehouseError, match=f"has no database {options.database}: run `swyx-cdr migrate`"):
        connect(options)


def test_a_wrong_password_is_said_without_it(options: ClickHouseOptions) -> None:
    with pytest.raises(WarehouseError, match="refuses user nobody") as caught:
        connect(replace(options, user="nobody", password="secret", database="default"))

    assert "secret" not in str(caught.value)
