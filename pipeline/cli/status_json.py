"""`status --json`: one object for programs; its fields are described in docs/status.md and only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.cli.settings import EMBEDDED, SiteSettings, group_of
from pipeline.cli.status_facts import Facts
from pipeline.cli.status_verdict import ENOUGH_DISK, Reason, state_of


def as_json(facts: Facts, reasons: Sequence[Reason]) -> dict[str, Any]:
    """The object; what is not known is null, instants are ISO 8601 in UTC."""
    settings, warehouse = facts.settings, facts.warehouse
    counts = warehouse.rejects
    return {
        "verdict": "look_at" if reasons else "well",
        "reasons": [reason._asdict() for reason in reasons],
        "asked_at": _instant(facts.now),
        "sites": [_site(facts, entry) for entry in settings.sites],
        "stages": {
            stage: {"messages_behind": facts.stream.lag.get(stage), "processes": facts.stream.processes.get(stage)}
            for stage in ("worker", "sink")
        },
        "stores": {
            "kafka": _store(facts.stream, settings.kafka.bootstrap_servers),
            "clickhouse": _store(warehouse, settings.clickhouse.url),
        },
        "rejects": None if counts is None else sum(count.total for count in counts.values()),
        "rejects_since_yesterday": None if counts is None else sum(count.recent for count in counts.values()),
        "calls_incomplete": warehouse.calls_incomplete,
        "late_days": settings.pipeline.late_days,
        "disk": {
            "directory": str(facts.disk.directory),
            "free_bytes": facts.disk.free,
            "total_bytes": facts.disk.total,
            "needed_bytes": ENOUGH_DISK,
        },
    }


def _site(facts: Facts, entry: SiteSettings) -> dict[str, Any]:
    stored = (facts.warehouse.sites or {}).get(entry.name)
    counts = facts.warehouse.rejects
    rejects = None if counts is None else counts.get(entry.name)
    return {
        "site": entry.name,
        "group_name": group_of(facts.settings)[entry.name],
        "time_zone": str(entry.time_zone),
        "state": state_of(facts, entry.name),
        "last_cdr_at": _instant(stored.last_cdr_at) if stored else None,
        "last_seen_at": _instant(stored.last_seen_at) if stored else None,
        "silent_since": _instant(stored.last_cdr_at) if stored and stored.state == "silent" else None,
        "file": stored.file if stored else None,
        "file_offset": stored.file_offset if stored else None,
        "bytes_behind": stored.bytes_behind if stored else None,
        "torn_bytes": stored.torn_bytes if stored else None,
        "problem": stored.problem if stored else None,
        "rejects": None if counts is None else rejects.total if rejects else 0,
        "rejects_since_yesterday": None if counts is None else rejects.recent if rejects else 0,
    }


def _store(found: Any, address: str) -> dict[str, Any]:
    """Of either store: whether it answers, and whether its tables or topics are those of this version."""
    return {
        "embedded": address == EMBEDDED,
        "answers": not found.problem,
        "ready": None if found.problem else not found.unready,
        "problem": found.problem or found.unready,
    }


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
