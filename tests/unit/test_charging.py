"""What a chargeable leg costs by itself and who pays it (contract 7)."""

from __future__ import annotations

from decimal import Decimal

import pytest

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


def test_a_leg_without_source_adds_nothing_to_what_the_others_of_its_call_cost() -> None:
    paid = leg("3", 0, connect=1, costs="1", currency="USD", transferred_to_call_id="8")
    call = Derived(paid, leg("8", 9, connect=10)).call
    assert (call.amounts, call.charge_sources) == ((("USD", Decimal(1)),), ("aoc",))


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
    assert charge(called_number="0101230160123", lcr_provider="010123").destination_number == "+49160123"


def test_carrier_site_and_trunk_of_an_unpaired_leg_are_its_own() -> None:
    found = charge()
    assert (found.carrier_site, found.trunk, found.counterpart_leg_id) == ("dortmund", TRUNK, "")


def test_the_project_number_is_the_legs() -> None:
    assert charge(project_number="4711").project_number == "4711"


def test_a_plus_before_the_project_number_is_left_out() -> None:
    assert charge(project_number="+4711").project_number == "4711"
