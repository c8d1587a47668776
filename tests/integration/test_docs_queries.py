"""The answers of docs/queries.md equal what plain Python works out from the rows of `legs`, `calls` and `charges`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import mean
from typing import Any

import pytest

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.writer import RowWriter
from schemas.rows import Call, Withdrawal
from tests.conftest import ClickHouseServer
from tests.contract.example_values import CALL
from tests.documented import BERLIN, documented_warehouse
from tests.documents import ROOT, blocks
from tests.warehouse import an_id, execute, fresh_warehouse, select

Rows = list[dict[str, Any]]
PAGE = ROOT / "docs" / "queries.md"
TAKEN = {"answered", "script", "answered_elsewhere"}


def a_call(number: int, day: int, version: int) -> Call:
    at = datetime(2026, 3, day, 9, tzinfo=UTC)
    return CALL._replace(call_id=an_id(number, started_at=at), started_at=at, version=version)


# A call on each of two days. Then one is revised, one is withdrawn, and one comes on a third day, whose version is the
# smallest of all.
FIRST, SECOND, THIRD = a_call(1, 2, version=11), a_call(2, 9, version=12), a_call(3, 16, version=1)
BEFORE: list[Call | Withdrawal] = [FIRST, SECOND]
AFTER: list[Call | Withdrawal] = [
    FIRST._replace(version=12, talk_seconds=99),
    Withdrawal("calls", SECOND.call_id, 13),
    THIRD,
]
SHOWN_AFTER = [(FIRST.call_id, 99), (THIRD.call_id, THIRD.talk_seconds)]


def write(options: ClickHouseOptions, state: Iterable[Call | Withdrawal]) -> None:
    with RowWriter(options) as writer:
        writer.write(state)


@pytest.fixture(scope="module")
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    return documented_warehouse(clickhouse)


@pytest.fixture(scope="module")
def calls(warehouse: ClickHouseOptions) -> Rows:
    return rows(warehouse, "SELECT * FROM calls")


@pytest.fixture(scope="module")
def legs(warehouse: ClickHouseOptions) -> Rows:
    return rows(warehouse, "SELECT * FROM legs")


@pytest.fixture(scope="module")
def counted(warehouse: ClickHouseOptions) -> Rows:
    return [charge for charge in rows(warehouse, "SELECT * FROM charges") if charge["counted"]]


def rows(options: ClickHouseOptions, query: str) -> Rows:
    """The rows of a query by the names of their columns."""
    with connected(options) as client:
        found, columns = client.execute(query, with_column_types=True)
    return [dict(zip([name for name, _ in columns], row, strict=True)) for row in found]


def queries(heading: str) -> list[str]:
    """The queries below a heading, without their limits."""
    text = PAGE.read_text("utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [re.sub(r"\nLIMIT \d+", "", found) for found in re.findall(r"^```sql\n(.*?)^```", section, re.M | re.S)]


def answer(options: ClickHouseOptions, heading: str, place: int = 0) -> list[tuple[Any, ...]]:
    """What the query below a heading gives."""
    return select(options, queries(heading)[place])


def added_up(charges: Rows, key: Callable[[dict[str, Any]], tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Key, number, seconds and amount of charges that have the same key."""
    buckets = defaultdict(list)
    for charge in charges:
        buckets[key(charge)].append(charge)
    return {
        (*found, len(them), sum(one["duration_seconds"] for one in them), sum(one["amount"] for one in them))
        for found, them in buckets.items()
    }


def local_day(instant: datetime) -> date:
    return instant.astimezone(BERLIN).date()


def local_month(leg_id: str) -> date:
    """The first day of the month in an id."""
    return date.fromisoformat(leg_id[-19:-12] + "-01")


def seizures(legs: Rows) -> Iterable[tuple[tuple[str, str], dict[str, Any]]]:
    """Each use of a trunk: site and trunk, and the leg; results of transfers use the channels of others."""
    for leg in legs:
        if leg["transferred_call_id_1"] in ("", "0"):
            if leg["origin_kind"] == "trunk":
                yield (leg["site"], leg["origination_device"]), leg
            if leg["destination_kind"] == "trunk":
                yield (leg["site"], leg["destination_device"]), leg


def test_costs_are_those_of_the_counted_charges(warehouse: ClickHouseOptions, counted: Rows) -> None:
    expected = added_up(
        counted, lambda one: (local_day(one["connected_at"]).replace(day=1), one["cost_centre"], one["currency"])
    )
    assert set(answer(warehouse, "Costs by cost centre and month")) == expected


def test_the_roll_up_has_the_same_costs(warehouse: ClickHouseOptions, counted: Rows) -> None:
    own = [one for one in counted if one["payer_site"] == "dortmund"]
    added = added_up(
        own, lambda one: (date.fromisoformat(one["leg_id"][-19:-12] + "-01"), one["cost_centre"], one["currency"])
    )
    assert set(answer(warehouse, "A long range")) == {(*key, number, amount) for *key, number, _, amount in added}


def test_destinations_come_by_their_costs(warehouse: ClickHouseOptions, counted: Rows) -> None:
    expected = added_up(counted, lambda one: (one["destination_country"], one["destination_kind"], one["currency"]))
    assert answer(warehouse, "Top destinations") == sorted(expected, key=lambda row: (-row[5], *row[:3]))


def test_a_settlement_is_what_one_site_owes_less_what_it_is_owed(warehouse: ClickHouseOptions, counted: Rows) -> None:
    owed: Counter[tuple[str, str, str]] = Counter()
    for one in counted:
        owed[one["payer_site"], one["carrier_site"], one["currency"]] += one["amount"]
    pairs = {(*sorted(key[:2]), key[2]) for key in owed if key[0] != key[1]}
    expected = [
        (one, other, money, there := owed[one, other, money], back := owed[other, one, money], there - back)
        for one, other, money in sorted(pairs)
    ]
    assert answer(warehouse, "Settlement between sites") == expected


def test_a_trunk_is_compared_where_both_prices_are_known(warehouse: ClickHouseOptions, counted: Rows) -> None:
    found = {(row[0], row[1]): row[3:] for row in answer(warehouse, "Trunks and the carrier's bill")}
    for (site, trunk), numbers in found.items():
        own = [one for one in counted if (one["carrier_site"], one["trunk"], one["currency"]) == (site, trunk, "EUR")]
        both = [one for one in own if one["source"] != "rated" and one["rated_amount"] is not None]
        signalled, rated = (sum(one[name] for one in both) for name in ("amount", "rated_amount"))
        assert numbers == (len(own), sum(one["amount"] for one in own), len(both), signalled, rated)
    assert set(found) == {("berlin", "SIP Trunk Berlin"), ("dortmund", "SwyxGate 1"), ("dortmund", "SwyxGate 2")}


def test_missed_calls_are_those_that_nobody_and_no_script_took(warehouse: ClickHouseOptions, calls: Rows) -> None:
    incoming = [call for call in calls if call["direction"] == "incoming"]
    all_calls = Counter(call["started_at"].astimezone(BERLIN).hour for call in incoming)
    missed = Counter(
        call["started_at"].astimezone(BERLIN).hour for call in incoming if call["disposition"] not in TAKEN
    )
    found = answer(warehouse, "Missed calls by hour")
    assert [row[:3] for row in found] == [(hour, all_calls[hour], missed[hour]) for hour in sorted(all_calls)]
    assert [row[3] for row in found] == [pytest.approx(100 * row[2] / row[1], abs=0.051) for row in found]


def test_days_have_their_calls_and_mean_times(warehouse: ClickHouseOptions, calls: Rows) -> None:
    found = answer(warehouse, "Calls by day")
    assert sum(row[2] for row in found) == len(calls)
    for day, direction, number, answered, talk, ring in found:
        own = [call for call in calls if (local_day(call["started_at"]), call["direction"]) == (day, direction)]
        taken = [call["talk_seconds"] for call in own if call["disposition"] == "answered"]
        assert (number, answered) == (len(own), len(taken))
        assert talk == pytest.approx(mean(taken), abs=0.51)
        assert ring == pytest.approx(mean(call["ring_seconds"] for call in own), abs=0.051)


def test_the_ratio_of_answers_is_by_trunk_called_out_over(warehouse: ClickHouseOptions, legs: Rows) -> None:
    attempts = defaultdict(list)
    for leg in legs:
        if leg["destination_kind"] == "trunk" and leg["transferred_call_id_1"] in ("", "0"):
            attempts[leg["site"], leg["destination_device"]].append(leg)
    found = answer(warehouse, "Answer-seizure ratio and duration")
    assert [row[:2] for row in found] == sorted(attempts)
    for site, trunk, number, answered, asr, acd in found:
        own = attempts[site, trunk]
        talks = [(leg["ended_at"] - leg["connected_at"]).seconds for leg in own if leg["connected_at"]]
        assert (number, answered) == (len(own), len(talks))
        assert (asr, acd) == (
            pytest.approx(100 * len(talks) / len(own), abs=0.051),
            pytest.approx(mean(talks), abs=0.051),
        )


def test_traffic_falls_into_the_hours_in_which_trunks_were_in_use(warehouse: ClickHouseOptions, legs: Rows) -> None:
    seconds: Counter[datetime] = Counter()
    for leg in {leg["leg_id"]: leg for (site, _), leg in seizures(legs) if site == "dortmund"}.values():
        for second in range(int((leg["ended_at"] - leg["started_at"]).total_seconds())):
            at = (leg["started_at"] + timedelta(seconds=second)).replace(tzinfo=UTC)
            seconds[at.replace(minute=0, second=0)] += 1
    found = {at.astimezone(UTC): erlang for at, erlang in answer(warehouse, "Busy hour")}
    assert found == {at: pytest.approx(held / 3600, abs=0.0051) for at, held in seconds.items()}


def test_as_many_channels_are_in_use_as_legs_overlap(warehouse: ClickHouseOptions, legs: Rows) -> None:
    spans = defaultdict(list)
    for place, leg in seizures(legs):
        if leg["ended_at"] > leg["started_at"]:
            spans[place].append((leg["started_at"], leg["ended_at"]))
    for site, trunk, most, first_at in answer(warehouse, "Concurrent calls"):
        own = spans.pop((site, trunk))
        in_use = {start: sum(begin <= start < end for begin, end in own) for start, _ in own}
        assert most == max(in_use.values())
        assert first_at == min(start for start, number in in_use.items() if number == most)
    assert not spans


def test_a_history_has_every_call_of_the_number(warehouse: ClickHouseOptions, calls: Rows) -> None:
    sides = ("origination_number", "called_number", "destination_number")
    expected = [call for call in calls if any(call[side].endswith("2079460123") for side in sides)]
    found = answer(warehouse, "A number's history")
    assert sorted(row[0] for row in found) == sorted(call["started_at"] for call in expected)


def test_a_story_has_all_legs_of_the_call(warehouse: ClickHouseOptions, calls: Rows) -> None:
    (call,) = (call for call in calls if call["call_id"] in queries("One call's story")[0])
    found = answer(warehouse, "One call's story")
    assert (len(found), {row[1] for row in found}) == (call["leg_count"], set(call["sites"]))


def test_a_copy_by_days_follows_revisions_and_withdrawals(clickhouse: ClickHouseServer) -> None:
    options = fresh_warehouse(clickhouse)
    copy: dict[str, list[tuple[Any, ...]]] = {}
    known: set[tuple[Any, ...]] = set()
    for state in BEFORE, AFTER:
        write(options, state)
        now = set(answer(options, "Load only what changed"))
        for day in {row[0] for row in known ^ now}:
            query = queries("Load only what changed")[1].replace("2026-03-31", day)
            copy[day] = select(options, query)
        known = now
    assert [(row[0], row[4]) for day in sorted(copy) for row in copy[day]] == SHOWN_AFTER


def test_a_model_of_dbt_follows_revisions_and_withdrawals(clickhouse: ClickHouseServer) -> None:
    """What dbt makes of the model: a table at first, then its strategy and the hook, by hand."""
    options = fresh_warehouse(clickhouse)
    (model,) = blocks(PAGE, "jinja")
    text = model.text.replace("{{ source('swyx_cdr', 'calls') }}", "calls").replace("{{ this }}", "copy")
    hook = re.search(r'post_hook="(.+)"', text)
    whole, _, changed = (
        text.partition("\n) }}\n")[2].removesuffix("{% endif %}\n").partition("{% if is_incremental() %}")
    )
    write(options, BEFORE)
    execute(options, f"CREATE TABLE copy ENGINE = MergeTree ORDER BY (day, call_id) AS {whole}")
    write(options, AFTER)
    execute(options, f"CREATE TABLE news ENGINE = Memory AS {whole}{changed}")
    for statement in "DELETE FROM copy WHERE day IN (SELECT day FROM news)", "INSERT INTO copy SELECT * FROM news":
        execute(options, statement)
    assert hook
    execute(options, hook[1])
    assert select(options, "SELECT call_id, talk_seconds FROM copy ORDER BY call_id") == SHOWN_AFTER


def test_what_was_spoiled_is_found(warehouse: ClickHouseOptions) -> None:
    """See `tests.documented`: a call without a price, two ends that differ, a leg that never came."""
    assert [row[:2] for row in answer(warehouse, "Calls without a price")] == [("dortmund", "+447718763932")]
    ((link, _, told, _, known, *_),) = answer(warehouse, "Where two ends disagree")
    assert (link, told, known) == ("berlin-dortmund", Decimal("0.5"), Decimal("0.0228"))
    assert {row[2][0] for row in answer(warehouse, "Calls that wait for a leg")} == {"dortmund:148"}
