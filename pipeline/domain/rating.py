"""What a call costs by a tariff (contract 7). Exact: sums are decimal, rounded once at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from pipeline.domain.tariffs import MINUTES_A_DAY, Rate, Tariff

_FOREVER = 1 << 40
# Amounts are kept to 6 decimals (contract 7).
MICROS = Decimal("0.000001")
NOTHING = Decimal("0.000000")


class Rated(NamedTuple):
    """The amount in the tariff's currency, the destination's name, whether a part of the call had no band."""

    amount: Decimal
    destination: str
    no_band: bool


class CallTimes(NamedTuple):
    """When a leg started and was connected (aware), and for how many whole seconds; `zone` is that of its site."""

    started_at: datetime
    connected_at: datetime
    duration: int
    zone: tzinfo


def rate(tariff: Tariff, number: str, times: CallTimes) -> Rated | None:
    """The price of a call to a canonical number; `None` if no prefix of the tariff fits."""
    bands = tariff.bands(number, times.started_at.astimezone(times.zone).date())
    if not bands:
        return None
    at_connect = _band_at(bands, times.connected_at.astimezone(times.zone))
    destination = (at_connect or bands[0]).destination
    if times.duration <= 0:
        return Rated(NOTHING, destination, no_band=False)
    amount, no_band = _increments(bands, times)
    if at_connect is not None:
        amount = max(amount + at_connect.connect_fee, at_connect.minimum)
    rounded = amount.quantize(Decimal(1).scaleb(-tariff.decimals), ROUND_HALF_UP)
    return Rated(rounded.quantize(MICROS), destination, no_band)


def _increments(bands: Sequence[Rate], times: CallTimes) -> tuple[Decimal, bool]:
    """What the increments cost that cover the duration, and whether one of them began where no band is in force.

    Increments that begin before the bands can change are taken together, so that the length of a call costs nothing.
    """
    minutes_price = Decimal(0)  # price per minute × seconds
    no_band = False
    elapsed = 0
    while elapsed < times.duration:
        moment = times.connected_at + timedelta(seconds=elapsed)
        band = _band_at(bands, moment.astimezone(times.zone))
        row = band or bands[0]
        if elapsed:
            stretch = min(times.duration - elapsed, _unchanged_for(bands, moment, times.zone))
            seconds = -(-stretch // row.next_increment) * row.next_increment
        else:
            seconds = row.first_increment
        if band is None:
            no_band = True
        else:
            minutes_price += band.price_per_minute * seconds
        elapsed += seconds
    return minutes_price / 60, no_band


def _band_at(bands: Sequence[Rate], local: datetime) -> Rate | None:
    return next((band for band in bands if band.always or band.is_in_force(local)), None)


def _unchanged_for(bands: Sequence[Rate], moment: datetime, zone: tzinfo) -> int:
    """Seconds for which the bands in force stay those of this moment: up to the next limit of one, or midnight.

    Where the clocks change on the way, up to the next minute.
    """
    if all(band.always for band in bands):
        return _FOREVER
    local = moment.astimezone(zone)
    limits = {MINUTES_A_DAY, *(limit for band in bands for limit in (band.from_minute, band.until_minute))}
    second = (local.hour * 60 + local.minute) * 60 + local.second
    span = min(limit * 60 for limit in limits if limit * 60 > second) - second
    changed = (moment + timedelta(seconds=span)).astimezone(zone).utcoffset() != local.utcoffset()
    return 60 - local.second if changed else span
