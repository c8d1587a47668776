"""Which device names `inspect` takes for links, and why."""

from __future__ import annotations

from connectors.cdr_file.survey.devices import Device, DeviceCounts
from tests.cdr_lines import leg, line


def devices(*changes: dict[str, str]) -> dict[str, Device]:
    counts = DeviceCounts()
    for change in changes:
        counts.add(leg(line(**change)).record)
    return {device.name: device for device in counts.devices(4)}


def to(device: str, number: str, **changes: str) -> dict[str, str]:
    return {"DestinationDevice": device, "CalledNumber": number} | changes


def from_(device: str, number: str) -> dict[str, str]:
    return {"OriginationDevice": device, "OriginationNumber": number}


def test_calls_are_counted_from_and_to_a_device() -> None:
    found = devices(to("SwyxGate 1", "06543210"), to("SwyxGate 1", "06543211"), from_("SwyxGate 1", "0654321"))
    assert found["SwyxGate 1"] == Device("SwyxGate 1", 1, 2, is_link=False, evidence="")


def test_names_that_differ_in_case_or_blanks_are_one_device() -> None:
    assert list(devices(to("SwyxGate 1", "06543210"), to(" swyxgate 1", "06543210"))) == ["SwyxGate 1"]


def test_a_script_and_no_device_are_none() -> None:
    assert devices({}, to("(call routing)", "123"), to("  ", "123")) == {}


def test_a_device_that_internal_numbers_go_to_is_likely_a_link() -> None:
    found = devices(*[to("Berlin", "3233")] * 2, *[to("Berlin", "+493065432100")] * 8)["Berlin"]
    assert found.is_link
    assert found.evidence == "2 of 10 calls to it are to numbers of at most 4 digits"


def test_the_one_who_took_the_call_counts_not_the_number_dialled() -> None:
    assert not devices(to("SwyxGate 1", "2066", DestinationNumber="0001719988776"))["SwyxGate 1"].is_link


def test_emergency_and_directory_numbers_make_no_link() -> None:
    found = devices(to("SwyxGate 1", "110"), to("SwyxGate 1", "0112"), to("SwyxGate 1", "11833"))
    assert not found["SwyxGate 1"].is_link


def test_a_device_whose_callers_share_the_beginning_of_their_numbers_is_likely_a_link() -> None:
    near = [from_("Nord", f"+493055510{extension}") for extension in range(3001, 3006)]
    found = devices(*near, from_("Nord", "+41446677889"))["Nord"]
    assert found.is_link
    assert found.evidence == "5 of 6 calls from it come from numbers +493055510…"


def test_a_few_callers_of_one_company_among_many_make_no_link() -> None:
    near = [from_("SIP", f"+493055510{extension}") for extension in range(3001, 3006)]
    world = [from_("SIP", f"+49{number}0815") for number in range(20110, 20125)]
    assert not devices(*near, *world)["SIP"].is_link


def test_one_frequent_caller_makes_no_link() -> None:
    assert not devices(*[from_("SIP", "+493055510300")] * 9)["SIP"].is_link


def test_the_name_alone_makes_a_link_likely() -> None:
    found = devices(to("SwyxLink Berlin", "06543210", Costs="1.23", AOC="1"))["SwyxLink Berlin"]
    assert (found.is_link, found.evidence) == (True, "its name, AOC 1 in 1 of 1 CDRs with Costs")


def test_advised_costs_alone_make_no_link() -> None:
    found = devices(to("SwyxGate 1", "06543210", Costs="1.23", AOC="1"), to("SwyxGate 1", "06543210", Costs="1"))
    assert (found["SwyxGate 1"].is_link, found["SwyxGate 1"].evidence) == (False, "AOC 1 in 1 of 2 CDRs with Costs")


def test_the_busiest_device_comes_first() -> None:
    assert list(devices(to("A", "06543210"), *[to("B", "06543210")] * 2)) == ["B", "A"]


def test_currencies_are_told_by_device() -> None:
    counts = DeviceCounts()
    for device, currency in (("Gate", "CHF"), ("Gate", "CHF"), ("Link", "EUR")):
        counts.add(leg(line(**to(device, "06543210", Costs="1", Currency=currency))).record)
    assert counts.currencies({"GATE"}) == {"CHF": 2}


def test_the_memory_for_names_is_bounded() -> None:
    counts = DeviceCounts()
    record = leg(line()).record
    for number in range(3000):
        counts.add(record._replace(destination_device=f"{number}{'x' * 1000}"))
    found = counts.devices(4)
    assert counts.too_many
    assert len(found) == 2000
    assert max(len(device.name) for device in found) == 64
