"""Rules for calls and money: budgets, toll fraud, full trunks, ends of a link that tell different money."""

from __future__ import annotations

from infra.grafana.alerts.rule import Rule
from infra.grafana.sweep import held, seizures

DAY_BUDGET = Rule(
    "swyx-budget-site",
    "A site's calls cost more than its budget",
    "Calls of {{ .Labels.site }} took {{ .Values.B }} % of the daily budget in {{ .Labels.currency }}.",
    """
    WITH map('example-site', 500) AS budgets, 500 AS usual_budget
    SELECT payer_site AS site, currency,
        100 * sum(amount) / if(mapContains(budgets, toString(site)), budgets[toString(site)], usual_budget) AS percent
    FROM charges WHERE counted = 1 AND $__timeFilter(connected_at)
    GROUP BY site, currency
    """,
    100,
    "0s",
    1440,
    "warning",
    "swyx-overview",
    "Charges by site",
)
USER_BUDGET = Rule(
    "swyx-budget-user",
    "A user's calls cost more than the budget",
    "Calls of {{ .Labels.user }} took {{ .Values.B }} % of the daily budget in {{ .Labels.currency }}.",
    """
    WITH map('example-site/101', 50) AS budgets, 50 AS usual_budget
    SELECT concat(payer_site, '/', payer_number) AS user, currency,
        100 * sum(amount) / if(mapContains(budgets, user), budgets[user], usual_budget) AS percent
    FROM charges WHERE counted = 1 AND $__timeFilter(connected_at)
    GROUP BY user, currency
    """,
    100,
    "0s",
    1440,
    "warning",
    "swyx-users",
    "Charges by user",
)
FRAUD = Rule(
    "swyx-night-calls",
    "Dear calls at night (toll fraud?)",
    "{{ .Labels.user }} made {{ .Values.B }} calls at night to premium numbers or countries that nobody calls.",
    """
    WITH ['example-site/101'] AS allowed_users, 22 AS night_from, 6 AS night_until, 90 AS known_days
    SELECT concat(payer_site, '/', payer_number) AS user, uniqExact(call_id) AS calls
    FROM charges
    WHERE $__timeFilter(connected_at) AND NOT has(allowed_users, user)
        AND (toHour(toDateTimeOrZero(substring(leg_id, -19), 'UTC')) >= night_from
            OR toHour(toDateTimeOrZero(substring(leg_id, -19), 'UTC')) < night_until)
        AND (destination_kind = 'premium' OR destination_kind = 'international' AND destination_country NOT IN (
            SELECT destination_country FROM charges
            WHERE connected_at >= $__fromTime - toIntervalDay(known_days) AND connected_at < $__fromTime))
    GROUP BY user
    """,
    2,
    "0s",
    360,
    "critical",
    "swyx-destinations",
    "Dearest calls",
)
TRUNKS = Rule(
    "swyx-trunk-full",
    "A trunk is nearly full",
    "Trunk {{ .Labels.trunk }} had {{ .Values.B }} % of its channels in use at the same time.",
    f"""
    WITH map('example-site Example trunk', 30) AS channels, 30 AS usual_channels
    SELECT line AS trunk, 100 * maxIntersections(since, until)
        / if(mapContains(channels, trunk), channels[trunk], usual_channels) AS percent
    FROM ({held("concat(site, ' ', trunk)", seizures("1 = 1"))}
    )
    GROUP BY line
    """,
    90,
    "0s",
    60,
    "warning",
    "swyx-trunks",
    "Concurrent calls",
)
MISMATCH = Rule(
    "swyx-charge-mismatch",
    "Two sites tell different charges of one call",
    "{{ .Values.B }} calls over link {{ .Labels.link }} have other amounts or currencies at their two ends.",
    """
    SELECT link, count() AS pairs FROM link_matches
    WHERE hasAny(anomalies, ['charge_mismatch', 'currency_mismatch'])
        AND from_leg_id IN (SELECT leg_id FROM legs WHERE $__timeFilter(started_at) AND destination_kind = 'link')
    GROUP BY link
    """,
    0,
    "0s",
    1440,
    "warning",
    "swyx-sites",
    "Mismatches",
)
RULES = (DAY_BUDGET, USER_BUDGET, FRAUD, TRUNKS, MISMATCH)
