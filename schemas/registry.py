"""The Avro schemas of every message, as the package ships them.

`schemas/avro/NAME.avsc` is the current schema of a message type, `schemas/avro/released/NAME.vN.avsc` are the
frozen copies of every version that was ever published. A message names its schema by the CRC-64-AVRO
fingerprint of the Parsing Canonical Form; two versions that differ only in documentation share it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from schemas.cdr import Heartbeat, Lifecycle, Reject
from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall, Total, Withdrawal

MESSAGE_TYPES: dict[str, type] = {
    "lifecycle": Lifecycle,
    "heartbeat": Heartbeat,
    "reject": Reject,
    "leg": LegRow,
    "site_call": SiteCall,
    "call": Call,
    "charge": Charge,
    "total": Total,
    "link_match": LinkMatch,
    "withdrawal": Withdrawal,
}


class Schema(NamedTuple):
    """One version of the schema of one message type.

    `definition` is the parsed JSON of the file, `fingerprint` the 8 bytes that stand in a message
    (CRC-64-AVRO, little-endian), `file` the name below `schemas/avro`.
    """

    name: str
    file: str
    definition: dict[str, Any]
    fingerprint: bytes


def crc_64_avro(definition: dict[str, Any]) -> bytes:
    """The 8 bytes of the CRC-64-AVRO fingerprint of a schema, as single-object encoding writes them."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(definition), "CRC-64-AVRO"))


@cache
def current_schemas() -> dict[str, Schema]:
    """The schema by which each message type is written, by the name of its file without `.avsc`."""
    folder = files("schemas") / "avro"
    return {name: _load(name, folder / f"{name}.avsc", f"{name}.avsc") for name in MESSAGE_TYPES}


@cache
def released_schemas() -> tuple[Schema, ...]:
    """Every published version of every schema, sorted by file name."""
    folder = files("schemas") / "avro" / "released"
    entries = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".avsc")), key=lambda entry: entry.name
    )
    return tuple(_load(entry.name.partition(".")[0], entry, f"released/{entry.name}") for entry in entries)


@cache
def plain_schema(file: str) -> Any:
    """A current or released schema by its file, parsed for fastavro, without logical types.

    Its values are plain longs and bytes; the bytes on the wire and the fingerprint are the same.
    """
    known = {schema.file: schema for schema in (*current_schemas().values(), *released_schemas())}
    return fastavro.parse_schema(_plain(known[file].definition))


def _load(name: str, source: Traversable, file: str) -> Schema:
    definition = json.loads(source.read_text(encoding="utf-8"))
    return Schema(name, file, definition, crc_64_avro(definition))


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "logicalType" in node:
        return node["type"]
    return {key: _plain(value) for key, value in node.items()}
