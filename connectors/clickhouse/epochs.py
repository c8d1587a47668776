"""Epochs: the first part of every row's version, kept in the warehouse (docs/architecture.md).

Rows of a later epoch are newer than all of earlier ones. The stream keeps its epoch over restarts; a backfill or a
re-rating begins one of its own, and the stream after it the next. That a backfill has begun and ended stands in further
rows of its epoch.
"""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterable
from uuid import uuid4

from clickhouse_driver import Client

from connectors.clickhouse.errors import WarehouseError

LAST_EPOCH = 2047
"""Versions are signed 64-bit numbers in messages, with the epoch from bit 52 on."""
_BEGUN = "backfill begun: "
_ENDED = "backfill ended: "


def next_epoch(client: Client, purpose: str) -> int:
    """Begins an epoch that no other process has; `purpose` says in the table what it is for.

    Raises WarehouseError when all epochs are used.
    """
    while True:
        epoch = _enter(client, purpose)
        (claims,) = client.execute("SELECT count() FROM epochs WHERE epoch = %(epoch)s", {"epoch": epoch})[0]
        if claims == 1:
            return epoch
        # Two asked at once. None of them may keep it: who looked before the other entered would keep it too.
        time.sleep(random.uniform(0.01, 0.2))  # noqa: S311 - they try again, but not in step


def stream_epoch(client: Client, topic_id: str) -> int:
    """The epoch of the stream: the same for all workers and all their starts, until something else begins one.

    `topic_id` tells one `cdr.lifecycle` from another of the same name: offsets of a new one begin again at 0.
    A group may move from one worker to another, so they must agree: the first one entered counts.
    """
    ours = f"stream {topic_id}"
    while True:
        rows = client.execute("SELECT epoch, purpose FROM epochs")
        other = max((epoch for epoch, purpose in rows if purpose != ours), default=0)
        epochs = [int(epoch) for epoch, purpose in rows if purpose == ours and epoch > other]
        if epochs:
            return min(epochs)
        _enter(client, ours)


def begin_backfill(client: Client, groups: Collection[str]) -> int:
    """Begins the epoch of a backfill of these groups of sites; raises as `next_epoch`."""
    epoch = next_epoch(client, "backfill")
    _note(client, [epoch], [_BEGUN + group for group in groups])
    return epoch


def end_backfills(client: Client, epochs: Iterable[int], groups: Collection[str]) -> None:
    """Says that all rows that were written under these epochs for these groups are there with all others."""
    _note(client, epochs, [_ENDED + group for group in groups])


def killed_backfills(client: Client, group: str) -> list[int]:
    """The epochs of backfills of a group that have begun and not ended; one may still run."""
    purposes = {"begun": _BEGUN + group, "ended": _ENDED + group}
    query = "SELECT epoch FROM epochs GROUP BY epoch HAVING has(groupArray(purpose) AS purposes, %(begun)s)"
    query += " AND NOT has(purposes, %(ended)s) ORDER BY epoch"
    return [int(epoch) for (epoch,) in client.execute(query, purposes)]


def _note(client: Client, epochs: Iterable[int], purposes: Collection[str]) -> None:
    rows = [(epoch, purpose, uuid4()) for epoch in epochs for purpose in purposes]
    client.execute("INSERT INTO epochs (epoch, purpose, token) VALUES", rows)


def _enter(client: Client, purpose: str) -> int:
    (greatest,) = client.execute("SELECT max(epoch) FROM epochs")[0]
    epoch = int(greatest) + 1
    if epoch > LAST_EPOCH:
        raise WarehouseError(f"all {LAST_EPOCH} epochs of row versions are used: read all files into a new database")
    client.execute("INSERT INTO epochs (epoch, purpose, token) VALUES", [(epoch, purpose, uuid4())])
    return epoch
