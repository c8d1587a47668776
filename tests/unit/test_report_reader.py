"""How readers of a locale see values and words."""

from __future__ import annotations

import string
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pipeline.cli.errors import UsageError
from pipeline.cli.report_options import reader_for
from pipeline.reports.model import Cell, Column, Kind
from pipeline.reports.period import Period
from pipeline.reports.reader import locale_of, reader_of
from pipeline.reports.words import WORDS

NOON = datetime(2026, 3, 2, 13, 5, 9, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("value", "kind", "english", "german"),
    [
        (Decimal("1234.500000"), Kind.MONEY, "1,234.50", "1.234,50"),
        (Decimal("-0.123456"), Kind.MONEY, "-0.123456", "-0,123456"),
        (Decimal("56.30"), Kind.NUMBER, "56.30", "56,30"),
        (12345, Kind.COUNT, "12,345", "12.345"),
        (100 * 3600 + 61, Kind.SECONDS, "100:01:01", "100:01:01"),
        (date(2026, 3, 2), Kind.DAY, "Mar 2, 2026", "02.03.2026"),
        (date(2026, 3, 1), Kind.MONTH, "March 2026", "März 2026"),
        (NOON, Kind.MOMENT, "3/2/2026 1:05:09 PM", "2.3.2026 13:05:09"),
        (NOON, Kind.MINUTE, "3/2/2026 1:05 PM", "2.3.2026 13:05"),
        ("outgoing", Kind.WORD, "outgoing", "gehend"),
        ("never heard of", Kind.WORD, "never heard of", "never heard of"),
        ("outgoing", Kind.TEXT, "outgoing", "outgoing"),
        ("CH", Kind.COUNTRY, "Switzerland", "Schweiz"),
        ("ZZZ", Kind.COUNTRY, "ZZZ", "ZZZ"),
        (None, Kind.MONEY, "", ""),
    ],
)
def test_values_are_written_as_the_locale_has_them(value: Cell, kind: Kind, english: str, german: str) -> None:
    column = Column("amount", kind)
    assert [reader_of(name).cell(value, column) for name in ("en_US", "de_DE")] == [english, german]


def test_money_has_as_many_decimals_as_its_column() -> None:
    column = Column("amount", Kind.MONEY)
    assert reader_of("en").cell(Decimal("0.5"), column, places=4) == "0.5000"


def test_no_value_has_a_space_that_a_terminal_would_show_as_its_code() -> None:
    french = reader_of("fr_FR")
    values = [french.money(Decimal("1234567.5")), french.day(NOON), french.cell(NOON, Column("at", Kind.MOMENT))]
    assert all(value.isprintable() for value in values)


def test_an_empty_text_has_a_word_only_where_it_is_what_a_row_is_about() -> None:
    assert reader_of("de").cell("", Column("cost_centre", empty="none")) == "(ohne)"
    assert reader_of("de").cell("", Column("name")) == ""


@pytest.mark.parametrize("name", ["de_DE", "de-AT", "de_CH.UTF-8", "de_DE@euro"])
def test_every_german_locale_has_german_words(name: str) -> None:
    assert reader_of(name).heading(Column("cost_centre")) == "Kostenstelle"


@pytest.mark.parametrize("name", ["en_GB", "fr_FR", "C", "C.UTF-8", "POSIX"])
def test_other_locales_have_english_words(name: str) -> None:
    assert reader_of(name).heading(Column("cost_centre")) == "cost centre"


def test_the_unit_stands_behind_the_heading() -> None:
    assert reader_of("de").heading(Column("cost", Kind.MONEY, unit="CHF")) == "Kosten CHF"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"LC_ALL": "de_DE.UTF-8", "LANG": "en_US"}, "de_DE.UTF-8"),
        ({"LC_ALL": "", "LANG": "fr_FR"}, "fr_FR"),
        ({}, "en"),
    ],
)
def test_the_environment_tells_the_locale(environ: dict[str, str], name: str) -> None:
    assert locale_of(environ) == name


def test_an_unknown_locale_is_wrong_use_unless_the_system_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"--locale: found 'xx_YY'; expected a locale such as de_DE or en_GB"):
        reader_for("xx_YY")
    monkeypatch.setenv("LC_ALL", "xx_YY")
    assert reader_for(None).language == "en"


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (Period(date(2026, 10, 1), date(2026, 11, 1)), "01.10.2026 bis 31.10.2026"),
        (Period(date(2026, 10, 1), date(2026, 10, 2)), "01.10.2026"),
        (Period(date(2026, 10, 1), date.max), "ab 01.10.2026"),
        (Period(date.min, date(2026, 10, 1)), "bis 30.09.2026"),
        (Period(date.min, date.max), "alle Tage"),
    ],
)
def test_a_period_ends_with_its_last_day(period: Period, text: str) -> None:
    assert reader_of("de").period(period) == text


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_say_the_same_with_the_same_values(key: str) -> None:
    fields = [sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in WORDS[key]]
    assert fields[0] == fields[1]
    assert all(WORDS[key])
