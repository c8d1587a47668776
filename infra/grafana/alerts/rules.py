"""All alert rules, in groups that are evaluated at the same time."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana.alerts import money, pipeline
from infra.grafana.alerts.rule import Rule, provisioned
from infra.grafana.alerts.text import yaml

HEAD = """\
# Written by python -m infra.grafana.generate; docs/grafana.md tells what each rule means.
# Thresholds: `params` below each rule's `type: "gt"`. Budgets, channels and exceptions of single users, sites and
# trunks: the line that begins with WITH in the rule's SQL. Restart Grafana after a change.
"""
GROUPS = {"pipeline": ("1m", pipeline.RULES), "calls and money": ("5m", money.RULES)}


def alerting_file(boards: Sequence[Dashboard]) -> str:
    """The file of all rules, each of which leads to a panel of a dashboard."""
    ids = {(board.uid, panel.title): panel.id_val for board in boards for panel in board.panels or ()}
    groups = [
        {"orgId": 1, "name": name, "folder": "swyx-cdr", "interval": every, "rules": _rules(rules, ids)}
        for name, (every, rules) in GROUPS.items()
    ]
    return HEAD + yaml({"apiVersion": 1, "groups": groups})


def _rules(rules: Sequence[Rule], ids: dict[tuple[str | None, str | None], int | None]) -> list[dict[str, object]]:
    return [provisioned(rule, ids[rule.board, rule.panel] or 0) for rule in rules]
