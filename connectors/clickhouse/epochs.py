"""Epochs: the first part of every row's version, kept in the warehouse (docs/architecture.md).

Rows of a later epoch are newer than all of earlier ones. The stream keeps its epoch over restarts; a backfill or a
re-rating begins one of its own, and the stream after it the next.
"""

from __future__ import annotations

import random
import time
from uuid import uuid4

from clickhouse_driver import Client

from connectors.clickhouse.errors import WarehouseError

LAST_EPOCH = 2047
"""Versions are signed 64-bit numbers in messages, with the epoch from bit 52 on."""


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


def _enter(client: Client, purpose: str) -> int:
    (greatest,) = client.execute("SELECT max(epoch) FROM epochs")[0]
    epoch = int(greatest) + 1
    if epoch > LAST_EPOCH:
        raise WarehouseError(f"all {LAST_EPOCH} epochs of row versions are used: read all files into a new database")
    client.execute("INSERT INTO epochs (epoch, purpose, token) VALUES", [(epoch, purpose, uuid4())])
    return epoch
