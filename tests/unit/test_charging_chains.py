"""Of several records of the same money exactly one counts (contract 8, kb2211)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.cdr import Leg
from tests.builders import at, leg
from tests.unit.derived import Derived, changed

TRUNK = "SwyxGate 1"
OUTSIDE = "+4989123456"


def chain(*costs: str | None, **last: object) -> list[Leg]:
    """A call of Dortmund's user 101 over Berlin into Zurich's trunk, each leg with its costs."""
    caller = {"origination_name": "User C", "called_number": OUTSIDE, "connected_at": at(10)}
    first = leg("1", 0, connect=10, costs=costs[0], destination_device="Link Berlin")
    between = leg("5", 1, site="berlin", connect=10, costs=costs[1], destination_device="Link Zurich")
    end = leg("9", 2, site="zurich", connect=10, costs=costs[2], destination_device=TRUNK, aoc=False)
    return [
        changed(first, {**caller, "origination_number": "101"}),
        changed(between, {**caller, "origination_number": "+492314777101", "origination_device": "Link Dortmund"}),
        changed(end, {**caller, "origination_number": "+492314777101", "origination_device": "Link Berlin", **last}),
    ]


def counted(*legs: Leg) -> list[str]:
    return [found.site for found in Derived(*legs).charges.values() if found.counted]


@pytest.mark.parametrize(
    ("costs", "site"),
    [
        (("1", "1", "1"), ["zurich"]),
        (("1", "1", None), ["berlin"]),
        (("1", None, None), ["dortmund"]),
        ((None, None, "1"), ["zurich"]),
        (("1", "1", "0"), ["berlin"]),
        ((None, None, None), []),
    ],
)
def test_the_leg_nearest_to_the_carrier_that_has_a_source_is_counted(
    costs: tuple[str | None, ...], site: list[str]
) -> None:
    assert counted(*chain(*costs)) == site


def test_a_leg_that_is_not_chargeable_is_not_counted() -> None:
    assert counted(*chain("1", "1", "1", state="Alerting")) == ["berlin"]


def test_each_leg_of_a_chain_keeps_its_own_amount() -> None:
    assert [found.amount for found in Derived(*chain("3", "2", "1")).charges.values()] == [3, 2, 1]


def test_the_amount_of_a_call_is_that_of_the_counted_leg() -> None:
    assert Derived(*chain("3", "2", "1")).call.amounts == (("EUR", Decimal(1)),)


def test_a_chain_without_any_source_has_no_amounts() -> None:
    call = Derived(*chain(None, None, None)).call
    assert (call.amounts, call.charge_sources) == ((), ())


def test_the_first_legs_originator_pays_the_whole_chain_at_its_site() -> None:
    found = Derived(*chain("1", "1", "1")).charges.values()
    assert {(row.payer_site, row.payer_number, row.payer_name) for row in found} == {("dortmund", "101", "User C")}


def test_the_last_legs_site_and_trunk_carry_the_whole_chain() -> None:
    found = Derived(*chain("1", "1", "1")).charges.values()
    assert {(row.carrier_site, row.trunk) for row in found} == {("zurich", TRUNK)}


def test_the_project_number_of_a_chain_is_the_first_along_it() -> None:
    first, between, last = chain("1", "1", "1", project_number="2")
    found = Derived(first, changed(between, {"project_number": "1"}), last).charges.values()
    assert {row.project_number for row in found} == {"1"}


def test_the_counterpart_is_the_next_leg_towards_the_carrier_and_of_the_last_the_one_before() -> None:
    first, between, last = chain("1", "1", "1")
    derived = Derived(first, between, last)
    assert [derived.charge_of(one).counterpart_leg_id for one in (first, between, last)] == [
        between.leg_id,
        last.leg_id,
        between.leg_id,
    ]


def test_while_the_gateway_leg_is_missing_the_other_end_of_the_link_is_the_carrier_site() -> None:
    first, between, _ = chain("1", "1", "1")
    found = Derived(first, between).charge_of(first)
    assert (found.carrier_site, found.trunk) == ("zurich", "Link Zurich")


def test_while_the_first_leg_is_missing_the_originator_as_seen_pays_at_the_other_end_of_the_link() -> None:
    _, between, last = chain("1", "1", "1")
    found = Derived(between, last).charge_of(last)
    assert (found.payer_site, found.payer_number, found.payer_name) == ("dortmund", "101", "User C")


def test_a_chain_is_billed_once_with_the_duration_of_its_first_chargeable_leg() -> None:
    first, between, last = chain("1", "1", "1", ended_at=at(50))
    derived = Derived(changed(first, {"state": "Alerting"}), changed(between, {"ended_at": at(70)}), last)
    assert derived.call.billable_seconds == 60


def test_each_site_call_of_a_chain_is_billed_by_itself() -> None:
    derived = Derived(*chain("1", "1", "1", ended_at=at(50)))
    assert {row.site: row.billable_seconds for row in derived.site_calls.values()} == {
        "dortmund": 90,
        "berlin": 90,
        "zurich": 40,
    }


def test_a_call_from_a_trunk_over_a_link_is_paid_by_the_called_user() -> None:
    first, between, last = chain("1", "1", "1")
    forwarded = {"origination_device": TRUNK, "origination_number": "+492314777101", "called_number": "456"}
    derived = Derived(changed(first, {**forwarded, "destination_number": OUTSIDE}), between, last)
    assert {(row.payer_site, row.payer_number) for row in derived.charges.values()} == {("dortmund", "456")}


def pair(sent: str | None, received: str | None, currency: str = "EUR") -> Derived:
    """The pair of a call into Berlin's trunk, with costs at both ends."""
    first, between, _ = chain(sent, received, None)
    return Derived(first, changed(between, {"destination_device": TRUNK, "currency": currency}))


@pytest.mark.parametrize(
    ("sent", "received", "anomalies"),
    [
        ("1.000", "1.005", ()),
        ("1.000", "1.0051", ("charge_mismatch",)),
        ("1.005", "1.000", ()),
        ("1.0051", "1.000", ("charge_mismatch",)),
        ("1", None, ()),
        (None, "1", ()),
    ],
)
def test_amounts_that_differ_by_more_than_half_a_cent_are_flagged(
    sent: str | None, received: str | None, anomalies: tuple[str, ...]
) -> None:
    assert pair(sent, received).link.anomalies == anomalies


def test_different_currencies_are_flagged() -> None:
    assert pair("1", "1", "CHF").link.anomalies == ("currency_mismatch",)


@pytest.mark.parametrize(("sent", "received"), [("1", None), (None, "1")])
def test_the_currency_of_an_end_without_source_does_not_matter(sent: str | None, received: str | None) -> None:
    assert pair(sent, received, "CHF").link.anomalies == ()


@pytest.mark.parametrize(
    ("sent", "received", "currency"), [("1", "1", "CHF"), (None, "1", "CHF"), ("1", None, "EUR"), (None, None, "")]
)
def test_the_currency_of_a_pair_is_the_far_ends_else_the_near_ends_else_empty(
    sent: str | None, received: str | None, currency: str
) -> None:
    assert pair(sent, received, "CHF").link.currency == currency


@pytest.mark.parametrize(("sent", "received"), [("1", None), (None, "1"), ("1", "0"), (None, None)])
def test_the_amount_of_an_end_without_source_is_null(sent: str | None, received: str | None) -> None:
    found = pair(sent, received).link
    amounts = [None if costs is None else Decimal(costs) for costs in (sent, received)]
    assert [found.from_amount, found.to_amount] == amounts
