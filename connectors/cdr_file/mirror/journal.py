"""What a mirror knows whatever happens: how far each content of the files is in it, and the append under way.

One file a site, replaced as a whole before each append: a line of JSON, and behind it the bytes that are about to be
appended. They are cut off when they are safe in the mirror. So after a crash at any instruction the bytes that are
still there, and the length of the mirror's file, say what is left to do.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from connectors.cdr_file.durable import replacing
from connectors.cdr_file.identity import Footprint

_FORMAT = 1
_log = structlog.get_logger()


class Memory(NamedTuple):
    """How far each content is mirrored, the one appended last at the end; the mirror's file that was appended to
    last, and the header in force at its end (empty: none).
    """

    contents: tuple[Footprint, ...] = ()
    name: str = ""
    header: tuple[str, ...] = ()


class Append(NamedTuple):
    """Bytes that belong behind the first `length` bytes of the mirror's file `name`."""

    name: str
    length: int
    data: bytes


class Journal:
    """The journal of one site's mirror. Writing raises OSError."""

    def __init__(self, path: Path, site: str) -> None:
        self._path = path
        self._site = site
        self._head_bytes = 0

    def load(self) -> tuple[Memory, Append | None]:
        """What was known last, and the append that may not be complete; an unreadable journal counts as none."""
        try:
            head, end, data = self._path.read_bytes().partition(b"\n")
            self._head_bytes = len(head) + len(end)
            return _from_json(json.loads(head), self._site, data)
        except FileNotFoundError:
            pass
        except (ValueError, KeyError, TypeError) as error:
            _log.warning(
                "the mirror's journal is unreadable; lines that are read again are mirrored again",
                site=self._site,
                file=str(self._path),
                problem=str(error) or repr(error),
            )
        return Memory(), None

    def begin(self, memory: Memory, append: Append) -> None:
        """Note an append; when this returns it will be completed, whatever crashes."""
        head = json.dumps(_to_json(memory, append, self._site), separators=(",", ":"), ensure_ascii=False)
        head_bytes = f"{head}\n".encode()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self._path) as stream:
            stream.write(head_bytes + append.data)
        self._head_bytes = len(head_bytes)

    def end(self) -> None:
        """Note that the append is complete. Lost in a crash of the machine, this is found out again."""
        os.truncate(self._path, self._head_bytes)


def _to_json(memory: Memory, append: Append, site: str) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "site": site,
        "file": memory.name,
        "header": memory.header,
        "length": append.length,
        "append": len(append.data),
        "contents": memory.contents,
    }


def _from_json(saved: dict[str, Any], site: str, data: bytes) -> tuple[Memory, Append | None]:
    if (saved["format"], saved["site"]) != (_FORMAT, site):
        raise ValueError(
            f"expected format {_FORMAT} of site {site}, found format {saved['format']} of site {saved['site']}"
        )
    contents = tuple(Footprint(*map(_checked, known, _KINDS)) for known in saved["contents"])
    memory = Memory(contents, _checked(saved["file"], str), tuple(_checked(name, str) for name in saved["header"]))
    if len(data) not in (0, saved["append"]):
        raise ValueError(f"expected {saved['append']} bytes behind the first line, found {len(data)}")
    return memory, Append(memory.name, _checked(saved["length"], int), data) if data else None


_KINDS = (int, int, int, str, str, int)


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, found {value!r}")
    return value
