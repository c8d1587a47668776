"""Rows that may still be shown, for queries that read tables and not views (docs/privacy.md, retention).

Views leave out what is older than a site's `retention_days`; a table still has it until it is merged.
"""

from __future__ import annotations

# The last local day, by site, whose rows are gone; sites that keep theirs for ever are not in it.
_GONE_UNTIL = """(
    SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
    FROM site_rules FINAL WHERE retention_days > 0
)"""


def retained(site: str) -> str:
    """SQL: whether a row of the site that a column names is still shown, by its `started_on`, as the views tell it."""
    return f"(length({_GONE_UNTIL}) = 0 OR started_on > {_GONE_UNTIL}[toString({site})])"
