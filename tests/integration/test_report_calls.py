"""`report calls` against sums in Python over the calls of the naive reference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date

import pytest
from clickhouse_driver import Client

from connectors.clickhouse.client import connected
from connectors.clickhouse.report_calls import ChosenCalls, call_sums
from pipeline.domain.numbers import NumberPlan, text_at
from pipeline.reports.call_keys import CallUsers, asked_of, calls_by
from pipeline.reports.calls import Calls
from pipeline.reports.keys import CallsBy
from schemas.rows import Call
from tests.conftest import ClickHouseServer
from tests.corpora.files import holders
from tests.corpora.worlds import corpora
from tests.reported import GROUPS, reported, reported_warehouse

Keyed = Callable[[Call], tuple[object, ...]]
MISSED = {"busy", "no_answer", "rejected", "abandoned", "failed"}


def day_of(call: Call) -> date:
    return reported().local(call.started_at, call.origin_site).date()


def user_of(call: Call) -> tuple[str, str]:
    """Who called, or was called from outside: extension at the call's first site, or the canonical number."""
    number = call.called_number if call.direction in {"incoming", "transit"} else call.origination_number
    (rules,) = (rules for rules in reported().rules if call.origin_site in rules.sites)
    return call.origin_site, text_at(NumberPlan(rules).party(number, call.origin_site), call.origin_site)


def centre_of(call: Call) -> str:
    """The cost centre that the corpus says of the user on the day of the call."""
    site, extension = user_of(call)
    held = [one for one in HOLDERS if one[:2] == (site, extension) and one.since <= day_of(call).isoformat()]
    return max(held, key=lambda one: one.since).cost_centre if held else ""


HOLDERS = holders(corpus for number, corpus in enumerate(corpora()) if number in GROUPS)
BY: dict[CallsBy, Keyed] = {
    CallsBy.DAY: lambda call: (day_of(call),),
    CallsBy.MONTH: lambda call: (day_of(call).replace(day=1),),
    CallsBy.HOUR: lambda call: (reported().local(call.started_at, call.origin_site).hour,),
    CallsBy.SITE: lambda call: (call.origin_site,),
    CallsBy.USER: user_of,
    CallsBy.COST_CENTRE: lambda call: (centre_of(call),),
    CallsBy.DEPARTMENT: lambda call: ({"100": "sales", "200": "support", "": ""}[centre_of(call)],),
    CallsBy.PROJECT: lambda call: (call.project_number,),
    CallsBy.DIRECTION: lambda call: (call.direction,),
    CallsBy.DESTINATION: lambda call: (call.destination_country, call.destination_kind),
}


@pytest.fixture(scope="module")
def client(clickhouse: ClickHouseServer) -> Iterator[Client]:
    with connected(reported_warehouse(clickhouse)) as client:
        yield client


def found(client: Client, *by: CallsBy, first: date = date.min, end: date = date.max) -> dict[object, Calls]:
    """The numbers of calls by key; users without their names."""
    chosen = ChosenCalls(first, end, reported().zones)
    sums = calls_by(call_sums(client, chosen, asked_of(by)), by, CallUsers(reported().rules))
    keys = [key[:2] if by == (CallsBy.USER,) else key for key, _ in sums]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, (calls for _, calls in sums), strict=True))


def counted(calls: Iterable[Call]) -> Calls:
    """The numbers of calls, worked out one by one."""
    of = list(calls)

    def ended(disposition: str) -> int:
        return sum(call.disposition == disposition for call in of)

    return Calls(
        calls=len(of),
        answered=ended("answered"),
        missed=sum(call.direction == "incoming" and call.disposition in MISSED for call in of),
        no_answer=ended("no_answer"),
        busy=ended("busy"),
        abandoned=ended("abandoned"),
        rejected=ended("rejected"),
        failed=ended("failed"),
        script=ended("script"),
        answered_elsewhere=ended("answered_elsewhere"),
        ring_seconds=sum(call.ring_seconds for call in of),
        talk_seconds=sum(call.talk_seconds for call in of),
        transfers=sum(call.transfer_count for call in of),
        conferences=sum(call.conference for call in of),
        incomplete=sum(not call.complete for call in of),
    )


def expected(key: Callable[[Call], object]) -> dict[object, Calls]:
    groups = defaultdict(list)
    for call in reported().calls:
        groups[key(call)].append(call)
    return {key: counted(members) for key, members in groups.items()}


def test_there_is_a_computation_for_every_key() -> None:
    assert set(BY) == set(CallsBy)


@pytest.mark.parametrize("name", CallsBy)
def test_every_key_has_the_numbers_of_its_calls(client: Client, name: CallsBy) -> None:
    assert len(expected(BY[name])) > 2
    assert found(client, name) == expected(BY[name])


def test_several_keys_are_combined(client: Client) -> None:
    keys = (CallsBy.SITE, CallsBy.DIRECTION, CallsBy.MONTH)
    assert found(client, *keys) == expected(lambda call: tuple(cell for name in keys for cell in BY[name](call)))


@pytest.mark.parametrize(("first", "end"), [(date(2024, 3, 31), date(2024, 4, 1)), (date(2024, 10, 1), date.max)])
def test_days_are_local_to_the_first_site(client: Client, first: date, end: date) -> None:
    of_days = [call for call in reported().calls if first <= day_of(call) < end]
    sites = {(call.origin_site,) for call in of_days}
    of_sites = {site: counted(call for call in of_days if (call.origin_site,) == site) for site in sites}
    assert found(client, CallsBy.SITE, first=first, end=end) == of_sites


def test_the_calls_of_all_kinds_are_there() -> None:
    total = counted(reported().calls)
    kinds = ("answered", "missed", "no_answer", "busy", "script", "transfers", "conferences", "incomplete")
    assert [name for name in kinds if not getattr(total, name)] == []
