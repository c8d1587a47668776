"""The variables of the dashboards. Each has an answer right after the import: its first option, or "All"."""

from __future__ import annotations

from textwrap import dedent

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable, TextBoxVariable
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh

from infra.grafana.query import DATASOURCE, PLUGIN

SITES = """
SELECT DISTINCT site FROM (
    SELECT site FROM sites
    UNION ALL
    SELECT site FROM site_calls WHERE $__timeFilter(started_at)
)
ORDER BY site
"""
# The zones of the sites first, the one of most sites before the others.
TIME_ZONES = """
SELECT zone FROM (
    SELECT time_zone AS zone, count() AS used FROM sites GROUP BY zone
    UNION ALL
    SELECT arrayJoin(['Europe/Berlin', 'UTC']) AS zone, 0 AS used
)
GROUP BY zone ORDER BY sum(used) DESC, zone
"""
CURRENCIES = """
SELECT DISTINCT currency FROM charge_totals
WHERE $__timeFilter(hour) OR hour = toStartOfHour($__fromTime) ORDER BY currency
"""
USERS = """
SELECT concat(payer_site, '/', payer_number) AS value,
    if(max(payer_name) = '', value, concat(max(payer_name), ' (', value, ')')) AS text
FROM charges
WHERE $__timeFilter(connected_at) AND $__conditionalAll(payer_site IN (${site:singlequote}), $site)
GROUP BY payer_site, payer_number ORDER BY count() DESC, value LIMIT 1000
"""


def datasource() -> DatasourceVariable:
    """Which ClickHouse the dashboard reads."""
    return DatasourceVariable("datasource").label("Data source").type(PLUGIN)


def site() -> QueryVariable:
    """One site, several or all."""
    return _several(_query("site", "Site", SITES))


def time_zone() -> QueryVariable:
    """The zone in which hours, days and weekdays are counted."""
    return _query("time_zone", "Time zone of days and hours", TIME_ZONES)


def currency() -> QueryVariable:
    """One currency, several or all; amounts of different ones stand side by side."""
    return _several(_query("currency", "Currency", CURRENCIES))


def user() -> QueryVariable:
    """A payer as `site/number`: one, several or all; the thousand with most charges."""
    return _several(_query("user", "User", USERS))


def text(name: str, label: str, value: str = "") -> TextBoxVariable:
    """A field to write into."""
    return TextBoxVariable(name).label(label).default_value(value).current(VariableOption(text=value, value=value))


def _query(name: str, label: str, sql: str) -> QueryVariable:
    query: dict[str, object] = {"refId": name, "queryType": "sql", "rawSql": dedent(sql).strip()}
    found = QueryVariable(name).label(label).datasource(DATASOURCE).query(query)
    return found.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)


def _several(variable: QueryVariable) -> QueryVariable:
    return variable.multi(True).include_all(True).current(VariableOption(text=["All"], value=["$__all"]))
