"""What `inspect` tells about a file, in words: sections of a name and lines. Texts of the file are made printable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from connectors.cdr_file.survey.counts import often
from connectors.cdr_file.survey.devices import Device
from connectors.cdr_file.survey.form import header_facts
from connectors.cdr_file.survey.survey import Survey
from pipeline.cli.inspect_odd import odd
from pipeline.cli.inspect_text import SHOWN, Section, guessed, listed, printable, spots

_SHORT_YEAR = re.compile(r"\d{1,2}\D\d{1,2}\D\d{1,2}")
# 3imedia QueueController writes files like SwyxWare's, with columns of its own.
_QUEUE_CONTROLLER = {"previousstate", "connectednumber", "connectedname", *(f"custom{number}" for number in range(8))}


def report(file: Path, survey: Survey) -> list[Section]:
    """All sections in the order in which they are read."""
    form, legs = survey.form, survey.legs
    sections = [
        ("file", [f"{file}, {survey.bytes.size} bytes, {form.lines} lines, {legs.legs} CDRs"]),
        ("generation", _generation(survey)),
        ("columns", _columns(survey)),
        ("encoding", _encoding(survey)),
        ("line ends", _line_ends(survey)),
        ("dates", _dates(survey)),
        ("time range", _time_range(survey)),
        ("CDRs", _cdrs(survey)),
        ("costs", _costs(survey)),
        ("trunks", _devices([device for device in survey.devices if not device.is_link])),
        ("likely links", _devices([device for device in survey.devices if device.is_link])),
        ("numbers", _numbers(survey)),
        *odd(survey),
    ]
    return [(name, [printable(line) for line in lines] or ["none"]) for name, lines in sections]


def _generation(survey: Survey) -> list[str]:
    form = survey.form
    if not form.headers.count:
        version = f" behind version line {form.version}" if form.versions.count else ""
        return [f"no header{version}: read in the specification's order if its lines have 34 fields"]
    header = next(iter(form.distinct_headers.counts))
    own = [name for name in header_facts(header).unknown if name.lower() in _QUEUE_CONTROLLER]
    if own:
        return [f"like SwyxWare's, with columns of 3imedia QueueController: {', '.join(own)}"]
    if form.versions.count:
        return [f"SwyxWare v4.10: version line {form.version} in line {form.versions.lines[0]}, then the header"]
    quoted = "quoted " if form.quoted_header else ""
    return [f"SwyxWare v10 or later: no version line, {quoted}header in line {form.headers.lines[0]}"]


def _columns(survey: Survey) -> list[str]:
    headers = survey.form.distinct_headers
    if not headers.counts:
        return []
    found = []
    for header, count in headers.counts.items():
        facts = header_facts(header)
        parts = [
            f"{len(header)} columns",
            "in the specification's order" if facts.in_order else "in another order than the specification's",
            *(
                f"{what}: {listed(names)}"
                for what, names in (("missing", facts.missing), ("unknown", facts.unknown))
                if names
            ),
            *(f"{name} stands for {column}" for name, column in facts.aliases),
        ]
        found.append(", ".join(parts) + (f" ({often(count)})" if len(headers.counts) > 1 else ""))
    return found


def _encoding(survey: Survey) -> list[str]:
    counts = survey.form.encodings
    lines = [f"{counts.ascii} lines ASCII, {counts.utf_8} UTF-8, {counts.windows_1252} Windows-1252"]
    if survey.bytes.has_utf_8_mark:
        lines[0] += ", byte order mark of UTF-8"
    if survey.bytes.has_utf_16_mark:
        lines.append("byte order mark of UTF-16: convert the file to UTF-8")
    if counts.undefined.count:
        lines.append(f"bytes that Windows-1252 does not define, perhaps a code page of DOS: {spots(counts.undefined)}")
    return lines


def _line_ends(survey: Survey) -> list[str]:
    found = survey.bytes
    ends = [(found.crlf, "CRLF"), (found.lf, "LF"), (found.cr, "CR without LF, which ends no line")]
    return [f"{count} {name}" for count, name in ends if count]


def _dates(survey: Survey) -> list[str]:
    dates = survey.form.dates.counts
    lines = [f"order {guessed(survey.date_order)}"]
    marks = {mark: sum(count for text, count in dates.items() if mark in text) for mark in "./-"}
    lines += [f"with {mark}, such as {_example(dates, mark)}: {often(count)}" for mark, count in marks.items() if count]
    short = sum(count for text, count in dates.items() if _SHORT_YEAR.fullmatch(text))
    if short:
        lines.append(f"year of two digits: {often(short)}")
    if survey.form.clocks_with_dot.count:
        lines.append(f"dot in a StartTime (13.03:28): {spots(survey.form.clocks_with_dot)}")
    return lines if dates else []


def _example(dates: Iterable[str], mark: str) -> str:
    return next(text for text in dates if mark in text)


def _time_range(survey: Survey) -> list[str]:
    first, last = survey.legs.first_start, survey.legs.last_end
    if first is None or last is None:
        return []
    return [f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S}, the server's local time (the file names no zone)"]


def _cdrs(survey: Survey) -> list[str]:
    legs = survey.legs
    if not legs.legs:
        return []
    states: dict[str, int] = {}
    for (state, _), count in legs.outcomes.most():
        states[state] = states.get(state, 0) + count
    by_state = ", ".join(f"{state or 'no state'} {count}" for state, count in list(states.items())[:SHOWN])
    return [
        f"{legs.legs}, {legs.connected} connected: {by_state}",
        f"{legs.results} results of transfers",
    ]


def _costs(survey: Survey) -> list[str]:
    legs = survey.legs
    priced = legs.advised + legs.computed
    if not priced:
        return ["no CDR has Costs: tariffs can rate the calls"] if legs.legs else []
    return [
        f"in {priced} of {legs.legs} CDRs; advised (AOC 1) {legs.advised}, computed (AOC 0) {legs.computed}",
        f"cost_decimal {guessed(survey.cost_decimal)}",
        f"cost_scale {guessed(survey.cost_scale)}",
        f"currency {guessed(survey.currency)}" if survey.currency else "no currency",
    ]


def _devices(devices: list[Device]) -> list[str]:
    more = [f"and {len(devices) - SHOWN} more"] if len(devices) > SHOWN else []
    return [*map(_device, devices[:SHOWN]), *more]


def _device(device: Device) -> str:
    evidence = f"; {device.evidence}" if device.evidence else ""
    return f"{device.name}: {often(device.calls_from)} from it, {often(device.calls_to)} to it{evidence}"


def _numbers(survey: Survey) -> list[str]:
    numbers = survey.legs.numbers
    named = (
        ("extension_digits", survey.extension_digits),
        ("public_access_prefix", survey.public_access_prefix),
        ("country_code", survey.country_code),
    )
    lines = [f"{name} {guessed(guess)}" for name, guess in named if guess]
    lines += [
        f"own range {found.prefix}: {often(found.times)}, {found.numbers} numbers, "
        f"{found.confirmed} of them end in an extension of this file"
        for found in survey.number_ranges
    ]
    for what, tally in (("call-by-call codes", numbers.providers), ("project numbers", numbers.projects)):
        if tally.counts:
            lines.append(f"{what}: {', '.join(f'{text} {often(count)}' for text, count in tally.most(SHOWN))}")
    if numbers.masks.counts:
        lines.append(f"masked: {', '.join(f'{mask} {often(count)}' for mask, count in numbers.masks.most(SHOWN))}")
    return lines
