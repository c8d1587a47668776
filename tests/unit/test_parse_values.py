"""Costs, flags, states and what is odd about a CDR by itself (contract 4)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.values import KNOWN_REASONS, KNOWN_STATES
from tests.cdr_lines import leg, line, reject


def costs(text: str, decimal: str = "auto", scale: int = 1) -> Decimal | None:
    dialect = Dialect("Europe/Berlin", cost_decimal=decimal, cost_scale=scale)
    return leg(line(Costs=text), dialect).record.costs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.23", "1.23"),
        ("1,23", "1.23"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567,8", "1234567.8"),
        ("1.234", "1.234"),
        ("123", "123"),
        ("0", "0"),
        (",5", "0.5"),
        ("5,", "5"),
        (" 1,23 ", "1.23"),
        ("+1.23", "1.23"),
    ],
)
def test_auto_takes_the_last_mark_as_decimal_mark(text: str, expected: str) -> None:
    assert costs(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [("1.234", ",", "1234"), ("1,234", ",", "1.234"), ("1,234", ".", "1234"), ("1.234", ".", "1.234")],
)
def test_a_configured_decimal_mark_makes_the_other_one_a_thousands_mark(text: str, decimal: str, expected: str) -> None:
    assert costs(text, decimal) == Decimal(expected)


def test_costs_may_be_in_hundredths() -> None:
    assert costs("123", scale=100) == Decimal("1.23")


def test_costs_are_kept_to_six_decimals_rounded_half_up() -> None:
    assert [costs("0.1234565"), costs("0.12345", scale=100)] == [Decimal("0.123457"), Decimal("0.001235")]


@pytest.mark.parametrize("text", ["", "  "])
def test_empty_costs_are_none(text: str) -> None:
    assert costs(text) is None


@pytest.mark.parametrize(
    "text",
    ["-1", "abc", "1,234,567", "1.2.3", "1 234", "1e3", "NaN", ".", ",", "1,23 EUR", "12.34,5", "١٢", "1" + "0" * 12],
)
def test_what_is_no_number_of_at_least_0_is_rejected(text: str) -> None:
    found = reject(line(Costs=text))
    assert (found.reason, found.detail.split(":")[0]) == ("bad_number", "Costs")


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("0", False), ("", False), (" ", False)])
def test_aoc_is_a_flag_and_empty_counts_as_0(text: str, expected: bool) -> None:
    assert leg(line(AOC=text)).record.aoc is expected


@pytest.mark.parametrize("text", ["2", "true", "01", "-"])
def test_another_aoc_is_rejected(text: str) -> None:
    found = reject(line(AOC=text))
    assert (found.reason, found.detail.split(":")[0]) == ("bad_number", "AOC")


@pytest.mark.parametrize("state", ["", *KNOWN_STATES, "On Hold", "ON HOLD", "connected"])
def test_known_states_are_compared_without_case_and_blanks_and_kept_as_written(state: str) -> None:
    found = leg(line(State=state))
    assert (found.record.state, found.anomalies) == (state, ())


def test_an_unknown_state_is_kept_and_flagged() -> None:
    found = leg(line(State="Parked"))
    assert (found.record.state, found.anomalies) == ("Parked", ("unknown_state",))


def test_there_are_six_states_and_23_reasons() -> None:
    assert (len(KNOWN_STATES), len(set(KNOWN_REASONS))) == (6, 23)


@pytest.mark.parametrize("reason", ["", *KNOWN_REASONS, "no answer", "NOANSWER"])
def test_known_reasons_are_compared_without_case_and_blanks_and_kept_as_written(reason: str) -> None:
    found = leg(line(DisconnectReason=reason))
    assert (found.record.disconnect_reason, found.anomalies) == (reason, ())


def test_an_unknown_reason_is_kept_and_flagged() -> None:
    found = leg(line(DisconnectReason="Explosion"))
    assert (found.record.disconnect_reason, found.anomalies) == ("Explosion", ("unknown_reason",))


@pytest.mark.parametrize("column", ["OriginationNumber", "CalledNumber", "DestinationNumber"])
@pytest.mark.parametrize("number", ["+49231XXX", "0231477xx", "XXX"])
def test_a_masked_number_is_flagged(column: str, number: str) -> None:
    assert leg(line(**{column: number})).anomalies == ("masked_number",)


@pytest.mark.parametrize("number", ["max@example.org", "Xaver", "4777", ""])
def test_addresses_and_names_are_not_masked(number: str) -> None:
    assert leg(line(CalledNumber=number)).anomalies == ()


def test_a_masked_number_elsewhere_is_not_flagged() -> None:
    assert leg(line(TransferredByNumber="XXX")).anomalies == ()


@pytest.mark.parametrize("reference", ["TransferredCallId1", "TransferredCallId2"])
def test_money_on_the_result_of_a_transfer_is_flagged_and_kept(reference: str) -> None:
    found = leg(line(**{reference: "8", "Costs": "1.23"}))
    assert (found.anomalies, found.record.costs) == (("charge_on_result",), Decimal("1.23"))


@pytest.mark.parametrize("reference", ["", "0", " ", "3"])
def test_empty_zero_and_own_references_make_no_result(reference: str) -> None:
    assert leg(line(CallId="3", TransferredCallId1=reference, Costs="1.23")).anomalies == ()


@pytest.mark.parametrize("text", ["", "0", "0,00"])
def test_a_result_without_money_is_not_flagged(text: str) -> None:
    assert leg(line(TransferredCallId1="8", Costs=text)).anomalies == ()


def test_a_leg_that_was_transferred_is_no_result() -> None:
    assert leg(line(TransferredToCallId="8", Costs="1.23")).anomalies == ()


def test_anomalies_come_in_the_contracts_order() -> None:
    odd = line(
        EndDate="",
        EndTime="",
        ConnectDate="19.11.2002",
        ConnectTime="13:03:30",
        State="?",
        DisconnectReason="?",
        CalledNumber="XXX",
        TransferredCallId1="8",
        Costs="1",
    )
    assert leg(odd).anomalies == (
        "connected_without_end",
        "unknown_state",
        "unknown_reason",
        "masked_number",
        "charge_on_result",
    )
