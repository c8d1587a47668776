"""Which topic a message belongs to, and under which key it stands there."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from schemas.cdr import Heartbeat, Reject
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall, Total, Withdrawal
from schemas.topics import CALLS, CHARGES, LEGS, LINKS, REJECTS, SITE_CALLS, SITES, TOTALS, topic_name

_KEYS: dict[type, tuple[str, Callable[..., str]]] = {
    LegRow: (LEGS.name, lambda row: row.leg.leg_id),
    SiteCall: (SITE_CALLS.name, lambda row: row.site_call_id),
    Call: (CALLS.name, lambda row: row.call_id),
    Charge: (CHARGES.name, lambda row: row.leg_id),
    Total: (TOTALS.name, lambda row: row.total_id),
    LinkMatch: (LINKS.name, lambda row: row.from_leg_id),
    Heartbeat: (SITES.name, lambda row: row.site),
}


def address(row: Row | Heartbeat | Reject) -> tuple[str, bytes]:
    """The topic and the key of a row: the same row always has the same address."""
    if isinstance(row, Withdrawal):
        return topic_name(row.entity), row.key.encode()
    if isinstance(row, Reject):
        return REJECTS.name, reject_key(row).encode()
    topic, key = _KEYS[type(row)]
    return topic, key(row).encode()


def local_day(leg_id: str) -> str:
    """The local day on which a leg started, `yyyy-mm-dd`: its id ends with that start (contract 4).

    Names of site calls, calls and pairs are leg ids too.
    """
    return leg_id[-19:-9]


def reject_key(reject: Reject) -> str:
    """Names a reject by place and content: the same bytes at the same place are one reject however often read."""
    digest = sha256(reject.raw).hexdigest()[:16]
    return f"{reject.site}:{reject.source_file}:{reject.source_offset}:{digest}"
