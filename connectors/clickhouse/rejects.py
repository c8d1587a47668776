"""Rejects back out of the warehouse, to be listed and to be tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from clickhouse_driver import Client

from schemas.cdr import Reject

_ROWS_AT_ONCE = 200  # of up to 1 MiB each
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "site, source_file, source_offset, raw, reason, detail, version, header, file_started_at"
_IN_PLACE = "site, source_file, source_offset, raw_hash"


def stored_rejects(client: Client, site: str | None = None) -> Iterator[Reject]:
    """All rejects, or those of a site, in the order of their places, a block of rows at a time in memory."""
    return _read(client, f"ORDER BY {_IN_PLACE}", {"site": site})


def newest_rejects(client: Client, site: str | None, limit: int) -> list[Reject]:
    """The rejects that were tried last, the newest first."""
    return list(_read(client, f"ORDER BY version DESC, {_IN_PLACE} LIMIT %(limit)s", {"site": site, "limit": limit}))


def count_rejects(client: Client, site: str | None = None) -> dict[str, int]:
    """The number of rejects by site; the empty name stands for messages that name none."""
    query = f"SELECT site, count() FROM rejects {_where(site)} GROUP BY site"  # noqa: S608 - names of the program's own
    return dict(client.execute(query, {"site": site}))


def details_of_messages(client: Client, reason: str, place: str, offset: int) -> list[str]:
    """Why messages of a place (topic and partition) were refused for a reason, from an offset on; each text once."""
    query = "SELECT DISTINCT detail FROM rejects WHERE reason = %(reason)s AND source_file = %(place)s"
    values = {"reason": reason, "place": place, "offset": offset}
    return [detail for (detail,) in client.execute(f"{query} AND source_offset >= %(offset)s", values)]


def _where(site: str | None) -> str:
    return "" if site is None else "WHERE site = %(site)s"


def _read(client: Client, order: str, values: dict[str, Any]) -> Iterator[Reject]:
    where = _where(values["site"])
    query = f"SELECT {_COLUMNS} FROM reject_rows FINAL {where} {order}"  # noqa: S608 - names of the program's own
    settings = {"max_block_size": _ROWS_AT_ONCE, "strings_as_bytes": True}
    for row in client.execute_iter(query, values, settings=settings):
        site, source_file, offset, raw, reason, detail, version, header, file_started_at = row
        yield Reject(
            site.decode(),
            source_file.decode(),
            offset,
            raw,
            reason.decode(),
            detail.decode(),
            _EPOCH + timedelta(milliseconds=version),
            None if header is None else tuple(json.loads(header)),
            file_started_at,
        )
