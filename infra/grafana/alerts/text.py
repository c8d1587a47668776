"""YAML as people would write it: SQL in blocks, a key a line. Only what alert rules are made of."""

from __future__ import annotations

import json


def yaml(value: object, depth: int = 0) -> str:
    """The lines of a value that lies so deep; dictionaries and lists in blocks, all else as in JSON."""
    lines = ""
    if isinstance(value, dict):
        for key, inner in value.items():
            lines += f"{'  ' * depth}{key}:{_behind(inner, depth)}"
    elif isinstance(value, list):
        for inner in value:
            lines += f"{'  ' * depth}- {yaml(inner, depth + 1).lstrip(' ')}"
    else:
        lines = f"{'  ' * depth}{json.dumps(value, ensure_ascii=False)}\n"
    return lines


def _behind(value: object, depth: int) -> str:
    """What stands behind a key's colon."""
    if isinstance(value, str) and "\n" in value:
        return " |-\n" + "".join(f"{'  ' * (depth + 1)}{line}\n" for line in value.splitlines())
    if isinstance(value, dict | list):
        return "\n" + yaml(value, depth + 1)
    return f" {json.dumps(value, ensure_ascii=False)}\n"
