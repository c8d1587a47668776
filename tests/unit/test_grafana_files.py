"""Dashboards, alert rules and provisioning: what is committed is what the generator writes, and it holds together."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.cog.runtime import register_dataquery_variant
from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana.generate import generated
from tests.grafana_files import FOLDER, Query, alert_rules, dashboards, panel_queries, provisioned, variable_queries
from tests.grafana_sdk import CLICKHOUSE

BOARDS = dashboards()
RULES = alert_rules()
# Contract 9: what people may build on.
VIEWS = {"legs", "site_calls", "calls", "charges", "charge_totals", "link_matches", "settlement", "rejects", "sites"}
boards = pytest.mark.parametrize("board", BOARDS.values(), ids=list(BOARDS))
rules = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
QUERIES = [
    *panel_queries(),
    *variable_queries(),
    *(Query("alert", uid, rule["data"][0]["model"]["rawSql"], 1) for uid, rule in RULES.items()),
]
queries = pytest.mark.parametrize("query", [pytest.param(one, id=f"{one.board} {one.title}") for one in QUERIES])


def links_of(board: dict[str, Any]) -> list[str]:
    """The addresses of all data links of a dashboard."""
    return re.findall(r'"url": "(/d/[^"]+)"', (FOLDER / "dashboards" / f"{board['uid']}.json").read_text("utf-8"))


def variables_of(board: dict[str, Any]) -> set[str]:
    return {variable["name"] for variable in board["templating"]["list"]}


def test_the_files_are_what_the_generator_writes() -> None:
    stored = [*(FOLDER / "dashboards").iterdir(), *(FOLDER / "provisioning" / "alerting").iterdir()]

    assert {str(file.relative_to(FOLDER)): file.read_text("utf-8") for file in stored} == generated()


def test_each_dashboard_of_the_contract_is_there_under_a_name_of_its_own() -> None:
    names = ("overview", "sites", "trunks", "users", "destinations", "reachability", "call", "health")
    assert set(BOARDS) == {f"swyx-{name}" for name in names}
    assert {Path(file).stem for file in (FOLDER / "dashboards").iterdir()} == set(BOARDS)
    assert len({board["title"] for board in BOARDS.values()}) == len(BOARDS)


@boards
def test_the_sdk_reads_a_dashboard_as_it_was_written(board: dict[str, Any]) -> None:
    register_default_plugins()
    register_dataquery_variant(CLICKHOUSE)

    assert Dashboard.from_json(board).uid == board["uid"]


@boards
def test_each_panel_says_what_it_shows_in_which_unit(board: dict[str, Any]) -> None:
    titles = [panel["title"] for panel in board["panels"]]
    assert len(set(titles)) == len(titles)
    for panel in board["panels"]:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
    assert [panel["id"] for panel in board["panels"]] == list(range(1, len(titles) + 1))


@boards
def test_panels_lie_side_by_side(board: dict[str, Any]) -> None:
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


@boards
def test_each_query_is_one_of_the_plugin_s_fourth_version(board: dict[str, Any]) -> None:
    source = {"type": "grafana-clickhouse-datasource", "uid": "${datasource}"}
    for panel in board["panels"]:
        (target,) = panel["targets"]
        assert panel["datasource"] == target["datasource"] == source
        assert (target["editorType"], target["pluginVersion"]) == ("sql", "4.20.0")
        assert (target["format"], target["queryType"]) in {(0, "timeseries"), (1, "table")}
        assert (target["format"] == 0) == (panel["type"] in {"timeseries", "state-timeline"}), panel["title"]


@boards
def test_nothing_has_to_be_chosen_after_the_import(board: dict[str, Any]) -> None:
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            assert variable["refresh"] == 2, "options come from the warehouse"
            assert not variable["includeAll"] or variable["current"]["value"] == ["$__all"]
    assert {"datasource", "site", "time_zone"} <= variables_of(board)


@queries
def test_variables_that_a_query_names_exist(query: Query) -> None:
    named = {found[0] or found[1] for found in re.findall(r"\$\{(\w+)[:}]|\$(?!__)(\w+)", query.sql)}
    assert named <= (set() if query.board == "alert" else variables_of(BOARDS[query.board]))


@queries
def test_a_query_reads_nothing_but_views_of_the_contract(query: Query) -> None:
    named = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", query.sql))
    assert named
    assert named <= VIEWS


@queries
def test_money_stays_decimal(query: Query) -> None:
    assert "toFloat" not in query.sql


@boards
def test_data_links_lead_to_variables_of_dashboards_that_exist(board: dict[str, Any]) -> None:
    for url in links_of(board):
        path, _, parameters = url.partition("?")
        other = BOARDS[path.removeprefix("/d/")]
        assert set(re.findall(r"var-(\w+)=", parameters)) <= variables_of(other)
        span, _, values = parameters.partition("&var-datasource=${datasource}&")
        assert span in {"${__url_time_range}", "from=${__data.fields.story_from}&to=${__data.fields.story_to}"}
        assert all(one.endswith(":percentencode}") for one in values.split("&")), "numbers begin with a plus"


def test_every_call_that_is_listed_leads_to_its_story() -> None:
    for query in panel_queries():
        if re.search(r"\bcall_id,", query.sql) and query.board != "swyx-call":
            (panel,) = (one for one in BOARDS[query.board]["panels"] if one["title"] == query.title)
            assert "/d/swyx-call?" in str(panel["fieldConfig"]["overrides"]), f"{query.board} {query.title}"


@rules
def test_an_alert_leads_to_a_panel(rule: dict[str, Any]) -> None:
    assert rule["panelId"] in {panel["id"] for panel in BOARDS[rule["dashboardUid"]]["panels"]}
    assert len(rule["uid"]) <= 40


@rules
def test_an_alert_compares_the_last_value_of_its_query(rule: dict[str, Any]) -> None:
    query, last, threshold = rule["data"]
    assert query["datasourceUid"] == provisioned("datasources")["datasources"][0]["uid"]
    assert (last["model"]["type"], last["model"]["expression"]) == ("reduce", query["refId"])
    assert (threshold["model"]["type"], threshold["model"]["expression"]) == ("threshold", last["refId"])
    assert rule["condition"] == threshold["refId"]


@rules
def test_nothing_but_the_query_of_an_alert_has_a_dollar_that_grafana_would_replace(rule: dict[str, Any]) -> None:
    """Grafana puts environment variables into everything but the models of queries."""
    rest = {name: value for name, value in rule.items() if name != "data"}
    assert "$" not in str(rest)


def test_every_variable_of_the_environment_is_explained() -> None:
    files = [provisioned("datasources"), provisioned("dashboards")]
    used = {name for file in files for name in re.findall(r"\$(\w+)", str(file))}
    given = re.findall(r"^(\w+)=", (FOLDER / "grafana.env").read_text("utf-8"), re.MULTILINE)
    assert used - set(given) == {"CLICKHOUSE_PASSWORD"}, "the password alone is no part of a file"
