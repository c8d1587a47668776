"""Calls rated by a tariff, for the tables of hand-checked cases."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pipeline.domain.rating import CallTimes, Rated, rate
from tests.rates import Row, tariff

MUNICH = "+4989123456"
MONDAY_NOON = "2024-06-03T12:00:00+02:00"


def rated(
    rows: list[Row],
    connected: str,
    seconds: int,
    *,
    decimals: int = 6,
    started: str = "",
    number: str = MUNICH,
    zone: str = "Europe/Berlin",
) -> Rated | None:
    """What a call of so many seconds costs; `connected` and `started` are ISO times with their offsets."""
    started_at, connected_at = (
        datetime.fromisoformat(text).astimezone(UTC) for text in (started or connected, connected)
    )
    times = CallTimes(started_at, connected_at, seconds, ZoneInfo(zone))
    return rate(tariff(*rows, decimals=decimals), number, times)
