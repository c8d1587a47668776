"""Reads simulated files with the standard library only, so that they judge the simulator and not the reader."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from infra.simulator.places import PLACES

START = datetime(2026, 3, 2, 8, tzinfo=PLACES[0].time_zone)

Cdr = dict[str, str]


def texts(directory: Path, site: str) -> list[str]:
    """The lines of a site's files, in the order in which they were written."""
    encoding = next(place for place in PLACES if place.name == site).generation.encoding
    files = [path for path in (directory / site / "cdr.txt", directory / site / "cdr1.txt") if path.exists()]
    whole = b"".join(path.read_bytes() for path in files).decode(encoding)
    assert whole.endswith("\r\n")
    return whole.split("\r\n")[:-1]


def cdrs(directory: Path, site: str) -> list[Cdr]:
    """The CDRs of a site by the specification's column names, without headers, version and broken lines."""
    found: list[Cdr] = []
    names: list[str] = []
    for fields in csv.reader(texts(directory, site)):
        if "StartTime" in fields:
            names = ["CallId", *fields[1:]]
        elif len(fields) == len(names):
            found.append(dict(zip(names, fields, strict=True)))
    return found


def all_cdrs(directory: Path) -> dict[str, Cdr]:
    """The CDRs of all sites by leg id."""
    return {leg_id(site, cdr): cdr for site in truth(directory)["sites"] for cdr in cdrs(directory, site)}


def leg_id(site: str, cdr: Cdr) -> str:
    """The name of a CDR by contract 4."""
    return f"{site}:{cdr['CallId']}:{local(cdr, 'Start'):%Y-%m-%dT%H:%M:%S}"


def local(cdr: Cdr, step: str) -> datetime:
    """What a CDR says about the local time of a step (`Start`, `Connect`, `End`)."""
    return datetime.strptime(cdr[step + "Date"] + cdr[step + "Time"], "%d.%m.%Y%H:%M:%S")  # noqa: DTZ007


def instant(site: str, cdr: Cdr, step: str) -> float:
    """The same as seconds since 1970."""
    place = next(place for place in PLACES if place.name == site)
    return local(cdr, step).replace(tzinfo=place.time_zone).timestamp()


def costs(site: str, cdr: Cdr) -> Decimal:
    """The costs of a CDR in its currency, 0 without."""
    scale = next(place.cost_scale for place in PLACES if place.name == site)
    return Decimal(cdr["Costs"].replace(",", ".") or "0") / scale


# The values are as various as JSON allows; the tests say what they expect.
def truth(directory: Path) -> dict[str, Any]:
    """The content of truth.json."""
    read: dict[str, Any] = json.loads((directory / "truth.json").read_text(encoding="utf-8"))
    return read


def calls(directory: Path) -> list[dict[str, Any]]:
    """The lines of calls.jsonl."""
    return [json.loads(line) for line in (directory / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
