"""What `inspect` finds suspicious in a file: lines that cannot be read, oddities of its CDRs, a torn end."""

from __future__ import annotations

from connectors.cdr_file.survey.counts import Spots
from connectors.cdr_file.survey.survey import Survey
from pipeline.cli.inspect_text import Section, spots


def odd(survey: Survey) -> list[Section]:
    """The sections of everything that is not as it should be."""
    return [("rejects", _rejects(survey)), ("suspicious", _suspicious(survey)), ("last line", _last_line(survey))]


def _rejects(survey: Survey) -> list[str]:
    return [
        f"{reason}: {spots(found.spots)}; the first: {found.example}"
        for reason, found in sorted(survey.legs.rejects.items(), key=lambda item: -item[1].spots.count)
    ]


def _suspicious(survey: Survey) -> list[str]:
    form, legs = survey.form, survey.legs
    found = [
        ("header repeated", _behind_the_first(form.headers)),
        ("version line repeated", _behind_the_first(form.versions)),
        ("NUL bytes in a line", form.with_nul),
        ("line over 64 KiB", form.too_long),
        ("begins in the future", legs.future),
        ("ends hours before the line above", legs.jumps_back),
        ("the same line again", legs.repeated),
        ("other fields under the same CallId and start", legs.conflicting),
        ("+ before an extension, which is dropped", legs.numbers.short_with_plus),
        *((f"anomaly {name}", lines) for name, lines in sorted(legs.anomalies.items())),
    ]
    lines = [f"{what}: {spots(where)}" for what, where in found if where.count]
    if survey.bytes.nuls:
        lines.append(f"{survey.bytes.nuls} NUL bytes in all")
    if legs.devices.too_many:
        lines.append("more device names than are counted: the columns may be shifted")
    if form.lines and not legs.legs:
        lines.append("no line is a CDR: is this a cdr.txt?")
    return lines


def _behind_the_first(found: Spots) -> Spots:
    """Without the first line, which is where it belongs."""
    rest = Spots()
    rest.count, rest.lines = max(found.count - 1, 0), found.lines[1:]
    return rest


def _last_line(survey: Survey) -> list[str]:
    if not survey.torn_bytes:
        return ["complete"]
    begin = survey.bytes.size - survey.torn_bytes
    return [f"{survey.torn_bytes} bytes from offset {begin} on have no line end: read when it is there"]
