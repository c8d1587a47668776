"""What all dashboards have in common."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import Dashboard, DashboardCursorSync, DashboardLinkType, VariableModel

from infra.grafana import variables
from infra.grafana.panels import PlacedPanel

TAG = "swyx-cdr"


def dashboard_of(
    uid: str,
    title: str,
    answers: str,
    panels: Sequence[PlacedPanel],
    further: Sequence[Builder[VariableModel]] = (),
    *,
    since: str = "now-24h",
    refresh: str = "1m",
) -> Dashboard:
    """A dashboard of panels from left to right and top to bottom; a panel's id is its place.

    The variables are data source, site, time zone and `further` ones.
    """
    others = (
        dashboard.DashboardLink("Dashboards")
        .type(DashboardLinkType.DASHBOARDS).tags([TAG]).as_dropdown(True).include_vars(True).keep_time(True)
    )  # fmt: skip
    builder = (
        dashboard.Dashboard(title)
        .uid(uid).description(answers).tags([TAG]).editable()
        .time(since, "now").timezone("browser").refresh(refresh).tooltip(DashboardCursorSync.CROSSHAIR)
        .annotations([]).link(others)
    )  # fmt: skip
    for variable in (variables.datasource(), variables.site(), variables.time_zone(), *further):
        builder.with_variable(variable)
    for panel in panels:
        builder.with_panel(panel)
    built = builder.build()
    for number, placed in enumerate(built.panels or (), 1):
        placed.id_val = number
    for link in built.links or ():
        link.placement = None  # type: ignore[assignment]  # the SDK hides it in a menu that not all versions show
    return built
