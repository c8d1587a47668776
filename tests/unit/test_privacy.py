from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.domain.privacy import Guard, SitePrivacy, mask
from pipeline.domain.pseudonyms import is_pseudonym, pseudonym_of
from schemas.cdr import Leg, Reject
from tests.builders import leg, rules

KEY = b"sixteen bytes at least"
OUTSIDE: dict[str, Any] = {
    "called_number": "0030 987 65-43",
    "destination_number": "+493098765432",
    "destination_name": "Dr. Adams",
    "destination_device": "SwyxGate 1",
}


def guarded(entry: Leg, **asked: Any) -> Leg | None:
    """A leg of Dortmund as it would be published."""
    return Guard(rules(), "dortmund", SitePrivacy(**asked)).leg(entry)


def kept(entry: Leg, **asked: Any) -> Leg:
    result = guarded(entry, **asked)
    assert result is not None
    return result


def never(number: str, **fields: Any) -> bool:
    """Whether a leg with these numbers is not recorded if `number` is one of those."""
    return guarded(leg("1", **fields), never_recorded=(number,)) is None


@pytest.mark.parametrize("field", ["origination_number", "called_number", "destination_number"])
@pytest.mark.parametrize("written", ["222", "+492314777222", "0231 4777-222", "0049 (231) 4777222"])
@pytest.mark.parametrize("entry", ["222", "+492314777222", "22?"])
def test_a_leg_with_a_number_that_is_never_recorded_is_not(field: str, written: str, entry: str) -> None:
    assert never(entry, **{field: written})


@pytest.mark.parametrize("written", ["223", "+49301234222", "+4922", "+492314777222@example.net", "XXX", ""])
def test_other_numbers_are_recorded(written: str) -> None:
    assert not never("222", origination_number="101", called_number=written, destination_number="")


def test_outside_and_short_numbers_can_be_named_too() -> None:
    dialled = {"destination_device": "SwyxGate 1"}

    assert never("116111", called_number="116111", **dialled)
    assert never("+49800111????", called_number="08001110222", **dialled)
    assert never("08001110111", called_number="+498001110111", **dialled)
    assert not never("+49800111????", called_number="08002110222", **dialled)


def test_of_who_transferred_a_call_nothing_is_left_where_that_number_is_never_recorded() -> None:
    transferred = leg("1", transferred_by_number="222", transferred_by_name="Works Council")

    record = kept(transferred, never_recorded=("222",)).record

    assert (record.transferred_by_number, record.transferred_by_name) == ("", "")


def test_the_last_digits_of_outside_destinations_are_hidden() -> None:
    hidden = kept(leg("1", **OUTSIDE), masked_digits=3)

    record = hidden.record
    assert (record.called_number, record.destination_number, record.destination_name) == (
        "0030 987 6X-XX",
        "+493098765XXX",
        "",
    )
    assert (hidden.anomalies, hidden.raw_line) == (("masked_number",), "")


def test_hidden_digits_are_told_before_a_charge_on_a_result() -> None:
    odd = leg("1", **OUTSIDE)._replace(anomalies=("end_before_start", "charge_on_result"))

    assert kept(odd, masked_digits=3).anomalies == ("end_before_start", "masked_number", "charge_on_result")


@pytest.mark.parametrize("number", ["102", "+492314777102", "+49301234102", "110", "116117", "", "XXX"])
def test_extensions_own_numbers_and_short_numbers_stay(number: str) -> None:
    line = leg("1", called_number=number, destination_device="SwyxGate 1")

    assert kept(line, masked_digits=3) is line


def test_who_calls_from_outside_stays() -> None:
    line = leg("1", origination_number="+493098765432", origination_device="SwyxGate 1", called_number="+4989987654")

    assert kept(line, masked_digits=3) is line


def test_an_outside_party_of_a_transfers_result_is_hidden_wherever_it_stands() -> None:
    line = leg(
        "3", origination_number="+493098765432", origination_device="SwyxGate 1", transferred_call_id_1="1",
        transferred_call_id_2="2",
    )  # fmt: skip

    assert kept(line, masked_digits=3).record.origination_number == "+493098765XXX"


def test_a_mask_counts_digits_that_are_hidden_already() -> None:
    assert [mask(number, 3) for number in ("+49309876XXX", "030/12-34x", "12", "+4930123@example.net")] == [
        "+49309876XXX",
        "030/12-XXX",
        "XX",
        "+4930XXX@example.net",
    ]


def test_further_columns_keep_their_names_only() -> None:
    line = leg("1", **OUTSIDE)._replace(extra=(("DialledBefore", "+493098765432"), ("field_36", "Dr. Adams")))

    assert kept(line, masked_digits=3).extra == (("DialledBefore", ""), ("field_36", ""))


def test_users_become_pseudonyms_of_their_extensions() -> None:
    line = leg(
        "1", origination_number="+492314777101", origination_name="Anna", called_number="102", called_name="Bert"
    )

    record = kept(line, pseudonym_key=KEY).record

    assert (record.origination_number, record.origination_name) == (pseudonym_of("101", KEY),) * 2
    assert (record.called_number, record.called_name) == (pseudonym_of("102", KEY),) * 2


def test_outside_parties_keep_number_and_name_beside_pseudonyms() -> None:
    record = kept(leg("1", **OUTSIDE), pseudonym_key=KEY).record

    assert (record.destination_number, record.destination_name) == ("+493098765432", "Dr. Adams")


def test_a_name_without_a_number_is_left_out_beside_pseudonyms() -> None:
    line = leg("1", transferred_by_name="Anna", called_number="102", destination_name="Bert")

    record = kept(line, pseudonym_key=KEY).record

    assert (record.transferred_by_name, record.destination_name) == ("", pseudonym_of("102", KEY))


def test_what_is_hidden_once_is_not_hidden_again() -> None:
    asked: dict[str, Any] = {"masked_digits": 3, "pseudonym_key": KEY, "never_recorded": ("222",)}
    once = kept(leg("1", origination_name="Anna", transferred_by_number="103", **OUTSIDE), **asked)

    assert kept(once, **asked) is once


def test_another_key_gives_other_pseudonyms() -> None:
    one, other = pseudonym_of("101", KEY), pseudonym_of("101", b"another key of 16 bytes")

    assert one != other
    assert is_pseudonym(one)
    assert is_pseudonym(other)


def test_a_reject_keeps_place_and_reason_but_nothing_of_its_line() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    bad = Reject("dortmund", "cdr.txt", 12, b'"1","222","Anna"', "bad_time", "StartTime: found 'Anna'", at, (), None)

    hidden = Guard(rules(), "dortmund", SitePrivacy(never_recorded=("222",)))(bad)

    assert isinstance(hidden, Reject)
    assert (hidden.source_file, hidden.source_offset, hidden.reason) == ("cdr.txt", 12, "bad_time")
    assert "Anna" not in repr(hidden)
    assert "222" not in repr(hidden)
