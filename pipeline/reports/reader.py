"""Who reads a report: language, numbers, money and dates of a locale (Unicode CLDR)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal

from pipeline.reports.model import Cell, Column, Kind
from pipeline.reports.period import Period
from pipeline.reports.words import word

_MOST_DECIMALS = 6  # of any amount
# Spaces that do not break a line are no letters of a text, but would be shown as codes where texts are.
_SPACES = str.maketrans("\u00a0\u202f", "  ")
_NO_LOCALE = {"C", "POSIX", ""}


class Reader:
    """Writes words and values as a reader of one locale expects them; every language but German gets English words."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale

    @property
    def language(self) -> str:
        """The language of its words, `de` or `en`."""
        return "de" if self._locale.language == "de" else "en"

    def say(self, key: str, **values: object) -> str:
        """A word or sentence; numbers among the values are written as the locale has them."""
        shown = {name: self._value(value) for name, value in values.items()}
        return word(self.language, key).format(**shown)

    def heading(self, column: Column) -> str:
        """The heading of a column."""
        return f"{self.say(column.name)} {column.unit}".rstrip()

    def headings(self, columns: Iterable[Column]) -> str:
        """What a report is sorted by, for its title."""
        return ", ".join(map(self.heading, columns))

    def period(self, period: Period) -> str:
        """The days of a period, the last one included."""
        first, end = period.first > date.min, period.end < date.max
        key = "from_to" if first and end else "since" if first else "up_to" if end else "all_days"
        if first and end and period.last == period.first:
            return self.day(period.first)
        days = {"first": self.day(period.first)} if first else {}
        return self.say(key, **days, **({"last": self.day(period.last)} if end else {}))

    def cell(self, value: Cell, column: Column, places: int = 2) -> str:
        """A cell as people of the locale write it: money with `places` decimals or as many more as it has, hours over
        24 as hours.
        """
        if value is None:
            return ""
        if isinstance(value, str):
            return self._text(value, column)
        if isinstance(value, Decimal):
            return self.money(value, places) if column.kind is Kind.MONEY else self._value(value)
        if isinstance(value, datetime):
            day = format_skeleton("yMd", value.date(), locale=self._locale)
            length: Literal["short", "medium"] = "short" if column.kind is Kind.MINUTE else "medium"
            return _spaced(f"{day} {format_time(value.time(), length, locale=self._locale)}")
        if isinstance(value, date):
            return self._month(value) if column.kind is Kind.MONTH else self.day(value)
        return _clock(value) if column.kind is Kind.SECONDS else self._value(value)

    def money(self, amount: Decimal, places: int = 2) -> str:
        """An amount without its currency, exact, with so many decimals at least."""
        pattern = f"#,##0.{'0' * places:#<{_MOST_DECIMALS}}"
        return _spaced(format_decimal(amount, pattern, self._locale))

    def day(self, day: date) -> str:
        """A date."""
        return _spaced(format_date(day, "medium", self._locale))

    def _text(self, text: str, column: Column) -> str:
        if not text:
            return self.say(column.empty) if column.empty else ""
        if column.kind is Kind.WORD:
            return word(self.language, text)
        if column.kind is Kind.COUNTRY:
            return str(self._locale.territories.get(text, text))
        return text

    def _month(self, month: date) -> str:
        return _spaced(format_skeleton("yMMMM", month, locale=self._locale))

    def _value(self, value: object) -> str:
        if isinstance(value, Decimal):
            places = -int(value.as_tuple().exponent)
            return _spaced(format_decimal(value, f"#,##0{'.' * (places > 0)}{'0' * places}", self._locale))
        return _spaced(format_decimal(value, locale=self._locale)) if isinstance(value, int) else str(value)


def reader_of(name: str) -> Reader:
    """The reader of a locale such as `de_DE`, `de-CH` or `en_US.UTF-8`. Raises ValueError for an unknown one."""
    plain = name.partition(".")[0].partition("@")[0]
    try:
        return Reader(Locale.parse("en" if plain in _NO_LOCALE else plain.replace("-", "_")))
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"found {name!r}; expected a locale such as de_DE or en_GB") from error


def locale_of(environ: Mapping[str, str]) -> str:
    """The name of the locale that the environment tells: `LC_ALL`, else `LANG`, else English."""
    return environ.get("LC_ALL") or environ.get("LANG") or "en"


def _spaced(text: str) -> str:
    return text.translate(_SPACES)


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
