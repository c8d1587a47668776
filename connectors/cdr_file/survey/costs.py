"""Decimal mark, scale and currency of a file's Costs, guessed from the content. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from connectors.cdr_file.survey.counts import Guess

_NUMBER = re.compile(r"\+?([0-9]*)(?:([.,])([0-9]*))?")
_MARKED = re.compile(r"\+?[0-9.,]+")
_GROUPED = re.compile(r"\+?[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})+")
_OTHER_MARK = {".": ",", ",": "."}
_NAMES = {".": "point", ",": "comma"}

# Currencies in which a minute of telephone costs between a tenth of a cent and two units.
_USUAL_PRICES = frozenset({"EUR", "CHF", "GBP", "USD", "€", "Fr.", "£", "$", "DEM", "DM"})
_DEAREST, _CHEAPEST = Decimal(2), Decimal("0.0005")
_LONG_SECONDS = 60
_ENOUGH = 10


class ChargedCall(NamedTuple):
    """One leg with costs, as written and not yet divided by a scale, and its seconds from connect to end."""

    costs: Decimal
    seconds: int


def guess_decimal(texts: Mapping[str, int]) -> Guess[str]:
    """The value of `cost_decimal` with which all Costs are read as meant; `auto` unless that would misread some.

    `texts` are the Costs as written with their counts. A single mark before exactly three digits may be a
    thousands mark (`1.234`); how the other Costs are written decides.
    """
    decimals, doubtful, examples = {".": 0, ",": 0}, {".": 0, ",": 0}, {".": "", ",": ""}
    for text, count in texts.items():
        mark, is_sure = _decimal_mark(text.strip())
        if mark:
            (decimals if is_sure else doubtful)[mark] += count
            if is_sure:
                examples[mark] = examples[mark] or text.strip()
    found = [mark for mark in ",." if decimals[mark]]
    said = " and ".join(f"decimal {_NAMES[mark]} in {decimals[mark]} Costs, such as {examples[mark]}" for mark in found)
    if len(found) == 1:
        (mark,) = found
        thousands = doubtful[_OTHER_MARK[mark]]
        if thousands:
            return Guess(mark, f"{said}; {thousands} with a {_NAMES[_OTHER_MARK[mark]]} for thousands", sure=True)
        return Guess("auto", said, sure=True)
    if found:
        return Guess("auto", f"{said}: both are read", sure=not any(doubtful.values()))
    if any(doubtful.values()):
        return Guess("auto", "cannot be told: every mark stands before three digits, as one for thousands does", False)
    return Guess("auto", "no Costs with a decimal mark" if texts else "no Costs", sure=False)


def _decimal_mark(text: str) -> tuple[str, bool]:
    """The decimal mark of one number (empty: it has none), and whether it can be nothing else."""
    if grouped := _GROUPED.fullmatch(text):
        return _OTHER_MARK[grouped[1]], True
    last = max(text.rfind("."), text.rfind(","))
    if last < 0 or not _MARKED.fullmatch(text):
        return "", True
    if _OTHER_MARK[text[last]] in text:
        return text[last], True
    parts = _NUMBER.fullmatch(text)
    if not parts or not parts[2]:
        return "", True
    return parts[2], len(parts[3]) != 3 or not 1 <= len(parts[1]) <= 3 or parts[1].startswith("0")


def guess_scale(calls: Sequence[ChargedCall], currency: str) -> Guess[int]:
    """The value of `cost_scale`: 100 where the price of a minute is plausible only if Costs are hundredths.

    `calls` is a sample, at least a few seconds long each; `currency` is that of most of them.
    """
    long = [call for call in calls if call.seconds >= _LONG_SECONDS]
    sample = long if len(long) >= _ENOUGH else list(calls)
    if not sample:
        return Guess(1, "cannot be told: no connected call with Costs", sure=False)
    price = median(call.costs * 60 / call.seconds for call in sample)
    whole = all(call.costs == call.costs.to_integral_value() for call in sample)
    said = (
        f"{'' if whole else 'not '}all whole numbers, {f'{price:.2g} {currency}'.strip()} a minute "
        f"(median of {len(sample)} calls), {price / 100:.2g} if they were hundredths"
    )
    enough = len(sample) >= _ENOUGH
    if currency and currency not in _USUAL_PRICES:
        return Guess(1, f"cannot be told for {currency}: {said}", sure=False)
    if price > _DEAREST:
        return Guess(100, said, sure=enough)
    if whole and enough and price / 100 > _CHEAPEST:
        return Guess(100, said, sure=False)
    return Guess(1, said, sure=enough and not whole)
