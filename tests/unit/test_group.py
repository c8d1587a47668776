"""A leg goes into the group's state, every row that it changes comes out (design: state is a set of legs)."""

from __future__ import annotations

import pytest

from pipeline.domain.state import Group
from schemas.cdr import Leg
from schemas.keys import address
from schemas.rows import Call, Charge, LegRow, Row, SiteCall, Withdrawal
from tests.builders import leg, rules
from tests.unit.derived import Derived, changed

FIRST = leg("3", 0, connect=5, costs="1", transferred_to_call_id="8")
SECOND = leg("8", 10, connect=11, transferred_call_id_1="3")
SENT = leg("1", 0, connect=5, costs="1", destination_device="Link Berlin", called_number="+4989123")
RECEIVED = changed(
    leg("5", 1, site="berlin", connect=5, costs="1", destination_device="SwyxGate 1"),
    {"origination_device": "Link Dortmund", "called_number": "+4989123"},
)


def told(*legs: Leg) -> list[Row]:
    """What the last leg changes."""
    group = Group(rules())
    rows: list[Row] = []
    for version, one in enumerate(legs):
        rows = group.add(one, version)
    return rows


def withdrawn(*legs: Leg) -> set[tuple[str, str]]:
    return {(row.entity, row.key) for row in told(*legs) if isinstance(row, Withdrawal)}


def topics(*legs: Leg) -> list[str]:
    return sorted(address(row)[0].removeprefix("cdr.") for row in told(*legs))


def _at_one_position(row: Row) -> Row:
    row = row._replace(version=0)
    if not isinstance(row, LegRow):
        return row
    return row._replace(last_file_started_at=None, last_source_file=None, last_source_offset=None)


def again(of: Leg, **fields: object) -> Leg:
    """The same leg, contradicted further down in its file."""
    return changed(of._replace(position=of.position._replace(offset=99_000)), fields)


def test_a_simple_call_tells_its_rows_once() -> None:
    assert topics(leg("3", connect=5, costs="1")) == ["calls", "charges", "legs", "site_calls", "totals"]


def test_a_leg_that_is_not_chargeable_tells_no_charge() -> None:
    assert topics(leg("3")) == ["calls", "legs", "site_calls"]


def test_every_row_has_the_version_of_the_leg_that_caused_it() -> None:
    assert {row.version for row in told(leg("1"), FIRST, SECOND)} == {2}


def test_a_leg_of_another_call_tells_nothing_of_this_one() -> None:
    rows = told(FIRST, SECOND, leg("20", 30))
    assert {row.leg.record.call_id for row in rows if isinstance(row, LegRow)} == {"20"}
    assert len(rows) == 3


def test_a_leg_that_joins_tells_only_what_it_changes() -> None:
    assert topics(FIRST, SECOND) == ["calls", "legs", "site_calls"]


def test_an_earlier_leg_renames_the_site_call_and_the_call() -> None:
    rows = told(SECOND, FIRST)
    assert [row.site_call_id for row in rows if isinstance(row, SiteCall)] == [FIRST.leg_id]
    assert [row.call_id for row in rows if isinstance(row, Call)] == [FIRST.leg_id]


def test_old_names_are_withdrawn() -> None:
    assert withdrawn(SECOND, FIRST) == {("site_calls", SECOND.leg_id), ("calls", SECOND.leg_id)}


def test_all_legs_of_a_renamed_site_call_are_told_again() -> None:
    assert len([row for row in told(SECOND, FIRST) if isinstance(row, LegRow)]) == 2


def test_charges_of_a_renamed_call_are_told_again() -> None:
    other = leg("3", -5, transferred_to_call_id="4")
    rows = told(changed(SECOND, {"transferred_call_id_1": ""}), leg("4", 9, transferred_to_call_id="8"), other)
    assert [row.call_id for row in rows if isinstance(row, Charge)] == [other.leg_id]


def test_a_pair_withdraws_the_name_of_the_far_call_but_not_of_its_site_call() -> None:
    gone = {(entity, key) for entity, key in withdrawn(RECEIVED, SENT) if entity != "totals"}
    assert gone == {("calls", RECEIVED.leg_id)}


def test_a_pair_tells_nothing_of_a_site_call_that_stays_as_it_is() -> None:
    assert [row.site for row in told(SENT, RECEIVED) if isinstance(row, SiteCall)] == ["berlin"]


def test_a_near_end_that_comes_late_withdraws_the_total_that_its_partner_was_in() -> None:
    named = changed(SENT, {"project_number": "4711"})
    (total,) = [key for entity, key in withdrawn(RECEIVED, named) if entity == "totals"]
    assert total == "2002-11-19T12|dortmund|101||berlin|SwyxGate 1|EUR|aoc"


def test_a_dissolved_pair_is_withdrawn() -> None:
    assert ("links", SENT.leg_id) in withdrawn(SENT, RECEIVED, again(RECEIVED, called_number="4711"))


def test_a_dissolved_pair_leaves_two_calls() -> None:
    rows = told(SENT, RECEIVED, again(RECEIVED, called_number="4711"))
    assert {row.call_id for row in rows if isinstance(row, Call)} == {SENT.leg_id, RECEIVED.leg_id}


def test_a_pair_whose_leg_is_contradicted_is_told_anew() -> None:
    group = Group(rules())
    rows = [group.add(one, 0) for one in (SENT, RECEIVED, again(RECEIVED, connected_at=RECEIVED.record.started_at))][-1]
    assert {address(row)[0] for row in rows} >= {"cdr.links", "cdr.charges", "cdr.legs", "cdr.calls"}
    assert not [row for row in rows if isinstance(row, Withdrawal)]


def test_a_charge_that_ceases_to_exist_is_withdrawn() -> None:
    assert withdrawn(FIRST, again(FIRST, state="Alerting")) >= {("charges", FIRST.leg_id)}


def test_no_charge_is_withdrawn_that_was_never_told() -> None:
    assert not withdrawn(leg("3"), again(leg("3"), called_name="B"))


def test_a_leg_whose_reference_is_taken_over_leaves_its_old_site_call() -> None:
    refers, near = leg("8", 100, transferred_call_id_1="3"), leg("3", 90)
    rows = told(leg("3", 0), refers, near)
    assert {row.site_call_id for row in rows if isinstance(row, SiteCall)} == {near.leg_id, leg("3", 0).leg_id}


def test_a_leg_that_arrives_twice_tells_all_rows_of_its_call_again() -> None:
    assert topics(FIRST, SECOND, FIRST) == ["calls", "charges", "legs", "legs", "site_calls", "totals"]


def test_a_leg_that_arrives_twice_tells_the_pairs_of_its_call_again() -> None:
    assert "links" in topics(SENT, RECEIVED, RECEIVED)


def test_the_same_fields_at_a_later_position_tell_the_same_rows_again_with_that_position() -> None:
    last = again(FIRST).position
    assert Derived(FIRST, again(FIRST)).legs[FIRST.leg_id][8:] == (last.file_started_at, last.source_file, last.offset)
    rows = [[_at_one_position(row) for row in told(*legs)] for legs in ([FIRST], [FIRST, again(FIRST)])]
    assert sorted(map(repr, rows[1])) == sorted(map(repr, rows[0]))


def test_a_contradiction_that_loses_tells_only_the_leg_it_flags() -> None:
    rows = told(again(FIRST), changed(FIRST, {"called_name": "B"}))
    assert [row.leg.anomalies for row in rows if isinstance(row, LegRow)] == [("conflicting_duplicate",)]


@pytest.mark.parametrize("legs", [[FIRST, SECOND], [SECOND, FIRST], [SENT, RECEIVED], [FIRST, again(FIRST), SECOND]])
def test_no_row_is_told_twice_for_one_leg(legs: list[Leg]) -> None:
    addresses = [address(row) for row in told(*legs)]
    assert len(addresses) == len(set(addresses))


def test_a_group_counts_its_legs() -> None:
    group = Group(rules())
    for one in (FIRST, SECOND, FIRST, again(FIRST, called_name="B")):
        group.add(one, 0)
    assert len(group) == 2


def test_a_group_knows_the_legs_that_it_has() -> None:
    group = Group(rules())
    group.add(FIRST, 0)
    assert (group.knows(FIRST), group.knows(SECOND)) == (True, False)


def test_a_restored_group_goes_on_where_the_other_stopped() -> None:
    group, restored = Group(rules()), Group(rules())
    for version, one in enumerate([RECEIVED, FIRST]):
        group.add(one, version)
    restored.restore([FIRST, RECEIVED, FIRST])
    late = changed(SENT, {"project_number": "4711"})
    assert sorted(map(repr, restored.add(late, 2))) == sorted(map(repr, group.add(late, 2)))


def test_the_legs_can_be_kept_elsewhere() -> None:
    legs: dict[str, Leg] = {}
    Group(rules(), legs).add(FIRST, 0)
    assert legs == {FIRST.leg_id: FIRST}
