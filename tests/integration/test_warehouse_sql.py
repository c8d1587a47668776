from __future__ import annotations

import json
import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.errors import WarehouseError
from connectors.clickhouse.reader import query_text
from connectors.clickhouse.writer import RowWriter
from tests.conftest import ClickHouseServer
from tests.warehouse import charge, fresh_warehouse

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse with one charge."""
    options = fresh_warehouse(clickhouse)
    with RowWriter(options) as writer:
        writer.write([charge()])
    return options


def text(warehouse: ClickHouseOptions, query: str, format_name: str = "PrettyCompact") -> str:
    """The whole result."""
    return b"".join(query_text(warehouse, query, format_name)).decode()


def test_people_get_a_table(warehouse: ClickHouseOptions) -> None:
    shown = text(warehouse, "SELECT site, amount FROM charges")

    assert "┌─site─────┬─amount─┐" in shown
    assert "dortmund" in shown


def test_programs_get_the_format_they_name(warehouse: ClickHouseOptions) -> None:
    assert json.loads(text(warehouse, "SELECT site FROM charges", "JSONEachRow")) == {"site": "dortmund"}


def test_a_format_in_the_query_goes_first(warehouse: ClickHouseOptions) -> None:
    assert text(warehouse, "SELECT 1 AS a FORMAT CSV") == "1\n"


def test_a_large_result_arrives_whole(warehouse: ClickHouseOptions) -> None:
    assert text(warehouse, "SELECT number FROM numbers(300000)", "TSV").count("\n") == 300_000


def test_an_error_is_one_line_with_the_server_s_reason(warehouse: ClickHouseOptions) -> None:
    with pytest.raises(WarehouseError) as caught:
        text(warehouse, "SELECT nonsense FROM charges")

    assert "nonsense" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_query_that_fails_late_yields_no_part_of_its_result(warehouse: ClickHouseOptions) -> None:
    with pytest.raises(WarehouseError):
        next(query_text(warehouse, "SELECT throwIf(number = 290000) FROM numbers(300000)", "TSV"))


def test_an_unreachable_http_interface_is_said_with_the_remedy(warehouse: ClickHouseOptions) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = replace(warehouse, http_port=closed.getsockname()[1])

        with pytest.raises(WarehouseError, match=r"\?http_port="):
            text(away, "SELECT 1")


EXAMPLES = re.findall(r"[^;`]+", (DOCS / "warehouse.md").read_text("utf-8").split("```sql\n")[1].split("\n```")[0])


@pytest.mark.parametrize("query", [query.strip() for query in EXAMPLES if query.strip()])
def test_the_documentation_s_queries_run(query: str, warehouse: ClickHouseOptions) -> None:
    text(warehouse, query)


def test_a_missing_database_is_said_with_the_remedy(warehouse: ClickHouseOptions) -> None:
    with pytest.raises(WarehouseError, match="has no database nothing: run `swyx-cdr migrate`"):
        text(replace(warehouse, database="nothing"), "SELECT 1")
