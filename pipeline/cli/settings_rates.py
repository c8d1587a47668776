"""Rules between the rows of a tariff, and between a tariff and the sites that use it (contract 3 and 7).

Bands of one prefix that are in force at the same moment contradict each other: an error. What is only odd is a
warning: times without a band, days without a rate, prefixes that no number begins with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pipeline.cli.settings_models import SiteSettings
from pipeline.cli.settings_problems import shown
from pipeline.cli.settings_tables import numbered_rows
from pipeline.cli.tariffs import rate_of
from pipeline.domain.tariffs import MINUTES_A_DAY, Rate

WEEK = 7 * MINUTES_A_DAY
ALL_WEEK = (1 << WEEK) - 1
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Line(NamedTuple):
    """A row of a tariff file and the number of its line; the minutes of the week in its band are bits of `minutes`."""

    number: int
    rate: Rate
    minutes: int

    @property
    def days(self) -> tuple[date, date]:
        """The first day of validity and the first that is not valid any more."""
        return self.rate.valid_from or date.min, self.rate.valid_until or date.max


def band_problems(file: Path) -> Iterator[str]:
    """The rows of a tariff file, valid one by one, that are in force together with one before them."""
    for lines in _by_prefix(file).values():
        for index, line in enumerate(lines):
            earlier = next((other for other in lines[:index] if _together(line, other)), None)
            if earlier is not None:
                yield (
                    f"line {line.number}, prefix: found {shown(line.rate.prefix)} in force together with line "
                    f"{earlier.number} ({_first_moment(line, earlier)}); expected one rate of a prefix at a time; "
                    "correct weekdays, times or dates of one of them, or remove it"
                )


def rate_warnings(file: Path, sites: Sequence[SiteSettings]) -> Iterator[str]:
    """What is odd in a tariff file without problems, which these sites use."""
    lines_of = _by_prefix(file)
    if not lines_of:
        yield "found no rates; expected a row for each prefix; without one nothing is rated"
    for prefix, lines in lines_of.items():
        found = f"prefix: found {shown(prefix)}"
        yield from (f"line {lines[0].number}, {found}{text}" for text in _unreachable(prefix, sites))
        yield from (f"line {number}, {found} {text}" for number, text in _gaps(lines))


def _by_prefix(file: Path) -> dict[str, list[Line]]:
    lines_of: dict[str, list[Line]] = {}
    for number, row in numbered_rows(file):
        rate = rate_of(row)
        minutes = _minutes(rate.weekdays, rate.from_minute, rate.until_minute)
        lines_of.setdefault(rate.prefix, []).append(Line(number, rate, minutes))
    return lines_of


@lru_cache(maxsize=1024)
def _minutes(weekdays: frozenset[int], begin: int, end: int) -> int:
    """The minutes of the week that a band has, from Monday 00:00; what runs over Sunday midnight is Monday's."""
    length = (end - begin) % MINUTES_A_DAY or MINUTES_A_DAY
    band = ((1 << length) - 1) << begin
    week = sum(band << (day - 1) * MINUTES_A_DAY for day in weekdays or range(1, 8))
    return (week | week >> WEEK) & ALL_WEEK


def _together(one: Line, other: Line) -> bool:
    (begin, end), (other_begin, other_end) = one.days, other.days
    return begin < other_end and other_begin < end and one.minutes & other.minutes != 0


def _first_moment(one: Line, other: Line) -> str:
    return _moment(_first(one.minutes & other.minutes)) + _since(max(one.days[0], other.days[0]))


def _since(day: date) -> str:
    return "" if day == date.min else f", from {day} on"


def _gaps(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """The days between the rows of a prefix on which none is valid, and the times of the week without a band.

    Each with the number of the line behind a gap of days, or of the first of the bands that leave times out.
    """
    for begin, end in pairwise(sorted({day for line in lines for day in line.days})):
        valid = [line for line in lines if line.days[0] <= begin and end <= line.days[1]]
        minutes = 0
        for line in valid:
            minutes |= line.minutes
        if not valid:
            behind = next(line.number for line in lines if line.days[0] == end)
            yield behind, f"without a rate from {begin} until {end}; expected one for every day; add a row, if need be"
        elif minutes != ALL_WEEK:
            yield (
                valid[0].number,
                f"without a band from {_first_gap(minutes)}{_since(begin)}; expected bands for the whole week; "
                "add a row, or calls are free then and flagged no_band",
            )


@lru_cache(maxsize=1024)
def _first_gap(minutes: int) -> str:
    """The first time of the week without a band, from its beginning; the week goes round from Sunday to Monday."""
    begin = next(at for at in range(WEEK) if not minutes >> at & 1 and minutes >> (at - 1) % WEEK & 1)
    end = next(at for at in range(begin + 1, begin + WEEK) if minutes >> at % WEEK & 1)
    return f"{_moment(begin)} until {_moment(end % WEEK)}"


def _first(minutes: int) -> int:
    return (minutes & -minutes).bit_length() - 1


def _moment(minute: int) -> str:
    """A minute of the week in words."""
    day, of_day = divmod(minute, MINUTES_A_DAY)
    return f"{WEEKDAYS[day]} {of_day // 60:02}:{of_day % 60:02}"


def _unreachable(prefix: str, sites: Iterable[SiteSettings]) -> Iterator[str]:
    """Why hardly a number at any of the sites begins with a prefix (contract 5), as the end of a message."""
    reasons = [_why_not(prefix, site) for site in sites]
    if reasons and all(reasons):
        yield f", with which neither international nor short numbers begin; {reasons[0]}"


def _why_not(prefix: str, site: SiteSettings) -> str:
    own, trunk = f"+{site.country_code}", site.long_distance_prefix
    if prefix.startswith("+0"):
        return f"expected a country code behind +, such as {own}; correct it"
    if prefix.startswith("+"):
        loses_zero = trunk.startswith("0") and prefix.startswith(f"{own}0")
        without = own + prefix.removeprefix(own).lstrip("0")
        return f"expected no 0 behind the country code; write {without}" if loses_zero else ""
    if any(_begins(pattern, prefix) for pattern in site.short_numbers):
        return ""
    if site.international_prefix and prefix.startswith(site.international_prefix):
        return f"expected it as numbers are compared; write +{prefix.removeprefix(site.international_prefix)}"
    if trunk and prefix.startswith(trunk) and prefix != trunk:
        return f"expected it as numbers are compared; write {own}{prefix.removeprefix(trunk)}"
    # At a trunk so few digits stay as they are, whatever they are.
    return "" if len(prefix) <= site.extension_digits else f"expected {own}… or digits of short_numbers; correct it"


def _begins(pattern: str, prefix: str) -> bool:
    """Whether a short number of this pattern may begin with a prefix."""
    fits = all(sign in {"?", digit} for sign, digit in zip(pattern, prefix, strict=False))
    return len(prefix) <= len(pattern) and fits
