"""The Avro schemas of every message, as the package ships them.

`schemas/avro/NAME.avsc` is the current schema of a message type, `schemas/avro/released/NAME.vN.avsc` are the
frozen copies of every version that was ever published. A message names its schema by the CRC-64-AVRO
fingerprint of the Parsing Canonical Form; two versions that differ only in documentation share it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from schemas.cdr import Heartbeat, Lifecycle, Reject, Rerate
from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall, Total, Withdrawal

MESSAGE_TYPES: dict[str, type] = {
    "lifecycle": Lifecycle,
    "heartbeat": Heartbeat,
    "rerate": Rerate,
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

    `definition` is the JSON of the file, `plain` the same for fastavro without logical types: its values are plain
    longs and bytes, the bytes on the wire and the fingerprint are the same. `fingerprint` are the 8 bytes that
    stand in a message (CRC-64-AVRO, little-endian), `file` is the path below `schemas/avro`.
    """

    name: str
    file: str
    definition: dict[str, Any]
    plain: Any
    fingerprint: bytes


def parse(name: str, file: str, text: str) -> Schema:
    """The schema in the text of an `.avsc` file. Raises fastavro's SchemaParseException if it is none."""
    definition = json.loads(text)
    fingerprint_hex = fingerprint(to_parsing_canonical_form(definition), "CRC-64-AVRO")
    return Schema(name, file, definition, fastavro.parse_schema(_plain(definition)), bytes.fromhex(fingerprint_hex))


@cache
def current_schemas() -> dict[str, Schema]:
    """The schema by which each message type is written, by the name of its file without `.avsc`."""
    return {name: _load(name, f"{name}.avsc") for name in MESSAGE_TYPES}


@cache
def released_schemas() -> tuple[Schema, ...]:
    """Every published version of every schema, sorted by file name (`NAME.vN.avsc`)."""
    names = sorted(entry.name for entry in (_FOLDER / "released").iterdir() if entry.name.endswith(".avsc"))
    return tuple(_load(name.partition(".")[0], f"released/{name}") for name in names)


_FOLDER = files("schemas") / "avro"


def _load(name: str, file: str) -> Schema:
    return parse(name, file, _FOLDER.joinpath(*file.split("/")).read_text(encoding="utf-8"))


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "logicalType" in node:
        return node["type"]
    return {key: _plain(value) for key, value in node.items()}
