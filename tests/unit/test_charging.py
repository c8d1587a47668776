"""What each chargeable leg costs, who pays it, and which record of the same money counts (contract 7 and 8)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.cdr import Leg
from schemas.rows import Charge
from tests.builders import at, leg
from tests.unit.derived import Derived, changed

TRUNK = "SwyxGate 1"
OUTSIDE = "+4989123456"


def charge(*, aoc: bool = True, costs: str | None = "1.23", site: str = "dortmund", **fields: object) -> Charge:
    """The charge of a single leg out of a trunk, of one minute."""
    one = leg(
        "3", 0, site=site, connect=10, end=70, costs=costs, aoc=aoc, called_number=OUTSIDE, destination_device=TRUNK
    )
    return Derived(changed(one, fields)).charge


def test_a_chargeable_leg_has_a_charge_with_its_times() -> None:
    found = charge()
    assert (found.started_at, found.connected_at, found.duration_seconds) == (at(0), at(10), 60)


def test_a_leg_that_is_not_chargeable_has_no_charge() -> None:
    assert not Derived(leg("3", connect=10, costs="1", state="Alerting")).charges


def test_money_on_a_result_is_not_counted() -> None:
    derived = Derived(
        leg("3", transferred_to_call_id="8"), leg("8", 5, connect=6, costs="1", transferred_call_id_1="3")
    )
    assert (derived.charges, derived.call.amounts) == ({}, ())


def test_an_internal_leg_has_a_charge_of_source_none() -> None:
    found = charge(costs=None, destination_device="")
    assert (found.source, found.anomalies) == ("none", ())


@pytest.mark.parametrize(
    ("device", "aoc", "costs", "source"),
    [
        ("Link Berlin", True, "1.23", "link"),
        ("Link Berlin", False, "1.23", "link"),
        ("Link Berlin", False, "0", "link"),
        ("Link Berlin", True, None, "none"),
        (TRUNK, True, "1.23", "aoc"),
        (TRUNK, True, "0", "aoc"),
        ("", True, "1.23", "aoc"),
        (TRUNK, False, "1.23", "lcr"),
        (TRUNK, False, "0.00", "none"),
        (TRUNK, True, None, "none"),
        (TRUNK, False, None, "none"),
    ],
)
def test_costs_destination_and_aoc_tell_the_source(device: str, aoc: bool, costs: str | None, source: str) -> None:
    assert charge(destination_device=device, aoc=aoc, costs=costs).source == source


def test_a_trunk_leg_without_any_charge_is_flagged_unrated() -> None:
    assert charge(costs=None).anomalies == ("unrated",)


def test_a_trunk_leg_with_a_charge_is_not_flagged() -> None:
    assert charge().anomalies == ()


def test_a_charge_without_source_is_zero_in_the_sites_currency_and_not_counted() -> None:
    found = charge(costs=None, site="zurich", currency="USD")
    assert (found.amount, found.currency, found.counted) == (Decimal(0), "CHF", False)


def test_an_unpaired_charge_with_a_source_is_counted() -> None:
    found = charge()
    assert (found.amount, found.currency, found.counted) == (Decimal("1.23"), "EUR", True)


def test_a_charge_without_a_currency_is_in_the_sites_currency() -> None:
    assert charge(site="zurich", currency="").currency == "CHF"


def test_amounts_are_kept_to_six_decimals() -> None:
    assert charge(costs="1.2345675").amount == Decimal("1.234568")


def test_currencies_are_never_added() -> None:
    legs = [
        leg("3", 0, connect=1, costs="1", transferred_to_call_id="8"),
        leg("7", 5, connect=6, costs="2", currency="USD", transferred_to_call_id="8", aoc=False),
        leg("8", 9, connect=10, costs="4", transferred_to_call_id="9"),
    ]
    call = Derived(*legs).call
    assert call.amounts == (("EUR", Decimal(5)), ("USD", Decimal(2)))
    assert call.charge_sources == ("aoc", "lcr")


def test_a_charge_without_source_enters_no_amounts_and_no_sources() -> None:
    call = Derived(leg("3", connect=10, destination_device=TRUNK)).call
    assert (call.amounts, call.charge_sources) == ((), ())


def payer(**fields: object) -> tuple[str, str, str]:
    found = charge(**fields)  # type: ignore[arg-type]
    return found.payer_site, found.payer_number, found.payer_name


def test_the_originator_pays() -> None:
    assert payer(origination_number="101", origination_name="User C") == ("dortmund", "101", "User C")


def test_the_payer_is_written_as_extension_at_the_own_site() -> None:
    assert payer(origination_number="+49 (0)231 4777-101")[1] == "101"


def test_a_payer_who_is_no_extension_of_the_payer_site_is_written_in_full() -> None:
    assert payer(origination_number="0301234101") == ("dortmund", "+49301234101", "")


def test_the_digits_of_a_masked_payer_stay_masked() -> None:
    assert payer(origination_number="+4923147771XX")[1] == "1XX"


def test_of_a_call_from_a_trunk_the_called_user_pays() -> None:
    fields = {"origination_device": TRUNK, "called_number": "456", "called_name": "User B"}
    assert payer(**fields, destination_number=OUTSIDE) == ("dortmund", "456", "User B")


def test_of_a_call_from_a_trunk_the_called_users_site_pays() -> None:
    assert payer(origination_device=TRUNK, called_number="+49301234456")[:2] == ("berlin", "456")


def test_of_a_call_from_a_trunk_to_no_user_the_legs_site_pays() -> None:
    assert payer(origination_device=TRUNK, called_number=OUTSIDE)[:2] == ("dortmund", OUTSIDE)


def test_of_a_call_from_a_call_routing_script_the_originator_pays() -> None:
    assert payer(origination_device="(call routing)", origination_number="101")[1] == "101"


def test_the_destination_is_the_destination_number_in_canonical_form() -> None:
    assert charge(called_number="102", destination_number="0160/1234567").destination_number == "+491601234567"


def test_the_destination_is_the_called_number_where_destination_number_is_empty() -> None:
    assert charge(called_number="0160 1234567").destination_number == "+491601234567"


def test_a_destination_within_the_own_site_is_an_extension() -> None:
    assert charge(called_number="+492314777456", destination_device="").destination_number == "456"


def test_a_destination_at_another_site_is_written_in_full() -> None:
    assert charge(called_number="+49301234456", destination_device="").destination_number == "+49301234456"


def test_the_call_by_call_code_of_the_cdr_is_removed_from_the_destination() -> None:
    assert charge(called_number="010330160123", lcr_provider="01033").destination_number == "+49160123"


def test_carrier_site_and_trunk_of_an_unpaired_leg_are_its_own() -> None:
    found = charge()
    assert (found.carrier_site, found.trunk, found.counterpart_leg_id) == ("dortmund", TRUNK, "")


def test_the_project_number_is_the_legs() -> None:
    assert charge(project_number="4711").project_number == "4711"


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


@pytest.mark.parametrize(
    ("sent", "received", "currency"), [("1", "1", "CHF"), (None, "1", "CHF"), ("1", None, "EUR"), (None, None, "")]
)
def test_the_currency_of_a_pair_is_the_far_ends_else_the_near_ends_else_empty(
    sent: str | None, received: str | None, currency: str
) -> None:
    assert pair(sent, received, "CHF").link.currency == currency


def test_the_amount_of_an_end_without_source_is_null() -> None:
    found = pair("1", None).link
    assert (found.from_amount, found.to_amount) == (Decimal(1), None)
