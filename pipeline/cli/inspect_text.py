"""The words in which `inspect` tells what it saw; texts of the file are made printable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.cdr_file.survey.counts import Guess, Spots
from pipeline.escaped import escaped

# A name and the lines that belong to it.
Section = tuple[str, list[str]]

SHOWN = 10
_LONGEST = 400


def printable(text: str) -> str:
    """The text with everything escaped that would move a cursor or break a line, and of bounded length."""
    shown = escaped(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def guessed(guess: Guess[Any]) -> str:
    """A guess with its evidence."""
    value = "empty" if guess.value == "" else guess.value
    return f"{value} ({guess.evidence})" + ("" if guess.sure else ", please check")


def spots(found: Spots) -> str:
    """How many lines, and which are the first."""
    lines = ", ".join(str(line) for line in found.lines)
    if found.count == 1:
        return f"line {lines}"
    return f"{found.count} lines: {lines}" + (", …" if found.count > len(found.lines) else "")


def listed(names: Sequence[str]) -> str:
    """The first of these names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
