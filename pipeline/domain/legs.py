"""What one leg says by itself: kinds, direction, disposition, whether it is chargeable (contract 6 and 7)."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from pipeline.domain.rules import SiteLink, SiteRules, device_key
from schemas.cdr import CdrRecord, Leg

SCRIPT_DEVICE = "(call routing)"

_CHARGEABLE_STATES = {"transferred", "connected", "onhold"}
_DISPOSITIONS = {
    "busy": "busy",
    "noanswer": "no_answer",
    "reject": "rejected",
    "toolate": "answered_elsewhere",
    "originatordisconnected": "abandoned",
}


class LegFacts(NamedTuple):
    """What a leg's own fields say of it. `link_from` and `link_to` are the links at its two ends, if any."""

    origin_kind: str
    destination_kind: str
    direction: str
    disposition: str
    result: bool
    chargeable: bool
    link_from: SiteLink | None
    link_to: SiteLink | None


class Part(NamedTuple):
    """A leg of a call, with its facts."""

    leg: Leg
    facts: LegFacts


LegOrder = tuple[datetime, int, str, str]
# int() refuses more than 4,300 digits; a CDR line can hold more.
_MAX_CALL_ID_DIGITS = 4_000


def word(text: str) -> str:
    """A state or reason in the form in which these are compared: without case and blanks (contract 4)."""
    return "".join(text.split()).casefold()


def call_id_number(call_id: str) -> int:
    """A CallId as a number where an order needs one: 0 if it is none (contract 4)."""
    digits = call_id.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_CALL_ID_DIGITS else 0


def project_number(record: CdrRecord) -> str:
    """The project that a CDR is booked on, without the `+` that newer examples print before it (contract 6)."""
    return record.project_number.removeprefix("+")


def leg_order(part: Part) -> LegOrder:
    """Order of legs: start, CallId, site (contract 6); the leg id decides between CallIds that are no numbers."""
    leg = part.leg
    return (leg.record.started_at, call_id_number(leg.record.call_id), leg.site, leg.leg_id)


def references(record: CdrRecord) -> tuple[str, ...]:
    """The CallIds that a CDR refers to: set, not 0, not its own (contract 4)."""
    to, one, two = record.transferred_to_call_id, record.transferred_call_id_1, record.transferred_call_id_2
    if not (to or one or two):
        return ()
    nothing = {"", "0", record.call_id.strip()}
    return tuple(dict.fromkeys([name for name in (to.strip(), one.strip(), two.strip()) if name not in nothing]))


def _is_result(record: CdrRecord) -> bool:
    one, two = record.transferred_call_id_1, record.transferred_call_id_2
    return bool(one or two) and not {one.strip(), two.strip()} <= {"", "0", record.call_id.strip()}


def duration_seconds(record: CdrRecord) -> int:
    """EndTime − ConnectTime; 0 if one of them is missing; never negative (contract 7)."""
    if record.connected_at is None or record.ended_at is None:
        return 0
    lasted = record.ended_at - record.connected_at
    return max(0, lasted.days * 86_400 + lasted.seconds)


class LegClassifier:
    """Kinds, direction, disposition and chargeability of the legs of one site (contract 6 and 7)."""

    def __init__(self, rules: SiteRules) -> None:
        self._links = rules.links
        # Devices, states and reasons repeat: a site has few combinations of them, so most legs cost a look-up.
        self._classify = lru_cache(maxsize=4096)(self._classified)

    def part(self, leg: Leg) -> Part:
        """The leg with what it says by itself."""
        record = leg.record
        facts = self._classify(
            record.origination_device,
            record.destination_device,
            record.script_connected_at is not None,
            record.connected_at is not None,
            _is_result(record),
            record.state,
            record.disconnect_reason,
        )
        return Part(leg, facts)

    def _classified(
        self, origin: str, destination: str, scripted: bool, answered: bool, result: bool, state: str, reason: str
    ) -> LegFacts:
        link_from = self._links.get(device_key(origin))
        link_to = self._links.get(device_key(destination))
        origin_kind = "link" if link_from else _origin_kind(origin)
        destination_kind = "link" if link_to else _destination_kind(destination)
        script = scripted and destination_kind == "script"
        missed = "script" if script else _DISPOSITIONS.get(word(reason), "failed")
        return LegFacts(
            origin_kind,
            destination_kind,
            direction(origin_kind == "trunk", destination_kind == "trunk"),
            "answered" if answered else missed,
            result,
            answered and not result and word(state) in _CHARGEABLE_STATES,
            link_from,
            link_to,
        )


def direction(from_trunk: bool, to_trunk: bool) -> str:
    """Direction of a leg or a call by whether it comes from a trunk and whether it goes into one (contract 6)."""
    if from_trunk:
        return "transit" if to_trunk else "incoming"
    return "outgoing" if to_trunk else "internal"


def _origin_kind(device: str) -> str:
    return "internal" if device_key(device) in {"", SCRIPT_DEVICE} else "trunk"


def _destination_kind(device: str) -> str:
    key = device_key(device)
    if not key:
        return "internal"
    return "script" if key == SCRIPT_DEVICE else "trunk"
