"""The committed dashboards and alert rules, as Grafana reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent.parent / "infra" / "grafana"


class Query(NamedTuple):
    """The SQL of a panel, or of a variable (then `format` is a table's)."""

    board: str
    title: str
    sql: str
    format: int


def dashboards() -> dict[str, dict[str, Any]]:
    """Every dashboard by uid."""
    found = [json.loads(file.read_text("utf-8")) for file in sorted((FOLDER / "dashboards").glob("*.json"))]
    return {board["uid"]: board for board in found}


def panel_queries() -> list[Query]:
    """The query of every panel that has one."""
    return [
        Query(uid, panel["title"], target["rawSql"], target["format"])
        for uid, board in dashboards().items()
        for panel in board["panels"]
        for target in panel.get("targets", ())
    ]


def variable_queries() -> list[Query]:
    """The query of every variable that has one."""
    return [
        Query(uid, variable["name"], variable["query"]["rawSql"], 1)
        for uid, board in dashboards().items()
        for variable in board["templating"]["list"]
        if variable["type"] == "query"
    ]


def provisioned(kind: str) -> Any:
    """What stands in the file of data sources, dashboards or alerting."""
    return read_yaml((FOLDER / "provisioning" / kind / "swyx-cdr.yaml").read_text("utf-8"))


def alert_rules() -> dict[str, dict[str, Any]]:
    """Every alert rule by uid."""
    return {rule["uid"]: rule for group in provisioned("alerting")["groups"] for rule in group["rules"]}


def read_yaml(text: str) -> Any:
    """YAML of these files: blocks of keys and lists, two blanks a level, values as in JSON, texts of several lines."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found, rest = _block(lines, 0)
    assert not rest, f"not understood: {rest[0]}"
    return found


def _block(lines: list[str], depth: int) -> tuple[Any, list[str]]:
    """The keys or the list that begin with the first line, and the lines behind them."""
    prefix = "  " * depth
    listed: list[Any] = []
    keys: dict[str, Any] = {}
    while lines and lines[0].startswith(prefix) and not lines[0].startswith(prefix + "  "):
        line = lines[0].removeprefix(prefix)
        if line.startswith("- "):
            value, lines = _block([f"{prefix}  {line[2:]}", *lines[1:]], depth + 1)
            listed.append(value)
            continue
        key, colon, scalar = line.partition(":")
        if not colon or line.startswith('"') or line[0].isdigit():
            return json.loads(line), lines[1:]
        lines = lines[1:]
        if scalar == " |-":
            keys[key], lines = _text(lines, prefix + "  ")
        elif scalar:
            keys[key] = json.loads(scalar)
        else:
            keys[key], lines = _block(lines, depth + 1)
    return listed or keys, lines


def _text(lines: list[str], prefix: str) -> tuple[str, list[str]]:
    """The text of several lines below a key."""
    end = next((number for number, line in enumerate(lines) if not line.startswith(prefix)), len(lines))
    return "\n".join(line.removeprefix(prefix) for line in lines[:end]), lines[end:]
