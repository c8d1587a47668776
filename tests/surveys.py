"""Surveys of files that tests write: the way to everything that `swyx-cdr inspect` rests on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from connectors.cdr_file.survey.survey import Survey, survey_file
from tests.cdr_lines import HEADER, line

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def surveyed(folder: Path, data: bytes | str) -> Survey:
    """The survey of a file with this content."""
    file = folder / "cdr.txt"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return survey_file(file, NOW, lambda _: None)


def cdrs(*changes: dict[str, str], header: str = HEADER) -> str:
    """A file with a header and one CDR for each of these changes; CallIds count up from 1."""
    lines = [line(**{"CallId": str(number), **change}) for number, change in enumerate(changes, 1)]
    return "".join(f"{text}\r\n" for text in (header, *lines))
