"""The number plan that `inspect` guesses: extensions, own ranges, access prefix, country."""

from __future__ import annotations

import pytest

from connectors.cdr_file.survey.numbers import (
    NumberCounts,
    Range,
    guess_access_prefix,
    guess_extension_digits,
    guess_ranges,
)
from connectors.cdr_file.survey.places import country_of, guess_area, guess_country, guess_zone
from tests.cdr_lines import leg, line


def counted(*changes: dict[str, str]) -> NumberCounts:
    counts = NumberCounts()
    for number, change in enumerate(changes, 1):
        counts.add(number, leg(line(**change)).record)
    return counts


def to_trunk(number: str, **changes: str) -> dict[str, str]:
    return {"CalledNumber": number, "DestinationDevice": "SwyxGate 1"} | changes


def test_the_longest_number_that_is_not_rare_gives_the_extension_digits() -> None:
    guess = guess_extension_digits({"123": 40, "1234": 59, "123456": 1})
    assert guess == (4, "numbers inside the site have 4 digits 59 times, 3 digits 40 times, 6 digits once", True)


def test_a_few_numbers_are_no_proof_of_extension_digits() -> None:
    assert guess_extension_digits({"123": 2}) == (3, "numbers inside the site have 3 digits 2 times", False)


def test_without_internal_numbers_nothing_tells_the_extension_digits() -> None:
    assert guess_extension_digits({}) is None


def test_internal_are_numbers_at_an_end_without_device() -> None:
    counts = counted(
        {"OriginationNumber": "123", "CalledNumber": "456"},
        to_trunk("110", OriginationNumber="124"),
        {"OriginationNumber": "12", "OriginationDevice": "SwyxGate 1", "CalledNumber": "457"},
        {"OriginationNumber": "125", "CalledNumber": "458", "DestinationDevice": "(call routing)"},
    )
    assert set(counts.internal.counts) == {"123", "456", "124", "457", "125", "458"}


def test_a_plus_before_an_extension_is_told_and_dropped() -> None:
    counts = counted({"OriginationNumber": "+123", "CalledNumber": "sip@example.com"})
    assert counts.short_with_plus.lines == [1]
    assert set(counts.internal.counts) == {"123"}


def test_own_are_complete_numbers_inside_the_site() -> None:
    counts = counted(
        {"OriginationNumber": "+49 231 4777-222", "CalledNumber": "456"},
        {"OriginationNumber": "+4930123456", "OriginationDevice": "SwyxGate 1", "CalledNumber": "+492314777223"},
        {"OriginationNumber": "123", "CalledNumber": "+4930999999", "DisconnectReason": "UnknownNumber"},
    )
    assert set(counts.own.counts) == {"+492314777222", "+492314777223"}


def test_an_extension_of_the_file_is_cut_off_its_own_number() -> None:
    found = guess_ranges({"+492314777222": 9, "+492314777333": 1}, {"222": 1}, 4)
    assert found[0] == Range("+492314777", 9, 1, 1)


def test_without_a_known_extension_three_numbers_make_a_range() -> None:
    own = {f"+49231477{ending}": 5 for ending in (7001, 7002, 7003)}
    assert guess_ranges(own, {}, 4) == [Range("+49231477", 15, 3, 0)]
    assert guess_ranges(dict(list(own.items())[:2]), {}, 4) == []


def test_rare_beginnings_are_no_range() -> None:
    own = {f"+4923147770{ending}": 50 for ending in (11, 12)} | {"+49305550011": 1}
    assert [found.prefix for found in guess_ranges(own, {"11": 1, "12": 1}, 2)] == ["+4923147770"]


def test_a_country_and_an_area_alone_are_no_range() -> None:
    assert guess_ranges({f"+493{ending}": 9 for ending in (101, 102, 103)}, {"101": 1}, 3) == []


def test_numbers_that_begin_with_000_carry_the_access_prefix() -> None:
    guess = guess_access_prefix(counted(*[to_trunk("00041446677889"), to_trunk("06543210")] * 10))
    assert guess is not None
    assert guess[::2] == ("0", True)


def test_national_numbers_with_one_0_carry_none() -> None:
    numbers = [to_trunk("02317654321", PublicAccessPrefix="0"), to_trunk("6543210", PublicAccessPrefix="0")]
    guess = guess_access_prefix(counted(*numbers * 10))
    assert guess is not None
    assert guess == (
        "",
        "20 external numbers as dialled begin with 0 10 times, no 0 10 times; PublicAccessPrefix is 0 in 20 CDRs",
        True,
    )


def test_another_access_digit_is_known_from_its_field() -> None:
    guess = guess_access_prefix(counted(*[to_trunk("902317654321", PublicAccessPrefix="+9")] * 20))
    assert guess is not None
    assert guess[::2] == ("9", True)


def test_complete_numbers_carry_no_access_prefix_whatever_was_dialled() -> None:
    guess = guess_access_prefix(counted(to_trunk("+4420456789", PublicAccessPrefix="0")))
    assert guess == ("", "external numbers are written as +…, once; PublicAccessPrefix is 0 in 1 CDRs", False)


def test_without_external_calls_nothing_tells_the_access_prefix() -> None:
    assert guess_access_prefix(counted({})) is None


def test_masked_numbers_are_told_by_their_form() -> None:
    counts = NumberCounts()
    counts.add_masked("+492314777XXX", "xxx", "123")
    assert counts.masks.counts == {"…XXX": 1, "XXX": 1}


@pytest.mark.parametrize(
    ("number", "country"),
    [("+4930", "49"), ("+12027", "1"), ("+352123", "352"), ("+41445552", "41"), ("+49", "49"), ("+0", ""), ("", "")],
)
def test_country_codes_have_one_to_three_digits(number: str, country: str) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("ranges", "providers", "currency", "country"),
    [
        (["+41445552"], ["01033"], "EUR", "41"),
        ([], ["01033"], "CHF", "49"),
        ([], ["4711"], "CHF", "41"),
    ],
)
def test_a_country_is_known_by_own_numbers_then_call_by_call_then_currency(
    ranges: list[str], providers: list[str], currency: str, country: str
) -> None:
    guess = guess_country(ranges, providers, currency)
    assert guess is not None
    assert guess.value == country


def test_nothing_tells_the_country_of_a_site_that_charges_in_euro() -> None:
    assert guess_country([], [], "EUR") is None


@pytest.mark.parametrize(
    ("country", "own", "area"), [("49", "+49305", "30"), ("49", "+492314777", None), ("41", "+41445552", "44")]
)
def test_an_area_code_is_told_only_where_its_length_is_known(country: str, own: str, area: str | None) -> None:
    guess = guess_area(country, [own])
    assert (guess.value if guess else None) == area


def test_the_zone_is_that_of_the_country_for_the_user_to_check() -> None:
    assert guess_zone("41") == ("Europe/Zurich", "no zone in the file; that of country code 41", False)
    assert guess_zone("999") is None
