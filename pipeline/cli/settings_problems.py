"""Problems of the configuration: collected as values, reported together, one line each.

A line reads `file: key: found …; expected …; remedy`. Secrets never appear in it.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.cli.errors import UsageError
from pipeline.cli.settings_models import PASSWORDS, SITE_SECRETS, Section
from pipeline.cli.settings_values import masked_url

Key = tuple[str, ...]
ENVIRONMENT = "environment"
LONGEST_FOUND = 80


class Problem(NamedTuple):
    """What is wrong with one key; `text` is the line behind the key.

    An empty key means the file as a whole, `(ENVIRONMENT, name)` a variable that names no key.
    """

    key: Key
    text: str


class ConfigurationError(UsageError):
    """The configuration cannot be used; `lines` holds every reason."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def configuration_error(
    file: Path, problems: Iterable[Problem], variables: Mapping[Key, str] | None = None
) -> ConfigurationError:
    """The error that reports `problems`; keys that an environment variable has set go by its name."""

    def line(problem: Problem) -> str:
        if variables and problem.key in variables:
            return f"{ENVIRONMENT}: {variables[problem.key]}: {problem.text}"
        if problem.key[:1] == (ENVIRONMENT,):
            return ": ".join((*problem.key, problem.text))
        return ": ".join(filter(None, (str(file), ".".join(problem.key), problem.text)))

    return ConfigurationError(map(line, problems))


def shown(value: object) -> str:
    """A value as TOML would have it, cut to what fits a line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_FOUND else text[:LONGEST_FOUND] + "…"


def explain(error: ValidationError, model: type[Section], key: Key) -> list[Problem]:
    """The problems behind a model's validation error; `key` is the model's own place in the configuration."""
    return [
        Problem((*key, *map(str, detail["loc"][:1])), _text(dict(detail), model))
        for detail in error.errors(include_url=False)
    ]


def _text(detail: dict[str, Any], model: type[Section]) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    match detail["type"]:
        case "extra_forbidden":
            return unknown_key(name, model.model_fields)
        case "missing":
            example = (model.model_fields[name].examples or [""])[0]
            return f"found nothing; expected a value; add {name} = {example}"
        case "value_error":
            return f"found {_masked(name, detail['input'])}; {detail['ctx']['error']}"
        case "string_type":
            return f"found {_masked(name, detail['input'])}; expected a text; put it into quotation marks"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"found {shown(detail['input'])}; expected a table; write its keys below a [heading]"
        case _:
            return f"found {_masked(name, detail['input'])}; {detail['msg']}; correct it"


def unknown_key(name: str, known: Iterable[str]) -> str:
    """The text for a key that is none, with the one that was probably meant."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"found an unknown key; expected {close[0]}; correct its spelling"
    return f"found an unknown key; expected one of {', '.join(names)}; remove it"


def _masked(name: str, value: object) -> str:
    if name in PASSWORDS or name in SITE_SECRETS:
        return "***"
    return shown(masked_url(value) if isinstance(value, str) else value)
