"""Whether data written by one version of a schema can be read by another (Avro's rules, and the project's).

Stricter than Avro where Avro would misread silently: logical types must be the same, and enums may only grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_WIDER = {("int", "long")}


def problems(writer: Any, reader: Any, place: str = "") -> Iterator[str]:
    """What keeps `reader` from reading what `writer` wrote; nothing if it can. Both are parsed JSON."""
    if isinstance(writer, list) or isinstance(reader, list):
        yield from _union_problems(writer, reader, place)
        return
    old, new = _normal(writer), _normal(reader)
    if old["type"] != new["type"]:
        if (old["type"], new["type"]) not in _WIDER:
            yield f"{place}: was {old['type']}, is {new['type']}"
        return
    for key in ("name", "logicalType", "precision", "scale"):
        if old.get(key) != new.get(key):
            yield f"{place}: {key} was {old.get(key)}, is {new.get(key)}"
    match old["type"]:
        case "record":
            yield from _record_problems(old, new, place)
        case "enum":
            if new["symbols"][: len(old["symbols"])] != old["symbols"]:
                yield f"{place}: symbols of the enum were removed or moved"
        case "array":
            yield from problems(old["items"], new["items"], f"{place}[]")
        case "map":
            yield from problems(old["values"], new["values"], f"{place}{{}}")


def _record_problems(old: Any, new: Any, place: str) -> Iterator[str]:
    before = {field["name"]: field for field in old["fields"]}
    for field in new["fields"]:
        where = f"{place}.{field['name']}"
        if field["name"] in before:
            yield from problems(before[field["name"]]["type"], field["type"], where)
        elif "default" not in field:
            yield f"{where}: is new and has no default"


def _union_problems(writer: Any, reader: Any, place: str) -> Iterator[str]:
    old = writer if isinstance(writer, list) else [writer]
    new = reader if isinstance(reader, list) else [reader]
    for branch in old:
        if all(list(problems(branch, candidate, place)) for candidate in new):
            yield f"{place}: no branch reads {branch}"


def _normal(schema: Any) -> Any:
    return {"type": schema} if isinstance(schema, str) else schema
