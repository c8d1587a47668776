"""Looks at a whole cdr.txt of an unknown site and guesses its dialect and number plan (`swyx-cdr inspect`).

The file is read twice: first as texts, which tell the order of dates and the mark of Costs, then as CDRs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.survey.bytes import ByteCounts
from connectors.cdr_file.survey.costs import guess_decimal, guess_scale
from connectors.cdr_file.survey.counts import Guess
from connectors.cdr_file.survey.dates import guess_date_order
from connectors.cdr_file.survey.devices import Device
from connectors.cdr_file.survey.form import Form
from connectors.cdr_file.survey.legs import LegSurvey
from connectors.cdr_file.survey.numbers import Range, guess_access_prefix, guess_extension_digits, guess_ranges
from connectors.cdr_file.survey.places import guess_area, guess_country, guess_zone

_BLOCK_BYTES = 256 * 1024
# Times are shown as the file has them; with a zone of its own each of them exists once.
_ZONE = "UTC"


class Survey(NamedTuple):
    """Everything that was seen in one file, and the settings guessed from it; None: nothing tells.

    Instants are the file's local times, written as if they were UTC.
    """

    bytes: ByteCounts
    torn_bytes: int
    form: Form
    legs: LegSurvey
    date_order: Guess[str]
    cost_decimal: Guess[str]
    cost_scale: Guess[int]
    currency: Guess[str] | None
    extension_digits: Guess[int] | None
    number_ranges: tuple[Range, ...]
    public_access_prefix: Guess[str] | None
    country_code: Guess[str] | None
    area_code: Guess[str] | None
    time_zone: Guess[str] | None
    devices: tuple[Device, ...]


def survey_file(path: Path, now: datetime, advance: Callable[[int], None]) -> Survey:
    """Survey the file; `advance` is told how many bytes were read, of every byte twice, once for each reading.

    Bytes that are appended meanwhile do not count. Raises OSError if the file cannot be read, nothing for what it
    holds. Memory is bounded, whatever its size.
    """
    counts, form, framer = ByteCounts(), Form(), Framer()
    number = 0
    for block in _blocks(path, path.stat().st_size, advance):
        counts.add(block)
        for line in framer.feed(block):
            number += 1
            form.add(number, line)
    date_order, cost_decimal = guess_date_order(form.dates.counts), guess_decimal(form.costs.counts)
    dialect = Dialect(_ZONE, date_order=date_order.value, cost_decimal=cost_decimal.value)
    legs = _legs(_blocks(path, counts.size, advance), LineParser("site", dialect, path.name), now)
    return _concluded(counts, framer.torn_bytes, form, legs, date_order, cost_decimal)


def _blocks(path: Path, size: int, advance: Callable[[int], None]) -> Iterator[bytes]:
    """The first `size` bytes of the file, or fewer if it has become shorter."""
    with path.open("rb") as file:
        while size > 0 and (block := file.read(min(size, _BLOCK_BYTES))):
            size -= len(block)
            advance(len(block))
            yield block


def _legs(blocks: Iterable[bytes], parser: LineParser, now: datetime) -> LegSurvey:
    legs, framer = LegSurvey(now), Framer()
    number = 0
    for block in blocks:
        for line in framer.feed(block):
            number += 1
            entry = parser.parse(line, now)
            if entry is not None:
                legs.add(number, entry)
    return legs


def _concluded(
    counts: ByteCounts,
    torn_bytes: int,
    form: Form,
    legs: LegSurvey,
    date_order: Guess[str],
    cost_decimal: Guess[str],
) -> Survey:
    """The guesses that rest on all CDRs; those about places rest on others."""
    numbers = legs.numbers
    digits = guess_extension_digits(numbers.internal.counts)
    devices = legs.devices.devices(digits.value if digits else None)
    currency = _currency(legs, devices)
    ranges = guess_ranges(numbers.own.counts, numbers.internal.counts, digits.value) if digits else []
    prefixes = [found.prefix for found in ranges]
    country = guess_country(prefixes, list(numbers.providers.counts), currency.value if currency else "")
    return Survey(
        bytes=counts,
        torn_bytes=torn_bytes,
        form=form,
        legs=legs,
        date_order=date_order,
        cost_decimal=cost_decimal,
        cost_scale=guess_scale(legs.charged, currency.value if currency else ""),
        currency=currency,
        extension_digits=digits,
        number_ranges=tuple(ranges),
        public_access_prefix=guess_access_prefix(numbers),
        country_code=country,
        area_code=guess_area(country.value, prefixes) if country else None,
        time_zone=guess_zone(country.value) if country else None,
        devices=tuple(devices),
    )


def _currency(legs: LegSurvey, devices: Sequence[Device]) -> Guess[str] | None:
    """The site's own currency: that of calls to its trunks, as links bring the money of other sites."""
    trunks = legs.devices.currencies({device.name for device in devices if not device.is_link})
    found = trunks or Counter(legs.currencies.counts)
    named = [(currency, count) for currency, count in found.most_common() if currency]
    if not named:
        return None
    currency, count = named[0]
    where = "calls to trunks" if trunks else "CDRs"
    others = ", ".join(f"{other} in {times}" for other, times in named[1:4])
    said = f"{currency} beside the Costs of {count} {where}" + (f"; {others}" if others else "")
    return Guess(currency, said, sure=len(named) == 1)
