"""The groups whose legs this worker holds in memory, rebuilt from the table after a restart or a rebalance."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime, timedelta

from pipeline.agents.entries import Entries, read_floor
from pipeline.agents.packed import PackedLegs
from pipeline.domain.cover import REACH_HOURS, hour_of
from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from pipeline.domain.watermark import Watermark
from schemas.cdr import Heartbeat, Lifecycle
from schemas.codec import decode

ReadAgain = Callable[[], Mapping[str, GroupRules] | str]
"""Reads the rules of all groups from the configuration; a text says why it cannot be read."""

_STEP_HOURS = 12
_STRADDLING_HOURS = 1  # calls that last longer than that are rare
_LEGS_IN_STATE = 500_000


class Held:
    """A group as this worker holds it: its state, how far its CDRs are known, which entries of the table it fills.

    `opened` says that the state knows what it holds of the legs that the warehouse has. From the hour `complete_from`
    on the table has all legs; `noted` says that it tells so.
    """

    def __init__(self, rules: GroupRules) -> None:
        self.rules = rules
        self.sites = sorted(rules.sites)
        self.complete_from = 0
        self.watermark = Watermark(rules.sites)
        self.entries = Entries()
        self._begin()

    def _begin(self) -> None:
        self.legs = PackedLegs()
        self.group = Group(self.rules, self.legs)
        self.group.close()
        self.opened = self.noted = False

    def open(self, floor: int) -> None:
        """Begin: all legs from this hour on are in state."""
        self.group.open(floor)
        self.complete_from = floor
        self.opened = True

    def settle(self) -> None:
        """Give up restored calls that may be parts of calls: those near the hour from which on the table is complete.

        Legs from before that hour are in the warehouse alone, even if their call goes on behind it. Where such a call
        reaches far into what is complete, the group begins anew, with the warehouse.
        """
        sure_from = self.complete_from + REACH_HOURS if self.complete_from else 0
        self.group.forget(sure_from + _STRADDLING_HOURS if sure_from else 0)
        if self.group.oldest_hour < sure_from:
            self._begin()

    def give_up(self, floor: int) -> None:
        """Give up calls that ended before this hour; the table need not have them any more."""
        self.group.forget(floor)
        self.complete_from = floor

    def by(self, rules: GroupRules) -> Held:
        """The group by other rules: the same if they are equal, else one that begins anew."""
        if rules.fingerprint == self.rules.fingerprint:
            return self
        held = Held(rules)
        held.watermark, held.entries = self.watermark, self.entries
        return held

    def floor_after(self, late: timedelta) -> int:
        """The hour from which on legs stay in state: so long before the watermark, in steps of some hours.

        Of a group with more than 500,000 legs only the newest stay.
        """
        floor = self.group.floor
        if self.watermark.at is not None and self.watermark.at.toordinal() > late.days:
            floor = max(floor, hour_of(self.watermark.at - late) - REACH_HOURS)
        if len(self.group) > _LEGS_IN_STATE:
            floor = max(floor, self.group.hour_of_newest(_LEGS_IN_STATE // 2))
        return floor if floor >= self.group.floor + _STEP_HOURS else self.group.floor


class Groups:
    """One domain state per group, made when its first leg or heartbeat arrives."""

    def __init__(self, rules: Mapping[str, GroupRules], read_again: ReadAgain) -> None:
        """`rules` by name of the group; `read_again` reads what they are in the configuration now."""
        self._by_name = rules
        self._rules = {site: group for group in rules.values() for site in group.sites}
        self._read_again = read_again
        self._held: dict[str, Held] = {}

    def __len__(self) -> int:
        """The number of groups that have legs here."""
        return sum(1 for held in self._held.values() if len(held.group))

    @property
    def legs(self) -> int:
        """The number of legs in state."""
        return sum(len(held.group) for held in self._held.values())

    @property
    def watermarks(self) -> dict[str, datetime]:
        """Up to when the CDRs of each group are known, as far as that can be told."""
        return {name: held.watermark.at for name, held in self._held.items() if held.watermark.at}

    @property
    def sites(self) -> Container[str]:
        """The sites of the configuration."""
        return self._rules.keys()

    def of_site(self, site: str) -> Held:
        """The group that a site belongs to. Raises KeyError if the configuration has no such site."""
        return self.named(self._rules[site].name)

    def named(self, name: str) -> Held:
        """A group by its name. Raises KeyError if the configuration has no such group."""
        if name not in self._held:
            self._held[name] = Held(self._by_name[name])
        return self._held[name]

    def adopt(self, group: str, fingerprint: str) -> str | None:
        """Take over the configuration as it is now, unless a group has the rules of this fingerprint already.

        Groups whose rules have changed begin anew, with the warehouse. If the configuration has other rules for the
        group, nothing changes, and the answer says what is wrong.
        """
        known = self._by_name.get(group)
        if known and known.fingerprint == fingerprint:
            return None
        rules = self._read_again()
        if isinstance(rules, str):
            return rules
        if group not in rules or rules[group].fingerprint != fingerprint:
            return "the worker's configuration is not the one that the order was given with; make them equal"
        self._by_name = rules
        self._rules = {site: group for group in rules.values() for site in group.sites}
        self._held = {name: held.by(rules[name]) for name, held in self._held.items() if name in rules}
        return None

    def hear(self, beat: Heartbeat) -> None:
        """Take note of a site's heartbeat; one of a site that the configuration does not have counts for nothing."""
        if beat.site in self._rules:
            self.of_site(beat.site).watermark.hear(beat)

    def rebuild(self, entries: Callable[[], Iterable[tuple[bytes, bytes]]], epoch: int) -> int:
        """Forget everything and restore the legs of the table; returns how many legs there are now.

        A group whose floor was noted in another epoch or by other rules begins anew, with the warehouse: another
        program may have added legs, and rows that were told by other rules must not be mixed with these.
        """
        self._held = {}
        for key, data in entries():
            if floor := read_floor(key, data):
                rules = self._by_name.get(floor.group)
                if rules and (floor.epoch, floor.rules) == (epoch, rules.fingerprint):
                    held = self.named(floor.group)
                    held.open(floor.hour)
                    held.noted = True
        for key, data in entries():
            if not read_floor(key, data):
                self._restore(key, data)
        for held in self._held.values():
            held.settle()
        return self.legs

    def _restore(self, key: bytes, data: bytes) -> None:
        message = decode(data)
        if isinstance(message, Lifecycle) and message.site in self.sites:
            held = self.of_site(message.site)
            held.entries.note(key, message)
            if held.opened:
                held.legs.told(message, data)
                held.group.restore(message.legs)
