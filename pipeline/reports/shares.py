"""Ratios of whole numbers as reports show them: worked out exactly, rounded half up once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")


def percent(part: int, whole: int) -> Decimal | None:
    """How many of a hundred, to a tenth; `None` of nothing."""
    return (Decimal(100 * part) / whole).quantize(_TENTH, ROUND_HALF_UP) if whole else None


def mean_seconds(seconds: int, count: int) -> int | None:
    """The mean in whole seconds; `None` of nothing."""
    return (2 * seconds + count) // (2 * count) if count else None
