"""Texts of files on a terminal: shown, never obeyed."""

from __future__ import annotations


def escaped(text: str) -> str:
    """The text with everything that would move a cursor or break a line as its code."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
