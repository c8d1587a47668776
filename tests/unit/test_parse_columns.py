"""Headers, quoting, and which field is which column (contract 4)."""

from __future__ import annotations

import pytest

from connectors.cdr_file.columns import COLUMNS
from schemas.cdr import Leg
from tests.cdr_lines import HEADER, fields, leg, line, parsed, quoted, reject


def under(header: list[str], values: list[str]) -> str:
    return f"{quoted(header)}\r\n{quoted(values)}"


def test_without_header_34_fields_are_read_in_the_specifications_order() -> None:
    assert leg(line(CalledName="Jones", DisconnectReason="Busy")).record[4] == "Jones"


@pytest.mark.parametrize("count", [2, 33, 35])
def test_without_header_another_number_of_fields_is_rejected(count: int) -> None:
    assert reject(quoted([*fields(), "more"][:count])).reason == "wrong_number_of_fields"


def test_version_line_header_and_blank_lines_are_no_rejects() -> None:
    assert parsed(f'4.10\r\n"4.1"\r\n{HEADER}\r\n\r\n   \r\n') == []


def test_columns_are_found_by_the_header_in_any_order() -> None:
    assert (
        leg(under(list(COLUMNS[::-1]), fields(CalledName="Jones")[::-1])).record == leg(line(CalledName="Jones")).record
    )


def test_header_names_are_known_in_any_case_and_with_blanks_around() -> None:
    header = [f" {name.upper()} " for name in COLUMNS]
    assert leg(under(header, fields())).record == leg(line()).record


@pytest.mark.parametrize(
    ("alias", "column"),
    [
        ("CallID", "CallId"),
        ("ConnectedDate", "ConnectDate"),
        ("ConnectedTime", "ConnectTime"),
        ("Charges", "Costs"),
        ("TransferredBy", "TransferredByName"),
    ],
)
def test_aliases_name_their_columns(alias: str, column: str) -> None:
    changes = {"ConnectDate": "19.11.2002", "ConnectTime": "13:03:30", "Costs": "1.23", "TransferredByName": "User C"}
    header = [alias if name == column else name for name in COLUMNS]
    found = leg(under(header, fields(**changes)))
    assert (found.record, found.extra) == (leg(line(**changes)).record, ())


def test_missing_optional_columns_are_empty() -> None:
    found = leg(under(["CallId", "StartDate", "StartTime"], ["3", "19.11.2002", "13:03:28"]))
    assert (found.record.ended_at, found.record.costs, found.record.state, found.anomalies) == (None, None, "", ())


def test_a_header_without_start_date_leaves_no_start() -> None:
    assert reject(under(["CallId", "StartTime"], ["3", "13:03:28"])).reason == "no_start"


def test_unknown_columns_are_kept_by_name() -> None:
    found = leg(under(["PreviousState", *COLUMNS, "Custom0"], ["Alerting", *fields(), ""]))
    assert found.extra == (("PreviousState", "Alerting"), ("Custom0", ""))
    assert found.anomalies == ()


def test_the_columns_that_queue_controller_adds_are_kept_by_name() -> None:
    added = ["PreviousState", "ConnectedNumber", "ConnectedName", *(f"Custom{number}" for number in range(8))]
    values = ["Alerting", "201", "Agent, 1st", "+49231987654", "sales", "17", "User B", "4", "Hotline", "", ""]
    changes = {"DeliveredDate": "19.11.2002", "DeliveredTime": "13:03:40"}
    found = leg(under([*COLUMNS, *added], [*fields(**changes), *values]))
    assert found.extra == tuple(zip(added, values, strict=True))
    assert (found.record, found.anomalies) == (leg(line(**changes)).record, ())


def test_unknown_columns_without_a_name_of_their_own_are_kept_by_number() -> None:
    found = leg(under([*COLUMNS, "", "Custom0", "Custom0"], [*fields(), "a", "b", "c"]))
    assert found.extra == (("field_35", "a"), ("Custom0", "b"), ("field_37", "c"))


def test_of_two_columns_with_one_meaning_the_first_counts() -> None:
    found = leg(under([*COLUMNS, "Charges"], [*fields(Costs="1.23"), "4.56"]))
    assert (str(found.record.costs), found.extra) == ("1.23", (("Charges", "4.56"),))


def test_more_fields_than_columns_are_kept_and_flagged() -> None:
    found = leg(under(list(COLUMNS), [*fields(), "a", "b"]))
    assert (found.extra, found.anomalies) == ((("field_35", "a"), ("field_36", "b")), ("extra_fields",))


def test_fewer_fields_than_columns_are_rejected() -> None:
    assert reject(under([*COLUMNS, "Custom0"], fields())).reason == "wrong_number_of_fields"


def test_a_header_holds_until_the_next_one() -> None:
    short = ["StartDate", "StartTime", "CallId"]
    second = under(short, ["19.11.2002", "13:03:28", "4"])
    found = parsed(
        f"{HEADER}\n{line()}\n{second}\n{quoted(['20.11.2002', '13:03:28', '5'])}\n{HEADER}\n{line(CallId='6')}"
    )
    assert [entry.record.call_id for entry in found if isinstance(entry, Leg)] == ["3", "4", "5", "6"]


def test_a_line_with_call_id_but_without_start_time_is_no_header() -> None:
    assert reject('"CallId","StartDate"').reason == "wrong_number_of_fields"


@pytest.mark.parametrize("text", ["4.10", '"4.10"', " 14.10.1 "])
def test_one_field_of_digits_and_dots_is_a_version_line(text: str) -> None:
    assert parsed(text) == []


@pytest.mark.parametrize("text", ["v4.10", "4,10"])
def test_other_short_lines_are_no_version_line(text: str) -> None:
    assert reject(text).reason == "wrong_number_of_fields"


def test_fields_need_no_quotes() -> None:
    assert leg(",".join(fields())).record == leg(line()).record


def test_some_fields_may_be_quoted_and_some_not() -> None:
    values = fields(CalledName="Jones, John")
    text = f"{values[0]},{quoted(values[1:-1])},{values[-1]}"
    assert leg(text).record == leg(line(CalledName="Jones, John")).record


@pytest.mark.parametrize("name", ["Jones, John", 'The "Boss"', '","', '"', "", ",", '""'])
def test_quoted_fields_hold_commas_and_doubled_quotes(name: str) -> None:
    assert leg(line(CalledName=name)).record.called_name == name


@pytest.mark.parametrize(
    "text",
    ['"3', '"3","', '"3"x,"4"', '"a" ,"b"', '"', '"a","b""', line()[:-1], line().replace('"User A"', '"User "A"')],
)
def test_open_quotes_and_text_behind_quotes_are_rejected_before_anything_else(text: str) -> None:
    assert reject(text).reason == "bad_quoting"


@pytest.mark.parametrize("name", ["Jones\rJohn", "Jones,\rJohn", "\r"])
def test_a_cr_inside_a_field_is_text(name: str) -> None:
    values = fields(CalledName=name)
    bare = [value if value != "User A" else '"User A"' for value in values]
    bare[4] = name if "," not in name else f'"{name}"'
    assert leg(line(CalledName=name)).record.called_name == leg(",".join(bare)).record.called_name == name


def test_a_quote_inside_an_unquoted_field_is_text() -> None:
    values = fields(CalledName='5" disk')
    assert leg(",".join(values)).record.called_name == '5" disk'
