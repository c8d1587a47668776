"""The cluster variant of the tables (infra/clickhouse/cluster) is that of the migrations, and ClickHouse takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from clickhouse_driver import Client

from connectors.clickhouse.blocks import CALLS, CHARGES, LEGS, LINKS, SITE_CALLS, TOTALS, Table
from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.migrate import parse_migration, require_migrated
from connectors.clickhouse.writer import RowWriter
from infra.clickhouse.cluster import FOLDER, cluster_files
from infra.embedded import clickhouse as embedded
from infra.embedded.services import start_services
from schemas.rows import Withdrawal
from tests.conftest import ClickHouseServer
from tests.warehouse import an_id, charge, fresh_warehouse, leg_row, select, site_call

FILES = sorted(FOLDER.glob("*.sql"))
STATEMENTS = [
    text for file in FILES for text in parse_migration(f"0000_{file.name}", file.read_text("utf-8")).statements
]


def test_the_files_are_what_the_migrations_make(clickhouse: ClickHouseServer) -> None:
    with connected(fresh_warehouse(clickhouse)) as client:
        made = cluster_files(client)

    assert {file.name: file.read_text("utf-8") for file in FILES} == made, "run python -m infra.clickhouse.cluster"


def test_clickhouse_understands_every_statement(clickhouse: ClickHouseServer) -> None:
    client = clickhouse.client("default")
    understood = [client.execute("SELECT formatQuery(%(text)s) != ''", {"text": text}) for text in STATEMENTS]

    assert understood == [[(1,)]] * len(STATEMENTS)


def test_every_create_is_for_the_whole_cluster() -> None:
    assert [text for text in STATEMENTS if text.startswith("CREATE") and " ON CLUSTER '{cluster}'" not in text] == []


@pytest.mark.parametrize("table", [LEGS, SITE_CALLS, CALLS, CHARGES, TOTALS, LINKS], ids=lambda table: table.name)
def test_all_states_of_a_row_go_to_one_shard(table: Table) -> None:
    spread = f"'{table.name}_local', cityHash64({table.key_column}))"

    assert len([text for text in STATEMENTS if spread in text]) == 1


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseOptions]:
    """The cluster's tables on a cluster of one server that has no Keeper, so without replicas."""
    known = (
        "<remote_servers><one><shard><replica><host>127.0.0.1</host><port>{native_port}</port></replica></shard></one>"
    )
    config = embedded.CONFIG.replace("</clickhouse>", f"{known}</remote_servers></clickhouse>")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "CONFIG", config)
        with start_services(tmp_path_factory.mktemp("cluster"), {"clickhouse"}) as services:
            host, port = services.clickhouse_native
            options = ClickHouseOptions(host, port, services.clickhouse_http[1], database="cdr")
            with connected(replace(options, database="default")) as client:
                for text in STATEMENTS:
                    client.execute(alone(text))
            yield options


def alone(statement: str) -> str:
    """A statement for the cluster `one`, without replicas."""
    text = statement.replace(" ON CLUSTER '{cluster}'", "").replace("Distributed('{cluster}'", "Distributed('one'")
    return re.sub(r"Replicated(\w*MergeTree)\('[^']*', '\{replica\}'(, )?", r"\1(", text)


def test_the_program_takes_them_for_its_own(one_server: ClickHouseOptions) -> None:
    require_migrated(one_server)


def test_revised_and_withdrawn_rows_show_through_distributed_tables(one_server: ClickHouseOptions) -> None:
    with RowWriter(one_server) as writer:
        writer.write([leg_row(1), site_call(1), charge(1), charge(2), charge(3)])
        writer.write([charge(1, 2, amount=Decimal(5)), Withdrawal("charges", an_id(2), 2)])
    flush(one_server)

    assert select(one_server, "SELECT sum(amount), count() FROM charges") == [(Decimal(6), 2)]
    assert select(one_server, "SELECT count() FROM legs") == [(1,)]


def flush(options: ClickHouseOptions) -> None:
    """Wait until rows are on their shard."""
    with connected(options) as client:
        for table in distributed(client):
            client.execute(f"SYSTEM FLUSH DISTRIBUTED {table}")


def distributed(client: Client) -> list[str]:
    """The tables that only pass rows on."""
    found = client.execute(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'Distributed'"
    )
    return [name for (name,) in found]


def test_every_view_can_be_read_through_distributed_tables(one_server: ClickHouseOptions) -> None:
    with connected(one_server) as client:
        views = client.execute("SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'")
        for (view,) in views:
            client.execute(f"SELECT * FROM {view}")
