"""Rules for the pipeline: does everything arrive, and is it read?"""

from __future__ import annotations

from infra.grafana.alerts.rule import Rule

SILENT = Rule(
    "swyx-silent-site",
    "Site is silent or away",
    "Site {{ .Labels.site }} is {{ .Labels.state }}: no CDRs are read.",
    "SELECT site, state, toUInt8(state NOT IN ('ok', 'behind')) AS trouble FROM sites",
    0,
    "5m",
    5,
    "critical",
    "swyx-health",
    "Sites",
    no_data="Alerting",
)
LAG = Rule(
    "swyx-lag",
    "Reading falls behind",
    "Site {{ .Labels.site }} has been {{ .Values.B }} bytes behind for a quarter of an hour.",
    "SELECT site, bytes_behind FROM sites",
    1_000_000,
    "15m",
    5,
    "warning",
    "swyx-health",
    "Bytes behind",
)
REJECTS = Rule(
    "swyx-rejects",
    "Lines cannot be read",
    "{{ .Values.B }} lines of site {{ .Labels.site }} could not be read within an hour: {{ .Labels.reason }}.",
    """
    SELECT site, reason, count() AS rejects FROM rejects
    WHERE $__timeFilter(rejected_at)
    GROUP BY site, reason
    """,
    0,
    "0s",
    60,
    "warning",
    "swyx-health",
    "Newest rejects",
)
MISSING = Rule(
    "swyx-missing-legs",
    "Legs are missing",
    "{{ .Values.B }} calls of site {{ .Labels.site }} within a day refer to legs that have not come in an hour.",
    """
    SELECT origin_site AS site, count() AS calls FROM calls
    WHERE started_at >= $__fromTime - INTERVAL 1 DAY AND ended_at >= $__fromTime
        AND ended_at <= $__toTime - INTERVAL 1 HOUR AND NOT complete
    GROUP BY site
    """,
    5,
    "0s",
    1440,
    "warning",
    "swyx-health",
    "Calls that wait for a leg",
)
RULES = (SILENT, LAG, REJECTS, MISSING)
