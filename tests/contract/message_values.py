"""Any message of the system for property tests, and what its Avro values are, put down without the codec."""

from __future__ import annotations

import types
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from schemas.cdr import Leg, Lifecycle
from schemas.codec import Message
from schemas.registry import MESSAGE_TYPES
from schemas.rows import Call, LegRow

KINDS = ("initiated", "script_connected", "delivered", "connected", "transferred", "ended")

_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=80),
    bytes: st.binary(max_size=80),
    bool: st.booleans(),
    int: st.integers(-(2**31), 2**31 - 1),
    Decimal: st.integers(-(10**18) + 1, 10**18 - 1).map(lambda unscaled: Decimal(unscaled).scaleb(-6)),
    datetime: st.datetimes(timezones=st.just(UTC)).map(
        lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    ),
    type(None): st.none(),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type of the schemas: a leaf, a named tuple, an optional, a tuple of one type, pairs by name."""
    if hint in _LEAVES:
        return _LEAVES[hint]
    if get_origin(hint) is types.UnionType:
        return st.one_of([values_of(option) for option in get_args(hint)])
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        if get_origin(item) is tuple:
            pair = st.tuples(*[values_of(part) for part in get_args(item)])
            return st.lists(pair, max_size=3, unique_by=lambda pair: pair[0]).map(tuple)
        return st.lists(values_of(item), max_size=3).map(tuple)
    return st.tuples(*[values_of(part) for part in get_type_hints(hint).values()]).map(hint._make)


def lifecycle_messages() -> st.SearchStrategy[Lifecycle]:
    """Messages of legs, all of them of the site of the message."""
    return values_of(Lifecycle).map(
        lambda message: message._replace(legs=tuple(leg._replace(site=message.site) for leg in message.legs))
    )


def messages() -> st.SearchStrategy[Message]:
    """Messages of every type."""
    others = [values_of(message_type) for message_type in MESSAGE_TYPES.values() if message_type is not Lifecycle]
    return st.one_of([lifecycle_messages(), *others])


def avro_values(message: Message) -> dict[str, Any]:
    """The message as Avro libraries show it: records and maps as dictionaries, arrays as lists."""
    match message:
        case Lifecycle():
            return message._asdict() | {"legs": [_lifecycle_leg(leg) for leg in message.legs]}
        case LegRow():
            rest = message._asdict()
            del rest["leg"]
            return {"site": message.leg.site} | _flat(message.leg) | message.leg.record._asdict() | rest
    maps = {"amounts": dict(message.amounts)} if isinstance(message, Call) else {}
    values = message._asdict()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()} | maps


def _flat(leg: Leg) -> dict[str, Any]:
    return {
        "leg_id": leg.leg_id,
        **leg.record._asdict(),
        **leg.position._asdict(),
        "anomalies": list(leg.anomalies),
        "extra": dict(leg.extra),
        "raw_line": leg.raw_line,
    }


def _lifecycle_leg(leg: Leg) -> dict[str, Any]:
    flat = _flat(leg)
    instants = {kind: flat.pop("started_at" if kind == "initiated" else f"{kind}_at") for kind in KINDS}
    steps = [{"kind": kind, "at": at} for kind, at in instants.items() if at is not None]
    return flat | {"transitions": sorted(steps, key=lambda step: step["at"])}
