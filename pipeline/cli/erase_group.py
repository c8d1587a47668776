"""The work of `erase` for one group of sites: where the party stands, what of it can be removed, and the removal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse import erasure
from connectors.clickhouse.stored import newest_moment
from pipeline.domain.numbers import Party
from pipeline.domain.rules import GroupRules
from pipeline.domain.traces import Forms, forms_of, last_digits, pattern_of

_END = datetime(2106, 1, 1, tzinfo=UTC)
_MARGIN_DAYS = 2
# Row topics by table; those of rejects go by time, as their keys are no ids of rows.
TOPICS = {
    "leg_rows": "cdr.legs",
    "site_call_rows": "cdr.site_calls",
    "call_rows": "cdr.calls",
    "charge_rows": "cdr.charges",
    "charge_total_rows": "cdr.totals",
}


class Found(NamedTuple):
    """Rows of a group that name the party, by table, and the keys of their messages by topic.

    `streamed`: a stream has written here, so Kafka may have messages of these rows. `young` legs are those that it may
    still tell again; they can be removed from `again_on` on.
    """

    group: str
    rows: Sequence[erasure.Erased]
    keys: dict[str, list[str]]
    streamed: bool
    young: int
    again_on: datetime | None


class GroupErasure:
    """One party in the rows of one group."""

    def __init__(self, client: Client, rules: GroupRules, party: Party, key: bytes, late_days: int) -> None:
        """`key` is that of the group's pseudonyms, empty without. Looks only; changes nothing."""
        self._client = client
        self._group = rules.name
        self._streamed = erasure.streamed(client)
        self._kept_days = timedelta(days=late_days + _MARGIN_DAYS)
        sites = sorted(rules.sites)
        numbers = erasure.numbers_that_end_with(client, sites, last_digits(party))
        self.forms = forms_of(party, rules, numbers, key)
        traces = _traces(self.forms, party, sites, self._until(sites))
        self._traces = traces._replace(pattern=pattern_of(self.forms, erasure.names_of(client, traces)))

    def look(self) -> Found:
        """What names the party now; nothing of it is left noted."""
        found = self._find()
        erasure.forget(self._client)
        return found

    def _find(self) -> Found:
        rows = erasure.find(self._client, self._traces)
        young, last = erasure.too_young(self._client, self._traces)
        keys = {topic: erasure.keys_of(self._client, table) for table, topic in TOPICS.items()}
        return Found(
            self._group, rows, keys, self._streamed, young, last and last + self._kept_days + timedelta(days=1)
        )

    def prepare(self) -> Found:
        """What is to be removed; of each row one state is left."""
        erasure.merge_states(self._client)
        return self._find()

    def remove(self) -> None:
        """Removes what `prepare` has found; returns when it is gone from the disk."""
        erasure.erase(self._client, self._traces)

    def _until(self, sites: Sequence[str]) -> datetime:
        """The first moment whose legs a worker may still hold and tell again; far away where no stream ever ran."""
        newest = newest_moment(self._client, sites) if self._streamed else None
        if newest is None:
            return _END
        return datetime.combine(newest.date(), datetime.min.time(), UTC) - self._kept_days


def _traces(forms: Forms, party: Party, sites: Sequence[str], until: datetime) -> erasure.Traces:
    written: dict[str, list[str]] = {}
    for site, number in sorted(forms.written):
        written.setdefault(site, []).append(number)
    owner = party.extension_of or ""
    extension = [forms.extension] if forms.extension else []
    payers = [(owner, text) for text in extension]
    return erasure.Traces(sites, written, extension, sorted(forms.canonical), payers, "", until)
