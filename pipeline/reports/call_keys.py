"""From what the warehouse knows of calls to what people ask for: users, their cost centres and departments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, cast

from pipeline.domain.numbers import NumberPlan, text_at
from pipeline.domain.rules import GroupRules
from pipeline.reports.calls import Calls, Key
from pipeline.reports.keys import CallsBy

if TYPE_CHECKING:
    from connectors.clickhouse.report_calls import CallSum

_ASKED = {CallsBy.USER: "number", CallsBy.COST_CENTRE: "number_of_day", CallsBy.DEPARTMENT: "number_of_day"}
_PARTS = {"number": 2, "number_of_day": 3, "destination": 2}


def asked_of(by: Sequence[CallsBy]) -> list[str]:
    """The keys by which the warehouse is asked."""
    return [_ASKED.get(name, name.value) for name in by]


class CallUsers:
    """Who a number is at a site, and where that user worked on a day (contract 3, `users`)."""

    def __init__(self, groups: Iterable[GroupRules]) -> None:
        self._plans = {site: (NumberPlan(rules), rules.sites[site]) for rules in groups for site in rules.sites}

    def number(self, number: str, site: str) -> str:
        """The extension where it is one of the site, else the canonical number; as it is at a site no longer known."""
        if site not in self._plans:
            return number
        plan, _ = self._plans[site]
        return text_at(plan.party(number, site), site)

    def place(self, name: CallsBy, number: str, site: str, day: date) -> str:
        """Department or cost centre of the user; empty where there is none."""
        if site not in self._plans:
            return ""
        user = self._plans[site][1].users.of(self.number(number, site), day)
        if user is None:
            return ""
        return user.department if name is CallsBy.DEPARTMENT else user.cost_centre


def calls_by(sums: Iterable[CallSum], by: Sequence[CallsBy], users: CallUsers) -> list[tuple[Key, Calls]]:
    """The numbers of calls for each key as people see it, sorted; a user has one name, the last that is told."""
    found = [(list(_parts(one, by)), one) for one in sums]
    names: dict[Key, str] = {}
    for parts, one in found:
        for name, values in parts:
            if name is CallsBy.USER and one.name:
                names[_user(values, users)] = one.name
    together: dict[Key, Calls] = {}
    for parts, one in found:
        key = tuple(cell for name, values in parts for cell in _seen(name, values, users, names))
        together[key] = together.get(key, Calls()).plus(_calls(one))
    return sorted(together.items())


def _parts(one: CallSum, by: Sequence[CallsBy]) -> Iterator[tuple[CallsBy, tuple[object, ...]]]:
    begin = 0
    for name, asked in zip(by, asked_of(by), strict=True):
        length = _PARTS.get(asked, 1)
        yield name, one.key[begin : begin + length]
        begin += length


def _seen(name: CallsBy, values: tuple[object, ...], users: CallUsers, names: Mapping[Key, str]) -> Key:
    if name is CallsBy.USER:
        user = _user(values, users)
        return (*user, names.get(user, ""))
    if name in {CallsBy.COST_CENTRE, CallsBy.DEPARTMENT}:
        site, number, day = cast("tuple[str, str, date]", values)
        return (users.place(name, number, site, day),)
    return cast("Key", values)


def _user(values: tuple[object, ...], users: CallUsers) -> Key:
    site, number = cast("tuple[str, str]", values)
    return site, users.number(number, site)


def _calls(one: CallSum) -> Calls:
    answered, script, busy, no_answer, rejected, elsewhere, abandoned, failed = one.dispositions
    return Calls(
        calls=one.calls,
        answered=answered,
        missed=one.missed,
        no_answer=no_answer,
        busy=busy,
        abandoned=abandoned,
        rejected=rejected,
        failed=failed,
        script=script,
        answered_elsewhere=elsewhere,
        ring_seconds=one.ring_seconds,
        talk_seconds=one.talk_seconds,
        transfers=one.transfers,
        conferences=one.conferences,
        incomplete=one.incomplete,
    )
