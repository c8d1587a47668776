"""What tariffs do to charges, calls, totals and chains (contract 7 and 8).

A price of 0.06 a minute is 0.001 a second. Calls begin at 13:03:28 in Berlin, on a Tuesday, 2002-11-19.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pipeline.domain.rules import GroupRules
from pipeline.domain.tariffs import Tariff
from schemas.cdr import Leg
from schemas.rows import Charge
from tests.builders import at, leg, rules
from tests.rates import row, tariff
from tests.unit.derived import Derived, changed

TRUNK = "SwyxGate 1"
OUTSIDE = "+4989123456"
MUNICH = row("0.06", prefix="+4989", destination="Munich")
TARIFF = tariff(MUNICH, row("0.30", prefix="+49", destination="Germany", from_time="14:00", until_time="13:00"))


def with_tariffs(tariffs: Mapping[str, Tariff]) -> GroupRules:
    """The rules of the builders, with tariffs at some sites; all clocks show Berlin's time."""
    plain, zone = rules(), ZoneInfo("Europe/Berlin")
    sites = {name: replace(site, time_zone=zone, tariff=tariffs.get(name)) for name, site in plain.sites.items()}
    return replace(plain, sites=sites)


def outgoing(*, aoc: bool = False, costs: str | None = None, site: str = "dortmund", **fields: object) -> Leg:
    """A leg out of a trunk, of one minute."""
    one = leg(
        "3", 0, site=site, connect=10, end=70, costs=costs, aoc=aoc, called_number=OUTSIDE, destination_device=TRUNK
    )
    return changed(one, fields)


def charge(fields: Mapping[str, object], rated_by: Tariff = TARIFF) -> Charge:
    """The charge of such a leg at a site with a tariff."""
    rated = with_tariffs({"dortmund": rated_by})
    return Derived(outgoing(**fields), group_rules=rated).charge  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "source", "amount", "rated_amount"),
    [
        pytest.param({}, "rated", "0.06", "0.06", id="nothing signalled: 60 × 0.001"),
        pytest.param({"aoc": True}, "rated", "0.06", "0.06", id="AOC without Costs signals nothing"),
        pytest.param({"costs": "0"}, "rated", "0.06", "0.06", id="Costs 0 without AOC signal nothing"),
        pytest.param({"costs": "0.00", "currency": "USD"}, "rated", "0.06", "0.06", id="nor do Costs 0.00"),
        pytest.param({"aoc": True, "costs": "0"}, "aoc", "0", "0.06", id="AOC of 0 is a free call"),
        pytest.param({"aoc": True, "costs": "1.23"}, "aoc", "1.23", "0.06", id="AOC before the tariff"),
        pytest.param({"costs": "1.23"}, "lcr", "1.23", "0.06", id="least cost routing before the tariff"),
        pytest.param({"destination_device": "Link Berlin"}, "none", "0", None, id="a link costs nothing by a tariff"),
        pytest.param(
            {"destination_device": "Link Berlin", "costs": "1.23"}, "link", "1.23", None, id="a link's advice"
        ),
        pytest.param({"destination_device": ""}, "none", "0", None, id="an internal call"),
        pytest.param({"destination_device": "(call routing)"}, "none", "0", None, id="a call into a script"),
        pytest.param({"called_number": "+12125551234"}, "none", "0", None, id="a number that no prefix fits"),
        pytest.param(
            {"called_number": "+12125551234", "costs": "1.23"}, "lcr", "1.23", None, id="signalled, not rated"
        ),
        pytest.param({"ended_at": None}, "rated", "0", "0", id="no end: duration 0"),
        pytest.param({"ended_at": at(10)}, "rated", "0", "0", id="end at connect: duration 0"),
        pytest.param({"ended_at": at(5)}, "rated", "0", "0", id="end before connect: duration 0"),
        pytest.param({"ended_at": at(105)}, "rated", "0.095", "0.095", id="from connect, not from start: 95 × 0.001"),
    ],
)
def test_a_tariff_prices_what_nothing_is_signalled_for(
    fields: dict[str, object], source: str, amount: str, rated_amount: str | None
) -> None:
    found = charge(fields)
    expected = None if rated_amount is None else Decimal(rated_amount)
    assert (found.source, found.amount, found.rated_amount) == (source, Decimal(amount), expected)


def test_without_a_tariff_nothing_is_rated() -> None:
    found = Derived(outgoing(), group_rules=with_tariffs({})).charge
    assert (found.source, found.rated_amount, found.destination_name) == ("none", None, "")


def test_the_tariff_of_another_site_rates_nothing() -> None:
    found = Derived(outgoing(), group_rules=with_tariffs({"berlin": TARIFF})).charge
    assert (found.source, found.rated_amount) == ("none", None)


def test_a_rated_amount_is_in_the_currency_of_the_tariff() -> None:
    found = charge({}, tariff(MUNICH, currency="CHF"))
    assert (found.amount, found.currency) == (Decimal("0.06"), "CHF")


def test_a_signalled_amount_keeps_its_currency_beside_the_rated_amount() -> None:
    found = charge({"costs": "1.23", "currency": "USD"}, tariff(MUNICH, currency="CHF"))
    assert (found.amount, found.currency, found.rated_amount) == (Decimal("1.23"), "USD", Decimal("0.06"))


def test_a_charge_without_source_is_in_the_currency_of_the_site() -> None:
    found = charge({"called_number": "+12125551234"}, tariff(MUNICH, currency="CHF"))
    assert (found.source, found.currency) == ("none", "EUR")


@pytest.mark.parametrize(
    ("fields", "anomalies"),
    [
        pytest.param({}, (), id="rated in a band"),
        pytest.param({"called_number": "+4930123456"}, ("no_band",), id="a prefix without band at 13:03"),
        pytest.param({"called_number": "+12125551234"}, ("unrated",), id="no prefix"),
        pytest.param({"called_number": "+12125551234", "costs": "1"}, (), id="no prefix, but signalled"),
        pytest.param({"called_number": "+4930123456", "costs": "1"}, ("no_band",), id="no band, and signalled"),
        pytest.param({"called_number": "+4930123456", "ended_at": None}, (), id="no duration, so no band is missing"),
        pytest.param({"called_number": "+12125551234", "destination_device": ""}, (), id="an internal call"),
    ],
)
def test_a_missing_rate_and_a_missing_band_are_told_apart(
    fields: dict[str, object], anomalies: tuple[str, ...]
) -> None:
    assert charge(fields).anomalies == anomalies


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "Munich"),
        ({"costs": "1.23"}, "Munich"),
        ({"called_number": "+4930123456"}, "Germany"),
        ({"called_number": "102", "destination_number": "089/123456"}, "Munich"),
        ({"called_number": "0231123456"}, "Germany"),
        ({"called_number": "+12125551234"}, ""),
        ({"destination_device": "Link Berlin"}, ""),
    ],
)
def test_the_destination_is_named_as_in_the_tariff(fields: dict[str, object], name: str) -> None:
    assert charge(fields).destination_name == name


def test_the_price_is_that_of_the_local_day_on_which_the_leg_starts() -> None:
    """It starts at 23:59:58 in Berlin and is connected at 00:00:08, when a minute costs 0.60."""
    changes = tariff(MUNICH | {"valid_until": "2002-11-20"}, row("0.60", valid_from="2002-11-20"))
    midnight = 39_392
    times = {"started_at": at(midnight - 2), "connected_at": at(midnight + 8), "ended_at": at(midnight + 68)}
    assert charge(times, changes).amount == Decimal("0.06")


def test_a_short_number_out_of_a_trunk_is_rated_as_such() -> None:
    short = tariff(row("0.06", prefix="110", destination="Police"), row("0.30", destination="World"))
    assert charge({"called_number": "110"}, short).destination_name == "Police"


def test_a_rated_charge_is_counted_and_enters_call_and_totals() -> None:
    derived = Derived(outgoing(), group_rules=with_tariffs({"dortmund": TARIFF}))
    (total,) = derived.totals
    assert derived.charge.counted
    assert (derived.call.amounts, derived.call.charge_sources) == ((("EUR", Decimal("0.06")),), ("rated",))
    assert (total.source, total.currency, total.seconds, total.amount) == ("rated", "EUR", 60, Decimal("0.06"))


def test_a_leg_that_is_not_chargeable_is_not_rated() -> None:
    derived = Derived(outgoing(state="Alerting"), group_rules=with_tariffs({"dortmund": TARIFF}))
    assert (derived.charges, derived.call.amounts) == ({}, ())


def over_the_link(costs: str | None, tariffs: Mapping[str, Tariff]) -> tuple[Charge, Charge, Derived]:
    """A call of Dortmund's user 101 into Berlin's trunk: the link leg with its costs, the gateway leg without."""
    sent = outgoing(costs=costs, destination_device="Link Berlin", origination_number="101")
    gateway = outgoing(site="berlin", origination_number="+492314777101", origination_device="Link Dortmund")
    derived = Derived(sent, gateway, group_rules=with_tariffs(tariffs))
    return derived.charge_of(sent), derived.charge_of(gateway), derived


def test_over_a_link_the_rated_gateway_leg_counts_and_the_far_originator_pays() -> None:
    sent, gateway, derived = over_the_link(None, {"berlin": TARIFF})
    assert (sent.source, sent.counted, gateway.source, gateway.counted) == ("none", False, "rated", True)
    assert (gateway.payer_site, gateway.payer_number, gateway.carrier_site) == ("dortmund", "101", "berlin")
    assert derived.call.amounts == (("EUR", Decimal("0.06")),)


def test_the_gateway_leg_is_rated_by_its_own_site() -> None:
    dear = tariff(row("6", prefix="+4989"))
    sent, gateway, _ = over_the_link(None, {"dortmund": dear, "berlin": TARIFF})
    assert (sent.source, gateway.amount) == ("none", Decimal("0.06"))


@pytest.mark.parametrize(
    ("costs", "anomalies"),
    [
        ("0.06", ()),
        ("0.065", ()),
        ("0.0651", ("charge_mismatch",)),
        ("0.0549", ("charge_mismatch",)),
        ("1.23", ("charge_mismatch",)),
    ],
)
def test_the_rated_gateway_leg_counts_before_the_links_advice_and_a_difference_is_flagged(
    costs: str, anomalies: tuple[str, ...]
) -> None:
    sent, gateway, derived = over_the_link(costs, {"berlin": TARIFF})
    assert (sent.source, sent.counted, gateway.source, gateway.counted) == ("link", False, "rated", True)
    assert derived.call.amounts == (("EUR", Decimal("0.06")),)
    assert derived.link.anomalies == anomalies


def test_a_link_leg_counts_where_the_gateway_leg_is_neither_signalled_nor_rated() -> None:
    sent, gateway, _ = over_the_link("1.23", {"dortmund": TARIFF})
    assert (sent.source, sent.counted, gateway.source, gateway.counted) == ("link", True, "none", False)


def test_a_tariff_in_another_currency_than_the_links_advice_is_flagged() -> None:
    _, _, derived = over_the_link("0.06", {"berlin": tariff(MUNICH, currency="CHF")})
    assert (derived.link.anomalies, derived.link.currency) == (("currency_mismatch",), "CHF")
