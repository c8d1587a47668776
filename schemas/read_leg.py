"""A leg with the bytes that it came in. A module of its own, as mypyc cannot compile a class that extends a tuple."""

from __future__ import annotations

from schemas.cdr import Leg


class ReadLeg(Leg):
    """A leg that came in a message.

    `row_beginning` is how its `LegRow` begins, up to `raw_line`, as that is written: put together from the bytes of the
    message, which is faster than writing the values again. A leg made from it by `_replace` has none.
    """

    row_beginning = b""
