"""Numbers in every form that SwyxWare writes (contract 5)."""

from __future__ import annotations

import pytest

from pipeline.domain.numbers import NumberPlan, Party, same_party, text_at
from pipeline.domain.rules import GroupRules, SiteRules
from tests.builders import rules


def party(number: str, *, at_trunk: bool = False, lcr_provider: str = "", **site: object) -> Party:
    fields: dict[str, object] = {"area_code": "231", "number_ranges": ("+492314777",)}
    dortmund = SiteRules("dortmund", **(fields | site))  # type: ignore[arg-type]
    plan = NumberPlan(GroupRules("dortmund", {"dortmund": dortmund}))
    return plan.party(number, "dortmund", at_trunk, lcr_provider)


def canonical(number: str, *, at_trunk: bool = False, lcr_provider: str = "", **site: object) -> str:
    return party(number, at_trunk=at_trunk, lcr_provider=lcr_provider, **site).canonical


@pytest.mark.parametrize("written", ["+49 231 98 76 54", "+49-231-987654", "+49/231/987654", "(+49) 231.987654"])
def test_blanks_and_punctuation_are_stripped(written: str) -> None:
    assert canonical(written) == "+49231987654"


def test_a_zero_in_parentheses_is_removed() -> None:
    assert canonical("+41 (0)44 567 89 01") == "+41445678901"


def test_a_number_with_an_at_sign_is_kept() -> None:
    assert canonical("231-987654@example.com") == "231-987654@example.com"


def test_a_sip_uri_is_kept() -> None:
    assert canonical("sip:anna.b@example.com") == "sip:anna.b@example.com"


def test_a_number_with_letters_is_kept() -> None:
    assert canonical("Anonymous 12") == "Anonymous 12"


def test_a_code_with_star_or_hash_is_kept() -> None:
    assert canonical("*21#") == "*21#"


def test_an_empty_number_is_empty() -> None:
    assert party("") == Party("", None, "")


@pytest.mark.parametrize("written", ["0231987XXX", "0231 987xxx"])
def test_a_masked_number_is_normalised(written: str) -> None:
    assert canonical(written) == "+49231987XXX"


@pytest.mark.parametrize("written", ["XXX", "xxx"])
def test_a_number_that_is_all_mask_stays(written: str) -> None:
    assert party(written) == Party("XXX", None, "XXX")


def test_the_mask_of_an_extension_stays() -> None:
    assert party("+4923147771XX") == Party("1XX", "dortmund", "+4923147771XX")


def test_the_zero_after_the_own_country_code_is_removed() -> None:
    assert canonical("+490231987654") == "+49231987654"


def test_the_zero_after_a_foreign_country_code_stays() -> None:
    assert canonical("+390612345") == "+390612345"


def test_a_number_of_at_most_extension_digits_is_an_extension() -> None:
    assert party("4567") == Party("4567", "", "4567")


def test_a_plus_before_an_extension_is_left_out() -> None:
    assert party("+123") == party("123") == Party("123", "", "123")


def test_a_plus_before_a_short_number_at_a_trunk_is_left_out() -> None:
    assert party("+112", at_trunk=True) == Party("112", None, "112")


def test_a_plus_before_a_longer_number_stays() -> None:
    assert party("+45678") == Party("+45678", None, "+45678")


def test_a_plus_before_a_number_as_long_as_an_international_one_stays() -> None:
    assert canonical("+6834000", extension_digits=10) == "+6834000"


def test_a_plus_before_a_mask_stays() -> None:
    assert canonical("+4XX") == "+4XX"


def test_a_longer_number_is_no_extension() -> None:
    assert party("45678") == Party("+4923145678", None, "+4923145678")


def test_at_a_trunk_a_short_number_is_no_extension_but_stays() -> None:
    assert party("4567", at_trunk=True) == Party("4567", None, "4567")


def test_the_public_access_prefix_is_removed_once() -> None:
    assert canonical("000441234567", public_access_prefix="0") == "+441234567"


def test_a_number_without_the_public_access_prefix_is_read_as_it_is() -> None:
    assert canonical("98765432", public_access_prefix="0") == "+4923198765432"


def test_the_public_access_prefix_is_not_removed_from_an_extension() -> None:
    assert party("0123", public_access_prefix="0") == Party("0123", "", "0123")


def test_at_a_trunk_the_public_access_prefix_is_removed_before_the_digits_are_counted() -> None:
    assert canonical("0110", at_trunk=True, public_access_prefix="0") == "110"


def test_no_public_access_prefix_is_removed_from_an_international_number() -> None:
    assert canonical("+49231987654", public_access_prefix="+") == "+49231987654"


@pytest.mark.parametrize("number", ["116117", "11880", "118000"])
def test_short_numbers_stay(number: str) -> None:
    assert canonical(number) == number


def test_a_short_number_is_a_whole_number() -> None:
    assert canonical("1161170") == "+492311161170"


def test_a_question_mark_in_a_short_number_is_one_digit() -> None:
    assert canonical("118XX", short_numbers=("118??",)) == "+49231118XX"


def test_without_short_numbers_none_is_kept() -> None:
    assert canonical("116117", short_numbers=()) == "+49231116117"


@pytest.mark.parametrize("code", ["01033", "01099", "010033", "010012"])
def test_a_call_by_call_code_is_removed(code: str) -> None:
    assert canonical(code + "0301234567") == "+49301234567"


def test_the_code_that_the_cdr_names_is_removed() -> None:
    assert canonical("010123301234567", lcr_provider="010123") == "+49231301234567"


def test_no_other_code_is_removed_where_the_cdr_names_one() -> None:
    assert canonical("0103398765432", lcr_provider="01013") == "+49103398765432"


def test_call_by_call_codes_exist_in_germany_only() -> None:
    assert canonical("0103398765432", country_code="43") == "+43103398765432"


def test_a_code_that_the_cdr_names_is_removed_in_germany_only() -> None:
    assert canonical("0103398765432", country_code="43", lcr_provider="01033") == "+43103398765432"


def test_the_code_is_removed_behind_the_public_access_prefix() -> None:
    assert canonical("0010330301234567", public_access_prefix="0", lcr_provider="01033") == "+49301234567"


def test_the_international_prefix_becomes_a_plus() -> None:
    assert canonical("0041445678901") == "+41445678901"


def test_the_long_distance_prefix_becomes_the_country_code() -> None:
    assert canonical("0301234567") == "+49301234567"


def test_other_prefixes_can_be_configured() -> None:
    def russian(number: str) -> str:
        return canonical(number, country_code="7", international_prefix="810", long_distance_prefix="8")

    assert [russian("810491234567"), russian("88121234567")] == ["+491234567", "+78121234567"]


def test_without_a_long_distance_prefix_local_numbers_get_country_and_area_code() -> None:
    assert canonical("912345678", country_code="34", area_code="", long_distance_prefix="") == "+34912345678"


def test_every_other_number_is_local() -> None:
    assert canonical("987654") == "+49231987654"


@pytest.mark.parametrize("written", ["+492314777222", "00492314777222", "02314777222", "4777222", "+4902314777222"])
def test_a_number_in_a_range_is_an_extension(written: str) -> None:
    assert party(written) == Party("222", "dortmund", "+492314777222")


def test_a_number_in_a_range_has_at_least_one_digit_behind_it() -> None:
    assert party("+492314777").extension_of is None


def test_a_number_in_a_range_has_at_most_extension_digits_behind_it() -> None:
    assert party("+49231477712345").extension_of is None


def test_the_longest_range_that_fits_tells_the_extension() -> None:
    assert party("+492314777222", number_ranges=("+492314777", "+4923147772", "+49231477")).text == "22"


def test_a_longer_range_that_does_not_fit_leaves_the_number_to_a_shorter_one() -> None:
    assert party("+492314777", number_ranges=("+492314777", "+49231477")).text == "7"


def test_a_range_of_another_site_of_the_group_tells_that_sites_extension() -> None:
    assert NumberPlan(rules()).party("0301234222", "dortmund") == Party("222", "berlin", "+49301234222")


def test_rows_of_a_site_write_its_own_extensions_short() -> None:
    assert text_at(party("+492314777222"), "dortmund") == "222"


def test_rows_of_a_site_write_other_sites_extensions_in_full() -> None:
    assert text_at(party("+492314777222"), "berlin") == "+492314777222"


def test_rows_of_a_site_write_bare_extensions_as_they_are() -> None:
    assert text_at(party("222"), "dortmund") == "222"


def test_a_bare_extension_names_the_same_party_as_that_extension_of_any_site() -> None:
    assert same_party(Party("222", "", "222"), party("+492314777222"))


def test_two_bare_extensions_name_the_same_party() -> None:
    assert same_party(party("222"), party("222"))


def test_the_same_extension_of_two_sites_names_two_parties() -> None:
    plan = NumberPlan(rules())
    assert not same_party(plan.party("+492314777222", "berlin"), plan.party("+49301234222", "berlin"))


def test_the_same_extension_behind_two_ranges_of_a_site_names_the_same_party() -> None:
    ranges = ("+492314777", "+492319999")
    assert same_party(party("+492314777222", number_ranges=ranges), party("+492319999222", number_ranges=ranges))


def test_other_numbers_must_be_equal() -> None:
    assert not same_party(party("+4989123456"), party("+4989123457"))


def test_two_empty_numbers_name_the_same_party() -> None:
    assert same_party(party(""), party(""))


def test_an_empty_number_names_no_other_party() -> None:
    assert not same_party(party(""), party("222"))


def test_numbers_of_equal_text_name_the_same_party_whatever_they_were_read_as() -> None:
    assert same_party(party("110"), party("110", at_trunk=True))
