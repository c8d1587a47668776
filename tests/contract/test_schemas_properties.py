"""The codec against fastavro, over any message: the same bytes, the same values, no other way to fail."""

from __future__ import annotations

from io import BytesIO

import fastavro
from hypothesis import given
from hypothesis import strategies as st

from schemas.cdr import Lifecycle
from schemas.codec import DecodeError, Message, decode, encode
from schemas.registry import current_schemas
from schemas.rows import LegRow
from tests.contract.make_examples import schema_name
from tests.contract.message_values import avro_values, lifecycle_messages, messages, values_of


@given(messages())
def test_decoding_reverses_encoding(message: Message) -> None:
    assert decode(encode(message)) == message


@given(messages())
def test_fastavro_reads_the_body_as_the_values_of_the_message(message: Message) -> None:
    schema = current_schemas()[schema_name(message)]
    values = fastavro.schemaless_reader(BytesIO(encode(message)[10:]), schema.definition, None)
    assert values == avro_values(message)


@given(messages())
def test_fastavro_writes_what_decodes_to_the_message(message: Message) -> None:
    schema = current_schemas()[schema_name(message)]
    body = BytesIO()
    fastavro.schemaless_writer(body, schema.definition, avro_values(message), strict=True)
    assert decode(b"\xc3\x01" + schema.fingerprint + body.getvalue()) == message


@given(lifecycle_messages(), values_of(LegRow))
def test_the_row_of_a_leg_that_came_in_a_message_has_the_bytes_of_any_other(message: Lifecycle, row: LegRow) -> None:
    came = decode(encode(message))
    assert isinstance(came, Lifecycle)
    for read, made in zip(came.legs, message.legs, strict=True):
        assert encode(row._replace(leg=read)) == encode(row._replace(leg=made))


@given(lifecycle_messages(), values_of(LegRow), st.text())
def test_the_row_of_a_leg_that_was_changed_after_it_came_has_the_change(
    message: Lifecycle, row: LegRow, raw_line: str
) -> None:
    came = decode(encode(message))
    assert isinstance(came, Lifecycle)
    for leg in came.legs:
        changed = row._replace(leg=leg._replace(raw_line=raw_line))
        assert decode(encode(changed)) == changed


@given(messages(), st.data())
def test_damaged_messages_are_decode_errors_or_other_messages(message: Message, data: st.DataObject) -> None:
    damaged = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(10, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    try:
        decoded = decode(bytes(damaged))
    except DecodeError:
        return
    assert type(decoded) is type(message)


@given(messages(), st.data())
def test_a_message_cut_anywhere_is_a_decode_error(message: Message, data: st.DataObject) -> None:
    encoded = encode(message)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    try:
        decode(encoded[:cut])
    except DecodeError:
        return
    raise AssertionError(f"the first {cut} of {len(encoded)} bytes were decoded")
