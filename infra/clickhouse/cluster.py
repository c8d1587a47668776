"""Tables and views for a cluster of ClickHouse servers, from what the migrations make on one server.

Usage: `python -m infra.clickhouse.cluster` writes `cluster/*.sql` anew; a test compares them. The rows of the large
tables are spread over shards by their id, so that all states of a row meet on one and `FINAL` there is enough;
`leg_rows` and the like are `Distributed` tables over `leg_rows_local`, so views and program read as on one server. All
other tables are whole on every server. The macros `{cluster}`, `{shard}` and `{replica}` are the servers' own.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from clickhouse_driver import Client

from connectors.clickhouse.blocks import CALLS, CHARGES, LEGS, LINKS, SITE_CALLS, TOTALS
from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.migrate import migrate
from infra.embedded.services import start_services

FOLDER = Path(__file__).with_name("cluster")
DATABASE = "cdr"
_SPREAD = {table.name: table.key_column for table in (LEGS, SITE_CALLS, CALLS, CHARGES, TOTALS, LINKS)}
_MADE_BY_EACH = ("daily_call_rows", "daily_charge_rows")
_HEAD = "-- Made by infra/clickhouse/cluster.py from schemas/clickhouse: do not edit (docs/clickhouse.md).\n\n"
_ENGINE = re.compile(r"^ENGINE = (Replacing)?MergeTree(?:\(([^)]*)\))?$", re.MULTILINE)
_NAME = re.compile(rf"^CREATE (TABLE|VIEW|MATERIALIZED VIEW) {DATABASE}\.(\w+)")


def cluster_files(client: Client) -> dict[str, str]:
    """The files by name, made from the client's migrated database; statements end with a semicolon and a line end."""
    made = f"""
        SELECT name, replaceAll(formatQuery(create_table_query), concat(database, '.'), '{DATABASE}.'), engine
        FROM system.tables WHERE database = currentDatabase() ORDER BY engine, name"""  # noqa: S608 - a name of its own
    tables: list[str] = [f"CREATE DATABASE IF NOT EXISTS {DATABASE} ON CLUSTER '{{cluster}}'"]
    views: list[str] = []
    for name, statement, engine in client.execute(made):
        if engine.endswith("MergeTree"):
            tables += _table(name, statement)
        else:
            views.append(_view(statement))
    views.sort(key=lambda text: ("daily_" in text, "MATERIALIZED" not in text, text))
    tables.append(_journal(client))
    return {"1_tables.sql": _HEAD + _joined(tables), "2_views.sql": _HEAD + _joined(views)}


def _table(name: str, statement: str) -> list[str]:
    """The statements that make a table on every server."""
    if name in _MADE_BY_EACH:
        return [_on_cluster(statement)]
    if name not in _SPREAD:
        return [_on_cluster(_replicated(statement, "all"))]
    local = f"{DATABASE}.{name}_local"
    return [
        _on_cluster(_replicated(statement, "{shard}").replace(f"{DATABASE}.{name}", local, 1)),
        f"CREATE TABLE IF NOT EXISTS {DATABASE}.{name} ON CLUSTER '{{cluster}}' AS {local}\n"
        f"ENGINE = Distributed('{{cluster}}', '{DATABASE}', '{name}_local', cityHash64({_SPREAD[name]}))\n"
        f"COMMENT 'The rows of {name}_local on all shards'",
    ]


def _replicated(statement: str, shard: str) -> str:
    """The same table with its rows on every replica of a shard."""

    def engine(found: re.Match[str]) -> str:
        path = f"'/clickhouse/tables/{shard}/{{database}}/{{table}}', '{{replica}}'"
        return f"ENGINE = Replicated{found[1] or ''}MergeTree({path}{', ' + found[2] if found[2] else ''})"

    return _ENGINE.sub(engine, statement)


def _view(statement: str) -> str:
    return _on_cluster(re.sub(r"\s*DEFINER = \w+ SQL SECURITY DEFINER", "", statement))


def _on_cluster(statement: str) -> str:
    def named(found: re.Match[str]) -> str:
        create = "CREATE OR REPLACE VIEW" if found[1] == "VIEW" else f"CREATE {found[1]} IF NOT EXISTS"
        return f"{create} {DATABASE}.{found[2]} ON CLUSTER '{{cluster}}'"

    return _NAME.sub(named, statement)


def _journal(client: Client) -> str:
    """What tells `swyx-cdr` that the tables are of its version."""
    rows = client.execute("SELECT number, name, checksum FROM schema_migrations FINAL ORDER BY number")
    values = ",\n".join(f"    ({number}, '{name}', '{checksum}')" for number, name, checksum in rows)
    return f"INSERT INTO {DATABASE}.schema_migrations (number, name, checksum) VALUES\n{values}"


def _joined(statements: list[str]) -> str:
    return ";\n\n".join(statements) + ";\n"


def main() -> None:
    """Write the files anew."""
    with tempfile.TemporaryDirectory() as folder, start_services(Path(folder), {"clickhouse"}) as services:
        host, port = services.clickhouse_native
        options = ClickHouseOptions(host, port, services.clickhouse_http[1], database=DATABASE)
        migrate(options)
        with connected(options) as client:
            for name, text in cluster_files(client).items():
                (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
