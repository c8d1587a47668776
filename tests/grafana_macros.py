"""What a query is turned into before ClickHouse sees it, as grafana-clickhouse-datasource 4.20.0 documents it.

In this order: `$__conditionalAll` (in the browser, by the plain variable in its second argument), variables (Grafana's
own syntax), macros (in the plugin's backend). Only what the dashboards use is here; anything else is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

ALL = "$__all"
CONDITIONAL = "$__conditionalAll("


class Context(NamedTuple):
    """The time range (both ends included), the length of an interval in seconds, and the chosen values."""

    start: datetime
    end: datetime
    interval: int
    values: Mapping[str, Sequence[str]]


def expanded(sql: str, context: Context) -> str:
    """The SQL that ClickHouse gets."""
    assert "--" not in sql, "the plugin strips comments before it looks for macros"
    assert "/*" not in sql, "the plugin strips comments before it looks for macros"
    return _macros(_variables(_conditions(sql, context.values), context.values), context)


def _conditions(sql: str, values: Mapping[str, Sequence[str]]) -> str:
    """A condition stays, or becomes 1=1 while all values or the empty one are chosen. The last one first."""
    while (start := sql.rfind(CONDITIONAL)) >= 0:
        arguments, end = _arguments(sql, start + len(CONDITIONAL))
        condition, variable = arguments
        name = re.fullmatch(r"\$(\w+)|\$\{(\w+)\}", variable.strip())
        assert name, f"the second argument must be a plain variable: {variable}"
        chosen = ",".join(values[name[1] or name[2]])
        sql = sql[:start] + ("1=1" if chosen in {"", ALL} else condition) + sql[end:]
    return sql


def _arguments(sql: str, start: int) -> tuple[list[str], int]:
    """The arguments from behind a bracket up to the one that closes it, and the place behind that."""
    depth, found, last = 1, [], start
    for mark in re.finditer(r"[(),]", sql[start:]):
        at = start + mark.start()
        depth += {"(": 1, ")": -1, ",": 0}[mark[0]]
        if depth == 0 or (mark[0] == "," and depth == 1):
            found.append(sql[last:at])
            last = at + 1
        if depth == 0:
            return found, last
    raise AssertionError(f"a bracket is not closed: {sql[start:]}")


def _variables(sql: str, values: Mapping[str, Sequence[str]]) -> str:
    """`${name:singlequote}` is each value in quotes, with commas between them; its own quotes are escaped."""

    def replaced(found: re.Match[str]) -> str:
        assert ALL not in values[found[1]], f"{found[0]} stands outside of $__conditionalAll"
        return ",".join("'{}'".format(value.replace("'", "\\'")) for value in values[found[1]])

    sql = re.sub(r"\$\{(\w+):singlequote\}", replaced, sql)
    assert not re.search(r"\$\{|\$(?!__)", sql), f"a variable without quotes: {sql}"
    return sql


def _macros(sql: str, context: Context) -> str:
    start, end = (f"toDateTime({int(at.timestamp())})" for at in (context.start, context.end))
    interval = max(context.interval, 1)
    sql = re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 >= {start} AND \1 <= {end}", sql)
    sql = re.sub(r"\$__timeInterval\((\w+)\)", rf"toStartOfInterval(toDateTime(\1), INTERVAL {interval} second)", sql)
    sql = re.sub(r"\$__interval_s\b", str(interval), sql)
    sql = re.sub(r"\$__fromTime\b", start, sql)
    sql = re.sub(r"\$__toTime\b", end, sql)
    assert "$" not in sql, f"an unknown macro: {sql}"
    return sql
