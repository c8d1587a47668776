"""Which device names of a file are trunks and which are likely links to other sites (contract 6). Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from connectors.cdr_file.survey.counts import KEPT, Tally
from connectors.cdr_file.survey.numbers import SCRIPT, is_digits
from schemas.cdr import CdrRecord

_DEVICES = 2000
_CALLERS = 20_000

# Of the numbers sent to a trunk hardly any is internal; of those sent to a link many are.
_INTERNAL_SHARE = 0.1
# Callers of another site share the beginning of their numbers, the world's do not.
_ENDING_DIGITS = 4
_COMMON_SHARE, _COMMON_NUMBERS = 0.3, 5
# Emergency and directory numbers are short and belong to trunks (contract 3, `short_numbers`).
_SERVICE = re.compile(r"0?(11[025]|116\d{3}|118\d{2,3})")


class Device(NamedTuple):
    """A device name with what was seen of it. `is_link` is a guess; `evidence` says why."""

    name: str
    calls_from: int
    calls_to: int
    is_link: bool
    evidence: str


class DeviceCounts:
    """Counts by device name, in bounded memory; names that differ in case or outer blanks only are one (contract 6)."""

    def __init__(self) -> None:
        # Both devices, and of CDRs with costs their AOC and currency.
        self._routes: Tally[tuple[str, str, bool | None, str]] = Tally(_DEVICES)
        self._lengths: Tally[tuple[str, int]] = Tally(_DEVICES)  # of short numbers called, 0 for all others
        self._callers: Tally[tuple[str, str]] = Tally(_CALLERS)

    def add(self, record: CdrRecord) -> None:
        """Count one CDR for the devices that it names."""
        origin, destination = record.origination_device[:KEPT], record.destination_device[:KEPT]
        if not origin and not destination:
            return
        if record.costs is None:
            self._routes.add((origin, destination, None, ""))
        else:
            self._routes.add((origin, destination, record.aoc, record.currency[:KEPT]))
        if origin and record.origination_number:
            self._callers.add((origin, record.origination_number[:KEPT]))
        if destination:
            self._lengths.add((destination, _short_length(record.destination_number or record.called_number)))

    def devices(self, extension_digits: int | None) -> list[Device]:
        """All devices but scripts, the busiest first. Without `extension_digits` no number counts as internal."""
        seen: dict[str, _Seen] = {}
        for (origin, destination, advised, _), count in self._routes.counts.items():
            for name, is_origin in ((origin, True), (destination, False)):
                if folded := _folded(name):
                    seen.setdefault(folded, _Seen(name.strip())).count(count, is_origin, advised)
        seen.pop(SCRIPT, None)
        for (name, length), count in self._lengths.counts.items():
            if 0 < length <= (extension_digits or 0) and _folded(name) in seen:
                seen[_folded(name)].internal += count
        common = self._common_beginnings()
        found = [_device(name, device, common.get(name), extension_digits) for name, device in seen.items()]
        return sorted(found, key=lambda device: (-device.calls_from - device.calls_to, device.name))

    @property
    def too_many(self) -> bool:
        """Whether there were more names, or combinations of them, than are counted."""
        return bool(self._routes.other)

    def currencies(self, names: set[str]) -> Counter[str]:
        """How often each currency stands beside costs of calls to these devices."""
        folded = {_folded(name) for name in names}
        found: Counter[str] = Counter()
        for (_, destination, _, currency), count in self._routes.counts.items():
            if currency.strip() and _folded(destination) in folded:
                found[currency.strip()] += count
        return found

    def _common_beginnings(self) -> dict[str, str]:
        """For devices whose callers have much in common: what."""
        calls: dict[str, Counter[str]] = {}
        numbers: Counter[tuple[str, str]] = Counter()
        for (name, number), count in self._callers.counts.items():
            beginning = number[:-_ENDING_DIGITS]
            calls.setdefault(_folded(name), Counter())[beginning] += count
            numbers[_folded(name), beginning] += 1
        found = {}
        for name, beginnings in calls.items():
            total = beginnings.total()
            beginning, count = beginnings.most_common(1)[0]
            if beginning and count >= _COMMON_SHARE * total and numbers[name, beginning] >= _COMMON_NUMBERS:
                found[name] = f"{count} of {total} calls from it come from numbers {beginning}…"
        return found


class _Seen:
    """What was counted of one device; `name` is as first written."""

    __slots__ = ("advised", "calls_from", "calls_to", "computed", "internal", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls_from = self.calls_to = self.internal = self.advised = self.computed = 0

    def count(self, times: int, is_origin: bool, advised: bool | None) -> None:
        """So many CDRs more, from the device or to it; `advised` is the AOC of those to it that have costs."""
        if is_origin:
            self.calls_from += times
            return
        self.calls_to += times
        self.advised += times * (advised is True)
        self.computed += times * (advised is False)


def _device(folded: str, seen: _Seen, beginning: str | None, digits: int | None) -> Device:
    reasons = ["its name"] if "link" in folded else []
    if seen.internal and seen.internal >= _INTERNAL_SHARE * seen.calls_to:
        reasons.append(f"{seen.internal} of {seen.calls_to} calls to it are to numbers of at most {digits} digits")
    if beginning:
        reasons.append(beginning)
    priced = seen.advised + seen.computed
    # A link's costs are always advised by the other site (kb2211), a trunk's may be: this alone makes no link.
    advice = [f"AOC 1 in {seen.advised} of {priced} CDRs with Costs"] if priced else []
    return Device(seen.name, seen.calls_from, seen.calls_to, bool(reasons), ", ".join(reasons + advice))


def _folded(name: str) -> str:
    return name.strip().lower()


def _short_length(number: str) -> int:
    """The length of a number that may be internal; 0 for every other one."""
    digits = number.strip()
    if not is_digits(digits) or digits[0] == "0" or len(digits) > 10 or _SERVICE.fullmatch(digits):
        return 0
    return len(digits)
