"""A query of Grafana's plugin grafana-clickhouse-datasource, for which the foundation SDK has no builder."""

from __future__ import annotations

from enum import Enum
from textwrap import dedent

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

PLUGIN = "grafana-clickhouse-datasource"
PLUGIN_VERSION = "4.20.0"
DATASOURCE = DataSourceRef(type_val=PLUGIN, uid="${datasource}")


class Shape(Enum):
    """What the plugin makes of the rows: its number for the format, and its name for the kind of query.

    TIME_SERIES needs a column of instants and ascending rows; each combination of its texts becomes a series.
    """

    TIME_SERIES = (0, "timeseries")
    TABLE = (1, "table")


def query_model(sql: str, shape: Shape) -> dict[str, object]:
    """The fields of a query. Without `pluginVersion` the plugin takes it for one of version 3 and rewrites it."""
    number, kind = shape.value
    return {
        "refId": "A",
        "editorType": "sql",
        "format": number,
        "pluginVersion": PLUGIN_VERSION,
        "queryType": kind,
        "rawSql": dedent(sql).strip(),
    }


class Query(Dataquery, Builder[Dataquery]):
    """The one query of a panel, on the data source that the dashboard's variable names."""

    def __init__(self, sql: str, shape: Shape) -> None:
        self._model = query_model(sql, shape)

    def build(self) -> Dataquery:
        """Itself: there is nothing more to set."""
        return self

    def to_json(self) -> dict[str, object]:
        """What stands in the dashboard."""
        return {**self._model, "datasource": DATASOURCE}
