"""The 34 columns of one CDR → the typed record and what is odd about it (contract 4). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.errors import UnreadableError
from connectors.cdr_file.times import LegTimes, TimeReader
from connectors.cdr_file.values import (
    CostReader,
    has_masked,
    is_unknown_reason,
    is_unknown_state,
    names_call,
    read_aoc,
)
from schemas.cdr import CdrRecord, quick


class RecordReader:
    """Reads CDRs of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._times = TimeReader(dialect)
        self._costs = CostReader(dialect)

    def read(self, columns: Sequence[str], surplus: bool) -> tuple[CdrRecord, str, tuple[str, ...]]:
        """The record, its local start (`yyyy-mm-ddThh:mm:ss`) and its anomalies.

        `columns` are the 34 of the specification in its order, `surplus` says that the line had more fields
        than columns. Raises `UnreadableError` with the first reason why the line is no CDR.
        """
        (
            call_id,
            origination_number, origination_name,
            called_number, called_name,
            destination_number, destination_name,
            start_date, start_time,
            script_date, script_time,
            delivered_date, delivered_time,
            connect_date, connect_time,
            end_date, end_time,
            currency, costs_text, state,
            public_access_prefix, lcr_provider, project_number,
            aoc_text,
            origination_device, destination_device,
            transferred_by_number, transferred_by_name,
            transferred_call_id_1, transferred_call_id_2, transferred_to_call_id,
            transfer_date, transfer_time,
            disconnect_reason,
        ) = columns  # fmt: skip
        if not call_id.strip():
            raise UnreadableError("no_call_id", "CallId: expected an identifier, found it empty")
        times = self._times
        local_start, started = times.start(start_date, start_time)
        script_connected = times.instant(script_date, script_time, "ScriptConnect")
        delivered = times.instant(delivered_date, delivered_time, "Delivered")
        connected = times.instant(connect_date, connect_time, "Connect")
        ended = times.instant(end_date, end_time, "End")
        transferred = times.instant(transfer_date, transfer_time, "Transfer")
        odd_times: tuple[str, ...] = ()
        if times.changing and not times.changing.isdisjoint(columns):
            together = times.read_together(
                (start_date, start_time),
                (
                    (script_date, script_time),
                    (connect_date, connect_time),
                    (transfer_date, transfer_time),
                    (end_date, end_time),
                ),
                (delivered_date, delivered_time),
            )
            started, (script_connected, connected, transferred, ended), delivered, *_ = together
            odd_times = _odd_times(together)
        costs = self._costs.read(costs_text)
        aoc = read_aoc(aoc_text)
        record = quick(CdrRecord, (
            call_id,
            origination_number, origination_name,
            called_number, called_name,
            destination_number, destination_name,
            started, script_connected, delivered, connected, ended,
            currency, costs, state,
            public_access_prefix, lcr_provider, project_number,
            aoc,
            origination_device, destination_device,
            transferred_by_number, transferred_by_name,
            transferred_call_id_1, transferred_call_id_2, transferred_to_call_id,
            transferred,
            disconnect_reason,
        ))  # fmt: skip
        return record, local_start, _anomalies(record, odd_times, surplus)


def _odd_times(times: LegTimes) -> tuple[str, ...]:
    flags = {"ambiguous_time": times.ambiguous, "nonexistent_time": times.nonexistent}
    return tuple(name for name, found in flags.items() if found)


def _anomalies(record: CdrRecord, odd_times: tuple[str, ...], surplus: bool) -> tuple[str, ...]:
    """What is odd about the CDR by itself, in the contract's order (contract 4)."""
    found = [*odd_times]
    ended_at = record.ended_at
    if ended_at is None:
        if record.connected_at is not None:
            found.append("connected_without_end")
    elif ended_at < record.started_at:
        found.append("end_before_start")
    if is_unknown_state(record.state):
        found.append("unknown_state")
    if is_unknown_reason(record.disconnect_reason):
        found.append("unknown_reason")
    if surplus:
        found.append("extra_fields")
    if has_masked(record.origination_number, record.called_number, record.destination_number):
        found.append("masked_number")
    if record.costs and _is_result(record):
        found.append("charge_on_result")
    return tuple(found)


def _is_result(record: CdrRecord) -> bool:
    """Whether a transfer made this leg (contract 6)."""
    first, second = record.transferred_call_id_1, record.transferred_call_id_2
    if not first and not second:  # as in nearly every line
        return False
    return names_call(first, record.call_id) or names_call(second, record.call_id)
