"""The panels of reachability, of one call's story and of the pipeline's health show what follows from the legs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import attrgetter

import pytest

from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall
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
    grouped,
    mean,
    missed,
    panels_of,
)
from tests.integration.grafana_world import World, world


def incoming(world: World, selection: Selection) -> list[Call]:
    return [call for call in selection.calls(world) if call.direction == "incoming"]


def answered(call: Call) -> bool:
    return call.disposition == "answered"


def share(world: World, selection: Selection) -> Rows:
    calls = incoming(world, selection)
    return [(sum(map(answered, calls)) / len(calls),)]


def number_of(wanted: Callable[[Call], bool]) -> Expected:
    return lambda world, selection: [(sum(map(wanted, incoming(world, selection))),)]


def mean_ring(wanted: Callable[[Call], bool]) -> Expected:
    return lambda world, selection: [(mean([c.ring_seconds for c in incoming(world, selection) if wanted(c)]),)]


def by_weekday(wanted: Callable[[Call], bool], measure: Callable[[list[Call]], float] = len) -> Expected:
    def rows(world: World, selection: Selection) -> Rows:
        found = []
        for hour, calls in grouped(incoming(world, selection), lambda c: selection.local(c.started_at).hour).items():
            days = grouped(filter(wanted, calls), lambda call: selection.local(call.started_at).weekday())
            found.append((hour, *(measure(days.get(day, [])) for day in range(7))))
        return found

    return rows


def waiting(world: World, selection: Selection) -> Rows:
    rows = []
    for hour, calls in grouped(incoming(world, selection), lambda c: selection.local(c.started_at).hour).items():
        rings = [call.ring_seconds for call in calls if answered(call)]
        lost, script = sum(map(missed, calls)), sum(call.disposition == "script" for call in calls)
        rows.append((hour, len(calls), lost, lost / len(calls), script, mean(rings), max(rings, default=0)))
    return rows


def missed_by_number(world: World, selection: Selection) -> Rows:
    calls = [call for call in selection.site_calls(world) if call.direction == "incoming"]
    return [
        (*name, max(c.called_name for c in of), len(of), sum(map(missed, of)), sum(map(missed, of)) / len(of))
        for name, of in grouped(calls, attrgetter("site", "called_number")).items()
    ]


def to_return(world: World, selection: Selection) -> Rows:
    names = ("started_at", "call_id", "origination_number", "origination_name", "called_number", "disposition")
    return [attrgetter(*names, "ring_seconds")(call) for call in selection.calls(world) if missed(call)]


REACHABILITY: dict[str, Expected] = {
    "Incoming calls": number_of(lambda _: True),
    "Answered": share,
    "Missed": number_of(missed),
    "Only a script answered": number_of(lambda call: call.disposition == "script"),
    "Wait until answered": mean_ring(answered),
    "Patience of missed callers": mean_ring(missed),
    "Incoming calls by day": lambda world, selection: counted(
        incoming(world, selection), lambda call: (selection.day(call.started_at), call.disposition)
    ),
    "Missed by hour and weekday": by_weekday(missed),
    "Answered by hour and weekday": by_weekday(answered),
    "Script answers by hour and weekday": by_weekday(lambda call: call.disposition == "script"),
    "Wait by hour and weekday": by_weekday(answered, lambda calls: mean([call.ring_seconds for call in calls])),
    "Waiting by hour": waiting,
    "Missed by number called": missed_by_number,
    "Missed calls to return": to_return,
}


def one_call(world: World, selection: Selection) -> Call:
    call_id = dict(selection.further)["call"]
    return next(call for call in world.of(Call) if call.call_id == call_id)


def its_legs(world: World, selection: Selection) -> list[LegRow]:
    names = {
        leg for call in world.of(SiteCall) if call.call_id == one_call(world, selection).call_id for leg in call.leg_ids
    }
    return [row for row in world.of(LegRow) if row.leg.leg_id in names]


def summary(world: World, selection: Selection) -> Rows:
    call = one_call(world, selection)
    money = ", ".join(f"{amount.normalize():f} {currency}" for currency, amount in call.amounts)
    times = call.started_at, call.connected_at, call.ended_at, call.direction, call.disposition
    caller = call.origination_number, call.origination_name, call.called_number, call.called_name
    reached = call.destination_number, call.destination_name, ", ".join(call.sites)
    seconds = call.ring_seconds, call.talk_seconds, call.leg_count, call.transfer_count, int(call.conference)
    texts = call.project_number, money, ", ".join(call.charge_sources), ", ".join(call.missing_call_ids)
    return [(*times, *caller, *reached, *seconds, *texts)]


def time_line(world: World, selection: Selection) -> Rows:
    found = []
    spans = []
    for row in its_legs(world, selection):
        one = row.leg.record
        name = f"{row.leg.site} {one.call_id}: {one.origination_number} to {one.called_number}"
        assert one.ended_at
        spans.append((name, one.started_at, one.connected_at, one.ended_at))
    for moment in {moment for _, *moments in spans for moment in moments if moment}:
        for name, start, connect, end in spans:
            talks = connect is not None and moment >= connect
            found.append((moment, name, (2 if talks else 1) if start <= moment < end else 0))
    return found


def legs_of_call(world: World, selection: Selection) -> Rows:
    rows: Rows = []
    for row in its_legs(world, selection):
        one = row.leg.record
        result_of = " + ".join(i for i in (one.transferred_call_id_1, one.transferred_call_id_2) if i not in {"", "0"})
        parties = one.call_id, one.origination_number, one.called_number, one.destination_number
        devices = one.origination_device, one.destination_device, one.state, row.disposition
        times = one.script_connected_at, one.connected_at, one.ended_at
        transfer = one.transferred_by_number, one.transferred_to_call_id, result_of, one.disconnect_reason
        odd = ", ".join(row.leg.anomalies)
        rows.append((one.started_at, row.leg.site, *parties, *devices, *times, *transfer, odd))
    return rows


def over_links(world: World, selection: Selection) -> Rows:
    ids = {row.leg.leg_id for row in its_legs(world, selection)}
    names = ("from_leg_id", "to_leg_id", "time_difference_seconds", "from_amount", "to_amount", "currency")
    of_call = [pair for pair in world.of(LinkMatch) if pair.from_leg_id in ids]
    return [(*attrgetter(*names)(pair), ", ".join(pair.anomalies)) for pair in of_call]


def charges_of_call(world: World, selection: Selection) -> Rows:
    names = ("carrier_site", "trunk", "destination_number", "destination_name", "duration_seconds", "source")
    return [
        (
            *(one.leg_id, f"{one.payer_site}/{one.payer_number}", *attrgetter(*names)(one), int(one.counted)),
            *(one.currency, one.amount, one.rated_amount, ", ".join(one.anomalies)),
        )
        for one in world.of(Charge)
        if one.call_id == one_call(world, selection).call_id
    ]


STORY: dict[str, Expected] = {
    "Call": summary,
    "Time line": time_line,
    "Legs": legs_of_call,
    "Over links": over_links,
    "Charges": charges_of_call,
}


@pytest.fixture
def legs(clickhouse: ClickHouseServer) -> World:
    return world(clickhouse)


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("query", panels_of("swyx-reachability"))
def test_a_panel_of_reachability_shows_what_follows_from_the_legs(
    legs: World, query: Query, selection: Selection
) -> None:
    expected = REACHABILITY[query.title](legs, selection)

    assert expected, "nothing would be compared"
    assert_rows(legs, query, selection, expected)


@pytest.mark.parametrize("query", panels_of("swyx-call"))
def test_the_story_of_the_call_with_most_legs_is_told(legs: World, query: Query) -> None:
    longest = max((call for call in legs.of(Call) if call.amounts and call.transfer_count), key=attrgetter("leg_count"))
    selection = EVERYTHING._replace(further=(("call", longest.call_id),))
    expected = STORY[query.title](legs, selection)

    assert expected, "nothing would be compared"
    assert_rows(legs, query, selection, expected)


@pytest.mark.parametrize(
    "query", [one for one in panel_queries() if "AS story_from" in one.sql], ids=attrgetter("title")
)
def test_a_link_to_a_story_shows_the_minutes_of_its_call(legs: World, query: Query) -> None:
    calls = {call.call_id: call for call in legs.of(Call)}
    columns, rows = legs.asked(query.sql, EVERYTHING.context())
    names = [name for name, _ in columns]

    assert rows
    for row in (dict(zip(names, row, strict=True)) for row in rows):
        since, until = (datetime.fromtimestamp(int(row[name]) / 1000, UTC) for name in ("story_from", "story_to"))
        call = calls[row["call_id"]]
        assert since < call.ended_at
        assert until > call.started_at
        assert until - since < call.ended_at - call.started_at + timedelta(minutes=31)
