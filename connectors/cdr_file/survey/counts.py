"""Counters of a survey that stay small whatever a file holds, and the guesses drawn from them. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

FIRST_LINES = 5
# Of a text that is counted so many characters are kept, so that full tallies stay small.
KEPT = 64


def often(count: int) -> str:
    """A count in words: once, 2 times."""
    return "once" if count == 1 else f"{count} times"


class Guess(NamedTuple, Generic[Value]):
    """What a setting seems to be, and why.

    `sure`: the evidence leaves no doubt; else `value` is the likeliest or the default, for the user to check.
    """

    value: Value
    evidence: str
    sure: bool


class Tally(Generic[Key]):
    """How often each key was seen. Keys beyond the first `limit` different ones are counted together, in `other`."""

    __slots__ = ("_limit", "counts", "other")

    def __init__(self, limit: int) -> None:
        self.counts: dict[Key, int] = {}
        self.other = 0
        self._limit = limit

    def add(self, key: Key) -> None:
        """Count the key once more."""
        counts = self.counts
        if key in counts:
            counts[key] += 1
        elif len(counts) < self._limit:
            counts[key] = 1
        else:
            self.other += 1

    @property
    def total(self) -> int:
        """How often any key was counted."""
        return sum(self.counts.values()) + self.other

    def most(self, count: int | None = None) -> list[tuple[Key, int]]:
        """The most frequent keys with their counts, of equally frequent ones the first seen first."""
        return sorted(self.counts.items(), key=lambda item: -item[1])[:count]


class Spots:
    """How often something was found, and the numbers of the first lines where."""

    __slots__ = ("count", "lines")

    def __init__(self) -> None:
        self.count = 0
        self.lines: list[int] = []

    def add(self, line: int) -> None:
        """Count it once more, found in the line of this number (from 1)."""
        self.count += 1
        if len(self.lines) < FIRST_LINES:
            self.lines.append(line)
