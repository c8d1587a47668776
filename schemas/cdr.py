"""What a line of cdr.txt becomes: the typed record, the leg, and the lines that could not be read.

Records and rows are named tuples: immutable, slotted, cheap to build by the ten thousand a second,
and accepted by the ClickHouse client as they are.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

quick = tuple.__new__
"""`quick(Leg, (…))` is `Leg(…)` in half of its time, for what is made once a line. It takes all fields, in order."""


class CdrRecord(NamedTuple):
    """One CDR, typed (CDR spec 1.1.1; contract 4). Texts are as written in the file, empty where missing.

    Instants are aware UTC, whole seconds; `None` where the CDR has no such time.
    `costs` are in units of `currency` (already divided by the site's cost scale), `None` where the field is empty.
    """

    call_id: str
    origination_number: str
    origination_name: str
    called_number: str
    called_name: str
    destination_number: str
    destination_name: str
    started_at: datetime
    script_connected_at: datetime | None
    delivered_at: datetime | None
    connected_at: datetime | None
    ended_at: datetime | None
    currency: str
    costs: Decimal | None
    state: str
    public_access_prefix: str
    lcr_provider: str
    project_number: str
    aoc: bool
    origination_device: str
    destination_device: str
    transferred_by_number: str
    transferred_by_name: str
    transferred_call_id_1: str
    transferred_call_id_2: str
    transferred_to_call_id: str
    transferred_at: datetime | None
    disconnect_reason: str


class Position(NamedTuple):
    """Where a leg stands among all lines of its site; later positions win (contract 4).

    `file_started_at` is the start of the file's first CDR as first read (UTC), so that a renamed file
    keeps its place. `offset` is the byte offset of the line's first byte.
    """

    file_started_at: datetime
    source_file: str
    offset: int


class Leg(NamedTuple):
    """One CDR of one site: what the stream carries and the state keeps.

    `leg_id` is `site:CallId:yyyy-mm-ddThh:mm:ss` with the local start (contract 4).
    `extra` holds unknown columns by name, `raw_line` the decoded line without its line end and NULs around it.
    """

    site: str
    leg_id: str
    record: CdrRecord
    position: Position
    anomalies: tuple[str, ...]
    extra: tuple[tuple[str, str], ...]
    raw_line: str


class Reject(NamedTuple):
    """A line (or a message) that could not be read, with the bytes as they were (contract 4).

    `reason` is one of the contract's words, `detail` says what was expected and found. `header` and
    `file_started_at` are what reading the line again needs to know of the lines before it: the column names in
    force (empty: none, None: not known, or no line) and the start (UTC) of the file's first CDR, None before it.
    `withdrawn`: it was read after all, and this is its last state.
    """

    site: str
    source_file: str
    source_offset: int
    raw: bytes
    reason: str
    detail: str
    rejected_at: datetime
    header: tuple[str, ...] | None = None
    file_started_at: datetime | None = None
    withdrawn: bool = False


class Lifecycle(NamedTuple):
    """A message of `cdr.lifecycle`: the CDRs that one read of one file yielded, at most 100 .

    `file_identity` names the file beyond its name (device, inode and fingerprint of its first bytes); it is empty
    where rejected lines were read again.
    """

    site: str
    file_identity: str
    parser_version: int
    legs: tuple[Leg, ...]


class Heartbeat(NamedTuple):
    """A site's sign of life in `cdr.lifecycle`; it follows every CDR that the tail had read by then.

    `last_cdr_at` is the end of the newest CDR read so far (`None` before the first);
    `bytes_behind` counts the bytes of all its files that are not yet confirmed by Kafka, `torn_bytes` those of last
    lines that have no line end yet. `file` is the one that changed last, empty while there is none; `problem` says
    why a file cannot be read. `utc_offset_seconds` is the site's local time minus UTC at `last_seen_at`.
    """

    site: str
    group_name: str
    time_zone: str
    last_cdr_at: datetime | None
    last_seen_at: datetime
    file: str
    file_offset: int
    bytes_behind: int
    torn_bytes: int = 0
    problem: str = ""
    utc_offset_seconds: int = 0


class Rerate(NamedTuple):
    """An order in `cdr.lifecycle` to tell the calls of a day anew, at the prices of today's configuration.

    Meant are calls with a leg of `site` (empty: of any) that started on the local `day`, `yyyy-mm-dd`. `rules` is the
    fingerprint of the group's configuration that the order was given with.
    """

    group_name: str
    site: str
    day: str
    rules: str
