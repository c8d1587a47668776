"""The groups whose legs this worker holds in memory, rebuilt from the table after a restart or a rebalance."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from pipeline.domain.watermark import Watermark
from schemas.cdr import Heartbeat, Lifecycle
from schemas.codec import decode


class Groups:
    """One domain state per group, made when its first leg arrives."""

    def __init__(self, rules: Mapping[str, GroupRules]) -> None:
        """`rules` by name of the group."""
        self._rules = {site: group for group in rules.values() for site in group.sites}
        self._groups: dict[str, Group] = {}
        self._watermarks: dict[str, Watermark] = {}

    def __len__(self) -> int:
        """The number of groups that have legs here."""
        return len(self._groups)

    @property
    def legs(self) -> int:
        """The number of legs in state."""
        return sum(map(len, self._groups.values()))

    @property
    def watermarks(self) -> dict[str, datetime]:
        """Up to when the CDRs of each group are known, as far as that can be told."""
        return {name: mark.at for name, mark in self._watermarks.items() if mark.at}

    @property
    def sites(self) -> Container[str]:
        """The sites of the configuration."""
        return self._rules.keys()

    def of_site(self, site: str) -> Group:
        """The state of the group that a site belongs to. Raises KeyError if the configuration has no such site."""
        rules = self._rules[site]
        group = self._groups.get(rules.name)
        if group is None:
            group = self._groups[rules.name] = Group(rules)
        return group

    def hear(self, beat: Heartbeat) -> None:
        """Take note of a site's heartbeat; one of a site that the configuration does not have counts for nothing."""
        rules = self._rules.get(beat.site)
        if rules is not None:
            self._watermarks.setdefault(rules.name, Watermark(rules.sites)).hear(beat)

    def rebuild(self, messages: Iterable[bytes]) -> int:
        """Forget everything and restore the legs of these lifecycle messages; returns how many legs there are now."""
        self._groups, self._watermarks = {}, {}
        for data in messages:
            message = decode(data)
            if isinstance(message, Lifecycle) and message.site in self.sites:
                self.of_site(message.site).restore(message.legs)
        return self.legs
