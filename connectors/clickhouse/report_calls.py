"""Sums of calls by what people ask for (contract 2, `report calls`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.conditions import MISSED
from connectors.clickhouse.local_days import local, period_parameters, zone_parameters
from connectors.clickhouse.retained import retained

DISPOSITIONS = ("answered", "script", "busy", "no_answer", "rejected", "answered_elsewhere", "abandoned", "failed")
# What calls can be sorted by, and the expressions that make its key. A user is the one at the call's first site: who
# called, or who was called from outside; the number is as written in the CDR.
_NUMBER = "if(direction IN ('incoming', 'transit'), called_number, origination_number)"
_NAME = "if(direction IN ('incoming', 'transit'), called_name, origination_name)"
KEYS: dict[str, tuple[str, ...]] = {
    "day": ("day",),
    "month": ("toStartOfMonth(day)",),
    "hour": ("hour",),
    "site": ("toString(origin_site)",),
    "number": ("toString(origin_site)", _NUMBER),
    "number_of_day": ("toString(origin_site)", _NUMBER, "day"),
    "project": ("project_number",),
    "direction": ("toString(direction)",),
    "destination": ("toString(destination_country)", "toString(destination_kind)"),
}


class CallSum(NamedTuple):
    """Calls under one key; its values are those of `KEYS`, in order. All but `key` and `name` can be added up."""

    key: tuple[object, ...]
    name: str
    calls: int
    missed: int
    dispositions: tuple[int, ...]  # as many as there are DISPOSITIONS, in their order
    ring_seconds: int
    talk_seconds: int
    transfers: int
    conferences: int
    incomplete: int


class ChosenCalls(NamedTuple):
    """Which calls: days by their start, in local time of the first site; `end` is the first day that is left out."""

    first: date
    end: date
    zones: Mapping[str, str]
    origin_site: str | None = None


def call_sums(client: Client, chosen: ChosenCalls, by: Sequence[str]) -> list[CallSum]:
    """The sums for each combination of keys. The newest call that tells a name tells it."""
    expressions = [expression for name in by for expression in KEYS[name]]
    keys = ", ".join(f"{expression} AS key_{place}" for place, expression in enumerate(expressions))
    names = ", ".join(f"key_{place}" for place in range(len(expressions)))
    counts = ", ".join(f"countIf(disposition = '{disposition}')" for disposition in DISPOSITIONS)
    site = " AND origin_site = %(origin_site)s" if chosen.origin_site is not None else ""
    query = f"""
        SELECT
            ({keys},), argMaxIf({_NAME}, (started_at, call_id), {_NAME} != ''), count(),
            countIf({MISSED}),
            ({counts}), sum(ring_seconds), sum(talk_seconds), sum(transfer_count), sum(conference),
            countIf(complete = 0)
        FROM (
            SELECT *, {local("toDate", "started_at", "origin_site", chosen.zones)} AS day,
                {local("toHour", "started_at", "origin_site", chosen.zones)} AS hour
            FROM call_rows FINAL
            WHERE started_on >= toDate32(%(earliest)s) AND started_on < toDate32(%(latest)s)
                AND {retained("origin_site")} AND day >= toDate32(%(first)s) AND day < toDate32(%(end)s){site}
        )
        GROUP BY {names}
        ORDER BY {names}
    """  # noqa: S608 - constants of the program's own
    days = period_parameters(chosen.first, chosen.end)
    parameters = {**days, **zone_parameters(chosen.zones), "origin_site": chosen.origin_site}
    return [CallSum._make(row) for row in client.execute(query, parameters)]
