"""Whether two globs can match the same file name.

Sites must not share files: a line that two sites read would be two legs. The answer is sound: whenever some
path is matched by both globs, it is yes. It looks at names only (`*`, `?`, `[…]`, no folder wildcard `**`), so
it may also say yes where no such file will ever exist, and knows nothing of links in the file system;
`pipeline.cli.settings_files` looks for files that two sites match right now.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import NamedTuple


class One(NamedTuple):
    """One character of a name: one of `characters`, or, if `negated`, any but these."""

    characters: frozenset[str]
    negated: bool = False

    def shares(self, other: One) -> bool:
        """Whether some character fits both."""
        if self.negated and other.negated:
            return True
        if self.negated:
            return bool(other.characters - self.characters)
        if other.negated:
            return bool(self.characters - other.characters)
        return bool(self.characters & other.characters)


ANY = One(frozenset(), negated=True)
Token = One | None  # None is `*`: any number of characters
PIECE = re.compile(r"\[(!?+)(\]?+[^\]]*+)\]|(.)", re.DOTALL)


def may_match_the_same(first: str, second: str) -> bool:
    """Whether a path can exist that both absolute globs match."""
    parts, others = os.path.normcase(first).split(os.sep), os.path.normcase(second).split(os.sep)
    return len(parts) == len(others) and all(
        part == other or _meet(_tokens(part), _tokens(other)) for part, other in zip(parts, others, strict=True)
    )


@cache
def _tokens(part: str) -> tuple[Token, ...]:
    """The tokens of one path component, by the rules of `fnmatch`."""
    return tuple(_token(*found.groups()) for found in PIECE.finditer(part))


def _token(negation: str | None, characters: str | None, single: str | None) -> Token:
    if characters is not None:
        return One(_set(characters), negated=bool(negation))
    if single == "*":
        return None
    return ANY if single == "?" else One(frozenset(single or ""))


def _set(text: str) -> frozenset[str]:
    """The characters between brackets; `a-z` is a range."""
    found: set[str] = set()
    for low, high, single in re.findall(r"(.)-(.)|(.)", text, re.DOTALL):
        found.update({single} if single else map(chr, range(ord(low), ord(high) + 1)))
    return frozenset(found)


def _meet(first: tuple[Token, ...], second: tuple[Token, ...]) -> bool:
    """Whether some text fits both token sequences: a walk over the pairs of places in them."""
    reached = {(0, 0)}
    open_pairs = [(0, 0)]
    while open_pairs:
        place, other = open_pairs.pop()
        if (place, other) == (len(first), len(second)):
            return True
        for pair in _steps(first, second, place, other):
            if pair not in reached:
                reached.add(pair)
                open_pairs.append(pair)
    return False


def _steps(first: tuple[Token, ...], second: tuple[Token, ...], place: int, other: int) -> list[tuple[int, int]]:
    """The places to go on from: a star takes nothing or the other's next token, two characters take one they share."""
    left = first[place] if place < len(first) else ANY
    right = second[other] if other < len(second) else ANY
    ends = place == len(first), other == len(second)
    steps = []
    if left is None:
        steps += [(place + 1, other)] + ([] if ends[1] else [(place, other + 1)])
    if right is None:
        steps += [(place, other + 1)] + ([] if ends[0] else [(place + 1, other)])
    if left is not None and right is not None and not any(ends) and left.shares(right):
        steps.append((place + 1, other + 1))
    return steps
