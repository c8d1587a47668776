"""A group's state: the set of its legs. A leg goes in, every row that it changes comes out (contract 6 to 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping, Set

from pipeline.domain.charging import Charging
from pipeline.domain.connections import Changed, Connections
from pipeline.domain.cover import Cover, Span, hour_of, moments
from pipeline.domain.derive import Changes, Derivation
from pipeline.domain.duplicates import LegSet
from pipeline.domain.numbers import NumberPlan
from pipeline.domain.rules import GroupRules
from pipeline.domain.totals import Dimensions, Totals
from schemas.cdr import Leg
from schemas.rows import Charge, Row


class Group:
    """The sites that links connect with each other, their legs, and what follows from them.

    The set of legs is the only primary state: it only grows, and a leg that it knows changes nothing.
    All rows are a function of that set, so every order of arrival ends in the same rows.
    The cost of a leg grows with the call that it belongs to, not with the number of legs in state.

    Not all of the set need be held here. Before a leg is added, what it `lacks` is to be restored, and after it what
    `lacks_totals` names; then every row is as if the whole set were held. A new group holds everything.
    """

    def __init__(self, rules: GroupRules, legs: MutableMapping[str, Leg] | None = None) -> None:
        """`legs` is where the legs are kept, empty at first; a dict if none is given."""
        plan = NumberPlan(rules)
        self._set = LegSet({} if legs is None else legs)
        self._connections = Connections(rules, plan, self._set.legs)
        self._derivation = Derivation(Charging(rules, plan), plan, self._set.last_position)
        self._totals = Totals()
        self._cover = Cover()
        self._by_hour: dict[int, list[str]] = {}
        self._late_totals: set[Dimensions] = set()

    def __len__(self) -> int:
        """The number of legs in state."""
        return len(self._set.legs)

    def __contains__(self, leg_id: str) -> bool:
        """Whether a leg with this id is in state."""
        return leg_id in self._set.legs

    def knows(self, leg: Leg) -> bool:
        """Whether `leg` is in the set already, so that adding it changes nothing."""
        return self._set.knows(leg)

    def add(self, leg: Leg, version: int) -> list[Row]:
        """Add a leg and return every row that changed, with `version`; see `add_all`."""
        return self.add_all((leg,), version)

    def add_all(self, legs: Iterable[Leg], first_version: int) -> list[Row]:
        """Add legs and return every row that they change, once, as it is behind the last of them.

        Their versions are `first_version` and those behind it; a row has that of a leg that changed it, or a later one.
        A leg that is known already tells the rows of its call again, so a replay repairs what a crash cut off.
        Rows that ceased to exist come as `Withdrawal`.
        """
        changes: Changes = {}
        changed, again, version = Changed(), [], first_version
        for version, leg in enumerate(legs, first_version):
            if leg.leg_id not in self._set.legs:
                self._connections.enter(self._put(leg), version, changed)
            elif self._set.knows(leg):
                again.append(leg.leg_id)
            else:
                self._tell(changes, changed, version)
                self._replace(changes, leg, version)
                changed = Changed()
        self._tell(changes, changed, version)
        for call in self._connections.calls(again):
            self._derivation.add_rows(changes, call, version)
        return [*changes.values(), *self._total_rows(self._count(changes), version)]

    def retell(self, hour: int, chosen: Callable[[Leg], bool], version: int) -> list[Row]:
        """All rows of the calls of legs that started in an hour and are chosen, as they are by these rules.

        The hour must be held (`lacks_hours`); after it `late_totals` is due, as after `add`.
        """
        legs = self._set.legs
        leg_ids = [name for name in self._by_hour.get(hour, ()) if name in legs and chosen(legs[name])]
        changes: Changes = {}
        for call in self._connections.calls(leg_ids):
            self._derivation.add_rows(changes, call, version)
        return [*changes.values(), *self._total_rows(self._count(changes), version)]

    def lacks_hours(self, span: Span) -> Span | None:
        """The stretch of time whose legs must be restored so that a span is held; `None` if it is."""
        return self._cover.lacks_hours(span)

    def lacks(self, leg: Leg) -> Span | None:
        """The stretch of time whose legs must be restored before `leg` is added; asked until it is `None`."""
        return self._cover.lacks(leg)

    def lacks_totals(self) -> Span | None:
        """The stretch of time whose legs must be restored before `late_totals` has all rows that are still due."""
        for bucket in sorted(self._late_totals):
            hour = hour_of(bucket.in_hour)
            if lacking := self._cover.lacks_hours(Span(hour, hour + 1)):
                return lacking
        return None

    def late_totals(self, version: int) -> list[Row]:
        """The totals that legs added before have changed and whose hours were not held then, but are now."""
        return self._total_rows(self._late_totals, version)

    def restore(self, legs: Iterable[Leg]) -> None:
        """Put back legs of which all rows have been told by these rules, without telling any."""
        restored = []
        for leg in legs:
            if leg.leg_id not in self._set.legs:
                self._connections.put_back(self._put(leg))
                restored.append(leg.leg_id)
            elif not self._set.knows(leg):
                changes: Changes = {}
                self._replace(changes, leg, 0)
                self._count(changes)
        for call in self._connections.calls(restored):
            for charge in self._derivation.charges(call):
                self._totals.put(charge)

    def cover(self, span: Span, legs: Iterable[Leg], charges: Iterable[Charge]) -> None:
        """Put back all legs that have to do with a stretch of time, and the others of their calls (`moments`).

        A leg that was read at more than one position comes twice, at the first and the last of them.
        `charges` are the counted ones of these legs as they were told: totals are sums over these.
        """
        restored = set()
        for leg in legs:
            if leg.leg_id not in self._set.legs:
                self._connections.put_back(self._put(leg))
                restored.add(leg.leg_id)
            elif leg.leg_id in restored:
                self._set.add(leg)
        for charge in charges:
            if charge.leg_id in restored:
                self._totals.put(charge)
        self._cover.add(span)

    def open(self, hour: int) -> None:
        """Say that all legs from this hour on are held, whatever is known of the time before."""
        self._cover.set_floor(hour)

    def close(self) -> None:
        """Say that there are legs elsewhere at any time."""
        self._cover.clear()

    @property
    def floor(self) -> int:
        """The hour from which on all legs are held."""
        return self._cover.floor

    @property
    def oldest_hour(self) -> int:
        """The hour in which the first leg started that is in state; far away without any."""
        return min(self._by_hour, default=1 << 40)

    @property
    def crowded(self) -> bool:
        """Whether more windows were restored than `forget` leaves."""
        return self._cover.crowded

    def forget(self, floor: int) -> None:
        """Give up calls that ended before this hour, but for the few windows that were restored last.

        All rows told so far must be safe by now: what is given up comes back from where they went.
        """
        self._cover.set_floor(max(floor, self._cover.floor))
        self._cover.trim()
        for hour in [hour for hour in self._by_hour if not self._cover.holds(hour)]:
            kept = []
            for leg_id in self._by_hour[hour]:
                if leg_id in self._set.legs and not self._forget_call(leg_id):
                    kept.append(leg_id)
            if kept:
                self._by_hour[hour] = kept
            else:
                del self._by_hour[hour]

    def hour_of_newest(self, legs: int) -> int:
        """The hour from which on about so many legs are in state, the newest ones."""
        found = 0
        for hour in sorted(self._by_hour, reverse=True):
            found += len(self._by_hour[hour])
            if found >= legs:
                return hour
        return 0

    def _forget_call(self, leg_id: str) -> bool:
        """Give up a whole call, unless one of its moments lies in a time that is held."""
        legs = [part.leg for part in self._connections.call(leg_id).parts]
        if any(self._cover.holds(hour_of(moment)) for leg in legs for moment in moments(leg)):
            return False
        self._connections.forget(legs)
        for leg in legs:
            self._totals.drop(leg.leg_id)
            self._set.forget(leg.leg_id)
        return True

    def _total_rows(self, touched: Set[Dimensions], version: int) -> list[Row]:
        if not touched:
            return []
        rows: list[Row] = []
        late = set()
        for bucket in sorted(touched):
            if self._cover.floor and not self._cover.holds(hour_of(bucket.in_hour)):
                late.add(bucket)
            else:
                rows.append(self._totals.row(bucket, version))
        self._late_totals = late | (self._late_totals - touched)
        return rows

    def _put(self, leg: Leg) -> Leg:
        """Put a new leg into the set."""
        self._by_hour.setdefault(hour_of(leg.record.started_at), []).append(leg.leg_id)
        return self._set.add(leg)

    def _replace(self, changes: Changes, leg: Leg, version: int) -> None:
        """Put another leg in the place of the one that is known under its id."""
        left, entered = Changed(), Changed()
        self._connections.leave(self._set.legs[leg.leg_id], left)
        self._tell(changes, left, version)
        self._connections.enter(self._set.add(leg), version, entered)
        self._tell(changes, entered, version)

    def _tell(self, changes: Changes, changed: Changed, version: int) -> None:
        """Add the rows that have changed."""
        for part, own_version in changed.alone.values():
            self._derivation.add_rows_of_one(changes, self._connections.single(part), own_version)
        if changed.leg_ids or changed.before:
            after = self._connections.calls(changed.leg_ids)
            self._derivation.add_changes(changes, changed.before, after, version)

    def _count(self, changes: Changes) -> set[Dimensions]:
        touched: set[Dimensions] = set()
        for (entity, leg_id), row in changes.items():
            if entity == "charges":
                touched |= self._totals.put(row) if isinstance(row, Charge) else self._totals.drop(leg_id)
        return touched
