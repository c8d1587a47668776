"""The topics of the system: names, keys, what they carry and how long Kafka keeps it.

All topics have the configured number of partitions. Row topics carry one message a row, keyed by the row's id, and
are compacted: the newest state of every row stays, a withdrawn row's `Withdrawal` among them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from schemas.cdr import Heartbeat, Lifecycle, Reject, Rerate
from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall, Total, Withdrawal

PREFIX = "cdr."


class Topic(NamedTuple):
    """One topic. `key` says what its messages are keyed by (UTF-8), `messages` which types it may carry.

    `policy` `delete` keeps messages for `retention_hours`, `compact` keeps the newest message of each key for good,
    `compact,delete` does both.
    """

    name: str
    key: str
    messages: tuple[type, ...]
    policy: Literal["delete", "compact", "compact,delete"]
    retention_hours: int | None = None

    @property
    def config(self) -> dict[str, str]:
        """The topic's settings in Kafka's words."""
        if self.retention_hours is None:
            return {"cleanup.policy": self.policy}
        return {
            "cleanup.policy": self.policy,
            "retention.ms": str(self.retention_hours * 3_600_000),
            "message.timestamp.type": "LogAppendTime",  # or old CDRs, read today, would be old messages
        }


LIFECYCLE = Topic("cdr.lifecycle", "group name", (Lifecycle, Heartbeat, Rerate), "delete", 30 * 24)
REJECTS = Topic("cdr.rejects", "site:source_file:source_offset:digest of the bytes", (Reject,), "delete", 90 * 24)
LEGS = Topic("cdr.legs", "leg_id", (LegRow,), "compact")
SITE_CALLS = Topic("cdr.site_calls", "site_call_id", (SiteCall, Withdrawal), "compact")
CALLS = Topic("cdr.calls", "call_id", (Call, Withdrawal), "compact")
CHARGES = Topic("cdr.charges", "leg_id", (Charge, Withdrawal), "compact")
TOTALS = Topic("cdr.totals", "total_id", (Total, Withdrawal), "compact")
LINKS = Topic("cdr.links", "from_leg_id", (LinkMatch, Withdrawal), "compact")
SITES = Topic("cdr.sites", "site", (Heartbeat,), "compact")

TOPICS = (LIFECYCLE, REJECTS, LEGS, SITE_CALLS, CALLS, CHARGES, TOTALS, LINKS, SITES)


def kept_for(topic: Topic, days: int) -> Topic:
    """The topic with nothing kept longer than so many days; heartbeats, which name no person, stay as they are."""
    if topic is SITES:
        return topic
    hours = min(24 * days, topic.retention_hours or 24 * days)
    return topic._replace(policy="delete" if topic.policy == "delete" else "compact,delete", retention_hours=hours)


def turn(topic: str) -> int:
    """When rows that follow from the same legs are written, one of `TURNS`: each turn is safe before the next (ADR 17).

    Totals go first: what a stored charge adds to a sum, and no longer adds to another, is told. Legs go last: a leg
    that is stored says that all that followed from it is stored too.
    """
    return _TURN_OF.get(topic, 1)


TURNS = range(3)
_TURN_OF = {TOTALS.name: 0, LEGS.name: 2}


def topic_name(entity: str) -> str:
    """The topic of an entity (`calls`, `charges` …). Raises KeyError for a name that is none."""
    return _BY_ENTITY[entity].name


_BY_ENTITY = {topic.name.removeprefix(PREFIX): topic for topic in TOPICS}
