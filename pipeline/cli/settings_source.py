"""Where the configuration comes from: the TOML file, environment variables over it, secrets beside it.

`SWYX_CDR__SECTION__KEY` replaces a key of a section. An entry of a list goes by its name in upper case with
`-` as `_`: `SWYX_CDR__SITES__DORTMUND__TARIFF`; a link by its sites in alphabetical order:
`SWYX_CDR__LINKS__BERLIN_DORTMUND__CLOCK_SKEW_SECONDS`. Lists are written with commas or as in TOML,
tables as in TOML. A variable that names nothing is a problem: a misspelt override must not pass in silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_origin

from pipeline.cli.settings_models import LISTS, PASSWORDS, SITE_SECRETS, TABLES, Section
from pipeline.cli.settings_problems import ENVIRONMENT, Key, Problem, configuration_error, unknown_key
from pipeline.cli.settings_values import EMBEDDED, masked_url

Document = dict[str, Any]
PREFIX = "SWYX_CDR__"
SECRETS: tuple[Key, ...] = (*(("kafka", name) for name in PASSWORDS), ("clickhouse", "url"), ("board", "token"))


def read_document(file: Path) -> Document:
    """The parsed file; raises `ConfigurationError` if there is none or it is no TOML."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        text = (
            "found no such file; expected a configuration; name it by --config FILE, write one by docs/contract.md, "
            "or let `swyx-cdr demo` make one"
        )
    except OSError as error:
        text = f"found a file that cannot be read ({error.strerror}); expected a configuration; check its rights"
    except UnicodeDecodeError as error:
        text = f"found a byte that is not UTF-8 at offset {error.start}; expected TOML in UTF-8; save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        text = f"found no TOML ({error}); expected TOML; correct it there"
    raise configuration_error(file, [Problem((), text)])


def entry_name(entry: object, number: int) -> str:
    """How messages and variables call the entry of a list: by its name, a link by its sites, else `#number`."""
    match entry:
        case {"name": str(name)} if name:
            return name
        case {"sites": [str(first), str(second)]}:
            return "-".join(sorted((first, second)))
        case _:
            return f"#{number}"


def overlay(document: Document, environ: Mapping[str, str], problems: list[Problem]) -> dict[Key, str]:
    """Puts the variables' values into the document; returns which key came from which variable."""
    variables: dict[Key, str] = {}
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        place = _place(document, variable)
        if isinstance(place, str):
            problems.append(Problem((ENVIRONMENT, variable), place))
            continue
        table, key, model = place
        table[key[-1]] = _value(environ[variable], model.model_fields[key[-1]].annotation)
        variables[key] = variable
    return variables


def _place(document: Document, variable: str) -> tuple[Document, Key, type[Section]] | str:
    """The table and the key that a variable names, or the text of the problem if it names none."""
    section, *middle = variable.removeprefix(PREFIX).lower().split("__")
    path: Key = (section,)
    if section in TABLES and len(middle) == 1:
        model, table = TABLES[section], document.setdefault(section, {})
    elif section in LISTS and len(middle) > 1:
        wanted = "__".join(middle[:-1])
        entries = [(name, entry) for name, entry in named_entries(document, section) if _in_variable(name) == wanted]
        if len(entries) != 1:
            return f"found {len(entries)} of the {section} of that name; expected one; correct or unset the variable"
        model, path, table = LISTS[section], (section, entries[0][0]), entries[0][1]
    else:
        sections = ", ".join([*TABLES, *(f"{name}__name" for name in LISTS)]).upper()
        return f"found no such key; expected {PREFIX}SECTION__KEY, SECTION one of {sections}; correct or unset it"
    if middle[-1] not in model.model_fields:
        return unknown_key(middle[-1], model.model_fields)
    if not isinstance(table, dict):
        return f"found no table {section} in the file; expected one; write its keys below [{section}]"
    return table, (*path, middle[-1]), model


def named_entries(document: Document, section: str) -> list[tuple[str, Any]]:
    """The entries of a list of tables with the names that messages call them by; empty if it is no list."""
    entries = document.get(section, [])
    if not isinstance(entries, list):
        return []
    return [(entry_name(entry, number), entry) for number, entry in enumerate(entries, start=1)]


def _in_variable(name: str) -> str:
    return name.lower().replace("-", "_")


def _value(text: str, annotation: object) -> object:
    """A variable's text as the type that its key has; a text that is no such value is left for validation."""
    if get_origin(annotation) is tuple and not text.lstrip().startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    if annotation is int or get_origin(annotation) in (tuple, dict):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return text
    return text


def resolve_secrets(
    document: Document, environ: Mapping[str, str], folder: Path, variables: Mapping[Key, str], problems: list[Problem]
) -> None:
    """Replaces `env:NAME` and `file:PATH` by what they name; a password written into the file is a problem."""
    for key, table in _secret_places(document):
        value = table.get(key[-1])
        if not isinstance(value, str) or not value:
            continue
        try:
            table[key[-1]] = _secret(value, environ, folder, key not in variables and _has_password(key, value))
        except ValueError as error:
            problems.append(Problem(key, str(error)))
            # Valid for the secret, so that the problem is reported once.
            table[key[-1]] = {"sites": "", "board": 16 * "*"}.get(key[0], EMBEDDED)


def _secret_places(document: Document) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Every key that may hold a secret, with the table that it stands in."""
    for key in SECRETS:
        if isinstance(table := document.get(key[0]), dict):
            yield key, table
    for name, entry in named_entries(document, "sites"):
        if isinstance(entry, dict):
            yield from ((("sites", name, secret), entry) for secret in SITE_SECRETS)


def _secret(value: str, environ: Mapping[str, str], folder: Path, exposed: bool) -> str:
    kind, _, name = value.partition(":")
    if kind == "env":
        if name not in environ:
            raise ValueError(f'found "{value}"; expected that variable to be set; set {name}')
        return environ[name]
    if kind == "file":
        try:
            return (folder / name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f'found "{value}"; expected a readable text file; {error}') from error
    if exposed:
        raise ValueError('found a password in the file; expected "env:NAME" or "file:PATH"; move it there')
    return value


def _has_password(key: Key, value: str) -> bool:
    return masked_url(value) != value if key == ("clickhouse", "url") else bool(value)
