"""Rows of tariff files for tests, with the columns that matter to the test and sensible others."""

from __future__ import annotations

from pipeline.cli.settings_tables import RATES
from pipeline.cli.tariffs import rate_of
from pipeline.domain.tariffs import Tariff

Row = dict[str, str]


def row(price: str = "0.06", steps: str = "1/1", hours: str = "", days: str = "", **columns: str) -> Row:
    """A row of a tariff file as its columns; `steps` is first/next increment, `hours` like `08:00-18:00`.

    The default price of 0.06 a minute is 0.001 a second.
    """
    first, _, following = steps.partition("/")
    from_time, _, until_time = hours.partition("-")
    values = dict.fromkeys(RATES, "") | {
        "prefix": "+",
        "destination": "World",
        "weekdays": days,
        "from_time": from_time,
        "until_time": until_time,
        "connect_fee": "0",
        "price_per_minute": price,
        "first_increment": first,
        "next_increment": following,
        "minimum": "0",
    }
    assert set(columns) <= set(values), columns
    return values | columns


def tariff(*rows: Row, currency: str = "EUR", decimals: int = 6) -> Tariff:
    """The tariff of a file with these rows."""
    return Tariff(currency, decimals, map(rate_of, rows))
