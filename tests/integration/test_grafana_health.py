"""The panels of the pipeline's health show what the warehouse knows of files, heartbeats, rejects and versions."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from operator import attrgetter

import pytest

from schemas.cdr import Reject
from tests.conftest import ClickHouseServer
from tests.grafana_files import Query, panel_queries
from tests.integration.grafana_selections import (
    EVERYTHING,
    SELECTIONS,
    Expected,
    Rows,
    Selection,
    assert_rows,
    counted,
    panels_of,
)
from tests.integration.grafana_world import BERLIN, LONDON, VIENNA, World, world

STATES = {BERLIN: "ok", LONDON: "behind", VIENNA: "away"}
# Rejects are noted at the time of reading, which is that of the test.
TODAY = datetime.now(UTC).replace(microsecond=0)


def rejects(world: World, selection: Selection) -> list[Reject]:
    return [one for one in world.rejects if selection.of_site(one.site)]


def missing(world: World, selection: Selection) -> Rows:
    return [(sum(not call.complete for call in selection.calls(world)),)]


def waiting(world: World, selection: Selection) -> Rows:
    return [
        (call.started_at, call.call_id, call.origin_site, ", ".join(call.missing_call_ids))
        for call in selection.calls(world)
        if not call.complete
    ]


def anomalies(world: World, selection: Selection) -> Rows:
    found = [
        (row.leg.site, name, row.leg.record.started_at) for row in selection.legs(world) for name in row.leg.anomalies
    ]
    number = Counter(one[:2] for one in found)
    return [(*key, n, max(at for site, name, at in found if (site, name) == key)) for key, n in number.items()]


def late(world: World, selection: Selection) -> Rows:
    """By the order of versions, which only the warehouse knows."""
    versions = dict(world.client.execute("SELECT leg_id, version FROM legs"))
    least = 60 * int(dict(selection.further)["late_minutes"])
    rows: list[tuple[datetime, str]] = []
    newest: dict[str, datetime] = {}
    for row in sorted(
        selection.legs(world), key=lambda row: (versions[row.leg.leg_id], row.leg.record.ended_at, row.leg.leg_id)
    ):
        end = row.leg.record.ended_at
        assert end
        newest[row.leg.site] = max(end, newest.get(row.leg.site, end))
        if (newest[row.leg.site] - end).total_seconds() >= least:
            rows.append((selection.day(row.leg.record.started_at), row.leg.site))
    return [(*key, number) for key, number in Counter(rows).items()]


def revisions(world: World, selection: Selection) -> Rows:
    """One backfill wrote everything."""
    calls = selection.calls(world)
    starts = [call.started_at for call in calls]
    return [(1, len(calls), sum(call.leg_count > 1 for call in calls), min(starts), max(starts))]


EXPECTED: dict[str, Expected] = {
    "Bytes behind": lambda w, s: [(sum(one.bytes_behind for one in w.heartbeats if s.of_site(one.site)),)],
    "Sites to look after": lambda w, s: [(sum(s.of_site(site) for site, state in STATES.items() if state == "away"),)],
    "Calls with missing legs": missing,
    "Calls that wait for a leg": waiting,
    "Late legs": late,
    "Revisions": revisions,
    "Anomalies": anomalies,
}
BY_READING = {"Rejects", "Rejects over time", "Newest rejects"}


@pytest.fixture
def legs(clickhouse: ClickHouseServer) -> World:
    return world(clickhouse)


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("query", panels_of("swyx-health", titles=EXPECTED))
def test_a_panel_shows_what_follows_from_the_legs(legs: World, query: Query, selection: Selection) -> None:
    expected = EXPECTED[query.title](legs, selection)

    assert expected, "nothing would be compared"
    assert_rows(legs, query, selection, expected)


def test_every_panel_is_compared() -> None:
    assert {one.title for one in panel_queries() if one.board == "swyx-health"} == {*EXPECTED, *BY_READING, "Sites"}


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("query", panels_of("swyx-health", titles=BY_READING))
def test_what_could_not_be_read_is_shown_at_the_time_of_reading(
    legs: World, query: Query, selection: Selection
) -> None:
    around = selection._replace(start=TODAY - timedelta(days=1), end=TODAY + timedelta(days=1), interval=1_000_000_000)
    found = rejects(legs, selection)
    expected = {
        "Rejects": [(len(found),)],
        "Rejects over time": counted(found, lambda one: (around.bucket(TODAY), one.reason)),
        "Newest rejects": counted(found, attrgetter("site", "source_file", "source_offset", "reason", "detail")),
    }[query.title]

    columns, rows = legs.asked(query.sql, around.context())
    shown = [(*row[1:], 1) for row in rows] if columns[0][0] == "rejected_at" else rows

    assert found
    assert sorted(shown, key=repr) == sorted(expected, key=repr)


def test_the_sites_are_shown_with_their_states(legs: World) -> None:
    (query,) = (one for one in panel_queries() if one[:2] == ("swyx-health", "Sites"))

    columns, rows = legs.asked(query.sql, EVERYTHING.context())

    names = [name for name, _ in columns]
    shown = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    assert {site: row["state"] for site, row in shown.items()} == STATES
    assert {site: row["bytes_behind"] for site, row in shown.items()} == {
        one.site: one.bytes_behind for one in legs.heartbeats
    }
    assert shown[VIENNA]["since_heartbeat"] >= 3600
    assert rows[0][0] == VIENNA, "what is to be looked after comes first"
