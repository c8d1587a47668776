"""Versions: which of two states of a row is the newer one, without a clock (design: state is a set of legs)."""

from __future__ import annotations

EPOCH_BITS = 12
LEGS_IN_A_MESSAGE = 256

_EPOCH_SHIFT = 52
_OFFSET_SHIFT = 8


def row_version(epoch: int, offset: int, index: int) -> int:
    """The version of rows that one leg causes: `(epoch << 52) | (source offset << 8) | index`, 64 bits unsigned.

    `offset` is the offset of the leg's message in its partition, `index` the leg's place in the message.
    All legs of a group lie in one partition, so versions are totally ordered and repeat exactly on replay.
    """
    if not (0 <= epoch < 1 << EPOCH_BITS and 0 <= offset < 1 << 44 and 0 <= index < LEGS_IN_A_MESSAGE):
        raise ValueError(f"no version for epoch {epoch}, offset {offset}, index {index}")
    return epoch << _EPOCH_SHIFT | offset << _OFFSET_SHIFT | index
