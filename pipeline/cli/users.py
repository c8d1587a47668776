"""User files, valid by `settings_tables`, as the domain takes them (contract 3)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.cli.settings_tables import day_of, rows_of
from pipeline.domain.pseudonyms import pseudonym_of
from pipeline.domain.users import User, Users


def load_users(file: Path | None, pseudonym_key: bytes = b"") -> Users:
    """The users of a site; none without a file, which is valid (`settings_files.require_tables`).

    With a key they go by the pseudonyms of their extensions, without names, as legs do.
    """
    users = map(_user, rows_of(file)) if file else ()
    if not pseudonym_key:
        return Users(users)
    return Users(user._replace(extension=pseudonym_of(user.extension, pseudonym_key), name="") for user in users)


def _user(row: Mapping[str, str]) -> User:
    days = day_of(row["valid_from"]), day_of(row["valid_until"])
    return User(row["extension"], row["name"], row["department"], row["cost_centre"], *days)
