"""What a number leads to, by the public numbering plans (contract 9: `destination_country`, `destination_kind`)."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.destinations import destination, own_number


@pytest.mark.parametrize(
    ("canonical", "country", "kind"),
    [
        ("+49302345678", "DE", "geographic"),
        ("+491711234567", "DE", "mobile"),
        ("+498001234567", "DE", "freephone"),
        ("+499001234567", "DE", "premium"),
        ("+49180512345", "DE", "premium"),  # shared cost
        ("+41443334455", "CH", "international"),
        ("+41791234567", "CH", "international"),  # mobile there
        ("+41800123456", "CH", "freephone"),
        ("+41900123456", "CH", "premium"),
        ("+12125550123", "US", "international"),
        ("+881612345678", "", "international"),  # a satellite has no country
        ("110", "DE", "emergency"),
        ("112", "DE", "emergency"),
        ("116117", "DE", "freephone"),
        ("11833", "DE", "premium"),
        ("115", "DE", "service"),
        ("4930", "DE", "service"),
    ],
)
def test_numbers_seen_from_germany(canonical: str, country: str, kind: str) -> None:
    assert destination(canonical, "49") == (country, kind)


@pytest.mark.parametrize(
    ("canonical", "country", "kind"),
    [
        ("+49302345678", "DE", "international"),
        ("+41443334455", "CH", "geographic"),
        ("144", "CH", "emergency"),
        ("1811", "CH", "premium"),
    ],
)
def test_numbers_seen_from_switzerland(canonical: str, country: str, kind: str) -> None:
    assert destination(canonical, "41") == (country, kind)


@pytest.mark.parametrize(
    ("canonical", "country", "kind"),
    [("+4930234XXXX", "DE", "geographic"), ("+49171123XXXX", "DE", "mobile"), ("+4144333XXXX", "CH", "international")],
)
def test_masked_digits_leave_what_the_others_tell(canonical: str, country: str, kind: str) -> None:
    assert destination(canonical, "49") == (country, kind)


@pytest.mark.parametrize("text", ["", "XXX", "+", "+XXXX", "+49", "anna@example.com", "conference", "0123", "X", "+0"])
def test_what_is_no_number_is_unknown(text: str) -> None:
    assert destination(text, "49") == ("", "unknown")


@given(
    country=st.sampled_from(["49", "43", "41", "33", "44", "39", "1"]),
    national=st.from_regex(r"[0-9]{1,20}", fullmatch=True),
)
def test_an_own_number_is_what_the_public_plans_make_of_it(country: str, national: str) -> None:
    digits = f"+{country}{national}"
    found = own_number(digits, country)
    assert found is None or found == phonenumbers.parse(digits)


def test_most_numbers_of_the_own_country_are_told_without_a_look_at_all_plans() -> None:
    assert own_number("+49302345678", "49") is not None
