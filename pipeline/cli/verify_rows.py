"""The rows of a group derived anew from the legs that the warehouse has, compared with those that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.stored_rows import COLUMNS, Name, Values, as_stored, stored_rows
from pipeline.cli.rederived import Rederived
from schemas.keys import local_day


class Difference(NamedTuple):
    """What is wrong with a row of a view; `key` names the row."""

    view: str
    key: str
    text: str


def differences(client: Client, rederived: Rederived, day: date) -> Iterator[Difference]:
    """Rows of a local day that are missing, that nothing derives, or that have other values."""
    told = as_stored(rederived.rows(day, 0))
    expected = {name: values for name, values in told if local_day(name[1]) == day.isoformat()}
    yield from compared(stored_rows(client, rederived.rules.sites.keys(), day), expected)


def compared(stored: Mapping[Name, Values], expected: Mapping[Name, Values]) -> Iterator[Difference]:
    """What differs, in the order of views and keys."""
    for name in sorted(stored.keys() | expected.keys()):
        if name not in stored:
            yield Difference(*name, "is missing")
        elif name not in expected:
            yield Difference(*name, "follows from no stored leg")
        elif stored[name] != expected[name]:
            columns = zip(COLUMNS[name[0]], stored[name], expected[name], strict=True)
            wrong = [f"{column} is {_shown(was)}, derived {_shown(now)}" for column, was, now in columns if was != now]
            yield Difference(*name, "; ".join(wrong))


def _shown(value: object) -> str:
    """Money as the warehouse shows it, without zeros at the end; anything else as Python writes it."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else repr(value)
