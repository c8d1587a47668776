"""Department and cost centre of who pays, country and kind of what is called (contract 3 and 9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from pipeline.domain.rules import Destination, GroupRules
from pipeline.domain.users import User, Users
from schemas.rows import Charge
from tests.builders import leg, rules
from tests.unit.derived import Derived

TRUNK = "SwyxGate 1"
HOURS = 3600
# The calls of the builders begin on 2002-11-19 at 12:03:28 UTC.
ANNA = User("101", "Anna", "sales", "4711", None, date(2002, 11, 20))
BERT = User("101", "Bert", "support", "4712", date(2002, 11, 20), None)


def group(site: str, *users: User, zone: str = "Europe/Berlin") -> GroupRules:
    """The rules of the builders with the users of one site; every number leads to its own first digits."""
    plain = rules()
    sites = dict(plain.sites)
    sites[site] = replace(sites[site], users=Users(users), time_zone=ZoneInfo(zone))
    return replace(plain, sites=sites, destination=lambda number, country: Destination(country, number[:3]))


def charge(group_rules: GroupRules, start: int = 0, **fields: object) -> Charge:
    """The charge of a leg of extension 101 at Dortmund into the PSTN."""
    values = {"called_number": "+4989123456", "destination_device": TRUNK} | fields
    one = leg("3", start, connect=start + 2, end=start + 62, **values)  # type: ignore[arg-type]
    return Derived(one, group_rules=group_rules).charge


def unit(found: Charge) -> tuple[str, str]:
    return found.department, found.cost_centre


def test_the_payer_belongs_to_the_department_of_the_calls_day() -> None:
    assert unit(charge(group("dortmund", ANNA, BERT))) == ("sales", "4711")
    assert unit(charge(group("dortmund", ANNA, BERT), 24 * HOURS)) == ("support", "4712")


def test_the_day_is_that_of_the_payers_site() -> None:
    in_kolkata = group("dortmund", ANNA, BERT, zone="Asia/Kolkata")
    assert unit(charge(in_kolkata, 7 * HOURS)) == ("support", "4712")
    assert unit(charge(group("dortmund", ANNA, BERT), 7 * HOURS)) == ("sales", "4711")


def test_the_users_of_another_site_do_not_count() -> None:
    assert unit(charge(group("berlin", ANNA))) == ("", "")


def test_a_payer_from_another_site_belongs_to_a_department_there() -> None:
    found = charge(group("berlin", ANNA), origination_device="Link Berlin", origination_number="+49301234101")
    assert unit(found) == ("sales", "4711")


def test_what_is_called_is_seen_from_the_country_of_the_legs_site() -> None:
    found = charge(group("dortmund"))
    assert (found.destination_country, found.destination_kind) == ("49", "+49")


def test_an_extension_is_internal() -> None:
    found = charge(group("dortmund"), called_number="102", destination_device="")
    assert (found.destination_country, found.destination_kind) == ("", "internal")
