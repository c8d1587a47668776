"""The number plan behind a file, guessed from the numbers of its CDRs (contract 5). Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from connectors.cdr_file.survey.counts import KEPT, Guess, Spots, Tally, often
from schemas.cdr import CdrRecord

SCRIPT = "(call routing)"

_DISTINCT = 20_000
_LONGEST_INTERNAL = 10  # digits; the help pages allow no more
_LONGEST_WITH_PLUS = 7  # + and six digits, before which the + means nothing (contract 5)
_LONGEST_COMPLETE = 20
_SHORTEST_DIALLED = 7  # below, a number may be an extension or an emergency number
_SHORTEST_RANGE = 6  # with its +: country, area, and at least a digit of the site
_RARE = 0.03
_MOST_RANGES = 5
_ENOUGH = 20

_WRITING = str.maketrans("", "", " -/().\u00a0\t")
_MASK = re.compile(r"[Xx]+")


class NumberCounts:
    """The numbers of a file's CDRs by what they tell, in bounded memory."""

    def __init__(self) -> None:
        self.internal: Tally[str] = Tally(_DISTINCT)  # short numbers of parties inside the site
        self.own: Tally[str] = Tally(_DISTINCT)  # `+…` numbers of parties inside the site
        self.dialled: Tally[str] = Tally(1000)  # first three digits of external numbers as dialled
        self.complete = 0  # external numbers written as `+…`
        self.prefixes: Tally[str] = Tally(100)
        self.providers: Tally[str] = Tally(1000)
        self.projects: Tally[str] = Tally(_DISTINCT)
        self.masks: Tally[str] = Tally(100)
        self.short_with_plus = Spots()

    def add(self, line: int, record: CdrRecord) -> None:
        """Count the numbers of one CDR, which stands in the line of this number."""
        origin, destination = record.origination_device, record.destination_device
        if not origin.strip():
            self._inside(line, record.origination_number)
        if not destination.strip() or destination == SCRIPT:
            # A number that was dialled in vain is nobody's, unless it is short.
            taken = bool(origin.strip()) or record.connected_at is not None
            self._inside(line, record.called_number, complete=taken)
        else:
            self._outside(record.destination_number or record.called_number)
        if record.public_access_prefix:
            self.prefixes.add(record.public_access_prefix.strip().removeprefix("+")[:KEPT])
        if record.lcr_provider:
            self.providers.add(record.lcr_provider.strip()[:KEPT])
        if record.project_number:
            self.projects.add(record.project_number.strip().removeprefix("+")[:KEPT])

    def add_masked(self, *numbers: str) -> None:
        """Count in which form digits of some of these numbers are hidden: `XXX` for all of it, `…XXX` for the last."""
        for number in numbers:
            hidden = _MASK.search(number)
            if hidden:
                mask = hidden[0].upper()[:KEPT]
                self.masks.add(mask if hidden[0] == number.strip() else f"…{mask}")

    def _inside(self, line: int, number: str, *, complete: bool = True) -> None:
        digits = number.translate(_WRITING)
        if digits[:1] == "+":
            if len(digits) > _LONGEST_WITH_PLUS:
                if complete and len(digits) <= _LONGEST_COMPLETE and is_digits(digits[1:]):
                    self.own.add(digits)
                return
            self.short_with_plus.add(line)
            digits = digits[1:]
        if is_digits(digits) and len(digits) <= _LONGEST_INTERNAL and digits[0] != "0":
            self.internal.add(digits)

    def _outside(self, number: str) -> None:
        digits = number.translate(_WRITING)
        if digits[:1] == "+":
            self.complete += 1
        elif len(digits) >= _SHORTEST_DIALLED and is_digits(digits):
            self.dialled.add(digits[:3])


def is_digits(text: str) -> bool:
    """Whether a text is one or more of the digits 0 to 9."""
    return text.isascii() and text.isdecimal()


class Range(NamedTuple):
    """A guessed entry of `number_ranges`: how often and on how many numbers, `confirmed` with known extensions."""

    prefix: str
    times: int
    numbers: int
    confirmed: int

    @property
    def is_sure(self) -> bool:
        """Whether enough calls show it, to extensions that are known."""
        return self.times >= _ENOUGH and self.confirmed > 0


def guess_extension_digits(internal: Mapping[str, int]) -> Guess[int] | None:
    """The length of internal numbers: the greatest that is not rare among them; None where there are none."""
    lengths: Counter[int] = Counter()
    for number, count in internal.items():
        lengths[len(number)] += count
    total = lengths.total()
    if not total:
        return None
    said = ", ".join(f"{length} digits {often(count)}" for length, count in lengths.most_common(3))
    digits = max(length for length, count in lengths.items() if count >= _RARE * total)
    return Guess(digits, f"numbers inside the site have {said}", sure=total >= _ENOUGH)


def guess_ranges(own: Mapping[str, int], internal: Mapping[str, int], digits: int) -> list[Range]:
    """What own complete numbers have before their extension, the most frequent first, rare ones left out.

    An ending that is an internal number of the file is the extension; where none is, the last `digits` are.
    """
    times: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    confirmed: Counter[str] = Counter()
    for number, count in own.items():
        known = next((length for length in range(digits, 0, -1) if number[-length:] in internal), 0)
        prefix = number[: -(known or digits)]
        if len(prefix) >= _SHORTEST_RANGE and prefix[1] != "0":
            times[prefix] += count
            numbers[prefix] += 1
            confirmed[prefix] += bool(known)
    least = _RARE * times.total()
    found = [Range(prefix, count, numbers[prefix], confirmed[prefix]) for prefix, count in times.most_common()]
    return [one for one in found if one.times >= least and (one.confirmed or one.numbers > 2)][:_MOST_RANGES]


def guess_access_prefix(numbers: NumberCounts) -> Guess[str] | None:
    """The value of `public_access_prefix`: the digits that external numbers carry as dialled; None: nothing to see.

    Empty where they are written without it, whatever was dialled.
    """
    used = [(prefix, count) for prefix, count in numbers.prefixes.most() if is_digits(prefix)]
    prefix, times = used[0] if used else ("0", 0)
    dialled = numbers.dialled.total
    dialled_as = f"; PublicAccessPrefix is {prefix} in {times} CDRs" if times else ""
    if not dialled:
        if not times and not numbers.complete:
            return None
        said = f"external numbers are written as +…, {often(numbers.complete)}{dialled_as}"
        return Guess("", said, sure=numbers.complete >= _ENOUGH)
    begins = Counter(dict.fromkeys(("000", "00", "0", ""), 0))
    carrying = 0
    for start, count in numbers.dialled.counts.items():
        begins["0" * (len(start) - len(start.lstrip("0")))] += count
        carrying += count * start.startswith(prefix)
    said = ", ".join(f"{zeros or 'no 0'} {often(count)}" for zeros, count in begins.items() if count)
    said = f"{dialled} external numbers as dialled begin with {said}{dialled_as}"
    if prefix == "0":
        # Without the prefix no number begins with 000, and calls within the area begin with no 0 at all.
        carried = carrying > 0.95 * dialled and (begins["000"] > 0 or begins["00"] > begins["0"])
        return Guess("0" if carried else "", said, sure=dialled >= _ENOUGH and (begins["000"] > 0 or not carried))
    carried = carrying > 0.95 * dialled
    return Guess(prefix if carried else "", said, sure=dialled >= _ENOUGH and bool(times))
