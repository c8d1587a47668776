"""The golden messages: what is committed is what the codec writes and what every Avro library reads."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
import pytest
from avro.io import BinaryDecoder, DatumReader
from avro.schema import SchemaFromJSONData

from schemas.codec import Message, decode, encode
from schemas.registry import MESSAGE_TYPES, current_schemas
from schemas.topics import TOPICS
from tests.contract.example_values import EXAMPLES
from tests.contract.make_examples import FOLDER, readable, schema_name

CASES = [(topic, name) for topic, messages in EXAMPLES.items() for name in messages]
AGAIN = "run python -m tests.contract.make_examples if the change is meant"


def committed(topic: str, name: str) -> bytes:
    return (FOLDER / topic / f"{name}.avro").read_bytes()


@pytest.mark.parametrize(("topic", "name"), CASES)
def test_a_message_is_written_as_the_committed_bytes(topic: str, name: str) -> None:
    assert encode(EXAMPLES[topic][name]) == committed(topic, name), AGAIN


@pytest.mark.parametrize(("topic", "name"), CASES)
def test_the_committed_bytes_are_read_as_the_message(topic: str, name: str) -> None:
    assert decode(committed(topic, name)) == EXAMPLES[topic][name]


@pytest.mark.parametrize(("topic", "name"), CASES)
def test_the_committed_json_says_what_the_bytes_say(topic: str, name: str) -> None:
    text = (FOLDER / topic / f"{name}.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(readable(EXAMPLES[topic][name])), AGAIN


@pytest.mark.parametrize(("topic", "name"), CASES)
def test_the_reference_library_reads_the_body_like_fastavro(topic: str, name: str) -> None:
    schema = current_schemas()[schema_name(EXAMPLES[topic][name])]
    body = committed(topic, name)[10:]
    source = BytesIO(body)
    reference = DatumReader(SchemaFromJSONData(schema.definition)).read(BinaryDecoder(source))
    assert (reference, source.tell()) == (plain_values(schema.plain, body), len(body))


def plain_values(schema: Any, body: bytes) -> Any:
    return fastavro.schemaless_reader(BytesIO(body), schema, None)


def test_every_topic_has_an_example_of_every_message_it_carries() -> None:
    shown = {topic: {type(message) for message in messages.values()} for topic, messages in EXAMPLES.items()}
    assert shown == {topic.name: set(topic.messages) for topic in TOPICS}


def test_no_example_is_left_over() -> None:
    expected = {Path(topic, name).with_suffix(end) for topic, name in CASES for end in (".avro", ".json")}
    assert {file.relative_to(FOLDER) for file in FOLDER.rglob("*.*") if file.is_file()} == expected


def test_every_message_type_has_one_schema_and_every_schema_a_topic() -> None:
    files = {file.stem for file in (FOLDER.parent / "avro").glob("*.avsc")}
    carried: set[type[Message]] = {message_type for topic in TOPICS for message_type in topic.messages}
    assert (files, carried) == (set(MESSAGE_TYPES), set(MESSAGE_TYPES.values()))
