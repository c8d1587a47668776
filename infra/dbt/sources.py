"""`sources.yml` for dbt: every view of the warehouse with its columns, described as in the warehouse itself.

`python -m infra.dbt.sources` writes it anew beside this file, after a migration was added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from connectors.clickhouse.migrate import released_migrations

FILE = Path(__file__).with_name("sources.yml")
KEYS = {
    "legs": "leg_id",
    "site_calls": "site_call_id",
    "calls": "call_id",
    "charges": "leg_id",
    "link_matches": "from_leg_id",
    "sites": "site",
}
"""The column that tells the rows of a view apart, where it is one column (docs/warehouse.md)."""

_VIEW = re.compile(r"CREATE OR REPLACE VIEW (\w+) \(\n(.+?)\n\)\n.*\nCOMMENT '(.+)'$", re.DOTALL)
_COLUMN = re.compile(r"^ {4}(\w+) (.+?) COMMENT '(.+)',?$", re.MULTILINE)
_HEAD = """\
# The views of swyx-cdr as dbt sources; written by `python -m infra.dbt.sources`.
version: 2

sources:
  - name: swyx_cdr
    description: "Call detail records of SwyxWare sites: legs, calls and charges, right at any moment"
    schema: "{{ var('swyx_cdr_database', 'cdr') }}"
    tables:
"""


class Column(NamedTuple):
    """A column of a view: its name, ClickHouse's type, what it means."""

    name: str
    type: str
    description: str


class View(NamedTuple):
    """A view: what its rows are, and its columns in order."""

    description: str
    columns: tuple[Column, ...]


def views() -> dict[str, View]:
    """All views by name, as the newest migration that has one defines it."""
    found = {}
    for migration in released_migrations():
        for statement in migration.statements:
            match = _VIEW.match(statement)
            if match:
                columns = (Column(name, kind, _unquoted(text)) for name, kind, text in _COLUMN.findall(match[2]))
                found[match[1]] = View(_unquoted(match[3]), tuple(columns))
    return found


def sources_yml(found: Mapping[str, View]) -> str:
    """The text of the file."""
    return _HEAD + "".join(f"{line}\n" for name, view in found.items() for line in _table(name, view))


def _table(name: str, view: View) -> Iterator[str]:
    yield f"      - name: {name}"
    yield f"        description: {_text(view.description)}"
    yield "        columns:"
    for column in view.columns:
        yield f"          - name: {column.name}"
        yield f"            description: {_text(column.description)}"
        yield f"            data_type: {_text(column.type)}"
        if column.name == KEYS.get(name):
            yield "            data_tests: [unique, not_null]"


def _unquoted(text: str) -> str:
    """The text of a literal of SQL."""
    return text.replace("\\'", "'")


def _text(text: str) -> str:
    """A scalar of YAML; JSON's strings are such."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    FILE.write_text(sources_yml(views()), "utf-8")
