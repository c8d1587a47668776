"""The plugin's queries for the foundation SDK when it reads dashboards."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.cog.runtime import DataqueryConfig
from grafana_foundation_sdk.cog.variants import Dataquery


class Read(Dataquery):
    """A query as it stands in the file."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def to_json(self) -> dict[str, Any]:
        """The same."""
        return self.fields


CLICKHOUSE = DataqueryConfig(identifier="grafana-clickhouse-datasource", from_json_hook=Read)
