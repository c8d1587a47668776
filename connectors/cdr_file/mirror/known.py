"""Which part of a file is in the mirror already, whatever the file was called when it was copied (docs/delivery.md)."""

from __future__ import annotations

import os
from collections.abc import Sequence

from connectors.cdr_file.followed import Chunk
from connectors.cdr_file.identity import Footprint, find_content
from connectors.cdr_file.opening import key_of


def mirrored_part(chunk: Chunk, read_to: int, contents: Sequence[Footprint]) -> Footprint | None:
    """The longest of these contents that the file of the chunk begins with, if it is longer than `read_to`."""
    end = chunk.window.start + len(chunk.window.data)
    further = sorted((known for known in contents if known.offset > read_to), key=lambda known: -known.offset)
    within = (known for known in further if known.offset <= end and _ends_within(chunk, known))
    return _beyond(chunk, [known for known in further if known.offset > end]) or next(within, None)


def _ends_within(chunk: Chunk, known: Footprint) -> bool:
    """Whether it is this content that was read, under whatever device and inode; the file may be gone by now."""
    return chunk.footprint_at(known.offset)._replace(device=known.device, inode=known.inode) == known


def _beyond(chunk: Chunk, contents: Sequence[Footprint]) -> Footprint | None:
    """The first of the contents, all longer than what was read, that the file still begins with."""
    path = chunk.file.path
    if path is None or not contents:
        return None
    try:
        status = os.stat(path)
    except OSError:
        return None
    if key_of(status) != (chunk.file.known.device, chunk.file.known.inode):
        return None
    place = find_content(path, status, contents)
    return None if place is None else contents[place]
