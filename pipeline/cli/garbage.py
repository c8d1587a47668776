"""How often Python looks for garbage in cycles."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 50_000


def collect_seldom() -> None:
    """For a process that holds very many legs: look after 50,000 new objects, and not at what starting has made.

    Legs and rows are tuples of plain values, which never form cycles, but each search goes through all of them:
    at Python's 700 new objects that is 8 % of the time of 100,000 legs, and more the more there are.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 10, 10)
