"""Days on which a row of a tariff or of the users is valid (contract 3)."""

from __future__ import annotations

from datetime import date


def is_valid_on(day: date, valid_from: date | None, valid_until: date | None) -> bool:
    """Whether a day is `valid_from` or later and before `valid_until`; None: without limit."""
    return (valid_from is None or valid_from <= day) and (valid_until is None or day < valid_until)
