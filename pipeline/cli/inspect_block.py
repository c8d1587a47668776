"""The `[[sites]]` block that `inspect` prints: valid TOML, each key with the evidence for it (contract 3).

Keys without evidence are left at their defaults; `please check` stands where a guess may be wrong.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.cdr_file.survey.counts import Guess, often
from connectors.cdr_file.survey.survey import Survey
from pipeline.cli.inspect_text import printable

CHECK = "please check: "
_MOST_LINKS = 20
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# What a TOML string may not hold as it is; a half of a surrogate pair is a byte of a file name that is no text.
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f\ud800-\udfff]')


def site_block(file: Path, survey: Survey) -> str:
    """The block for the file's site, and a suggestion for its links as comments."""
    name = site_name(file)
    lines = [
        "[[sites]]",
        *_entry("name", _text(name), CHECK + "the name of the folder"),
        *_entry("files", f"[{_text(_pattern(file))}]", CHECK + "the star is for the files that rotation begins"),
        *_place(survey),
        *_number_plan(survey),
        *_dialect(survey),
        *_links(name, survey),
    ]
    return "\n".join(lines)


def site_name(file: Path) -> str:
    """A name for the site, after the folder that the file is in (`name` of contract 3)."""
    folder = file.absolute().parent.name.lower().translate(_SPELLED)
    return re.sub(r"[^a-z0-9]+", "-", folder).strip("-") or "site"


def _pattern(file: Path) -> str:
    """The glob for the file and those that rotation puts beside it; the path itself holds no wildcard."""
    path, behind = file.absolute(), ""
    if path.suffix[1:].isdecimal():  # cdr.txt.1
        path, behind = path.with_suffix(""), "*"
    stem = path.stem.rstrip("0123456789") or path.stem
    return f"{glob.escape(str(path.parent / stem))}*{glob.escape(path.suffix)}{behind}"


def _place(survey: Survey) -> Iterator[str]:
    known = survey.time_zone, survey.country_code
    yield from _guess("time_zone", known[0])
    yield from _guess("country_code", known[1])
    if survey.area_code:
        yield from _guess("area_code", survey.area_code)
    else:
        yield from _entry("area_code", '""', "please fill in: the file does not tell the area code")
    if not all(known):
        yield "# please check time_zone, country_code and the prefixes: the file does not tell the country"


def _number_plan(survey: Survey) -> Iterator[str]:
    yield from _guess("public_access_prefix", survey.public_access_prefix)
    if survey.number_ranges:
        said = "; ".join(
            f"{found.prefix} {often(found.times)} with {found.numbers} endings" for found in survey.number_ranges
        )
        prefixes = ", ".join(_text(found.prefix) for found in survey.number_ranges)
        sure = all(found.is_sure for found in survey.number_ranges)
        yield from _entry("number_ranges", f"[{prefixes}]", ("" if sure else CHECK) + said)
    else:
        yield "# please fill in: no number of the site is written in full"
        yield '# number_ranges = ["+…"]'
    yield from _guess("extension_digits", survey.extension_digits)


def _dialect(survey: Survey) -> Iterator[str]:
    counts = survey.form.encodings
    seen = f"{counts.ascii} lines ASCII, {counts.utf_8} UTF-8, {counts.windows_1252} Windows-1252"
    yield from _entry("encoding", '"auto"', seen)
    if survey.form.dates.counts:
        yield from _guess("date_order", survey.date_order)
    if survey.legs.advised + survey.legs.computed:
        yield from _guess("cost_scale", survey.cost_scale)
        yield from _guess("cost_decimal", survey.cost_decimal)
    if survey.currency and re.fullmatch(r"\S{1,8}", survey.currency.value):
        yield from _guess("currency", survey.currency)


def _links(name: str, survey: Survey) -> Iterator[str]:
    for device in [device for device in survey.devices if device.is_link][:_MOST_LINKS]:
        yield ""
        yield f"# {printable(device.name)} is likely a link ({printable(device.evidence)}). With the other site:"
        yield "# [[links]]"
        yield f'# sites = ["{name}", "…"]'
        yield f'# devices = {{ {name} = {_text(device.name)}, … = "…" }}'


def _guess(key: str, guess: Guess[Any] | None) -> Iterator[str]:
    if guess is not None:
        value = _text(guess.value) if isinstance(guess.value, str) else str(guess.value)
        yield from _entry(key, value, ("" if guess.sure else CHECK) + guess.evidence)


def _entry(key: str, value: str, comment: str) -> Iterator[str]:
    yield f"# {printable(comment)}"
    yield f"{key} = {value}"


def _text(value: str) -> str:
    """The value as a TOML string."""
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(sign: re.Match[str]) -> str:
    if "\ud800" <= sign[0] <= "\udfff":
        return "?"
    return f"\\{sign[0]}" if sign[0] in '"\\' else f"\\u{ord(sign[0]):04x}"
