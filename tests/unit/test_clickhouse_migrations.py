from __future__ import annotations

import re

import pytest

from connectors.clickhouse.migrate import Migration, parse_migration, released_migrations

REPEATABLE = re.compile(
    r"CREATE (TABLE|MATERIALIZED VIEW) IF NOT EXISTS |CREATE OR REPLACE VIEW "
    r"|ALTER TABLE \w+\s+\w+ \w+ IF (NOT )?EXISTS |ALTER TABLE \w+ MODIFY SETTING "
    r"|DROP TABLE IF EXISTS \w+_rebuilt |INSERT INTO (\w+)_rebuilt SELECT \* FROM \3$"
    r"|EXCHANGE TABLES (\w+)_rebuilt AND \4$"
)


@pytest.mark.parametrize("migration", released_migrations(), ids=lambda migration: migration.name)
def test_every_statement_can_be_repeated(migration: Migration) -> None:
    assert [text for text in migration.statements if not REPEATABLE.match(text)] == []


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [migration.number for migration in released_migrations()]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_statement_ends_with_a_semicolon_at_the_end_of_a_line() -> None:
    text = "-- why; and so on\n\nSELECT ';' AS a,\n    2;\nSELECT 3\n;\n"

    assert parse_migration("0001_x.sql", text).statements == ("SELECT ';' AS a,\n    2", "SELECT 3")


def test_other_line_ends_are_the_same_migration() -> None:
    assert parse_migration("0001_x.sql", "SELECT 1;\r\n") == parse_migration("0001_x.sql", "SELECT 1;\n")
