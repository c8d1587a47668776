"""The expander of queries, against the examples of the plugin's documentation (query editor, template variables)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.grafana_macros import ALL, Context, expanded

FROM, TO = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
START, END = "toDateTime(1772409600)", "toDateTime(1772496000)"


def context(interval: int = 60, **values: str | tuple[str, ...]) -> Context:
    chosen = {name: (value,) if isinstance(value, str) else value for name, value in values.items()}
    return Context(FROM, TO, interval, chosen)


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("$__timeFilter(at)", f"at >= {START} AND at <= {END}"),
        ("at >= $__fromTime AND at < $__toTime", f"at >= {START} AND at < {END}"),
        ("$__timeInterval(at)", "toStartOfInterval(toDateTime(at), INTERVAL 60 second)"),
        ("at + $__interval_s", "at + 60"),
    ],
)
def test_a_macro_is_expanded(written: str, run: str) -> None:
    assert expanded(written, context()) == run


def test_an_interval_is_a_second_at_least() -> None:
    assert expanded("$__interval_s", context(0)) == "1"


def test_values_are_quoted_and_their_quotes_escaped() -> None:
    assert expanded("IN (${site:singlequote})", context(site=("a", "o'b"))) == "IN ('a','o\\'b')"


@pytest.mark.parametrize(("chosen", "run"), [(("a", "b"), "site IN ('a','b')"), (ALL, "1=1"), ("", "1=1")])
def test_a_condition_is_left_out_while_all_is_chosen(chosen: str | tuple[str, ...], run: str) -> None:
    sql = "$__conditionalAll(site IN (${site:singlequote}), $site)"
    assert expanded(sql, context(site=chosen)) == run


def test_conditions_beside_each_other_and_with_commas_in_brackets() -> None:
    sql = "$__conditionalAll(hasAny(x, [${x:singlequote}]), $x) AND $__conditionalAll(y IN (${y:singlequote}), ${y})"
    assert expanded(sql, context(x="1", y=ALL)) == "hasAny(x, ['1']) AND 1=1"


@pytest.mark.parametrize(
    "sql",
    [
        "$__conditionalAll(x IN (${x:singlequote}), ${x:singlequote})",
        "$__conditionalAll(x IN (${x:singlequote}, $x)",
        "x = '$x'",
        "x = ${x}",
        "$__timeSlice(at)",
        "SELECT 1 -- $__timeFilter(at)",
    ],
)
def test_what_the_plugin_would_not_expand_is_an_error(sql: str) -> None:
    with pytest.raises(AssertionError):
        expanded(sql, context(x="1"))


def test_all_outside_of_a_condition_is_an_error() -> None:
    with pytest.raises(AssertionError, match="outside"):
        expanded("x IN (${x:singlequote})", context(x=ALL))
