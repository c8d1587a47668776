"""The single values of the configuration: what each may be, and the words that say so when it is not.

Every type is a plain Python type with a validator whose message reads `expected …; remedy`; the report puts
the key and what was found before it. Paths become absolute by the folder of the configuration file, which
travels in the validation context as `folder` (without it: the current one).
"""

from __future__ import annotations

import codecs
import json
import os
import re
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

EMBEDDED = "embedded"
SHORTEST_KEY_BYTES = 16
ASCII_SAMPLE = '0123456789,;."+-\r\nCallId'


class FilePattern(NamedTuple):
    """A glob of `files`: as the configuration has it, and absolute without `.` and `..`."""

    written: str
    absolute: str


def matching(pattern: str, expected: str) -> AfterValidator:
    """A text that `pattern` matches whole; `expected` says the rule in words."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"expected {expected}; correct it")
        return value

    return AfterValidator(check)


def one_of(*allowed: str | int) -> BeforeValidator:
    """One of a few words or numbers, as written here."""
    words = ", ".join(json.dumps(word) for word in allowed)

    def check(value: object) -> object:
        if isinstance(value, bool) or value not in allowed:
            raise ValueError(f"expected one of {words}; choose one")
        return value

    return BeforeValidator(check)


def whole(least: int, most: int) -> BeforeValidator:
    """A whole number in a range; neither a text of digits nor a truth value."""

    def check(value: object) -> object:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"expected a whole number from {least} to {most}; correct it")
        return value

    return BeforeValidator(check)


def _items(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise ValueError('expected a list such as ["a", "b"]; put the value into brackets')
    return tuple(value)


def _not_empty(items: tuple[object, ...]) -> tuple[object, ...]:
    if not items:
        raise ValueError("expected at least one item; add one")
    return items


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError('expected an IANA time zone such as "Europe/Berlin"; correct its spelling') from None
    return name


def _encoding(name: str) -> str:
    """`auto`, or an encoding in which line ends, commas, quotes and digits are the ASCII bytes."""
    if name == "auto":
        return name
    try:
        keeps_ascii = ASCII_SAMPLE.encode(codecs.lookup(name).name) == ASCII_SAMPLE.encode("ascii")
    except (LookupError, ValueError, TypeError):
        keeps_ascii = False
    if not keeps_ascii:
        raise ValueError('expected "auto" or an encoding that keeps ASCII such as "utf-8" or "cp1252"; name another')
    return name


def address(text: str, least_port: int = 1) -> tuple[str, int] | None:
    """Host and port of `host:port` (an IPv6 host in brackets, returned without them); `None` if it is none."""
    found = re.fullmatch(r"(?:([A-Za-z0-9._-]+)|\[([0-9A-Fa-f:.]+)\]):([0-9]{1,5})", text.strip())
    if not found or not least_port <= int(found[3]) <= 65535:
        return None
    return found[1] or found[2], int(found[3])


def _listen(value: str) -> str:
    if address(value, least_port=0) is None:
        raise ValueError('expected host:port such as "127.0.0.1:8080"; correct it')
    return value


def _listen_or_off(value: str) -> str:
    if value and address(value) is None:
        raise ValueError('expected host:port such as "127.0.0.1:9464", or "" for none; correct it')
    return value


def _bootstrap(value: str) -> str:
    if value != EMBEDDED and any(address(part) is None for part in value.split(",")):
        raise ValueError('expected "embedded" or "host:9092,…"; correct it')
    return value


def clickhouse_address(url: str) -> tuple[str, int] | None:
    """Host and port of a ClickHouse URL, with the native protocol's usual port; `None` if it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or (9440 if parts.scheme == "clickhouses" else 9000)
    except ValueError:
        return None
    if parts.scheme not in ("clickhouse", "clickhouses") or not parts.hostname:
        return None
    return parts.hostname, port


def _clickhouse_url(value: str) -> str:
    if value == EMBEDDED:
        return value
    if clickhouse_address(value) is None:
        raise ValueError('expected "embedded" or "clickhouse(s)://user@host:9000"; correct it')
    if urlsplit(value).path not in ("", "/"):
        raise ValueError("expected nothing behind the port; name the database in clickhouse.database")
    return value


def masked_url(url: str) -> str:
    """The URL with `***` in place of its password, fit for logs and messages."""
    return re.sub(r"(://[^@:]*:).+@", r"\1***@", url)


def _secret_key(value: str) -> str:
    if value and len(value.encode()) < SHORTEST_KEY_BYTES:
        raise ValueError(f"expected at least {SHORTEST_KEY_BYTES} bytes; write a longer key that nobody can guess")
    return value


def _absolute(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("expected a path; put it into quotation marks")
    return Path(_normal(str(value), info))


def _pattern(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str) or not value or value.endswith("/"):
        raise ValueError('expected a file name or a glob such as "dortmund/cdr*.txt"; correct it')
    if "**" in value:
        raise ValueError('expected no "**"; give each folder a glob of its own')
    return FilePattern(value, _normal(value, info))


def _normal(path: str, info: ValidationInfo) -> str:
    folder = (info.context or {}).get("folder", "")
    return os.path.abspath(os.path.join(folder, path))


AsTuple = BeforeValidator(_items)
NotEmpty = AfterValidator(_not_empty)

Name = Annotated[str, matching(r"[a-z0-9-]+", "lower case letters, digits and hyphens")]
Zone = Annotated[str, AfterValidator(_zone)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Currency = Annotated[str, matching(r"\S{1,8}", 'a currency such as "EUR"')]
Digits = Annotated[str, matching(r"[0-9]*", "digits only")]
CountryCode = Annotated[str, matching(r"[1-9][0-9]{0,2}", 'a country code without + or 00 such as "49"')]
NumberRange = Annotated[str, matching(r"\+[1-9][0-9]*", '+ and digits such as "+492314777"')]
ShortNumber = Annotated[str, matching(r"[0-9?]+", 'digits and ? such as "116???"')]
RecordedNumber = Annotated[str, matching(r"\+?[0-9?]*[0-9][0-9?]*", 'a number, ? for a digit, such as "+49231477722?"')]
SecretKey = Annotated[str, AfterValidator(_secret_key)]
Device = Annotated[str, matching(r"(?s).*\S.*", "a device name that is not empty")]
Database = Annotated[str, matching(r"[A-Za-z_][A-Za-z0-9_]*", "letters, digits and _ that begin with no digit")]
Listen = Annotated[str, AfterValidator(_listen)]
ListenOrOff = Annotated[str, AfterValidator(_listen_or_off)]
Bootstrap = Annotated[str, AfterValidator(_bootstrap)]
ClickHouseUrl = Annotated[str, AfterValidator(_clickhouse_url)]
AbsolutePath = Annotated[Path, BeforeValidator(_absolute)]
Pattern = Annotated[FilePattern, BeforeValidator(_pattern)]
