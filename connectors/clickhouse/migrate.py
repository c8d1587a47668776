"""Brings the warehouse to this version: numbered SQL files, each applied once (contract 2, `migrate`).

A released file never changes; its checksum in the table `schema_migrations` guards that. Every statement can be
repeated, so a migration that was cut off is simply applied again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import structlog
from clickhouse_driver import Client

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.errors import WarehouseError

_JOURNAL = """\
CREATE TABLE IF NOT EXISTS schema_migrations (
    number UInt16 COMMENT 'Number of the migration',
    name String COMMENT 'File name',
    checksum String COMMENT 'SHA-256 of the file',
    applied_at DateTime('UTC') DEFAULT now('UTC') COMMENT 'When it was applied'
)
ENGINE = ReplacingMergeTree
ORDER BY number
COMMENT 'Migrations that were applied to this database'"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file: its statements in order and the checksum of its text."""

    number: int
    name: str
    checksum: str
    statements: tuple[str, ...]


def parse_migration(name: str, text: str) -> Migration:
    """The migration in a file `NNNN_what.sql`; a statement ends with a semicolon at the end of a line."""
    text = text.replace("\r\n", "\n")  # a checkout on Windows is the same migration
    parts = (re.sub(r"(?m)^--.*\n", "", part).strip() for part in re.split(r";[ \t]*(?:\n|\Z)", text))
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return Migration(int(name[:4]), name, checksum, tuple(part for part in parts if part))


def released_migrations() -> tuple[Migration, ...]:
    """The migrations that come with the program, in order."""
    folder = files("schemas") / "clickhouse"
    found = (entry for entry in folder.iterdir() if re.fullmatch(r"\d{4}_\w+\.sql", entry.name))
    return tuple(sorted((parse_migration(e.name, e.read_text("utf-8")) for e in found), key=lambda m: m.number))


def migrate(
    options: ClickHouseOptions, *, dry_run: bool = False, migrations: Sequence[Migration] | None = None
) -> list[str]:
    """Creates the database and applies what is missing; returns the statements, with `dry_run` without running them.

    Raises WarehouseError if an applied file has changed since or the warehouse was migrated by a newer version.
    """
    known = released_migrations() if migrations is None else migrations
    with connected(replace(options, database="default")) as client:
        statements = _create_database(client, options.database, dry_run=dry_run)
    if statements and dry_run:
        return [*statements, _JOURNAL, *(statement for migration in known for statement in migration.statements)]
    with connected(options) as client:
        return statements + _apply(client, known, options.database, dry_run=dry_run)


def require_migrated(options: ClickHouseOptions) -> None:
    """Raises WarehouseError unless the warehouse is at this version; changes nothing."""
    if migrate(options, dry_run=True):
        raise WarehouseError(
            f"database {options.database} at {options.address} is not at this version: run `swyx-cdr migrate`"
        )


def _create_database(client: Client, database: str, *, dry_run: bool) -> list[str]:
    if client.execute("SELECT 1 FROM system.databases WHERE name = %(name)s", {"name": database}):
        return []
    statement = f"CREATE DATABASE IF NOT EXISTS `{database}`"
    if not dry_run:
        client.execute(statement)
    return [statement]


def _apply(client: Client, known: Sequence[Migration], database: str, *, dry_run: bool) -> list[str]:
    if client.execute("EXISTS TABLE schema_migrations")[0][0]:
        statements, applied = [], _applied(client)
    else:
        statements, applied = [_JOURNAL], {}
    _check(known, applied, database)
    missing = [migration for migration in known if migration.number not in applied]
    if not dry_run:
        for statement in statements:
            client.execute(statement)
        for migration in missing:
            _run(client, migration)
    return statements + [statement for migration in missing for statement in migration.statements]


def _applied(client: Client) -> dict[int, tuple[str, str]]:
    rows = client.execute("SELECT number, name, checksum FROM schema_migrations FINAL")
    return {number: (name, checksum) for number, name, checksum in rows}


def _check(known: Sequence[Migration], applied: dict[int, tuple[str, str]], database: str) -> None:
    ours = {migration.number: migration for migration in known}
    for number, (name, checksum) in sorted(applied.items()):
        if number not in ours:
            raise WarehouseError(
                f"database {database}: migration {name} was applied by a newer version of swyx-cdr; upgrade this one"
            )
        if ours[number].checksum != checksum:
            raise WarehouseError(
                f"schemas/clickhouse/{ours[number].name} is not the file that was applied to database {database} "
                f"as {name}: restore it and put the change into a new migration"
            )


def _run(client: Client, migration: Migration) -> None:
    for statement in migration.statements:
        client.execute(statement)
    client.execute(
        "INSERT INTO schema_migrations (number, name, checksum) VALUES",
        [(migration.number, migration.name, migration.checksum)],
    )
    log.info("migration applied", file=migration.name)
