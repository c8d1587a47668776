"""Counted charges per hour and dimensions; each bucket knows its contributions by leg id (contract 9)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from schemas.rows import Charge, Total, Withdrawal

_ZERO = Decimal("0.000000")


class _Dimensions(NamedTuple):
    """What tells one bucket from another, in the order of the columns of `Total`."""

    hour: datetime
    payer_site: str
    payer_number: str
    project_number: str
    carrier_site: str
    trunk: str
    currency: str
    source: str


class _Bucket:
    """Contributions by leg id; the sums follow from them exactly, for Decimal addition and removal are exact."""

    __slots__ = ("amount", "contributions", "seconds")

    def __init__(self) -> None:
        self.contributions: dict[str, tuple[int, Decimal]] = {}
        self.seconds = 0
        self.amount = _ZERO


class Totals:
    """All buckets of a group. A leg contributes to at most one bucket, so adding it twice changes nothing."""

    def __init__(self) -> None:
        self._buckets: dict[_Dimensions, _Bucket] = {}

    def apply(self, before: Charge | None, after: Charge | None) -> set[_Dimensions]:
        """Replace a leg's contribution; returns the buckets that have changed or are to be told again."""
        touched = set()
        if before is not None and before.counted:
            touched.add(self._take_out(before))
        if after is not None and after.counted:
            touched.add(self._put_in(after))
        return touched

    def row(self, dimensions: _Dimensions, version: int) -> Total | Withdrawal:
        """The bucket as it is now; withdrawn if nothing is left in it."""
        bucket = self._buckets.get(dimensions)
        if bucket is None:
            return Withdrawal("totals", _total_id(dimensions), version)
        legs = len(bucket.contributions)
        return Total(_total_id(dimensions), *dimensions, legs, bucket.seconds, bucket.amount, version)

    def _put_in(self, charge: Charge) -> _Dimensions:
        dimensions = _dimensions(charge)
        bucket = self._buckets.setdefault(dimensions, _Bucket())
        seconds, amount = bucket.contributions.get(charge.leg_id, (0, _ZERO))
        bucket.contributions[charge.leg_id] = (charge.duration_seconds, charge.amount)
        bucket.seconds += charge.duration_seconds - seconds
        bucket.amount += charge.amount - amount
        return dimensions

    def _take_out(self, charge: Charge) -> _Dimensions:
        dimensions = _dimensions(charge)
        bucket = self._buckets.get(dimensions)
        if bucket is not None and charge.leg_id in bucket.contributions:
            seconds, amount = bucket.contributions.pop(charge.leg_id)
            bucket.seconds -= seconds
            bucket.amount -= amount
            if not bucket.contributions:
                del self._buckets[dimensions]
        return dimensions


def _dimensions(charge: Charge) -> _Dimensions:
    return _Dimensions(
        charge.connected_at.replace(minute=0, second=0, microsecond=0),
        charge.payer_site,
        charge.payer_number,
        charge.project_number,
        charge.carrier_site,
        charge.trunk,
        charge.currency,
        charge.source,
    )


def _total_id(dimensions: _Dimensions) -> str:
    hour, *names = dimensions
    return "|".join([f"{hour:%Y-%m-%dT%H}", *(name.replace("\\", r"\\").replace("|", r"\|") for name in names)])
