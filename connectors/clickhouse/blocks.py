"""Rows to blocks: which table a row belongs to, and its values as columns that the client sends without loss.

The client itself checks little: it cuts money after the sixth decimal and takes naive instants for local time.
Whatever does not fit is an UnwritableValue here, or an error of the client while it packs the block; nothing is
clamped or rounded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from connectors.clickhouse.errors import UnwritableValue
from schemas.cdr import CdrRecord, Heartbeat, Leg, Position, Reject
from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall, Total, Withdrawal
from schemas.topics import topic_name, turn

WarehouseRow = LegRow | SiteCall | Call | Charge | Total | LinkMatch | Withdrawal | Heartbeat | Reject
Column = Sequence[Any]
Columns = dict[str, Column]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)
_MONEY = Context(prec=18, traps=[Inexact, InvalidOperation])
_MILLIONTH = Decimal("0.000001")


class Table(NamedTuple):
    """A table, the topic (without prefix) that feeds it, its key column and how its rows become columns.

    `key` names what all revisions of a row have in common, `version` orders them.
    """

    name: str
    entity: str
    key_column: str
    key: Callable[[Any], Any]
    version: Callable[[Any], int]
    columns: Callable[[Sequence[Any]], Columns]


class Block(NamedTuple):
    """Rows of one table that one insert sends: all of them withdrawals or none."""

    table: Table
    rows: Sequence[Any]
    withdrawn: bool


def blocks(rows: Iterable[WarehouseRow]) -> list[Block]:
    """The rows by table, of each entity only the newest state; equal versions: the last one counts.

    They come in the order in which they are to be written (`schemas.topics.turn`).
    """
    newest: dict[str, dict[Any, Any]] = {}
    for row in rows:
        table = table_of(row)
        if type(row) is Withdrawal:
            key, version = row.key, row.version
        else:
            key, version = table.key(row), table.version(row)
        states = newest.setdefault(table.name, {})
        known = states.get(key)
        if known is None or version >= known[0]:
            states[key] = (version, row)
    in_order = sorted(newest, key=lambda name: turn(topic_name(_BY_NAME[name].entity)))
    return [block for name in in_order for block in _split(_BY_NAME[name], newest[name].values())]


def _split(table: Table, states: Iterable[tuple[int, Any]]) -> list[Block]:
    rows: list[Any] = []
    withdrawals: list[Any] = []
    for _, row in states:
        (withdrawals if type(row) is Withdrawal else rows).append(row)
    found = (Block(table, rows, withdrawn=False), Block(table, withdrawals, withdrawn=True))
    return [block for block in found if block.rows]


def table_of(row: WarehouseRow) -> Table:
    """The table of a row. Raises UnwritableValue for the withdrawal of something that has no table."""
    if isinstance(row, Withdrawal):
        try:
            return _BY_ENTITY[row.entity]
        except KeyError:
            raise UnwritableValue(f"withdrawal of the unknown entity {row.entity!r}") from None
    return _BY_TYPE[type(row)]


def insert_statement(block: Block) -> tuple[str, list[Column]]:
    """The INSERT of a block and its columns. Raises UnwritableValue for money that does not fit Decimal(18, 6)."""
    columns = _withdrawn(block) if block.withdrawn else block.table.columns(block.rows)
    values = []
    for name, column in columns.items():
        convert = _CONVERTERS.get(name)
        try:
            values.append(column if convert is None else convert(column))
        except (ArithmeticError, TypeError) as error:
            raise UnwritableValue(f"column {name}: {error!r}") from error
    return f"INSERT INTO {block.table.name} ({', '.join(columns)}) VALUES", values


def _withdrawn(block: Block) -> Columns:
    """Key, version and mark: the server derives the columns it sorts by from the key."""
    return {
        block.table.key_column: [row.key for row in block.rows],
        "version": [row.version for row in block.rows],
        "is_deleted": [1] * len(block.rows),
    }


def _flat(fields: tuple[str, ...], rows: Sequence[Any]) -> Columns:
    return dict(zip(fields, zip(*rows, strict=True), strict=True))


def _leg_columns(rows: Sequence[LegRow]) -> Columns:
    row = _flat(LegRow._fields, rows)
    leg = _flat(Leg._fields, row.pop("leg"))
    record = _flat(CdrRecord._fields, leg.pop("record"))
    position = _flat(Position._fields, leg.pop("position"))
    record["call_id_number"] = record.pop("call_id")
    position["source_offset"] = position.pop("offset")
    return row | leg | record | position


def _reject_columns(rows: Sequence[Reject]) -> Columns:
    columns = _flat(Reject._fields, rows)
    columns["is_deleted"] = columns.pop("withdrawn")
    return columns | {"version": [milliseconds(row.rejected_at) for row in rows]}


def _heartbeat_columns(rows: Sequence[Heartbeat]) -> Columns:
    return _flat(Heartbeat._fields, rows) | {"version": [milliseconds(row.last_seen_at) for row in rows]}


def milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970, the version of rows that no leg caused."""
    return (instant - _EPOCH) // _MILLISECOND


def _instants(column: Column) -> Column:
    """Seconds since 1970: the client packs them as they are, and refuses what four bytes do not hold."""
    return [None if instant is None else (instant - _EPOCH) // _SECOND for instant in column]


def _money(column: Column) -> Column:
    """Checks that each amount is a multiple of a millionth with at most 18 digits."""
    for amount in column:
        if amount is not None:
            amount.quantize(_MILLIONTH, context=_MONEY)
    return column


def _as_json(column: Column) -> Column:
    return [None if names is None else json.dumps(names, ensure_ascii=False) for names in column]


def _texts_by_name(column: Column) -> Column:
    return [dict(pairs) for pairs in column]


def _amounts(column: Column) -> Column:
    _money([amount for pairs in column for _, amount in pairs])
    return [dict(pairs) for pairs in column]


_INSTANTS = (
    *("started_at", "script_connected_at", "delivered_at", "connected_at", "ended_at", "transferred_at"),
    *("file_started_at", "last_file_started_at", "hour", "rejected_at", "last_cdr_at", "last_seen_at"),
)
_AMOUNTS = ("costs", "amount", "rated_amount", "from_amount", "to_amount")
_CONVERTERS: dict[str, Callable[[Column], Column]] = {
    **dict.fromkeys(_INSTANTS, _instants),
    **dict.fromkeys(_AMOUNTS, _money),
    "header": _as_json,
    "extra": _texts_by_name,
    "amounts": _amounts,
}
"""What a column goes through, by name; a name means the same in every table. All others are sent as they are."""

_VERSION = attrgetter("version")


def _derived(name: str, entity: str, key: str, row_type: Any) -> Table:
    return Table(name, entity, key, attrgetter(key), _VERSION, partial(_flat, row_type._fields))


LEGS = Table("leg_rows", "legs", "leg_id", attrgetter("leg.leg_id"), _VERSION, _leg_columns)
SITE_CALLS = _derived("site_call_rows", "site_calls", "site_call_id", SiteCall)
CALLS = _derived("call_rows", "calls", "call_id", Call)
CHARGES = _derived("charge_rows", "charges", "leg_id", Charge)
TOTALS = _derived("charge_total_rows", "totals", "total_id", Total)
LINKS = _derived("link_match_rows", "links", "from_leg_id", LinkMatch)
SITES = Table(
    "site_rows", "sites", "site", attrgetter("site"), lambda row: milliseconds(row.last_seen_at), _heartbeat_columns
)
REJECTS = Table(
    "reject_rows", "rejects", "", lambda row: row[:4], lambda row: milliseconds(row.rejected_at), _reject_columns
)
TABLES = (LEGS, SITE_CALLS, CALLS, CHARGES, TOTALS, LINKS, SITES, REJECTS)

_BY_NAME = {table.name: table for table in TABLES}
_BY_ENTITY = {table.entity: table for table in (SITE_CALLS, CALLS, CHARGES, TOTALS, LINKS)}
_BY_TYPE: dict[type, Table] = {
    LegRow: LEGS,
    SiteCall: SITE_CALLS,
    Call: CALLS,
    Charge: CHARGES,
    Total: TOTALS,
    LinkMatch: LINKS,
    Heartbeat: SITES,
    Reject: REJECTS,
}
