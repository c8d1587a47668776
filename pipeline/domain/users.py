"""Who has an extension on which day: department and cost centre (contract 3, `users`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pipeline.domain.validity import is_valid_on


class User(NamedTuple):
    """One row of a site's user file; valid from `valid_from` on, until the day before `valid_until`."""

    extension: str
    name: str
    department: str
    cost_centre: str
    valid_from: date | None
    valid_until: date | None

    def is_valid_on(self, day: date) -> bool:
        """Whether the extension is this user's on a day."""
        return is_valid_on(day, self.valid_from, self.valid_until)


class Users:
    """The users of one site in the order of their file."""

    def __init__(self, users: Iterable[User] = ()) -> None:
        self._by_extension: dict[str, list[User]] = {}
        for user in users:
            self._by_extension.setdefault(user.extension, []).append(user)

    def __repr__(self) -> str:
        return f"Users({self._by_extension})"

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._by_extension)

    def of(self, extension: str, day: date) -> User | None:
        """Whose extension it is on a local day; of several the first in the file."""
        return next((user for user in self._by_extension.get(extension, ()) if user.is_valid_on(day)), None)
