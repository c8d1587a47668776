"""What must exist on the machine at hand: the folders of the followed sites, tariff and user files.

Apart from `load_settings`, because not every process sees every file: a tail needs the folders of its sites,
a worker the tariffs and users.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.cli.settings_models import Settings, SiteSettings
from pipeline.cli.settings_problems import Problem, configuration_error, shown
from pipeline.cli.settings_rates import band_problems
from pipeline.cli.settings_tables import rate_problems, user_problems

WILDCARDS = "*?["


def require_folders(settings: Settings, sites: Sequence[SiteSettings]) -> None:
    """Raises `ConfigurationError` unless `sites` can be followed here: their folders exist, no file is shared."""
    problems = list(folder_problems(sites))
    if problems:
        raise configuration_error(settings.file, problems)


def require_tables(settings: Settings) -> None:
    """Raises `ConfigurationError` unless all tariff and user files are there and every row of them can be read."""
    problems = list(table_problems(settings))
    if problems:
        raise configuration_error(settings.file, problems)


def matched_files(site: SiteSettings) -> list[Path]:
    """The files that the site's globs match now, each once, sorted."""
    return sorted({Path(name) for pattern in site.files for name in glob.glob(pattern.absolute)})


def folder_problems(sites: Sequence[SiteSettings]) -> Iterator[Problem]:
    """No site at all, folders that are not there, and files that two sites match at this moment, also by links."""
    if not sites:
        yield Problem(("sites",), "found none; expected at least one; add a [[sites]] block")
    owners: dict[tuple[int, int], str] = {}
    for site in sites:
        key = "sites", site.name, "files"
        for pattern in site.files:
            folder = _fixed_folder(pattern.absolute)
            if not folder.is_dir():
                yield Problem(
                    key, f"found {shown(pattern.written)}; expected the folder {folder} to exist; create or correct it"
                )
        for file in matched_files(site):
            identity = _identity(file)
            owner = owners.setdefault(identity, site.name) if identity else site.name
            if owner != site.name:
                yield Problem(
                    key, f"found {file}, which is also a file of site {owner}; expected files of one site; correct one"
                )


def _fixed_folder(pattern: str) -> Path:
    """The folders of a glob before its first wildcard."""
    parts = Path(pattern).parent.parts
    fixed = next((at for at, part in enumerate(parts) if any(sign in part for sign in WILDCARDS)), len(parts))
    return Path(*parts[:fixed])


def _identity(file: Path) -> tuple[int, int] | None:
    """Device and inode; `None` for a file that has just vanished."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def table_problems(settings: Settings) -> Iterator[Problem]:
    """Tariff and user files that are missing, every row of them that is wrong, and rates that contradict each other."""
    for tariff in settings.tariffs:
        problems = [*rate_problems(tariff.rates)] or band_problems(tariff.rates)
        yield from _rows(("tariffs", tariff.name, "rates"), tariff.rates, problems)
    for site in settings.sites:
        if site.users is not None:
            yield from _rows(("sites", site.name, "users"), site.users, user_problems(site.users))


def _rows(key: tuple[str, ...], file: Path, problems: Iterable[str]) -> Iterator[Problem]:
    return (Problem(key, f"{file}: {text}") for text in problems)
