"""Who may do what by infra/clickhouse/roles.sql, on a real server that grants it.

The embedded server has no place to store users, so its configuration gives each role's grants to a user of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from clickhouse_driver import errors

from connectors.clickhouse.audit import record_audit
from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.errors import WarehouseError
from connectors.clickhouse.migrate import migrate, parse_migration, require_migrated
from connectors.clickhouse.writer import RowWriter
from infra.embedded import clickhouse as embedded
from infra.embedded.services import start_services
from tests.integration.test_warehouse_views import VIEWS
from tests.warehouse import charge, select

ROLES = Path(__file__).parents[2] / "infra" / "clickhouse" / "roles.sql"
STATEMENTS = parse_migration("0000_roles.sql", ROLES.read_text("utf-8")).statements
NAMES = ("swyx_cdr_reader", "swyx_cdr_views", "swyx_cdr_writer", "swyx_cdr_migrator")
DENIED = 497


def user(name: str) -> str:
    """A user of the configuration who has what the file grants to the name."""
    grants = [text.removesuffix(f" TO {name}") for text in STATEMENTS if text.endswith(f" TO {name}")]
    queries = "".join(f"<query>{escape(grant)}</query>" for grant in grants)
    return (
        f"<{name}><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>"
        f"<quota>default</quota><grants>{queries}</grants></{name}>"
    )


@pytest.fixture(scope="module")
def administrator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseOptions]:
    """A server with these users, on which the migrator made the tables and the administrator ran the file."""
    users = embedded.USERS.replace("</users>", "".join(map(user, NAMES)) + "</users>")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "USERS", users)
        with start_services(tmp_path_factory.mktemp("roles"), {"clickhouse"}) as services:
            host, port = services.clickhouse_native
            options = ClickHouseOptions(host, port, services.clickhouse_http[1], database="cdr")
            migrate(replace(options, user="swyx_cdr_migrator"))
            with connected(options) as client:
                for statement in STATEMENTS:
                    if statement.startswith("ALTER"):
                        client.execute(statement)
            yield options


def test_every_statement_of_the_file_is_understood(administrator: ClickHouseOptions) -> None:
    with connected(administrator) as client:
        understood = [client.execute("SELECT formatQuery(%(text)s) != ''", {"text": text}) for text in STATEMENTS]

    assert understood == [[(1,)]] * len(STATEMENTS)


@pytest.mark.parametrize("view", VIEWS)
def test_a_reader_reads_every_view(view: str, administrator: ClickHouseOptions) -> None:
    assert select(replace(administrator, user="swyx_cdr_reader"), f"SELECT * FROM {view}") is not None


def test_a_reader_sees_no_table_but_the_version_of_all(administrator: ClickHouseOptions) -> None:
    tables = select(administrator, "SELECT name FROM system.tables WHERE database = 'cdr' AND engine LIKE '%MergeTree'")
    refused = [table for (table,) in tables if is_refused(administrator, "swyx_cdr_reader", f"SELECT 1 FROM {table}")]

    assert refused == [table for (table,) in tables if table != "schema_migrations"] != []


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO epochs (epoch, purpose) SELECT 1, ''", "DROP VIEW legs", "TRUNCATE TABLE leg_rows"],
)
def test_a_reader_changes_nothing(statement: str, administrator: ClickHouseOptions) -> None:
    assert is_refused(administrator, "swyx_cdr_reader", statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE leg_rows",
        "DROP VIEW legs",
        "DROP DATABASE cdr",
        "TRUNCATE TABLE leg_rows",
        "ALTER TABLE leg_rows DELETE WHERE 1",
        "ALTER TABLE leg_rows DROP PARTITION 202603",
        "CREATE OR REPLACE VIEW legs AS SELECT 1",
    ],
)
def test_a_writer_removes_nothing(statement: str, administrator: ClickHouseOptions) -> None:
    assert is_refused(administrator, "swyx_cdr_writer", statement)


def test_a_writer_does_what_the_program_does_behind_migrate(administrator: ClickHouseOptions) -> None:
    options = replace(administrator, user="swyx_cdr_writer")
    require_migrated(options)
    with RowWriter(options) as writer:
        writer.write([charge()])

    assert select(replace(administrator, user="swyx_cdr_reader"), "SELECT count() FROM charges") == [(1,)]


def test_a_migrator_makes_the_roll_ups_anew(administrator: ClickHouseOptions) -> None:
    with connected(replace(administrator, user="swyx_cdr_migrator")) as client:
        client.execute("SYSTEM REFRESH VIEW daily_charges_refresh")
        client.execute("SYSTEM WAIT VIEW daily_charges_refresh")


def test_a_missing_right_is_one_line_that_names_user_and_remedy(administrator: ClickHouseOptions) -> None:
    with (
        pytest.raises(WarehouseError, match=r"does not let user swyx_cdr_reader do this .*roles\.sql"),
        connected(replace(administrator, user="swyx_cdr_reader")) as client,
    ):
        record_audit(client, "export", "site dortmund", 1)


def is_refused(administrator: ClickHouseOptions, name: str, statement: str) -> bool:
    """Whether the server says that a user lacks the right to do this."""
    with connected(replace(administrator, user=name)) as client:
        try:
            client.execute(statement)
        except errors.ServerException as error:
            return bool(error.code == DENIED)
    return False
