"""Counted charges per hour and dimensions; each leg's contribution is kept by its leg id (contract 9)."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from schemas.rows import Charge, Total, Withdrawal

_NONE: frozenset[Dimensions] = frozenset()
_ZERO = Decimal("0.000000")


class Dimensions(NamedTuple):
    """What tells one bucket from another: the hour as `yyyy-mm-ddThh`, then the columns of `Total`."""

    hour: str
    payer_site: str
    payer_number: str
    project_number: str
    carrier_site: str
    trunk: str
    currency: str
    source: str

    @property
    def in_hour(self) -> datetime:
        """The hour as an instant."""
        return datetime.fromisoformat(f"{self.hour}:00:00+00:00")


class _Bucket:
    """The sums over the contributions in it; they are exact, for Decimal addition and subtraction are."""

    __slots__ = ("amount", "dimensions", "hour", "legs", "seconds")

    def __init__(self, dimensions: Dimensions, hour: datetime) -> None:
        self.dimensions = dimensions
        self.hour = hour
        self.legs = 0
        self.seconds = 0
        self.amount = _ZERO


class Totals:
    """All buckets of a group. A leg contributes to at most one bucket, so telling it twice changes nothing."""

    def __init__(self) -> None:
        self._buckets: dict[Dimensions, _Bucket] = {}
        self._contributions: dict[str, tuple[_Bucket, int, Decimal]] = {}

    def put(self, charge: Charge) -> Set[Dimensions]:
        """A charge as it is now; returns the buckets that have changed or are to be told again."""
        touched = self.drop(charge.leg_id)
        if not charge.counted:
            return touched
        dimensions = _dimensions(charge)
        bucket = self._buckets.get(dimensions)
        if bucket is None:
            hour = charge.connected_at.replace(minute=0, second=0, microsecond=0)
            bucket = self._buckets[dimensions] = _Bucket(dimensions, hour)
        bucket.legs += 1
        bucket.seconds += charge.duration_seconds
        bucket.amount += charge.amount
        self._contributions[charge.leg_id] = (bucket, charge.duration_seconds, charge.amount)
        return touched | {dimensions}

    def drop(self, leg_id: str) -> Set[Dimensions]:
        """Take out what a leg contributes; returns the bucket that this changes, if any."""
        contribution = self._contributions.pop(leg_id, None)
        if contribution is None:
            return _NONE
        bucket, seconds, amount = contribution
        bucket.legs -= 1
        bucket.seconds -= seconds
        bucket.amount -= amount
        if bucket.legs == 0:
            del self._buckets[bucket.dimensions]
        return {bucket.dimensions}

    def row(self, dimensions: Dimensions, version: int) -> Total | Withdrawal:
        """The bucket as it is now; withdrawn if nothing is left in it."""
        bucket = self._buckets.get(dimensions)
        total_id = _total_id(dimensions)
        if bucket is None:
            return Withdrawal("totals", total_id, version)
        return Total(total_id, bucket.hour, *dimensions[1:], bucket.legs, bucket.seconds, bucket.amount, version)


def _dimensions(charge: Charge) -> Dimensions:
    return Dimensions(
        charge.connected_at.isoformat()[:13],
        charge.payer_site,
        charge.payer_number,
        charge.project_number,
        charge.carrier_site,
        charge.trunk,
        charge.currency,
        charge.source,
    )


def _total_id(dimensions: Dimensions) -> str:
    plain = "|".join(dimensions)
    if "\\" not in plain and plain.count("|") == len(dimensions) - 1:
        return plain
    return "|".join([name.replace("\\", r"\\").replace("|", r"\|") for name in dimensions])
