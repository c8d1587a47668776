"""User files, valid by `settings_tables`, as the domain takes them (contract 3)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.cli.settings_tables import day_of, rows_of
from pipeline.domain.users import User, Users


def load_users(file: Path | None) -> Users:
    """The users of a site; none without a file, which is valid (`settings_files.require_tables`)."""
    return Users(map(_user, rows_of(file))) if file else Users()


def _user(row: Mapping[str, str]) -> User:
    days = day_of(row["valid_from"]), day_of(row["valid_until"])
    return User(row["extension"], row["name"], row["department"], row["cost_centre"], *days)
