"""An alert rule as Grafana reads it from a file: query A, its last value B, compared with the threshold in C."""

from __future__ import annotations

from typing import NamedTuple

from infra.grafana.dashboard import TAG
from infra.grafana.query import Shape, query_model

DATASOURCE_UID = "swyx-cdr"
EXPRESSION = "__expr__"


class Rule(NamedTuple):
    """It fires for each row of `sql` whose one number stays above `above` for `hold` (like 5m).

    The query looks back `minutes`; its texts become labels, which `summary` may name: `{{ .Labels.site }}`. A dollar
    outside of `sql` would be taken for an environment variable. `panel` is a panel of dashboard `board`. `no_data` is
    what no row at all means: OK or Alerting.
    """

    uid: str
    title: str
    summary: str
    sql: str
    above: float
    hold: str
    minutes: int
    severity: str
    board: str
    panel: str
    no_data: str = "OK"


def provisioned(rule: Rule, panel_id: int) -> dict[str, object]:
    """The rule as it stands in the file."""
    return {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "C",
        "for": rule.hold,
        "noDataState": rule.no_data,
        "execErrState": "Error",
        "dashboardUid": rule.board,
        "panelId": panel_id,
        "labels": {"service": TAG, "severity": rule.severity},
        "annotations": {"summary": rule.summary},
        "data": [_query(rule), _last(), _threshold(rule.above)],
    }


def _query(rule: Rule) -> dict[str, object]:
    return {
        "refId": "A",
        "datasourceUid": DATASOURCE_UID,
        "relativeTimeRange": {"from": 60 * rule.minutes, "to": 0},
        "model": query_model(rule.sql, Shape.TABLE),
    }


def _last() -> dict[str, object]:
    return _expression("B", {"type": "reduce", "expression": "A", "reducer": "last"})


def _threshold(above: float) -> dict[str, object]:
    conditions = [{"type": "query", "evaluator": {"type": "gt", "params": [above]}}]
    return _expression("C", {"type": "threshold", "expression": "B", "conditions": conditions})


def _expression(name: str, model: dict[str, object]) -> dict[str, object]:
    return {
        "refId": name,
        "datasourceUid": EXPRESSION,
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": {"refId": name, "datasource": {"type": EXPRESSION, "uid": EXPRESSION}, **model},
    }
