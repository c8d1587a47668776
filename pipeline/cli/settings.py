"""The configuration of every command: read, validated whole, and frozen (contract 3).

`load_settings` decides all that can be decided from the configuration itself. What must exist on the machine
at hand is `pipeline.cli.settings_files`: all sites share one configuration, and a process beside one PBX
does not see the files of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from pipeline.cli.settings_checks import (
    board_problems,
    file_problems,
    group_problems,
    groups,
    kafka_problems,
    link_name,
    link_problems,
    mirror_problems,
    privacy_problems,
    repeated_names,
    site_problems,
)
from pipeline.cli.settings_models import (
    LISTS,
    TABLES,
    BoardSettings,
    ClickHouseSettings,
    KafkaSettings,
    LinkSettings,
    MetricsSettings,
    PipelineSettings,
    Section,
    Settings,
    SiteSettings,
    TariffSettings,
)
from pipeline.cli.settings_problems import (
    ConfigurationError,
    Key,
    Problem,
    configuration_error,
    explain,
    shown,
    unknown_key,
)
from pipeline.cli.settings_source import Document, named_entries, overlay, read_document, resolve_secrets
from pipeline.cli.settings_values import EMBEDDED, FilePattern

__all__ = [
    "EMBEDDED",
    "BoardSettings",
    "ClickHouseSettings",
    "ConfigurationError",
    "FilePattern",
    "KafkaSettings",
    "LinkSettings",
    "MetricsSettings",
    "PipelineSettings",
    "Settings",
    "SiteSettings",
    "TariffSettings",
    "group_of",
    "link_name",
    "load_settings",
]

Model = TypeVar("Model", bound=Section)


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """The configuration in `path` with the overrides in `environ`.

    Raises `ConfigurationError`, which names every problem in a line of its own.
    """
    file = path.absolute()
    document = read_document(file)
    problems: list[Problem] = []
    variables = overlay(document, environ, problems)
    resolve_secrets(document, environ, file.parent, variables, problems)
    settings = _build(file, document, problems)
    if settings is None or problems:
        raise configuration_error(file, problems, variables)
    return settings


def group_of(settings: Settings) -> dict[str, str]:
    """The group of every site: its explicit name, or the alphabetically first of its sites (contract 1 and 3)."""
    return {
        site.name: next((member.group for member in members if member.group), members[0].name)
        for members in groups(settings.sites, settings.links)
        for site in members
    }


def _build(file: Path, document: Document, problems: list[Problem]) -> Settings | None:
    """Validates every section by itself, so that one mistake hides no other; `None` if one is not valid."""
    problems.extend(
        Problem((key,), unknown_key(key, [*TABLES, *LISTS])) for key in document if key not in TABLES | LISTS
    )
    reader = _Reader(document, file.parent, problems)
    pipeline = reader.table(PipelineSettings, "pipeline")
    kafka = reader.table(KafkaSettings, "kafka")
    clickhouse = reader.table(ClickHouseSettings, "clickhouse")
    board = reader.table(BoardSettings, "board")
    metrics = reader.table(MetricsSettings, "metrics")
    sites = reader.entries(SiteSettings, "sites")
    links = reader.entries(LinkSettings, "links")
    tariffs = reader.entries(TariffSettings, "tariffs")
    site_names, tariff_names = reader.names("sites"), reader.names("tariffs")
    problems.extend(repeated_names("sites", site_names))
    problems.extend(repeated_names("tariffs", tariff_names))
    problems.extend(site_problems(sites, tariff_names))
    problems.extend(file_problems(sites))
    problems.extend(mirror_problems(sites))
    problems.extend(link_problems(links, site_names))
    problems.extend(group_problems(sites, links))
    if pipeline is None or kafka is None or clickhouse is None or board is None or metrics is None:
        return None
    problems.extend(kafka_problems(kafka))
    problems.extend(board_problems(board))
    problems.extend(privacy_problems(sites, links, pipeline.late_days))
    return Settings(
        file=file,
        pipeline=pipeline,
        kafka=kafka,
        clickhouse=clickhouse,
        board=board,
        metrics=metrics,
        sites=sites,
        links=links,
        tariffs=tariffs,
    )


class _Reader(NamedTuple):
    """Turns parts of the document into models and collects what stands in the way."""

    document: Document
    folder: Path
    problems: list[Problem]

    def table(self, model: type[Model], section: str) -> Model | None:
        """A section that stands once; a missing one has its defaults."""
        return self._validated(model, self.document.get(section, {}), (section,))

    def entries(self, model: type[Model], section: str) -> tuple[Model, ...]:
        """The valid entries of a list of tables."""
        if not isinstance(self.document.get(section, []), list):
            text = f"found {shown(self.document[section])}; expected blocks; begin each with [[{section}]]"
            self.problems.append(Problem((section,), text))
        found = (
            self._validated(model, entry, (section, name)) for name, entry in named_entries(self.document, section)
        )
        return tuple(entry for entry in found if entry is not None)

    def names(self, section: str) -> list[str]:
        """The names that a list gives its entries, valid or not."""
        entries = (entry for _, entry in named_entries(self.document, section))
        return [entry["name"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str)]

    def _validated(self, model: type[Model], value: Any, key: Key) -> Model | None:
        try:
            return model.model_validate(value, context={"folder": self.folder})
        except ValidationError as error:
            self.problems.extend(explain(error, model, key))
            return None
