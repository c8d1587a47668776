"""What the pipeline derives: one named tuple per row of the warehouse's views (contract 9).

Field order is column order. Instants are aware UTC, money is `Decimal` with its currency beside it.
`version` orders all states of one row; the greatest is the truth.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from schemas.cdr import Leg


class LegRow(NamedTuple):
    """A leg with what its own fields and its site call say of it (contract 6 and 7).

    The last three are the position at which the leg was read last, `None` if it was read at its own one only.
    """

    leg: Leg
    site_call_id: str
    origin_kind: str
    destination_kind: str
    direction: str
    disposition: str
    chargeable: bool
    version: int
    last_file_started_at: datetime | None = None
    last_source_file: str | None = None
    last_source_offset: int | None = None


class SiteCall(NamedTuple):
    """The legs of one site that transfers join (contract 6). Durations in whole seconds."""

    site: str
    site_call_id: str
    call_id: str
    leg_ids: tuple[str, ...]
    started_at: datetime
    connected_at: datetime | None
    ended_at: datetime
    origination_number: str
    origination_name: str
    called_number: str
    called_name: str
    destination_number: str
    destination_name: str
    direction: str
    disposition: str
    disconnect_reason: str
    ring_seconds: int
    talk_seconds: int
    billable_seconds: int
    leg_count: int
    transfer_count: int
    conference: bool
    project_number: str
    missing_call_ids: tuple[str, ...]
    complete: bool
    version: int


class Call(NamedTuple):
    """The site calls that links join: what a person would call one call (contract 6 and 8).

    `destination_country` and `destination_kind` tell what `destination_number` is, seen from the last leg's site.
    `amounts` holds the counted amount by currency, sorted by currency.
    """

    call_id: str
    origin_site: str
    sites: tuple[str, ...]
    site_call_ids: tuple[str, ...]
    started_at: datetime
    connected_at: datetime | None
    ended_at: datetime
    origination_number: str
    origination_name: str
    called_number: str
    called_name: str
    destination_number: str
    destination_name: str
    direction: str
    disposition: str
    disconnect_reason: str
    ring_seconds: int
    talk_seconds: int
    billable_seconds: int
    leg_count: int
    transfer_count: int
    conference: bool
    project_number: str
    missing_call_ids: tuple[str, ...]
    complete: bool
    destination_country: str
    destination_kind: str
    amounts: tuple[tuple[str, Decimal], ...]
    charge_sources: tuple[str, ...]
    version: int


class Charge(NamedTuple):
    """The charge of one chargeable leg (contract 7). Of several records of the same money exactly one is counted."""

    leg_id: str
    site: str
    call_id: str
    site_call_id: str
    started_at: datetime
    connected_at: datetime
    duration_seconds: int
    payer_site: str
    payer_number: str
    payer_name: str
    project_number: str
    destination_number: str
    destination_name: str
    carrier_site: str
    trunk: str
    currency: str
    amount: Decimal
    source: str
    counted: bool
    counterpart_leg_id: str
    rated_amount: Decimal | None
    destination_country: str
    destination_kind: str
    department: str
    cost_centre: str
    anomalies: tuple[str, ...]
    version: int


class Total(NamedTuple):
    """Counted charges of one hour and one set of dimensions (contract 9, `charge_totals`).

    `total_id` names the bucket: the hour first, then the dimensions.
    """

    total_id: str
    hour: datetime
    payer_site: str
    payer_number: str
    project_number: str
    carrier_site: str
    trunk: str
    currency: str
    source: str
    legs: int
    seconds: int
    amount: Decimal
    version: int


class LinkMatch(NamedTuple):
    """Two legs of two sites that are the two ends of one call over a link (contract 8).

    `from_leg_id` is the leg that sent the call over the link. Amounts are `None` for source `none`.
    """

    link: str
    from_site: str
    to_site: str
    from_leg_id: str
    to_leg_id: str
    time_difference_seconds: int
    from_amount: Decimal | None
    to_amount: Decimal | None
    currency: str
    anomalies: tuple[str, ...]
    version: int


class Withdrawal(NamedTuple):
    """A row that ceased to exist: an absorbed call name, a dissolved pair, an emptied total.

    `entity` is the name of the row's topic without its prefix (`site_calls`, `calls`, `charges`, `totals`, `links`),
    `key` the row's id: site_call_id, call_id, leg_id, total_id, from_leg_id.
    """

    entity: str
    key: str
    version: int


Row = LegRow | SiteCall | Call | Charge | Total | LinkMatch | Withdrawal
