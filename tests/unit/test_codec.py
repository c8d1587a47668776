"""Encoding and decoding of single messages: framing, order of transitions, limits, errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO

import fastavro
import pytest

from schemas.cdr import Heartbeat, Lifecycle, Reject
from schemas.codec import DecodeError, decode, decode_released, encode
from schemas.registry import current_schemas, parse
from schemas.rows import Call, Withdrawal
from tests.builders import at, leg

HEARTBEAT = Heartbeat("dortmund", "berlin", "Europe/Berlin", None, at(0), "cdr.txt", 100, 0)
WITHDRAWAL = Withdrawal("calls", "dortmund:7", 5)


def lifecycle_values(message: Lifecycle) -> list[dict[str, object]]:
    schema = current_schemas()["lifecycle"].definition
    values = fastavro.schemaless_reader(BytesIO(encode(message)[10:]), schema, None)
    legs: list[dict[str, object]] = values["legs"]
    return legs


def test_a_message_begins_with_the_marker_and_the_fingerprint_of_its_schema() -> None:
    assert encode(HEARTBEAT)[:10] == b"\xc3\x01" + current_schemas()["heartbeat"].fingerprint


def test_transitions_travel_in_the_order_of_time() -> None:
    late_delivery = leg("7", 0, connect=5, end=60, delivered=90)
    (sent,) = lifecycle_values(Lifecycle("dortmund", "1", 1, (late_delivery,)))
    kinds = ["initiated", "connected", "ended", "delivered"]
    seconds = [0, 5, 60, 90]
    assert sent["transitions"] == [
        {"kind": kind, "at": at(second)} for kind, second in zip(kinds, seconds, strict=True)
    ]


def test_transitions_of_one_instant_travel_in_the_order_of_the_kinds() -> None:
    at_once = leg("7", 0, connect=0, end=0, delivered=0)
    record = at_once.record._replace(script_connected_at=at(0), transferred_at=at(0))
    (sent,) = lifecycle_values(Lifecycle("dortmund", "1", 1, (at_once._replace(record=record),)))
    kinds = ["initiated", "script_connected", "delivered", "connected", "transferred", "ended"]
    assert sent["transitions"] == [{"kind": kind, "at": at(0)} for kind in kinds]


def test_transitions_are_put_back_into_the_record() -> None:
    message = Lifecycle("dortmund", "1", 1, (leg("7", 0, connect=5, end=60), leg("8", 3, delivered=3)))
    assert decode(encode(message)) == message


def test_a_lifecycle_message_without_legs_is_a_message() -> None:
    message = Lifecycle("dortmund", "1", 1, ())
    assert decode(encode(message)) == message


def test_a_leg_of_another_site_is_not_sent_under_this_one() -> None:
    with pytest.raises(ValueError, match=r"berlin:7:.* of site berlin in a message of site dortmund"):
        encode(Lifecycle("dortmund", "1", 1, (leg("7", site="berlin"),)))


def test_an_instant_of_another_zone_arrives_as_the_same_instant_in_utc() -> None:
    abroad = datetime(2026, 3, 1, 5, 0, tzinfo=timezone(timedelta(hours=5)))
    decoded = decode(encode(HEARTBEAT._replace(last_cdr_at=abroad)))
    assert isinstance(decoded, Heartbeat)
    assert (decoded.last_cdr_at, decoded.last_cdr_at and decoded.last_cdr_at.tzinfo) == (abroad, UTC)


def test_an_instant_is_cut_to_its_millisecond() -> None:
    decoded = decode(encode(HEARTBEAT._replace(last_seen_at=at(0).replace(microsecond=1999))))
    assert isinstance(decoded, Heartbeat)
    assert decoded.last_seen_at == at(0).replace(microsecond=1000)


@pytest.mark.parametrize("year", [1, 1969, 1970, 1971, 2002, 2038, 2039, 2040, 9999])
def test_instants_of_all_years_arrive(year: int) -> None:
    message = HEARTBEAT._replace(last_cdr_at=datetime(year, 12, 31, 23, 59, 59, 999000, tzinfo=UTC))
    assert decode(encode(message)) == message


@pytest.mark.parametrize("number", [0, 1, -1, 63, 64, -64, -65, 4095, 4096, 1 << 52, (1 << 63) - 1, -(1 << 63)])
def test_all_numbers_of_64_bits_arrive(number: int) -> None:
    message = WITHDRAWAL._replace(version=number)
    assert decode(encode(message)) == message


@pytest.mark.parametrize("number", [1 << 63, -(1 << 63) - 1])
def test_a_number_over_64_bits_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="does not fit into a signed number of 64 bits"):
        encode(WITHDRAWAL._replace(version=number))


@pytest.mark.parametrize("amount", ["0.0000001", "1000000000000", "NaN"])
def test_money_that_does_not_fit_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"money|NaN"):
        encode(Lifecycle("dortmund", "1", 1, (leg("7", costs=amount),)))


@pytest.mark.parametrize("amount", ["0", "0.000001", "999999999999.999999", "1.28", "-0.000128"])
def test_money_arrives_exactly(amount: str) -> None:
    decoded = decode(encode(Lifecycle("dortmund", "1", 1, (leg("7", costs=amount),))))
    assert isinstance(decoded, Lifecycle)
    assert decoded.legs[0].record.costs == Decimal(amount)


@pytest.mark.parametrize("length", [63, 64, 4095, 4096, 70_000])
def test_bytes_and_texts_of_any_length_arrive(length: int) -> None:
    message = Reject("dortmund", "cdr.txt", 7, b"\xff" * length, "line_too_long", "ü" * length, at(0))
    assert decode(encode(message)) == message


def test_a_value_of_no_message_type_is_refused() -> None:
    with pytest.raises(TypeError, match="Leg is no message type"):
        encode(leg("7"))  # type: ignore[arg-type]


def test_bytes_without_the_marker_are_named() -> None:
    with pytest.raises(DecodeError, match="expected C3 01 and a schema fingerprint of 8 bytes, found 7b 7d"):
        decode(b"{}")


def test_an_empty_message_is_named() -> None:
    with pytest.raises(DecodeError, match="found nothing"):
        decode(b"")


def test_an_unknown_schema_is_named_by_its_fingerprint() -> None:
    with pytest.raises(DecodeError, match="unknown schema fingerprint 0102030405060708: upgrade"):
        decode(b"\xc3\x01\1\2\3\4\5\6\7\x08body")


def test_a_message_cut_short_names_its_schema() -> None:
    with pytest.raises(DecodeError, match="schema heartbeat: the message ends too early, after 18 bytes"):
        decode(encode(HEARTBEAT)[:18])


def test_bytes_behind_the_last_value_name_the_schema() -> None:
    with pytest.raises(DecodeError, match="schema withdrawal: the message has 29 bytes, its values take 28"):
        decode(encode(WITHDRAWAL) + b"\0")


def test_a_text_that_is_no_utf_8_names_the_schema() -> None:
    with pytest.raises(DecodeError, match="schema withdrawal: 'utf-8' codec"):
        decode(encode(WITHDRAWAL).replace(b"calls", b"c\xfflls"))


def test_a_leg_without_a_start_is_refused() -> None:
    message = encode(Lifecycle("dortmund", "1", 1, (leg("7", end=None),)))
    initiated = b"\2\0" + message.split(b"\2\0", 1)[1][:6] + b"\0"
    assert initiated in message
    with pytest.raises(DecodeError, match="a leg without the transition initiated"):
        decode(message.replace(initiated, b"\0"))


def test_arrays_in_blocks_with_their_size_are_read() -> None:
    schema = parse("x", "x.avsc", '{"type": "array", "items": "string"}')
    call = decode(encode(example_call()))
    assert isinstance(call, Call)
    body = BytesIO()
    fastavro.schemaless_writer(body, schema.plain, ["berlin", "dortmund"])
    one_block = body.getvalue()
    items = one_block[1:-1]
    sized_block = b"\x03" + bytes([len(items) * 2]) + items + b"\0"
    assert decode(encode(call).replace(one_block, sized_block, 1)) == call


def example_call() -> Call:
    values: dict[str, object] = dict.fromkeys(Call._fields, "")
    values |= {"sites": ("berlin", "dortmund"), "site_call_ids": (), "missing_call_ids": (), "amounts": ()}
    values |= {"charge_sources": (), "started_at": at(0), "connected_at": None, "ended_at": at(9)}
    numbers = ("ring_seconds", "talk_seconds", "billable_seconds", "leg_count", "transfer_count", "version")
    values |= dict.fromkeys(numbers, 3) | {"conference": False, "complete": True}
    return Call(**values)  # type: ignore[arg-type]


OLDER_HEARTBEAT = """{"type": "record", "name": "Heartbeat", "namespace": "swyxcdr", "fields": [
  {"name": "bytes_behind", "type": "int"}, {"name": "host", "type": "string"}, {"name": "site", "type": "string"},
  {"name": "group_name", "type": "string"}, {"name": "time_zone", "type": "string"},
  {"name": "last_seen_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
  {"name": "file", "type": "string"}, {"name": "file_offset", "type": "long"}]}"""


def older_message() -> bytes:
    body = BytesIO()
    schema = parse("heartbeat", "released/heartbeat.v0.avsc", OLDER_HEARTBEAT)
    values = HEARTBEAT._asdict() | {"host": "pbx", "last_seen_at": 1037707408000}
    fastavro.schemaless_writer(body, schema.plain, values)
    return b"\xc3\x01" + schema.fingerprint + body.getvalue()


def test_a_message_of_an_older_schema_is_read_as_the_current_one() -> None:
    older = parse("heartbeat", "released/heartbeat.v0.avsc", OLDER_HEARTBEAT)
    assert decode_released(older_message(), older) == HEARTBEAT


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: data[:10]])
def test_a_damaged_message_of_an_older_schema_names_both_schemas(damage: object) -> None:
    older = parse("heartbeat", "released/heartbeat.v0.avsc", OLDER_HEARTBEAT)
    assert callable(damage)
    with pytest.raises(DecodeError, match=r"schema released/heartbeat\.v0\.avsc read as heartbeat\.avsc: "):
        decode_released(damage(older_message()), older)


def test_an_older_schema_without_a_needed_field_is_a_decode_error() -> None:
    text = '{"type": "record", "name": "Withdrawal", "namespace": "swyxcdr", "fields": []}'
    with pytest.raises(DecodeError, match="No default value for field"):
        decode_released(b"\xc3\x01" + bytes(8), parse("withdrawal", "released/withdrawal.v0.avsc", text))
