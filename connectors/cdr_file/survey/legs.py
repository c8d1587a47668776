"""What the CDRs of a file are, once a dialect is chosen: times, states, money, oddities. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.cdr_file.survey.costs import ChargedCall
from connectors.cdr_file.survey.counts import KEPT, Spots, Tally
from connectors.cdr_file.survey.devices import DeviceCounts
from connectors.cdr_file.survey.numbers import NumberCounts
from connectors.cdr_file.values import names_call
from schemas.cdr import CdrRecord, Leg, Reject

_SAMPLE = 5000
_SHORTEST_SAMPLED = timedelta(seconds=10)
_REMEMBERED = 100_000
_JUMP_BACK = timedelta(hours=2)  # more than the hour that autumn repeats
_AHEAD = timedelta(days=1)  # more than any zone's offset
_DISTINCT = 1000


class OddLines(NamedTuple):
    """Lines of one kind, with what the first of them says."""

    spots: Spots
    example: str


class LegSurvey:
    """Counts over the CDRs and rejects of one file, in order, in bounded memory.

    `now` is an aware instant: CDRs that begin more than a day later are in the future, whatever the zone.
    Costs must have been read with scale 1. Repetitions are found among the last 100,000 CDRs.
    """

    def __init__(self, now: datetime) -> None:
        self.legs = 0
        self.first_start: datetime | None = None
        self.last_end: datetime | None = None
        self.outcomes: Tally[tuple[str, str]] = Tally(_DISTINCT)  # state and disconnect reason
        self.connected = 0
        self.results = 0
        self.advised = 0  # CDRs with Costs and AOC 1
        self.computed = 0  # CDRs with Costs and AOC 0
        self.charged: list[ChargedCall] = []
        self.currencies: Tally[str] = Tally(_DISTINCT)
        self.devices = DeviceCounts()
        self.numbers = NumberCounts()
        self.rejects: dict[str, OddLines] = {}
        self.anomalies: dict[str, Spots] = {}
        self.future = Spots()
        self.jumps_back = Spots()
        self.repeated = Spots()
        self.conflicting = Spots()
        self._latest = now + _AHEAD
        self._last_end: datetime | None = None
        self._seen: dict[int, int] = {}

    def add(self, line: int, entry: Leg | Reject) -> None:
        """Count what the line of this number is."""
        if isinstance(entry, Reject):
            odd = self.rejects.setdefault(entry.reason, OddLines(Spots(), entry.detail))
            odd.spots.add(line)
            return
        record = entry.record
        self.legs += 1
        self.outcomes.add((record.state[:KEPT], record.disconnect_reason[:KEPT]))
        if names_call(record.transferred_call_id_1, record.call_id) or names_call(
            record.transferred_call_id_2, record.call_id
        ):
            self.results += 1
        self.numbers.add(line, record)
        self.devices.add(record)
        self._times(line, record)
        self._money(record)
        self._repetition(line, entry)
        for anomaly in entry.anomalies:
            self.anomalies.setdefault(anomaly, Spots()).add(line)
            if anomaly == "masked_number":
                self.numbers.add_masked(record.origination_number, record.called_number, record.destination_number)

    def _times(self, line: int, record: CdrRecord) -> None:
        started, ended = record.started_at, record.ended_at or record.started_at
        if self.first_start is None or started < self.first_start:
            self.first_start = started
        if self.last_end is None or ended > self.last_end:
            self.last_end = ended
        if started > self._latest:
            self.future.add(line)
        if self._last_end is not None and self._last_end - ended > _JUMP_BACK:
            self.jumps_back.add(line)
        self._last_end = ended
        if record.connected_at is not None:
            self.connected += 1

    def _money(self, record: CdrRecord) -> None:
        costs = record.costs
        if costs is None:
            return
        if record.aoc:
            self.advised += 1
        else:
            self.computed += 1
        if record.currency:
            self.currencies.add(record.currency.strip()[:KEPT])
        if costs and record.connected_at and record.ended_at and len(self.charged) < _SAMPLE:
            length = record.ended_at - record.connected_at
            if length >= _SHORTEST_SAMPLED:
                self.charged.append(ChargedCall(costs, int(length.total_seconds())))

    def _repetition(self, line: int, leg: Leg) -> None:
        key, content = hash(leg.leg_id), hash(leg.raw_line)
        seen = self._seen
        if key in seen:
            (self.repeated if seen[key] == content else self.conflicting).add(line)
        elif len(seen) >= _REMEMBERED:
            del seen[next(iter(seen))]
        seen[key] = content
