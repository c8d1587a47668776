"""The files under tests/data say what the vendor's documents say, field by field."""

from __future__ import annotations

import csv

import pytest

from tests.vendor import DATA, filled, raw_lines, tables

EXAMPLES = ("simple", "external", "script", "transfer", "retransfer")
SCENARIOS = ("conference", "site-a", "site-b")
FILES = [*(f"spec/{name}" for name in EXAMPLES), *(f"vendor/{name}" for name in SCENARIOS)]
NAMES = (
    "CallId OriginationNumber OriginationName CalledNumber CalledName DestinationNumber DestinationName StartDate"
    " StartTime ScriptConnectDate ScriptConnectTime DeliveredDate DeliveredTime ConnectDate ConnectTime EndDate EndTime"
    " Currency Costs State PublicAccessPrefix LCRProvider ProjectNumber AOC OriginationDevice DestinationDevice"
    " TransferredByNumber TransferredByName TransferredCallId1 TransferredCallId2 TransferredToCallId TransferDate"
    " TransferTime DisconnectReason"
)
TRANSFER_1 = {"TransferredToCallId": "8", "TransferDate": "19.11.02", "TransferTime": "13:10:06"}
TRANSFER_2 = {"TransferredToCallId": "11", "TransferDate": "19.11.02", "TransferTime": "13:12:31"}


def spec(example: str) -> list[dict[str, str]]:
    return filled(DATA / "spec" / example / "cdr.txt")


def at(step: str, time: str, date: str = "19.11.2002") -> dict[str, str]:
    return {f"{step}Date": date, f"{step}Time": time}


def originated(number: str, name: str, called: str, called_name: str) -> dict[str, str]:
    fields = {"OriginationNumber": number, "OriginationName": name, "CalledNumber": called, "CalledName": called_name}
    return {key: value for key, value in fields.items() if value}


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_a_version_line_a_header_and_34_quoted_columns(file: str) -> None:
    version, header, *lines = raw_lines(DATA / file / "cdr.txt")
    assert version == "4.10"
    assert header == ",".join(f'"{name}"' for name in NAMES.split())
    for line in lines:
        (fields,) = csv.reader([line])
        assert len(fields) == 34
        assert line == ",".join(f'"{value}"' for value in fields)


def test_the_external_call_is_that_of_1_1_2_with_the_additional_fields_of_1_1_3_and_the_mobile_phone_of_1_1_4() -> None:
    shown = tables()
    fields = shown["1.1.2 table 4"].fields | shown["1.1.3 table 1"].fields
    chosen = {"CalledNumber": shown["1.1.4 table 6"].fields["DestinationNumber"], "CalledName": "", "ProjectNumber": ""}
    assert spec("external") == [{name: value for name, value in (fields | chosen).items() if value}]


def test_the_retransfer_has_the_parties_and_states_of_1_1_6() -> None:
    shown = [(cdr["CallId"], cdr["OriginationName"], cdr["CalledName"], cdr["State"]) for cdr in spec("retransfer")]
    assert shown == [
        ("7", "User C", "User B", "Transferred"),
        ("8", "User A", "User B", "Connected"),
        ("3", "User C", "User A", "Transferred"),
        ("10", "User D", "User B", "Transferred"),
        ("11", "User D", "User A", "Connected"),
    ]


def test_the_retransfer_ends_two_legs_at_the_second_transfer() -> None:
    ends = {cdr["CallId"]: cdr["EndTime"] for cdr in spec("retransfer")}
    assert ends == {"7": "13:12:31", "8": "13:12:31", "3": "13:20:30", "10": "13:20:30", "11": "13:20:30"}


def test_the_retransfer_refers_from_leg_to_leg() -> None:
    legs = {cdr["CallId"]: cdr for cdr in spec("retransfer")}
    assert {call_id for call_id, cdr in legs.items() if cdr.items() >= TRANSFER_1.items()} == {"3", "7"}
    assert {call_id for call_id, cdr in legs.items() if cdr.items() >= TRANSFER_2.items()} == {"8", "10"}
    columns = ("TransferredByName", "TransferredCallId1", "TransferredCallId2")
    assert [legs["8"][name] for name in columns] == ["User C", "3", "7"]
    assert [legs["11"][name] for name in columns] == ["User B", "8", "10"]


def test_a_later_generation_has_the_examples_of_the_help_page() -> None:
    day = "19.11.2012"
    assert filled(DATA / "modern" / "cdr.txt") == [
        {
            "CallID": "3",
            **originated("123", "User A", "456", "User B"),
            **at("Start", "13.03:28", day),
            **at("Delivered", "13:03:24", day),
            **at("Connect", "13:03:28", day),
            **at("End", "13:03:48", day),
            "State": "Connected",
            "ProjectNumber": "4711",
            "DisconnectReason": "OriginatorDisconnected",
        },
        {
            "CallID": "4",
            **originated("+44204777123", "User A", "+4420456789", "Jones, John"),
            **at("Start", "13:03:28", day),
            **at("Delivered", "13:03:28", day),
            **at("Connect", "13:03:28", day),
            **at("End", "13:03:48", day),
            "State": "Connected",
            "PublicAccessPrefix": "0",
            "DestinationDevice": "SwyxGate1",
            "DisconnectReason": "CallDisconnected",
        },
    ]
