"""Freezes the current schemas before a release: `python -m tests.contract.release_schemas`.

A schema that differs from its newest released version becomes the next one: `NAME.vN.avsc`, with a golden message
of it, `NAME.vN.avro`, and both in the list of checksums. What is released is never changed or removed.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from schemas.codec import encode
from schemas.registry import Schema, current_schemas, released_schemas
from tests.contract.example_values import EXAMPLES
from tests.contract.make_examples import schema_name

FOLDER = Path(__file__).parents[2] / "schemas" / "avro" / "released"
CHECKSUMS = FOLDER / "SHA256SUMS"


def versions(name: str) -> list[Schema]:
    """The released versions of one schema, the oldest first."""
    return sorted((schema for schema in released_schemas() if schema.name == name), key=version)


def version(schema: Schema) -> int:
    """The number of a released version."""
    return int(schema.file.rpartition(".v")[2].removesuffix(".avsc"))


def checksum_lines() -> list[str]:
    """What the list of checksums must say of the files that are there."""
    files = sorted(FOLDER.glob("*.av*"))
    return [f"{sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in files]


def main() -> None:
    """Freezes what has changed and appends it to the list."""
    FOLDER.mkdir(exist_ok=True)
    messages = [message for examples in EXAMPLES.values() for message in examples.values()]
    for name, schema in current_schemas().items():
        released = versions(name)
        if released and released[-1].definition == schema.definition:
            continue
        stem = f"{name}.v{version(released[-1]) + 1 if released else 1}"
        source = FOLDER.parent / schema.file
        (FOLDER / f"{stem}.avsc").write_bytes(source.read_bytes())
        golden = next(message for message in messages if schema_name(message) == name)
        (FOLDER / f"{stem}.avro").write_bytes(encode(golden))
    CHECKSUMS.write_text("\n".join(checksum_lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
