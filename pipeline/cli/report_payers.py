"""Whose charges a report is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pipeline.cli.errors import UsageError
from pipeline.cli.options import chosen_sites
from pipeline.cli.report_options import zones_of

if TYPE_CHECKING:
    from connectors.clickhouse.counted_charges import ChosenCharges
    from pipeline.cli.settings import Settings
    from pipeline.reports.period import Period

UserOption = Annotated[
    str | None, typer.Option(metavar="NUMBER@SITE", help="Only of this payer, such as 101@dortmund.")
]
CostCentreOption = Annotated[str | None, typer.Option(help="Only of this cost centre.")]
DepartmentOption = Annotated[str | None, typer.Option(help="Only of this department.")]
ProjectOption = Annotated[str | None, typer.Option(help="Only of this project number.")]


class Payers(NamedTuple):
    """The options that say whose charges."""

    site: str | None
    user: str | None
    cost_centre: str | None
    department: str | None
    project: str | None

    def without_number(self) -> str:
        """What was asked for, for the audit log, which keeps nobody's number."""
        told = self._replace(user=self.user and f"…@{self.user.rpartition('@')[2]}")
        return ", ".join(f"{name} {value}" for name, value in told._asdict().items() if value is not None)


def chosen_charges(settings: Settings, period: Period, payers: Payers) -> ChosenCharges:
    """The charges that the options mean. Raises UsageError for a site that is not configured."""
    from connectors.clickhouse.counted_charges import ChosenCharges

    number, site = _user(settings, payers)
    return ChosenCharges(
        *period,
        zones_of(settings),
        payer_site=site,
        payer_number=number,
        cost_centre=payers.cost_centre,
        department=payers.department,
        project_number=payers.project and payers.project.removeprefix("+"),
    )


def _user(settings: Settings, payers: Payers) -> tuple[str | None, str | None]:
    """Number and site of `--user`; the site of `--site` alone."""
    if payers.user is None:
        return None, payers.site
    number, at, site = payers.user.rpartition("@")
    if not at or not number:
        raise UsageError(f"--user {payers.user}: expected number and site, such as 101@{settings.sites[0].name}")
    if payers.site is not None and payers.site != site:
        raise UsageError(f"--user {payers.user}: not of --site {payers.site}; leave --site out")
    chosen_sites(settings, site)
    return number, site
