"""Writes the dashboards and the alert rules that Grafana reads: python -m infra.grafana.generate."""

from __future__ import annotations

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from infra.grafana.alerts.rules import alerting_file
from infra.grafana.boards import call, destinations, health, overview, reachability, sites, trunks, users

HERE = Path(__file__).parent
BOARDS = (overview, sites, trunks, users, destinations, reachability, call, health)


def generated() -> dict[str, str]:
    """The text of every generated file by its place below this folder."""
    boards = [module.board() for module in BOARDS]
    found = {f"dashboards/{board.uid}.json": _text(board) for board in boards}
    return found | {"provisioning/alerting/swyx-cdr.yaml": alerting_file(boards)}


def main() -> None:
    """Write them."""
    for name, text in generated().items():
        (HERE / name).write_text(text, "utf-8")


def _text(board: Dashboard) -> str:
    return json.dumps(board, cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
