"""docs/warehouse.md and docs/queries.md are true: columns, types, and what every query of them gives."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.reader import query_text
from infra.dbt.sources import FILE, KEYS, sources_yml, views
from tests.conftest import ClickHouseServer
from tests.documented import documented_warehouse
from tests.documents import ROOT, Block, anchors, blocks
from tests.warehouse import select

VIEWS_PAGE, QUERIES_PAGE = ROOT / "docs" / "warehouse.md", ROOT / "docs" / "queries.md"
TABLES = {"audit"}
"""What people read and is no view."""

_COLUMN = re.compile(r"^\| `(\w+)` \| `(.+?)` \| .+ \|$", re.MULTILINE)


class Example(NamedTuple):
    """A query of a page, and what the page shows of its result, if anything."""

    query: Block
    shown: str | None


def examples() -> list[Example]:
    """All queries of both pages; a result stands in the block behind its query."""
    found = []
    for page in (VIEWS_PAGE, QUERIES_PAGE):
        all_blocks = blocks(page)
        for block, behind in zip(all_blocks, [*all_blocks[1:], None], strict=True):
            if block.language == "sql":
                found.append(Example(block, behind.text if behind and behind.language == "text" else None))
    return found


def sections() -> dict[str, str]:
    """The text about each view, by its name."""
    parts = re.split(r"^## (.+)$", VIEWS_PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {name: text for name, text in zip(parts[::2], parts[1::2], strict=True) if "| column | type |" in text}


@pytest.fixture(scope="module")
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    return documented_warehouse(clickhouse)


@pytest.mark.parametrize("example", examples(), ids=lambda example: str(example.query))
def test_a_query_gives_what_the_page_shows(example: Example, warehouse: ClickHouseOptions) -> None:
    result = b"".join(query_text(warehouse, example.query.text, "PrettyCompact")).decode()
    assert result == example.shown or example.shown is None


@pytest.mark.parametrize("view", sections())
def test_the_columns_of_a_view_are_those_of_the_page_in_order(view: str, warehouse: ClickHouseOptions) -> None:
    own = f"database = currentDatabase() AND table = '{view}'"
    columns = select(warehouse, f"SELECT name, type FROM system.columns WHERE {own} ORDER BY position")
    assert _COLUMN.findall(sections()[view]) == columns


@pytest.mark.parametrize("view", sections())
def test_a_view_has_an_example_query(view: str) -> None:
    assert re.search(rf"^```sql\n[^`]*\bFROM {view}\b", sections()[view], re.MULTILINE)


def test_every_view_is_described(warehouse: ClickHouseOptions) -> None:
    found = select(warehouse, "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'")
    assert {name for (name,) in found} | TABLES == set(sections())


def test_every_view_is_in_the_list_at_the_top() -> None:
    listed = re.findall(r"^\| \[`(\w+)`\]\(#(\w+)\)", VIEWS_PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted((name, name) for name in sections())


def test_every_question_is_in_the_list_at_the_top() -> None:
    listed = set(re.findall(r"\]\(#([\w-]+)\)", QUERIES_PAGE.read_text("utf-8")))
    assert listed == anchors(QUERIES_PAGE) - {"questions-and-their-queries"}


def test_the_sources_for_dbt_are_the_views_with_their_columns(warehouse: ClickHouseOptions) -> None:
    query = (
        "SELECT table, name, type, comment FROM system.columns WHERE database = currentDatabase() AND table IN "
        "(SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View') "
        "ORDER BY table, position"
    )
    described = [(name, *column) for name, view in sorted(views().items()) for column in view.columns]
    assert described == select(warehouse, query)


def test_the_file_of_sources_is_as_it_would_be_written_now() -> None:
    assert FILE.read_text("utf-8") == sources_yml(views())


def test_the_key_of_a_source_tells_its_rows_apart(warehouse: ClickHouseOptions) -> None:
    for view, key in KEYS.items():
        ((number, different),) = select(warehouse, f"SELECT count(), uniqExact({key}) FROM {view}")
        assert (view, number) == (view, different)
