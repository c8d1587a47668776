"""Legs that go straight into the warehouse, from where what they have to do with comes back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.clickhouse.behind import WriterBehind
from connectors.clickhouse.client import ClickHouseOptions, connected
from pipeline.cli import direct
from pipeline.cli.direct import DirectGroups
from pipeline.domain.cover import WINDOWS
from schemas.cdr import Leg
from tests.builders import leg, rules
from tests.conftest import ClickHouseServer
from tests.warehouse import fresh_warehouse, select

MONTH = 30 * 86_400
MONTHS = 2 * WINDOWS


def add(options: ClickHouseOptions, legs: Sequence[Leg], first_version: int) -> None:
    with connected(options) as client, WriterBehind(options) as writer:
        groups = DirectGroups([rules()], client, writer)
        groups.add(legs, first_version)
        groups.flush()


def test_legs_of_more_times_than_are_held_at_once_all_find_their_calls(
    clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = fresh_warehouse(clickhouse)
    monkeypatch.setattr(direct, "_LEGS_IN_STATE", 0)
    monkeypatch.setattr(direct, "_LEGS_KEPT", 0)
    firsts = [leg(f"8{month}", month * MONTH, connect=month * MONTH + 5) for month in range(MONTHS)]
    results = [leg(f"9{month}", month * MONTH + 60, transferred_call_id_1=f"8{month}") for month in range(MONTHS)]
    add(options, [*firsts, leg("newest", (MONTHS + 2) * MONTH)], 1)

    add(options, results, 1_000)

    found = select(options, "SELECT leg_count, count() FROM calls GROUP BY leg_count ORDER BY leg_count")
    assert found == [(1, 1), (2, MONTHS)]


def test_a_leg_at_two_positions_beats_a_line_between_them_that_is_read_when_it_has_left_memory(
    clickhouse: ClickHouseServer,
) -> None:
    options = fresh_warehouse(clickhouse)
    add(options, [_at(1, "Anna"), _at(5, "Anna"), leg("newest", 3 * MONTH)], 1)

    add(options, [_at(3, "Bert")], 1_000)

    found = select(options, "SELECT called_name, source_offset, anomalies FROM legs WHERE call_id_number = '7'")
    assert found == [("Anna", 5, ["conflicting_duplicate"])]


def _at(offset: int, called_name: str) -> Leg:
    line = leg("7", called_name=called_name)
    return line._replace(position=line.position._replace(offset=offset))
