"""Which legs of two sites are the two ends of one call (contract 8)."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from pipeline.domain.rules import GroupRules, SiteLink
from schemas.cdr import Leg
from tests.builders import leg, rules
from tests.unit.derived import Derived, changed

CALLER, CALLED = "+492314777101", "+49301234222"


def sent(call_id: str = "1", start: float = 0, **fields: object) -> Leg:
    """LA: a leg of Dortmund that its user 101 sends to Berlin's user 222."""
    la = leg(call_id, start, destination_device="Link Berlin", origination_number="101", called_number=CALLED)
    return changed(la, fields)


def received(call_id: str = "5", start: float = 1, **fields: object) -> Leg:
    """LB: the same call at Berlin."""
    lb = leg(call_id, start, site="berlin", origination_device="Link Dortmund", origination_number=CALLER)
    return changed(lb, {"called_number": "222", **fields})


def pairs(*legs: Leg, group_rules: GroupRules | None = None) -> dict[str, str]:
    return {link.from_leg_id: link.to_leg_id for link in Derived(*legs, group_rules=group_rules).links}


def are_pair(la: Leg, lb: Leg) -> bool:
    return pairs(la, lb) == {la.leg_id: lb.leg_id}


def test_two_legs_of_a_call_over_a_link_are_a_pair() -> None:
    assert are_pair(sent(), received())


def test_the_far_end_may_come_first() -> None:
    la, lb = sent(), received()
    assert pairs(lb, la) == {la.leg_id: lb.leg_id}


def test_a_leg_that_comes_from_no_link_is_no_far_end() -> None:
    assert not pairs(sent(), received(origination_device=""))


def test_a_leg_that_leads_into_no_link_is_no_near_end() -> None:
    assert not pairs(sent(destination_device="SwyxGate 1"), received())


def test_both_legs_must_name_the_same_link() -> None:
    assert not pairs(sent(destination_device="Link Zurich"), received())


def test_two_links_between_two_sites_are_told_apart() -> None:
    sites = dict(rules().sites)
    second = {
        "berlin": SiteLink(9, "berlin-dortmund", "dortmund"),
        "dortmund": SiteLink(9, "berlin-dortmund", "berlin"),
    }
    for name, link in second.items():
        sites[name] = replace(sites[name], links={**sites[name].links, "second link": link})
    both = GroupRules("berlin", sites)
    assert not pairs(sent(destination_device="Second Link"), received(), group_rules=both)
    assert pairs(sent(destination_device="Second Link"), received(origination_device="Second Link"), group_rules=both)


@pytest.mark.parametrize("number", [CALLER, "02314777101", "101", "00492314777101"])
def test_the_originators_must_be_the_same_party(number: str) -> None:
    assert are_pair(sent(), received(origination_number=number))


@pytest.mark.parametrize("number", ["102", "+492314777102", "+4989101", ""])
def test_another_originator_is_another_call(number: str) -> None:
    assert not pairs(sent(), received(origination_number=number))


def test_the_same_extension_of_two_sites_is_two_parties() -> None:
    assert not pairs(sent(origination_number=CALLER), received(origination_number="+49301234101"))


def test_a_bare_extension_may_be_that_of_any_site() -> None:
    assert are_pair(sent(origination_number="101"), received(origination_number="+49301234101"))


def test_two_empty_originators_are_the_same_party() -> None:
    assert are_pair(sent(origination_number=""), received(origination_number=""))


@pytest.mark.parametrize("number", [CALLED, "222", "1234222", "0301234222"])
def test_the_far_end_must_be_called_by_the_number_that_was_called(number: str) -> None:
    assert are_pair(sent(), received(called_number=number))


def test_a_call_by_call_code_that_the_cdr_names_is_no_part_of_the_called_number() -> None:
    lb = received(called_number="010123089123456", lcr_provider="010123", destination_device="SwyxGate 1")
    assert are_pair(sent(called_number="+4989123456"), lb)
    assert are_pair(sent(called_number="010123089123456", lcr_provider="010123"), received(called_number="+4989123456"))


def test_another_called_number_is_another_call() -> None:
    assert not pairs(sent(), received(called_number="223"))


def test_the_far_end_may_be_called_by_the_destination_number() -> None:
    assert are_pair(sent(called_number="102", destination_number=CALLED), received())


def test_the_destination_number_of_the_far_end_does_not_matter() -> None:
    assert are_pair(sent(), received(destination_number="333"))


def test_numbers_are_read_at_their_own_site() -> None:
    assert not pairs(sent(called_number="1234222"), received(called_number="1234222"))


def test_an_extension_whose_call_went_on_through_the_trunk_is_still_that_extension() -> None:
    went_on = received(destination_device="SwyxGate 1", destination_number="+491601234567")
    assert are_pair(sent(), went_on)


def test_a_short_number_that_the_far_end_sent_into_the_trunk_is_that_number() -> None:
    assert are_pair(sent(called_number="110"), received(called_number="110", destination_device="SwyxGate 1"))


@pytest.mark.parametrize("start", [-10, 10])
def test_the_starts_may_be_the_clock_skew_apart(start: float) -> None:
    assert are_pair(sent(), received(start=start))


@pytest.mark.parametrize("start", [-11, 11])
def test_the_starts_are_no_more_than_the_clock_skew_apart(start: float) -> None:
    assert not pairs(sent(), received(start=start))


def test_the_far_end_may_start_when_the_near_end_was_delivered() -> None:
    la = leg("1", 0, destination_device="Link Berlin", called_number=CALLED, delivered=200)
    assert [bool(pairs(la, received(start=start))) for start in (189, 190, 210, 211)] == [False, True, True, False]


def talk(connect: float, end: float | None) -> dict[str, object]:
    record = leg("1", 0, connect=connect, end=end).record
    return {"connected_at": record.connected_at, "ended_at": record.ended_at}


@pytest.mark.parametrize(
    ("connect", "end", "fits"), [(30, 90, True), (31, 90, False), (-30, 0, True), (-30, -1, False)]
)
def test_two_connected_ends_talk_at_the_same_time_but_for_the_clock_skew(
    connect: float, end: float, fits: bool
) -> None:
    assert bool(pairs(changed(sent(), talk(10, 20)), changed(received(), talk(connect, end)))) is fits


def test_an_end_that_was_not_connected_need_not_talk_at_the_same_time() -> None:
    assert are_pair(changed(sent(), talk(10, 20)), received())


def test_a_talk_without_end_has_not_ended_before_the_other() -> None:
    assert are_pair(changed(sent(), talk(10, None)), changed(received(), talk(90, None)))


def test_of_several_far_ends_the_nearest_in_time_is_taken() -> None:
    la, near, far = sent(), received("5", 2), received("6", -3)
    assert pairs(far, near, la) == {la.leg_id: near.leg_id}


def test_the_time_difference_is_the_smaller_one_to_start_and_delivered() -> None:
    la = leg("1", 0, destination_device="Link Berlin", called_number=CALLED, delivered=8)
    near, far = received("5", 7), received("6", 2)
    assert pairs(la, far, near) == {la.leg_id: near.leg_id}


def test_of_equal_time_differences_the_smaller_leg_ids_as_text_win() -> None:
    first, second, lb = sent("10", 0), sent("9", 2), received("5", 1)
    assert pairs(second, first, lb) == {first.leg_id: lb.leg_id}


def test_of_equal_time_differences_to_one_leg_the_smaller_far_leg_id_wins() -> None:
    la, first, second = sent("1", 1), received("10", 0), received("9", 2)
    assert pairs(la, second, first) == {la.leg_id: first.leg_id}


def test_a_leg_that_lost_its_partner_takes_the_next_one() -> None:
    early, late = sent("1", 0), sent("2", 4)
    first, second = received("5", 3), received("6", 9)
    assert pairs(early, first, second, late) == {late.leg_id: first.leg_id, early.leg_id: second.leg_id}


def test_pairs_do_not_depend_on_the_order_of_arrival() -> None:
    legs = [sent("1", 0), sent("2", 4), received("5", 3), received("6", 9)]
    assert len({tuple(sorted(pairs(*order).items())) for order in permutations(legs)}) == 1


def test_a_contradicted_leg_frees_its_partner_for_another() -> None:
    near, far, lb = sent("1", 0), sent("2", 5), received("5", 1)
    contradicted = changed(near, {"called_number": "+49301234999"})._replace(position=near.position._replace(offset=99))
    assert pairs(near, far, lb, contradicted) == {far.leg_id: lb.leg_id}


def test_pairs_join_site_calls_into_one_call() -> None:
    la, lb = sent(), received()
    call = Derived(lb, la).call
    assert (call.sites, call.site_call_ids) == (("berlin", "dortmund"), (lb.leg_id, la.leg_id))


def test_a_call_is_named_after_the_site_call_of_its_first_leg() -> None:
    before, la, lb = leg("9", -5, transferred_to_call_id="1"), sent(), received()
    assert Derived(before, la, lb).call.call_id == before.leg_id


def test_a_far_end_whose_clock_is_early_does_not_name_the_call() -> None:
    la, lb = sent("1", 0), received("5", -2)
    call = Derived(la, lb).call
    assert (call.call_id, call.origin_site, call.called_number) == (la.leg_id, "dortmund", CALLED)


def test_the_direction_of_a_call_is_told_by_its_first_leg_even_if_a_far_end_starts_earlier() -> None:
    la, lb = (
        sent(origination_device="SwyxGate 1", origination_number="+4989"),
        received("5", -2, origination_number="+4989"),
    )
    derived = Derived(la, lb)
    assert (derived.call.direction, derived.site_calls[lb.leg_id].direction) == ("incoming", "internal")


def test_a_site_call_has_the_direction_of_its_own_legs() -> None:
    derived = Derived(sent(called_number="+4989123"), received(called_number="+4989123", destination_device="SwyxGate"))
    assert {row.site: row.direction for row in derived.site_calls.values()} == {
        "dortmund": "internal",
        "berlin": "outgoing",
    }
    assert derived.call.direction == "outgoing"


def test_chains_over_several_sites_are_one_call() -> None:
    la = sent(called_number="+41445678222")
    between = received(called_number="+41445678222", destination_device="Link Zurich")
    last = leg("9", 2, site="zurich", origination_device="Link Berlin", origination_number=CALLER, called_number="222")
    assert Derived(la, between, last).call.sites == ("berlin", "dortmund", "zurich")


def test_a_pair_names_its_link_by_the_two_sites_sorted() -> None:
    assert Derived(sent(), received()).link.link == "berlin-dortmund"


def test_the_time_difference_of_a_pair_is_signed() -> None:
    assert Derived(sent("1", 5), received("5", 2)).link.time_difference_seconds == -3
