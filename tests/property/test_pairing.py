"""Pairs follow legs that come and go, and are those that the whole set of candidates gives (contract 8)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.legs import LegClassifier
from pipeline.domain.links import Pairing
from pipeline.domain.numbers import NumberPlan
from schemas.cdr import Leg
from tests.builders import leg, rules
from tests.property.naive import paired

RULES = rules()
PLAN = NumberPlan(RULES)
CLASSIFIERS = {name: LegClassifier(site) for name, site in RULES.sites.items()}
PARTNER = {"dortmund": "Link Berlin", "berlin": "Link Dortmund"}
ORIGINS = (*["101"] * 8, "+492314777101", "+492314777XXX", "+49231477XXXX", "+49301234XXX", "10X", "1XX", "XXX")
CALLED = (*["102"] * 8, "+49301234102", "+4930123XXXX", "+4930123410X", "XX2", "+49X", "XXX", "")


@st.composite
def ends(draw: st.DrawFn) -> Leg:
    """A leg of one of two sites within half a minute of all others, which over the link often has the same parties."""
    site = draw(st.sampled_from(sorted(PARTNER)))
    start = draw(st.integers(0, 30))
    both = draw(st.integers(0, 9)) == 0
    return leg(
        draw(st.sampled_from(["1", "2", "3", "10"])),
        start,
        site=site,
        delivered=draw(st.one_of(st.none(), st.integers(start, start + 20))),
        origination_number=draw(st.sampled_from(ORIGINS)),
        called_number=draw(st.sampled_from(CALLED)),
        destination_device=PARTNER[site] if both or site == "dortmund" else "",
        origination_device=PARTNER[site] if both or site == "berlin" else "",
    )


@given(st.lists(ends(), min_size=6, max_size=25, unique_by=lambda leg: leg.leg_id), st.data())
@settings(max_examples=500, deadline=None)
def test_pairs_are_those_of_the_legs_that_are_there(legs: list[Leg], data: st.DataObject) -> None:
    pairing = Pairing(PLAN)
    present: dict[str, Leg] = {}
    for one in legs:
        pairing.apply(pairing.enter(CLASSIFIERS[one.site].part(one)))
        present[one.leg_id] = one
        if data.draw(st.integers(0, 2)) == 0:
            gone = data.draw(st.sampled_from(sorted(present)))
            pairing.apply(pairing.leave(gone))
            del present[gone]

    assert pairing.receiver_of == paired(present, RULES, PLAN)
    assert pairing.sender_of == {receiver: sender for sender, receiver in pairing.receiver_of.items()}
