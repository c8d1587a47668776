"""Panels as the dashboards use them: each with a title, what it tells, its SQL and its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from grafana_foundation_sdk.builders import barchart, common, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    BigValueTextMode,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Panel,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

from infra.grafana.query import DATASOURCE, Query, Shape

PlacedPanel = Builder[Panel]

# Units of Grafana. Money has none: its currency stands beside it, and differs by row.
COUNT = MONEY = TEXT = "none"
SECONDS, PERCENT, BYTES = "s", "percentunit", "bytes"
DURATION = "dtdhms"


class Link(NamedTuple):
    """A link from a cell of a table to another dashboard, with time range, data source and further variables.

    `values` are variables of the other dashboard by name, each with the column of the row that tells its value.
    `span` are the columns that tell another time range, in milliseconds; they are not shown.
    """

    title: str
    uid: str
    values: Mapping[str, str]
    span: tuple[str, ...] = ()

    def url(self) -> str:
        """The address as Grafana's data links take it."""
        given = [f"var-{name}=${{__data.fields.{column}:percentencode}}" for name, column in self.values.items()]
        kept = "${__url_time_range}"
        if self.span:
            kept = "from=${{__data.fields.{}}}&to=${{__data.fields.{}}}".format(*self.span)
        return "&".join([f"/d/{self.uid}?{kept}", "var-datasource=${datasource}", *given])


STORY = Link("The story of this call", "swyx-call", {"call": "call_id"}, ("story_from", "story_to"))


def number(
    title: str,
    tells: str,
    sql: str,
    unit: str = COUNT,
    *,
    decimals: int = 0,
    width: int = 4,
    alarm: float | None = None,
) -> PlacedPanel:
    """A number from the one row of a query, red from `alarm` on."""
    steps = [Threshold(None, "text")] + ([] if alarm is None else [Threshold(alarm, "red")])
    return (
        stat.Panel()
        .title(title).description(tells).datasource(DATASOURCE).with_target(Query(sql, Shape.TABLE))
        .unit(unit).decimals(decimals).no_value("0")
        .thresholds(ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .graph_mode(BigValueGraphMode.NONE)
        .span(width).height(4)
    )  # fmt: skip


def sums(title: str, tells: str, sql: str, *, width: int = 4) -> PlacedPanel:
    """A sum of money for each currency; the rows of the query are (currency, amount)."""
    return (
        stat.Panel()
        .title(title).description(tells).datasource(DATASOURCE).with_target(Query(sql, Shape.TABLE))
        .unit(MONEY).decimals(2).no_value("0")
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(True))
        .text_mode(BigValueTextMode.VALUE_AND_NAME).graph_mode(BigValueGraphMode.NONE)
        .span(width).height(4)
    )  # fmt: skip


def lines(
    title: str, tells: str, sql: str, unit: str = COUNT, *, decimals: int = 0, width: int = 12, least: str = "1m"
) -> PlacedPanel:
    """Values over time, a line for each text beside them; an interval is at least `least` long."""
    return _series(title, tells, sql, unit, decimals, width).interval(least).draw_style(GraphDrawStyle.LINE)


def bars(
    title: str, tells: str, sql: str, unit: str = COUNT, *, decimals: int = 0, width: int = 12, stacked: bool = False
) -> PlacedPanel:
    """Values over time as bars, one for each text beside them. Bars of different currencies are never stacked."""
    panel = _series(title, tells, sql, unit, decimals, width).interval("1m").draw_style(GraphDrawStyle.BARS)
    panel = panel.fill_opacity(60).show_points(VisibilityMode.NEVER)
    return panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL)) if stacked else panel


def columns(title: str, tells: str, sql: str, unit: str = COUNT, *, decimals: int = 0, width: int = 12) -> PlacedPanel:
    """A column for each row: the first column of the query names it, the others are its values."""
    return (
        barchart.Panel()
        .title(title).description(tells).datasource(DATASOURCE).with_target(Query(sql, Shape.TABLE))
        .unit(unit).decimals(decimals)
        .legend(_legend())
        .span(width).height(8)
    )  # fmt: skip


def rows(
    title: str,
    tells: str,
    sql: str,
    units: Mapping[str, str] | None = None,
    *,
    money: tuple[str, ...] = (),
    links: Mapping[str, Link] | None = None,
    coloured: str = "",
    width: int = 24,
    height: int = 8,
) -> PlacedPanel:
    """A table: units by column, columns of money, links by column, columns (a pattern) coloured by their values."""
    panel = (
        table.Panel()
        .title(title).description(tells).datasource(DATASOURCE).with_target(Query(sql, Shape.TABLE))
        .unit(COUNT).filterable(True)
        .span(width).height(height)
    )  # fmt: skip
    for name, unit in (units or {}).items():
        panel.override_by_name(name, [DynamicConfigValue("unit", unit)])
    for name in money:
        panel.override_by_name(name, [DynamicConfigValue("unit", MONEY), DynamicConfigValue("decimals", 2)])
    for name, link in (links or {}).items():
        panel.override_by_name(name, [DynamicConfigValue("links", [{"title": link.title, "url": link.url()}])])
        for hidden in link.span:
            panel.override_by_name(hidden, [DynamicConfigValue("custom.hidden", True)])
    if coloured:
        colours = {"mode": FieldColorModeId.CONTINUOUS_YL_RD}
        cell = {"type": "color-background", "mode": "basic"}
        values = [DynamicConfigValue("color", colours), DynamicConfigValue("custom.cellOptions", cell)]
        panel.override_by_regexp(coloured, values)
    return panel


def states(title: str, tells: str, sql: str, names: Mapping[int, tuple[str, str]], *, height: int = 8) -> PlacedPanel:
    """A line of states for each text of a time series; `names` gives each number a text and a colour."""
    mapped = {
        str(state): ValueMappingResult(text=name, color=colour, index=state) for state, (name, colour) in names.items()
    }
    mappings: list[ValueMapping] = [ValueMap(options=mapped)]
    return (
        statetimeline.Panel()
        .title(title).description(tells).datasource(DATASOURCE).with_target(Query(sql, Shape.TIME_SERIES))
        .unit(TEXT).mappings(mappings).merge_values(True).show_value(VisibilityMode.AUTO)
        .legend(_legend())
        .span(24).height(height)
    )  # fmt: skip


def _series(title: str, tells: str, sql: str, unit: str, decimals: int, width: int) -> timeseries.Panel:
    return (
        timeseries.Panel()
        .title(title).description(tells).datasource(DATASOURCE).with_target(Query(sql, Shape.TIME_SERIES))
        .unit(unit).decimals(decimals).min(0)
        .legend(_legend())
        .span(width).height(8)
    )  # fmt: skip


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
    )
