"""`report bill-check` on a warehouse of charges; the numbers are computed by hand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from pipeline.cli.errors import UsageError
from pipeline.cli.report import check_bill
from pipeline.cli.report_options import Format
from schemas.rows import Charge
from tests.conftest import ClickHouseServer
from tests.warehouse import charge, fresh_warehouse

CONFIG = """
[clickhouse]
url = "clickhouse://default@{options.host}:{options.port}?http_port={options.http_port}"
database = "{options.database}"
[[tariffs]]
name = "telekom"
currency = "EUR"
rates = "telekom.csv"
[[tariffs]]
name = "swisscom"
currency = "CHF"
rates = "swisscom.csv"
"""
SITE = """
[[sites]]
name = "{}"
files = ["{}/cdr*.txt"]
area_code = "231"
tariff = "{}"
"""
MARCH_2, MARCH_3 = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
MOBILE, GERMANY = {"destination_name": "Germany, mobile"}, {"destination_name": "Germany"}
FRANCE = {"destination_country": "FR", "destination_kind": "international", "trunk": "+49 231 reserve"}
ZURICH = {"site": "zurich", "carrier_site": "zurich", "trunk": "SIP"}


def signalled(number: int, amount: str, rated: str | None, source: str = "aoc", **fields: Any) -> Charge:
    """A counted charge with what the tariff says."""
    by_tariff = None if rated is None else Decimal(rated)
    return charge(number, source=source, amount=Decimal(amount), rated_amount=by_tariff, **fields)


CHARGES = (
    # 0.06 too much; exactly 0.005 too little, which is none; 0.10 too little
    signalled(1, "0.36", "0.30", **MOBILE),
    signalled(2, "0.30", "0.305", **MOBILE),
    signalled(3, "0.20", "0.30", "lcr", **MOBILE),
    # as rated
    signalled(4, "1", "1", **GERMANY),
    # over another trunk, to a rate without a name: twice 0.50 too much
    signalled(5, "2", "1.50", **FRANCE),
    signalled(6, "1", "0.50", **FRANCE),
    # 0.0052 too much, in another currency
    signalled(7, "1.1052", "1.10", currency="CHF", **ZURICH, **GERMANY),
    # cannot be compared: other currency, no rate, the far end of a link only, neither amount
    signalled(8, "1.10", "1", **ZURICH),
    signalled(9, "0.50", None),
    signalled(10, "0.50", None, "link", carrier_site="berlin"),
    signalled(11, "0", None, "none", counted=False, anomalies=("unrated",)),
    # not looked at: only rated, the same money in another record, calls that no trunk carried, an unknown site
    signalled(12, "0.90", "0.90", "rated"),
    signalled(13, "9", None, "link", counted=False, carrier_site="berlin"),
    signalled(14, "0", None, trunk=""),
    signalled(17, "0", None, trunk="(Call Routing) "),
    signalled(15, "9", "1", site="hamburg", **GERMANY),
    # revised since: as rated
    signalled(16, "9", "1", **GERMANY),
    signalled(16, "1", "1", version=2, **GERMANY),
)


@pytest.fixture(scope="module")
def config(clickhouse: ClickHouseServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a warehouse with `CHARGES`."""
    return configured(fresh_warehouse(clickhouse), tmp_path_factory.mktemp("report"), CHARGES)


def configured(options: ClickHouseOptions, folder: Path, charges: Sequence[Charge]) -> Path:
    with RowWriter(options) as writer:
        for row in charges:
            writer.write([row])
    file = folder / "swyx-cdr.toml"
    sites = {"dortmund": "telekom", "zurich": "swisscom"}
    file.write_text(
        CONFIG.format(options=options) + "".join(SITE.format(name, name, tariff) for name, tariff in sites.items()),
        "utf-8",
    )
    return file


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def test_groups_with_differences_are_listed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_bill(config, form=Format.CSV)

    printed = capsys.readouterr()
    names, *found = rows(printed.out)
    start = "2026-03-02T08:15:00"
    assert ",".join(names[5:]) == "legs,differing,signalled,rated,difference,greatest_difference,leg"
    assert [row[:5] for row in found] == [
        ["zurich", "SIP", "zurich", "Germany", "CHF"],
        ["dortmund", "'+49 231 reserve", "dortmund", "FR international", "EUR"],
        ["dortmund", "SwyxGate 1", "dortmund", "Germany, mobile", "EUR"],
    ]
    assert [row[5:] for row in found] == [
        ["1", "1", "1.1052", "1.10", "0.0052", "0.0052", f"zurich:7:{start}"],
        ["2", "2", "3.00", "2.00", "1.00", "0.50", f"dortmund:5:{start}"],
        ["3", "2", "0.86", "0.905", "-0.045", "-0.10", f"dortmund:3:{start}"],
    ]
    assert printed.err.splitlines() == [
        "signalled charges compared with the tariff: 8; more than 0.005 apart: 5",
        "signalled in another currency than the tariff's: 1",
        "signalled without a rate to compare with: 2",
        "neither signalled nor rated: 1",
    ]


def test_one_site_can_be_chosen(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_bill(config, site="zurich", form=Format.CSV)

    printed = capsys.readouterr()
    assert [row[0] for row in rows(printed.out)[1:]] == ["zurich"]
    assert "compared with the tariff: 1;" in printed.err


def test_an_unknown_site_is_wrong_use(config: Path) -> None:
    with pytest.raises(UsageError, match=r"^--site rome: no such site in .*; it has dortmund, zurich$"):
        check_bill(config, site="rome")


@pytest.fixture(scope="module")
def around_midnight(clickhouse: ClickHouseServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a warehouse with charges before and behind both ends of a local day."""
    starts = {1: "2026-03-01T23:59:59", 2: "2026-03-02T00:00:00", 3: "2026-03-02T23:59:59", 4: "2026-03-03T00:00:00"}
    charges = [signalled(n, str(n), "0.5", leg_id=f"dortmund:{n}:{start}") for n, start in starts.items()]
    return configured(fresh_warehouse(clickhouse), tmp_path_factory.mktemp("days"), charges)


@pytest.mark.parametrize(
    ("first", "until", "sum_of"),
    [(None, None, "10.00"), (MARCH_2, MARCH_3, "5.00"), (None, MARCH_2, "1.00"), (MARCH_3, None, "4.00")],
)
def test_days_are_those_of_the_local_start(
    first: datetime | None,
    until: datetime | None,
    sum_of: str,
    around_midnight: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    check_bill(around_midnight, first, until, form=Format.CSV)

    (found,) = rows(capsys.readouterr().out)[1:]
    assert found[7] == sum_of


def test_without_charges_nothing_differs(around_midnight: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_bill(around_midnight, site="zurich")

    assert capsys.readouterr().out == "signalled charges compared with the tariff: 0; more than 0.005 apart: none\n"
