"""The schemas as such: valid for the reference library, documented, and in step with the types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from avro.schema import parse as reference_parse
from avro.schemanormalization import Fingerprint, ToParsingCanonicalForm

from schemas.cdr import CdrRecord, Leg, Lifecycle, Position
from schemas.registry import MESSAGE_TYPES, current_schemas, parse
from schemas.rows import LegRow
from schemas.topics import TOPICS
from tests.contract.make_examples import FOLDER
from tests.contract.message_values import KINDS

NAMES = sorted(MESSAGE_TYPES)


def records(node: Any) -> Iterator[dict[str, Any]]:
    """All records and enums of a schema."""
    if isinstance(node, list):
        for item in node:
            yield from records(item)
    elif isinstance(node, dict):
        if node.get("type") in ("record", "enum"):
            yield node
        for value in node.values():
            yield from records(value)


def fields(name: str) -> list[str]:
    return [field["name"] for field in current_schemas()[name].definition["fields"]]


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_library_computes_the_same_fingerprint(name: str) -> None:
    text = (FOLDER.parent / "avro" / f"{name}.avsc").read_text(encoding="utf-8")
    reference = Fingerprint(ToParsingCanonicalForm(reference_parse(text)), "CRC-64-AVRO")
    assert current_schemas()[name].fingerprint == reference


def test_the_fingerprint_of_the_specifications_example_is_the_specifications() -> None:
    assert parse("int", "int.avsc", '"int"').fingerprint == bytes.fromhex("7275d51a3f395c8f")[::-1]


def test_no_two_schemas_have_the_same_fingerprint() -> None:
    assert len({schema.fingerprint for schema in current_schemas().values()}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_record_and_field_is_documented(name: str) -> None:
    found = list(records(current_schemas()[name].definition))
    undocumented = [
        f"{record['name']}.{part.get('name')}"
        for record in found
        for part in (record, *record.get("fields", ()))
        if not part.get("doc")
    ]
    assert found
    assert undocumented == []


@pytest.mark.parametrize("name", NAMES)
def test_every_nullable_field_is_null_by_default(name: str) -> None:
    nullable = [
        field
        for record in records(current_schemas()[name].definition)
        for field in record.get("fields", ())
        if isinstance(field["type"], list)
    ]
    assert all(field["type"][0] == "null" and field.get("default", "") is None for field in nullable)


@pytest.mark.parametrize("name", NAMES)
def test_every_record_stands_in_the_projects_namespace(name: str) -> None:
    assert current_schemas()[name].definition["namespace"] == "swyxcdr"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("leg", "lifecycle")])
def test_the_fields_of_a_schema_are_the_fields_of_its_type(name: str) -> None:
    assert tuple(fields(name)) == MESSAGE_TYPES[name]._fields  # type: ignore[attr-defined]


LEG_FIELDS = [name for name in Leg._fields if name not in ("record", "position")]


def test_the_fields_of_a_leg_row_are_those_of_the_leg_its_record_and_its_position() -> None:
    leg = [*LEG_FIELDS[:2], *CdrRecord._fields, *Position._fields, *LEG_FIELDS[2:]]
    assert fields("leg") == [*leg, *LegRow._fields[1:]]


def test_the_instants_of_a_lifecycle_leg_are_its_transitions_and_nothing_else() -> None:
    assert fields("lifecycle") == list(Lifecycle._fields)
    leg, transition, kind = list(records(current_schemas()["lifecycle"].definition))[1:]
    instants = {"started_at"} | {f"{name}_at" for name in KINDS}
    record = [name for name in CdrRecord._fields if name not in instants]
    expected = ["leg_id", *record, "transitions", *Position._fields, *LEG_FIELDS[2:]]
    assert [field["name"] for field in leg["fields"]] == expected
    assert [field["name"] for field in transition["fields"]] == ["kind", "at"]
    assert tuple(kind["symbols"]) == KINDS


def test_the_page_about_messages_names_every_topic_and_message() -> None:
    page = (FOLDER.parents[1] / "docs" / "messages.md").read_text(encoding="utf-8")
    names = {topic.name for topic in TOPICS} | {message_type.__name__ for message_type in MESSAGE_TYPES.values()}
    assert {name for name in names if f"`{name}`" not in page} == set()
