"""Texts of a CDR's fields → money, flags and what is odd about them (contract 4). Pure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.errors import UnreadableError

# CDR spec 1.1.1: states as written; Initialized and Alerted are printed by its examples only.
KNOWN_STATES = ("Initialized", "Alerting", "Alerted", "Connected", "OnHold", "Transferred")
# Sixteen of CDR spec 1.1.1, seven of a later public tool.
KNOWN_REASONS = (
    "Busy",
    "Reject",
    "NoAnswer",
    "TooLate",
    "UnknownNumber",
    "Unreachable",
    "NetworkCongestion",
    "BadFormatAddress",
    "CallRoutingFailed",
    "PermissionDenied",
    "CallDisconnected",
    "IncompatibleDestination",
    "NumberChanged",
    "NoChannelAvailable",
    "OriginatorDisconnected",
    "CallTransferred",
    "CallIgnored",
    "DivertToCallerImpossible",
    "Failure",
    "ProceedWithDestinationScript",
    "ScriptActionTimeout",
    "SecurityNegotiationFailed",
    "SubstituteNumberDenied",
)
# As written, which is the common case, and in the form for comparing.
_STATES = {"", *KNOWN_STATES, *(state.lower() for state in KNOWN_STATES)}
_REASONS = {"", *KNOWN_REASONS, *(reason.lower() for reason in KNOWN_REASONS)}

_CACHED_COSTS = 4096
# The warehouse keeps money as Decimal(18, 6) (contract 9).
_SMALLEST = Decimal("0.000001")
_TOO_MUCH = Decimal(10) ** 12
_OTHER_MARK = {".": ",", ",": "."}


class CostReader:
    """Reads Costs in one site's way of writing them: decimal mark and scale."""

    def __init__(self, dialect: Dialect) -> None:
        self._scale = Decimal(dialect.cost_scale)
        self._mark = dialect.cost_decimal
        self._known: dict[str, Decimal | None] = {"": None}

    def read(self, text: str) -> Decimal | None:
        """The costs in units of the currency, to 6 decimals; None where the field is empty.

        Raises `UnreadableError` (`bad_number`) for anything but a number of at least 0.
        """
        try:
            return self._known[text]
        except KeyError:
            pass
        costs = self._read(text.strip())
        if len(self._known) >= _CACHED_COSTS:
            self._known = {"": None}
        self._known[text] = costs
        return costs

    def _read(self, text: str) -> Decimal | None:
        if not text:
            return None
        mark = self._mark
        if mark == "auto":
            mark = "," if text.rfind(",") > text.rfind(".") else "."
        thousands = _OTHER_MARK[mark]
        number = rf"\+?([0-9]+|[0-9]{{1,3}}(\{thousands}[0-9]{{3}})+)?(\{mark}[0-9]*)?"
        if not re.fullmatch(number, text) or not re.search("[0-9]", text):
            raise UnreadableError(
                "bad_number", f"Costs: expected a number of at least 0 with {mark!r} as decimal mark, found {text!r}"
            )
        costs = Decimal(text.replace(thousands, "").replace(mark, ".")) / self._scale
        if costs >= _TOO_MUCH:
            raise UnreadableError("bad_number", f"Costs: expected less than 10^12, found {text!r}")
        exponent = costs.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -6:
            return costs.quantize(_SMALLEST, ROUND_HALF_UP)
        return costs


def read_aoc(text: str) -> bool:
    """Whether the charge was advised by the PSTN or another site; empty counts as 0 (contract 4).

    Raises `UnreadableError` (`bad_number`) for anything but empty, 0 and 1.
    """
    flag = text.strip()
    if flag == "1":
        return True
    if flag in {"", "0"}:
        return False
    raise UnreadableError("bad_number", f"AOC: expected empty, 0 or 1, found {text!r}")


def is_unknown_state(state: str) -> bool:
    """Whether the state is none that SwyxWare is known to write; compared without case and blanks."""
    return state not in _STATES and "".join(state.split()).lower() not in _STATES


def is_unknown_reason(reason: str) -> bool:
    """Whether the disconnect reason is none of the 23 known; compared without case and blanks."""
    return reason not in _REASONS and "".join(reason.split()).lower() not in _REASONS


def has_masked(*numbers: str) -> bool:
    """Whether digits of any of the numbers are hidden behind X (contract 5)."""
    together = "".join(numbers)
    return ("X" in together or "x" in together) and any(map(_is_masked, numbers))


def _is_masked(number: str) -> bool:
    # With other letters or @ it is no number but a name or an address.
    return not {"X", "x"}.isdisjoint(number) and not any(
        sign == "@" or (sign.isalpha() and sign not in "Xx") for sign in number
    )


def names_call(reference: str, call_id: str) -> bool:
    """Whether a reference field names another leg: empty, 0 and the leg's own CallId name none (contract 4)."""
    return reference.strip() not in {"", "0", call_id.strip()}
