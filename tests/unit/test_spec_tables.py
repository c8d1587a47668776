"""Every CDR that the specification prints is read and understood, the states in memory too (tests/data/vendor)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.values import KNOWN_STATES
from schemas.cdr import CdrRecord, Leg
from tests.builders import rules
from tests.cdr_lines import leg, quoted, reject
from tests.unit.derived import Derived
from tests.vendor import DATA, Table, filled, tables

TABLES = tables()
DAY = "19.11.2002"
STEPS = {
    "Start": "started_at",
    "ScriptConnect": "script_connected_at",
    "Delivered": "delivered_at",
    "Connect": "connected_at",
    "End": "ended_at",
    "Transfer": "transferred_at",
}
TEXTS = (
    *("call_id", "origination_number", "origination_name", "called_number", "called_name", "destination_number"),
    *("destination_name", "", "", "", "", "", "", "", "", "", "", "currency", "", "state", "public_access_prefix"),
    *("lcr_provider", "project_number", "", "origination_device", "destination_device", "transferred_by_number"),
    *("transferred_by_name", "transferred_call_id_1", "transferred_call_id_2", "transferred_to_call_id", "", "", ""),
)


class Told(NamedTuple):
    """What a table says of its leg: origin and destination kind, disposition, seconds to charge (None: nothing)."""

    origin: str
    destination: str
    disposition: str
    seconds: int | None = None
    anomalies: tuple[str, ...] = ()


OPEN = ("connected_without_end",)
TOLD = {
    "1.1.2 table 1": Told("internal", "internal", "failed"),
    "1.1.2 table 2": Told("internal", "internal", "failed"),
    "1.1.2 table 3": Told("internal", "internal", "answered", 0, OPEN),
    "1.1.2 table 4": Told("internal", "internal", "answered", 140),
    "1.1.3 table 1": Told("internal", "trunk", "answered", 140),
    "1.1.4 table 1": Told("internal", "internal", "failed"),
    "1.1.4 table 2": Told("internal", "script", "script"),
    "1.1.4 table 3": Told("internal", "script", "script"),
    "1.1.4 table 4": Told("internal", "internal", "failed"),
    "1.1.4 table 5": Told("internal", "trunk", "failed"),
    "1.1.4 table 6": Told("internal", "trunk", "answered", 0, OPEN),
    "1.1.5 table 1": Told("internal", "trunk", "answered", 0, OPEN),
    "1.1.5 table 2": Told("internal", "trunk", "answered", 0, OPEN),
    "1.1.5 table 3": Told("internal", "trunk", "answered", 0, OPEN),
    "1.1.5 table 4": Told("internal", "trunk", "answered", 0, OPEN),
    "1.1.5 table 5": Told("trunk", "trunk", "answered", None, OPEN),
    "1.1.5 table 6": Told("internal", "trunk", "answered", 419),
    "1.1.5 table 7": Told("internal", "trunk", "answered", 348),
    "1.1.5 table 8": Told("trunk", "trunk", "answered"),
}
# The tables of what is written into the file, the lines that they are, and what was chosen beside them (README.md).
WRITTEN = {
    "1.1.2 table 4": ("simple", 0, {}),
    "1.1.4 table 6": ("script", 0, {"EndDate": DAY, "EndTime": "13:05:48"}),
    "1.1.5 table 6": ("transfer", 0, {}),
    "1.1.5 table 7": ("transfer", 1, {}),
    "1.1.5 table 8": ("transfer", 2, {"TransferredByNumber": "101"}),
}


def with_dates(fields: dict[str, str]) -> dict[str, str]:
    """The fields and, for times that are printed without one, the date of the other examples."""
    return fields | {f"{step}Date": fields.get(f"{step}Date", DAY) for step in STEPS if fields.get(f"{step}Time")}


def completed(table: Table) -> dict[str, str]:
    """The table with the dates that it lacks; the additional fields of 1.1.3 with the call that they belong to."""
    base = TABLES["1.1.2 table 4"].fields if table.name.startswith("1.1.3") else {}
    return with_dates(base | table.fields)


def read(fields: dict[str, str]) -> Leg:
    """The leg of a CDR file with these columns."""
    return leg(f"4.10\n{','.join(fields)}\n{quoted(list(fields.values()))}")


def texts(record: CdrRecord) -> dict[str, str]:
    """The record's texts by column; those that are empty are left out."""
    named = {column: getattr(record, name) for column, name in zip(COLUMNS, TEXTS, strict=True) if name}
    return {column: value for column, value in named.items() if value}


def moments(fields: Mapping[str, str]) -> dict[str, str]:
    """The printed moments of the steps of a call, with years of four digits."""
    dates = {step: fields[f"{step}Date"].replace(".02", ".2002") for step in STEPS if fields.get(f"{step}Date")}
    return {step: f"{date} {fields[f'{step}Time']}" for step, date in dates.items()}


@pytest.mark.parametrize("name", TABLES, ids=lambda name: f"CDR spec {name}")
def test_a_printed_cdr_has_its_texts_where_the_table_has_them(name: str) -> None:
    fields = completed(TABLES[name])
    expected = {column: value for column, value in fields.items() if value and TEXTS[COLUMNS.index(column)]}

    assert texts(read(fields).record) == expected


@pytest.mark.parametrize("name", TABLES, ids=lambda name: f"CDR spec {name}")
def test_a_printed_cdr_has_its_times_as_berlin_told_them(name: str) -> None:
    fields = completed(TABLES[name])
    record = read(fields).record
    times = {step: getattr(record, attribute) for step, attribute in STEPS.items()}
    local = {step: time.astimezone(ZoneInfo("Europe/Berlin")) for step, time in times.items() if time}

    assert {step: f"{time:%d.%m.%Y %H:%M:%S}" for step, time in local.items()} == moments(fields)


@pytest.mark.parametrize("name", TABLES, ids=lambda name: f"CDR spec {name}")
def test_a_printed_cdr_is_understood(name: str) -> None:
    found = read(completed(TABLES[name]))
    derived = Derived(found, group_rules=rules())
    (row,) = derived.legs.values()
    seconds = next((charge.duration_seconds for charge in derived.charges.values()), None)

    told = Told(row.origin_kind, row.destination_kind, row.disposition, seconds, found.anomalies)
    assert told == TOLD[name]


def test_no_printed_cdr_is_left_out() -> None:
    assert TOLD.keys() == TABLES.keys()


@pytest.mark.parametrize("name", WRITTEN, ids=lambda name: f"CDR spec {name}")
def test_the_file_of_an_example_has_the_printed_fields_and_no_others(name: str) -> None:
    site, place, chosen = WRITTEN[name]
    printed = {column: value for column, value in TABLES[name].fields.items() if value}

    assert filled(DATA / "spec" / site / "cdr.txt")[place] == with_dates(printed | chosen)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: f"CDR spec {table.name}")
def test_the_names_of_the_examples_are_columns_that_are_known(table: Table) -> None:
    """Beside the hyphens of line breaks only `TransferredCalId` is a slip of the page that no file has."""
    names = [name.replace("-", "").replace("CalId", "CallId") for name in table.columns]
    columns = dict.fromkeys(["CallId", "StartDate", "StartTime", *names], "")
    if "CallID" in columns:
        del columns["CallId"]
    values = columns | {"CallID" if "CallID" in columns else "CallId": "3", "StartDate": DAY, "StartTime": "13:03:28"}

    assert read(values).extra == ()


@pytest.mark.parametrize("name", [name for name in TABLES if name.startswith("1.1.5")])
def test_cdr_spec_1_1_5_times_without_their_dates_are_no_cdr(name: str) -> None:
    fields = TABLES[name].fields

    assert reject(f"{','.join(fields)}\n{quoted(list(fields.values()))}").reason in {"no_start", "bad_time"}


def test_cdr_spec_1_1_1_the_states_of_the_tables_are_known() -> None:
    states = {table.fields["State"].replace(" ", "") for table in TABLES.values() if "State" in table.fields}

    assert states == set(KNOWN_STATES)


def test_cdr_spec_1_1_1_numbers_without_quotation_marks_are_read_as_those_with_them() -> None:
    fields = with_dates(TABLES["1.1.5 table 8"].fields)
    bare = ",".join(
        value if column in {"CallId", "TransferredCallId1", "TransferredCallId2"} else f'"{value}"'
        for column, value in fields.items()
    )

    assert leg(f"{','.join(fields)}\n{bare}").record == read(fields).record
