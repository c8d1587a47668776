"""Columns and types of every query are what Grafana needs for its panel; variables offer what is there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connectors.clickhouse.client import connected
from schemas.rows import Charge
from tests.conftest import ClickHouseServer
from tests.grafana_files import Query, alert_rules, dashboards, panel_queries, variable_queries
from tests.grafana_macros import Context, expanded
from tests.integration.grafana_selections import A_PART, EVERYTHING, user_of
from tests.integration.grafana_world import BERLIN, LONDON, VIENNA, World, world
from tests.warehouse import fresh_warehouse

BOARDS = dashboards()
PANELS, SERIES, TABLES = (
    [pytest.param(one, id=f"{one.board} {one.title}") for one in panel_queries() if one.format in formats]
    for formats in ((0, 1), (0,), (1,))
)
MONEY = {"amount", "from_amount", "to_amount", "difference", "rated_amount"}
# Types that the plugin hands to Grafana as numbers, texts and instants; of others it makes JSON texts.
NUMBER, TEXT, INSTANT = r"U?Int\d+|Float64|Decimal\(.+\)", "String", r"DateTime\(.+\)|Date"


Answer = tuple[list[tuple[str, str]], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def answers(clickhouse: ClickHouseServer) -> dict[Query, Answer]:
    """What each panel gets while nothing in particular is chosen."""
    found = world(clickhouse)
    return {query: found.asked(query.sql, EVERYTHING.context()) for query in panel_queries()}


@pytest.fixture
def legs(clickhouse: ClickHouseServer) -> World:
    return world(clickhouse)


def plain(kind: str) -> str:
    """A type without its wrappings."""
    return re.sub(r"^(?:LowCardinality|Nullable)\((.+)\)$", r"\1", re.sub(r"^LowCardinality\((.+)\)$", r"\1", kind))


def panel_of(query: Query) -> dict[str, Any]:
    return next(panel for panel in BOARDS[query.board]["panels"] if panel["title"] == query.title)


@pytest.mark.parametrize("query", SERIES)
def test_a_time_series_is_an_instant_a_number_and_texts(answers: dict[Query, Answer], query: Query) -> None:
    columns, rows = answers[query]

    (time, kind), *others = columns
    assert time == "time"
    assert re.fullmatch(INSTANT, kind)
    assert sorted(bool(re.fullmatch(NUMBER, plain(kind))) for _, kind in others) == [False] * (len(others) - 1) + [True]
    assert all(re.fullmatch(f"{NUMBER}|{TEXT}", plain(kind)) for _, kind in others)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows), "Grafana needs them in order"


@pytest.mark.parametrize("query", TABLES)
def test_a_table_has_columns_that_grafana_shows_as_they_are(answers: dict[Query, Answer], query: Query) -> None:
    columns, _ = answers[query]

    assert len(dict(columns)) == len(columns)
    assert [kind for _, kind in columns if not re.fullmatch(f"{NUMBER}|{TEXT}|{INSTANT}", plain(kind))] == []


@pytest.mark.parametrize("query", PANELS)
def test_money_is_decimal_beside_its_currency(answers: dict[Query, Answer], query: Query) -> None:
    columns = dict(answers[query][0])

    for name in MONEY & columns.keys():
        assert plain(columns[name]).startswith("Decimal"), name
        assert "currency" in columns


@pytest.mark.parametrize("query", PANELS)
def test_units_and_links_are_of_columns_that_the_query_has(answers: dict[Query, Answer], query: Query) -> None:
    columns = {name for name, _ in answers[query][0]}

    overrides = panel_of(query)["fieldConfig"]["overrides"]
    by_name = {one["matcher"]["options"] for one in overrides if one["matcher"]["id"] == "byName"}
    assert by_name <= columns
    assert set(re.findall(r"__data\.fields\.(\w+)", str(overrides))) <= columns


@pytest.mark.parametrize("uid", list(alert_rules()))
def test_an_alert_gives_one_number_and_the_labels_that_it_names(legs: World, uid: str) -> None:
    rule = alert_rules()[uid]

    columns, _ = legs.asked(rule["data"][0]["model"]["rawSql"], Context(EVERYTHING.start, EVERYTHING.end, 60, {}))

    labels = {name for name, kind in columns if plain(kind) == TEXT}
    assert [bool(re.fullmatch(NUMBER, plain(kind))) for name, kind in columns if name not in labels] == [True]
    assert set(re.findall(r"\.Labels\.(\w+)", rule["annotations"]["summary"])) <= labels


OFFERED = {
    "site": [(BERLIN,), (LONDON,), (VIENNA,)],
    "time_zone": [("Europe/Berlin",), ("Europe/London",), ("Europe/Vienna",), ("UTC",)],
    "currency": [("EUR",), ("GBP",), ("USD",)],
}


@pytest.mark.parametrize(
    "query",
    [pytest.param(one, id=f"{one.board} {one.title}") for one in variable_queries() if one.title in OFFERED],
)
def test_a_variable_offers_what_is_there(legs: World, query: Query) -> None:
    assert legs.asked(query.sql, EVERYTHING.context())[1] == OFFERED[query.title]


@pytest.mark.parametrize("selection", [EVERYTHING, A_PART], ids=["everything", "a part"])
def test_the_users_of_the_chosen_sites_are_offered_by_name(legs: World, selection: Any) -> None:
    query = next(one for one in variable_queries() if one.title == "user")
    charges = [one for one in legs.of(Charge) if selection.has(one.connected_at) and selection.of_site(one.payer_site)]

    offered = dict(legs.asked(query.sql, selection.context())[1])

    assert set(offered) == {user_of(one) for one in charges}
    assert offered[f"{BERLIN}/3123"] == f"Nachtwächter ({BERLIN}/3123)"


def test_an_empty_warehouse_shows_nothing_and_zeros(clickhouse: ClickHouseServer) -> None:
    with connected(fresh_warehouse(clickhouse)) as client:
        for query in panel_queries():
            rows = client.execute(expanded(query.sql, A_PART.context()))
            assert all(row == (0,) for row in rows), f"{query.board} {query.title}"
        for uid, rule in alert_rules().items():
            sql = rule["data"][0]["model"]["rawSql"]
            assert client.execute(expanded(sql, EVERYTHING.context())) == [], uid
