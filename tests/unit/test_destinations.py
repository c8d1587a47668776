"""What a number leads to, by the public numbering plans (contract 9: `destination_country`, `destination_kind`)."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.destinations import destination, plain_number


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


CODES = [str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]


@settings(max_examples=500)
@given(code=st.sampled_from(CODES), national=st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_a_number_is_what_the_public_plans_make_of_it(code: str, national: str) -> None:
    digits = f"+{code}{national}"
    found = plain_number(digits)
    assert found is None or found == phonenumbers.parse(digits)


@settings(max_examples=500)
@given(text=st.text("+0123456789X \u0664\u0669", max_size=12))
def test_no_text_is_a_number_that_the_public_plans_do_not_know(text: str) -> None:
    found = plain_number(f"+{text}")
    assert found is None or found == phonenumbers.parse(f"+{text}")


@pytest.mark.parametrize("digits", ["+49302345678", "+441632960123", "+12125550123", "+35220212223"])
def test_numbers_are_told_without_a_look_at_all_plans(digits: str) -> None:
    assert plain_number(digits) is not None


@pytest.mark.parametrize("digits", ["+390612345", "+111112125550123"])
def test_what_may_stand_before_a_national_number_is_left_to_the_public_plans(digits: str) -> None:
    assert plain_number(digits) is None
