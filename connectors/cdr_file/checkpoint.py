"""How far each file of a site has been read and confirmed, kept in one JSON file a site.

The file is replaced atomically, so it is always whole; one that is not readable means that files are read
again from their beginning, which leg ids absorb (contract 4).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from connectors.cdr_file.durable import replacing
from connectors.cdr_file.errors import TailError
from connectors.cdr_file.identity import Footprint
from connectors.cdr_file.parse import ParserState

_FORMAT = 1
_log = structlog.get_logger()


class FileState(NamedTuple):
    """A file up to an offset (`footprint.offset`) below which every line is confirmed by Kafka.

    `source_file` is the name it was first read under, `parser` what reading on needs, `last_cdr_at` the newest
    end of its CDRs.
    """

    source_file: str
    footprint: Footprint
    parser: ParserState
    last_cdr_at: datetime | None


class CheckpointStore:
    """The checkpoint of one site, `<directory>/<site>.json`."""

    def __init__(self, directory: Path, site: str) -> None:
        self._path = directory / f"{site}.json"
        self._site = site

    def load(self) -> list[FileState]:
        """The saved states; none, with a warning, where the checkpoint cannot be understood."""
        try:
            return _from_json(json.loads(self._path.read_bytes()), self._site)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise TailError(f"{self._path}: cannot read the checkpoint: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, IndexError) as error:
            _log.warning(
                "checkpoint is unreadable, reading all files again from their beginning",
                site=self._site,
                file=str(self._path),
                problem=str(error) or repr(error),
            )
            return []

    def save(self, states: Iterable[FileState]) -> None:
        """Replace the checkpoint; when this returns it survives a crash of the machine."""
        data = json.dumps(_to_json(states, self._site), separators=(",", ":"), ensure_ascii=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path) as stream:
                stream.write(data.encode())
        except OSError as error:
            raise TailError(f"{self._path}: cannot write the checkpoint: {error.strerror}") from error


def _to_json(states: Iterable[FileState], site: str) -> dict[str, Any]:
    """The states as JSON; headers stand once, as most files share theirs."""
    headers: dict[tuple[str, ...], int] = {}
    files = [
        {
            "source_file": state.source_file,
            **state.footprint._asdict(),
            "header": headers.setdefault(state.parser.header, len(headers)),
            "file_started_at": _text(state.parser.file_started_at),
            "last_cdr_at": _text(state.last_cdr_at),
        }
        for state in states
    ]
    return {"format": _FORMAT, "site": site, "headers": [list(header) for header in headers], "files": files}


def _from_json(saved: dict[str, Any], site: str) -> list[FileState]:
    if (saved["format"], saved["site"]) != (_FORMAT, site):
        raise ValueError(
            f"expected format {_FORMAT} of site {site}, found format {saved['format']} of site {saved['site']}"
        )
    return [_file_state(file, saved["headers"]) for file in saved["files"]]


def _file_state(file: dict[str, Any], headers: Sequence[Sequence[str]]) -> FileState:
    known = Footprint(
        int(file["device"]),
        int(file["inode"]),
        int(file["offset"]),
        str(file["head"]),
        str(file["tail"]),
        int(file["tail_length"]),
    )
    if not 0 <= known.tail_length <= known.offset:
        raise ValueError(f"expected an offset of at least {known.tail_length}, found {known.offset}")
    parser = ParserState(tuple(map(str, headers[file["header"]])), _instant(file["file_started_at"]))
    return FileState(str(file["source_file"]), known, parser, _instant(file["last_cdr_at"]))


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"expected an instant with offset, found {text!r}")
    return instant
