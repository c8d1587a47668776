"""Writes the golden messages of `example_values` to `schemas/examples`: `python -m tests.contract.make_examples`.

Of each message the exact bytes (`NAME.avro`) and beside them its values for people (`NAME.json`).
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro

from schemas.codec import Message, encode
from schemas.registry import MESSAGE_TYPES, current_schemas
from tests.contract.example_values import EXAMPLES

FOLDER = Path(__file__).parents[2] / "schemas" / "examples"


def schema_name(message: Message) -> str:
    """The name of the message's schema."""
    return next(name for name, message_type in MESSAGE_TYPES.items() if type(message) is message_type)


def readable(message: Message) -> str:
    """The message as JSON, read from its bytes by fastavro: instants in ISO 8601, money and bytes as text."""
    schema = current_schemas()[schema_name(message)]
    values = fastavro.schemaless_reader(BytesIO(encode(message)[10:]), schema.definition, None)
    document = {"schema": schema.file, "fingerprint": schema.fingerprint.hex(), "value": values}
    return json.dumps(document, default=_as_text, ensure_ascii=False, indent=2) + "\n"


def _as_text(value: Any) -> str:
    match value:
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case Decimal():
            return str(value)
        case bytes():
            return value.decode("latin-1")
    raise TypeError(f"{value!r} is not expected in a message")


def main() -> None:
    """Writes every example; removes nothing."""
    for topic, messages in EXAMPLES.items():
        (FOLDER / topic).mkdir(parents=True, exist_ok=True)
        for name, message in messages.items():
            (FOLDER / topic / f"{name}.avro").write_bytes(encode(message))
            (FOLDER / topic / f"{name}.json").write_text(readable(message), encoding="utf-8")


if __name__ == "__main__":
    main()
