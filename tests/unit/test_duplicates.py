"""Repeated and contradictory lines (contract 4)."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from pipeline.domain.duplicates import LegSet
from schemas.cdr import Leg
from tests.builders import START, leg
from tests.unit.derived import Derived, changed

CONFLICT = ("conflicting_duplicate",)


def seen(name: str, offset: int, file: str = "cdr.txt", begun: int = 0) -> Leg:
    """One leg as read at a position, with contents that `name` tells apart."""
    position = leg("3").position._replace(offset=offset, source_file=file, file_started_at=START + timedelta(begun))
    return leg("3", called_name=name)._replace(position=position)


def set_of(*legs: Leg) -> LegSet:
    known = LegSet({})
    for one in legs:
        known.add(one)
    return known


def winner(*legs: Leg) -> Leg:
    return set_of(*legs).legs[legs[0].leg_id]


def test_the_same_fields_again_are_the_same_leg() -> None:
    assert winner(seen("A", 1), seen("A", 2)).anomalies == ()


@pytest.mark.parametrize("offsets", [(1, 2), (2, 1)])
def test_the_first_position_of_the_same_fields_stays(offsets: tuple[int, int]) -> None:
    assert winner(*(seen("A", offset) for offset in offsets)).position.offset == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_other_fields_the_later_position_wins_and_is_flagged(order: tuple[int, int]) -> None:
    legs = [seen("A", 1), seen("B", 2)]
    found = winner(*(legs[index] for index in order))
    assert (found.record.called_name, found.position.offset, found.anomalies) == ("B", 2, CONFLICT)


def test_other_unknown_columns_are_other_fields() -> None:
    first, second = seen("A", 1), seen("A", 2)._replace(extra=(("Custom0", "x"),))
    assert winner(first, second) == second._replace(anomalies=CONFLICT)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_another_spelling_of_the_same_fields_is_no_contradiction(order: tuple[int, int]) -> None:
    legs = [seen("A", 1)._replace(raw_line="plain"), seen("A", 2)._replace(raw_line="quoted")]
    found = winner(*(legs[index] for index in order))
    assert (found.position.offset, found.raw_line, found.anomalies) == (1, "quoted", ())


def test_a_leg_at_one_position_has_no_last_one() -> None:
    assert set_of(seen("A", 1), seen("A", 1)).last_position(seen("A", 1).leg_id) is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_leg_at_several_positions_has_a_last_one(order: tuple[int, ...]) -> None:
    legs = [seen("A", 1), seen("A", 3), seen("A", 7)]
    assert set_of(*(legs[index] for index in order)).last_position(legs[0].leg_id) == legs[2].position


def test_a_contradicted_leg_stands_at_its_last_position() -> None:
    assert set_of(seen("A", 1), seen("B", 2), seen("A", 3)).last_position(seen("A", 1).leg_id) is None


def test_a_leg_that_came_back_at_its_first_and_last_position_wins_over_lines_between_them() -> None:
    assert winner(seen("A", 1), seen("A", 5), seen("B", 3)).record.called_name == "A"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_a_b_a_the_first_wins_at_its_last_position_and_is_flagged(order: tuple[int, ...]) -> None:
    legs = [seen("A", 1), seen("B", 2), seen("A", 3)]
    found = winner(*(legs[index] for index in order))
    assert (found.record.called_name, found.position.offset, found.anomalies) == ("A", 3, CONFLICT)


@pytest.mark.parametrize("again", list(permutations([seen("A", 1), seen("B", 2), seen("A", 3), seen("C", 0)])))
def test_a_winner_that_came_back_alone_wins_over_all_that_it_has_beaten(again: tuple[Leg, ...]) -> None:
    known = winner(seen("A", 1), seen("B", 2), seen("A", 3))
    assert winner(known, *again) == known


def test_a_winner_that_came_back_alone_loses_to_a_later_line() -> None:
    known = winner(seen("A", 1), seen("B", 2), seen("A", 3))
    assert winner(known, seen("A", 1), seen("B", 4)).record.called_name == "B"


def test_a_winner_that_came_back_alone_stays_flagged_wherever_it_is_read_again() -> None:
    known = winner(seen("A", 1), seen("B", 2), seen("A", 3))
    found = winner(known, seen("A", 1), seen("A", 5))
    assert (found.position.offset, found.anomalies) == (5, CONFLICT)


def test_a_later_file_is_later_whatever_the_offset() -> None:
    assert winner(seen("A", 900), seen("B", 1, begun=1)).record.called_name == "B"


def test_files_are_ordered_by_their_first_cdr_before_their_name() -> None:
    assert winner(seen("A", 1, "cdr2.txt"), seen("B", 1, "cdr1.txt", begun=1)).record.called_name == "B"


def test_files_of_one_start_are_ordered_by_name() -> None:
    assert winner(seen("A", 1, "cdr2.txt"), seen("B", 1, "cdr1.txt")).record.called_name == "A"


def test_other_anomalies_of_the_leg_are_kept_beside_the_flag() -> None:
    found = winner(seen("A", 1), seen("B", 2)._replace(anomalies=("unknown_state",)))
    assert found.anomalies == (*CONFLICT, "unknown_state")


def test_a_set_knows_the_line_that_it_has() -> None:
    known = LegSet({})
    known.add(seen("A", 1))
    assert known.knows(seen("A", 1))


def test_a_set_knows_a_contradicted_line() -> None:
    known = LegSet({})
    known.add(seen("A", 1))
    known.add(seen("B", 2))
    assert (known.knows(seen("A", 1)), known.knows(seen("B", 2))) == (True, True)


@pytest.mark.parametrize("other", [seen("B", 1), seen("A", 2), seen("A", 0)])
def test_a_set_does_not_know_other_fields_or_another_position(other: Leg) -> None:
    known = LegSet({})
    known.add(seen("A", 1))
    assert not known.knows(other)


def test_a_set_knows_what_lies_between_two_positions_of_the_same_fields() -> None:
    known = LegSet({})
    known.add(seen("A", 1))
    known.add(seen("A", 5))
    assert known.knows(seen("A", 3))


def test_the_flag_stands_in_the_leg_row() -> None:
    legs = [seen("A", 1), seen("B", 2)]
    assert Derived(*legs).legs[legs[0].leg_id].leg.anomalies == CONFLICT


def test_a_contradiction_that_loses_still_flags_the_leg_row() -> None:
    legs = [seen("B", 2), seen("A", 1)]
    assert Derived(*legs).legs[legs[0].leg_id].leg.anomalies == CONFLICT


def test_a_contradicted_leg_joins_what_it_refers_to_now() -> None:
    first = leg("3", 0, transferred_to_call_id="8")
    second = changed(first._replace(position=first.position._replace(offset=9)), {"transferred_to_call_id": "9"})
    derived = Derived(first, leg("8", 5), leg("9", 6), second)
    assert derived.site_calls[first.leg_id].leg_ids == (first.leg_id, leg("9", 6).leg_id)


def test_a_contradicted_leg_that_refers_to_nothing_any_more_stays_alone() -> None:
    first = leg("3", 0, transferred_to_call_id="8")
    second = changed(first._replace(position=first.position._replace(offset=9)), {"transferred_to_call_id": ""})
    site_calls = Derived(first, leg("8", 5), second, second).site_calls
    assert {row.leg_ids for row in site_calls.values()} == {(first.leg_id,), (leg("8", 5).leg_id,)}


def test_a_contradicted_leg_that_is_no_longer_chargeable_has_no_charge() -> None:
    first = leg("3", 0, connect=5, costs="1")
    second = changed(first._replace(position=first.position._replace(offset=9)), {"state": "Alerting"})
    assert not Derived(first, second).charges
