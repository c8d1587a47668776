"""Whether all is well: what somebody should look at, the most important first (docs/status.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.cli.status_facts import Disk, Facts, Stream, Warehouse

ENOUGH_DISK = 1_000_000_000
FAR_BEHIND_BYTES = 1_048_576
FAR_BEHIND_MESSAGES = 10_000
NEVER_SEEN = "never_seen"
TROUBLED = ("no_file", "unreadable", "away", NEVER_SEEN, "silent")
"""The states of a site that somebody should look at, in order of importance."""

_NAMES_SHOWN = 3


class Reason(NamedTuple):
    """Something to look at: a code for programs, a text for people, and the sites that it is about."""

    code: str
    text: str
    sites: tuple[str, ...] = ()


def reasons(facts: Facts) -> list[Reason]:
    """What to look at; nothing if all is well."""
    return [
        *_stores(facts.warehouse, facts.stream),
        *_disk(facts.disk),
        *_processes(facts.stream),
        *_sites(facts),
        *_behind(facts),
        *_undone(facts),
    ]


def state_of(facts: Facts, name: str) -> str | None:
    """The state of a configured site, `never_seen` before its first heartbeat, None if it is not known."""
    if facts.warehouse.sites is None:
        return None
    site = facts.warehouse.sites.get(name)
    return NEVER_SEEN if site is None else site.state


def _stores(warehouse: Warehouse, stream: Stream) -> Iterator[Reason]:
    if warehouse.problem:
        yield Reason("clickhouse_away", "no access to ClickHouse")
    if stream.problem:
        yield Reason("kafka_away", "no access to Kafka")
    if warehouse.unready:
        yield Reason("tables_unready", "the tables are not as they should be")
    if stream.unready:
        yield Reason("topics_unready", "the topics are not as they should be")


def _disk(disk: Disk) -> Iterator[Reason]:
    if disk.free < ENOUGH_DISK:
        yield Reason("disk_low", f"{gigabytes(disk.free)} free on the disk of the state directory")


def _processes(stream: Stream) -> Iterator[Reason]:
    for stage, count in stream.processes.items():
        if not count:
            yield Reason(f"no_{stage}", f"no {stage} runs")


def _sites(facts: Facts) -> Iterator[Reason]:
    states = {entry.name: state_of(facts, entry.name) for entry in facts.settings.sites}
    for state in TROUBLED:
        found = tuple(name for name, its in states.items() if its == state)
        if found:
            yield Reason(f"site_{state}", f"{state.replace('_', ' ')}: {_names(found)}", found)


def _behind(facts: Facts) -> Iterator[Reason]:
    stored = facts.warehouse.sites or {}
    far = tuple(
        entry.name
        for entry in facts.settings.sites
        if entry.name in stored and stored[entry.name].bytes_behind >= FAR_BEHIND_BYTES
    )
    if far:
        yield Reason("site_behind", f"behind: {_names(far)}", far)
    for stage, messages in facts.stream.lag.items():
        if messages >= FAR_BEHIND_MESSAGES:
            yield Reason(f"{stage}_behind", f"the {stage} is {messages:,} messages behind")


def _undone(facts: Facts) -> Iterator[Reason]:
    recent = {site: count.recent for site, count in (facts.warehouse.rejects or {}).items() if count.recent}
    if recent:
        sites = tuple(sorted(filter(None, recent)))
        yield Reason("rejects", f"rejects since yesterday: {sum(recent.values()):,}", sites)
    if facts.warehouse.calls_incomplete:
        days = facts.settings.pipeline.late_days
        count = facts.warehouse.calls_incomplete
        yield Reason("calls_incomplete", f"calls that miss a leg for more than {days} days: {count:,}")


def gigabytes(size: int) -> str:
    """`12.3 GB`."""
    return f"{size / 1_000_000_000:.1f} GB"


def _names(sites: tuple[str, ...]) -> str:
    """The names, of many the first few."""
    shown = ", ".join(sites[:_NAMES_SHOWN])
    return shown if len(sites) <= _NAMES_SHOWN else f"{shown} and {len(sites) - _NAMES_SHOWN} more"
