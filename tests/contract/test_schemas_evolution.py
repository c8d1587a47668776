"""What was ever released stays as it is and stays readable."""

from __future__ import annotations

import copy
from collections.abc import Callable
from io import BytesIO
from typing import Any

import fastavro
import pytest

from schemas.codec import decode, decode_released, encode
from schemas.registry import MESSAGE_TYPES, Schema, current_schemas, released_schemas
from tests.contract.evolution import problems
from tests.contract.release_schemas import CHECKSUMS, FOLDER, checksum_lines, versions

RELEASED = [pytest.param(schema, id=schema.file) for schema in released_schemas()]
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 6}


def golden(schema: Schema) -> bytes:
    """The message that was frozen with a released schema."""
    return (FOLDER.parent / schema.file).with_suffix(".avro").read_bytes()


def test_released_files_never_change() -> None:
    assert CHECKSUMS.read_text(encoding="utf-8").splitlines() == checksum_lines()


@pytest.mark.parametrize("name", sorted(MESSAGE_TYPES))
def test_the_current_schema_is_its_newest_released_version(name: str) -> None:
    assert versions(name)[-1].definition == current_schemas()[name].definition, (
        "run python -m tests.contract.release_schemas to freeze the new version"
    )


@pytest.mark.parametrize("released", RELEASED)
def test_the_current_schema_fits_every_released_one(released: Schema) -> None:
    assert list(problems(released.definition, current_schemas()[released.name].definition)) == []


@pytest.mark.parametrize("released", RELEASED)
def test_a_frozen_message_is_resolved_by_fastavro_with_all_its_values(released: Schema) -> None:
    body = golden(released)[10:]
    written = fastavro.schemaless_reader(BytesIO(body), released.plain, None)
    reader = current_schemas()[released.name].plain
    assert is_kept(written, fastavro.schemaless_reader(BytesIO(body), released.plain, reader))


def is_kept(written: Any, resolved: Any) -> bool:
    """Whether every written value is there, but for fields that were removed since."""
    if isinstance(written, dict):
        return all(is_kept(value, resolved[name]) for name, value in written.items() if name in resolved)
    if isinstance(written, list):
        return len(written) == len(resolved) and all(map(is_kept, written, resolved))
    return bool(written == resolved)


@pytest.mark.parametrize("released", RELEASED)
def test_a_frozen_message_is_decoded(released: Schema) -> None:
    assert type(decode(golden(released))) is MESSAGE_TYPES[released.name]


@pytest.mark.parametrize("released", RELEASED)
def test_a_frozen_message_is_decoded_as_one_of_an_older_schema(released: Schema) -> None:
    message = decode_released(golden(released), released)
    assert decode(encode(message)) == message


def field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(field for field in schema["fields"] if field["name"] == name)
    return found


INCOMPATIBLE: dict[str, Callable[[dict[str, Any]], object]] = {
    ".new: is new and has no default": lambda new: new["fields"].append({"name": "new", "type": "string"}),
    ".trunk: was string, is long": lambda new: field(new, "trunk").update(type="long"),
    ".version: was long, is int": lambda new: field(new, "version").update(type="int"),
    ".amount: scale was 6, is 4": lambda new: field(new, "amount").update(type=MONEY | {"scale": 4}),
    ".started_at: logicalType was timestamp-millis, is None": lambda new: field(new, "started_at").update(type="long"),
    ".anomalies[]: was string, is bytes": lambda new: field(new, "anomalies")["type"].update(items="bytes"),
    ": name was Charge, is Cost": lambda new: new.update(name="Cost"),
    ".rated_amount: no branch reads null": lambda new: field(new, "rated_amount").update(type=MONEY),
}


@pytest.mark.parametrize(("problem", "change"), INCOMPATIBLE.items(), ids=INCOMPATIBLE)
def test_an_incompatible_change_is_found(problem: str, change: Callable[[dict[str, Any]], object]) -> None:
    old = current_schemas()["charge"].definition
    new = copy.deepcopy(old)
    change(new)
    assert list(problems(old, new)) == [problem]


def test_a_removed_symbol_of_an_enum_is_found() -> None:
    old = {"type": "enum", "name": "Kind", "symbols": ["initiated", "ended"]}
    assert list(problems(old, old | {"symbols": ["ended"]})) == [": symbols of the enum were removed or moved"]


def test_compatible_changes_are_accepted() -> None:
    old = current_schemas()["charge"].definition
    new = copy.deepcopy(old)
    new["fields"].append({"name": "note", "type": "string", "default": ""})
    new["fields"].remove(field(new, "department"))
    field(new, "trunk")["type"] = ["null", "string"]
    field(new, "leg_id")["doc"] = "Said in other words."
    assert list(problems(old, new)) == []
