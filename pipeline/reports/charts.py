"""Charts as SVG inside a page: bars drawn by hand, readable without colours, by screen readers too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape

from pipeline.escaped import escaped
from pipeline.reports.model import Bar, Chart
from pipeline.reports.reader import Reader

_WIDTH = 760
_LABELS, _VALUES = 210, 110  # at the left and at the right of lying bars
_BAR, _STEP = 16, 23
_HEIGHT, _FOOT, _HEAD = 150, 22, 18  # of upright bars
_SPOKEN = 24
_LONGEST_LABEL = 32
_LYING_BARS = 12
_WIDEST = 26


def chart(chart: Chart, number: int, reader: Reader) -> str:
    """The chart as one `<figure>`; `number` tells the charts of a page apart. Empty if there is nothing to show."""
    if not any(bar.value for bar in chart.bars):
        return ""
    bars = list(chart.bars) if chart.upright else _greatest(chart.bars, reader)
    body, height = (_upright(bars), _HEAD + _HEIGHT + _FOOT) if chart.upright else (_lying(bars), _STEP * len(bars))
    spoken = "; ".join(f"{bar.label}: {bar.text}" for bar in bars[:_SPOKEN])
    return (
        f"<figure><figcaption>{_safe(chart.title)}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t{number} d{number}">'
        f'<title id="t{number}">{_safe(chart.title)}</title><desc id="d{number}">{_safe(spoken)}</desc>'
        f"{''.join(body)}</svg></figure>"
    )


def _greatest(bars: Sequence[Bar], reader: Reader) -> list[Bar]:
    """The greatest first; how many more there are stands at the end."""
    found = sorted((bar for bar in bars if bar.value), key=lambda bar: (-bar.value, bar.label))
    more = len(found) - _LYING_BARS
    others = [Bar(reader.say("others", count=more), Decimal(0), "")] if more > 0 else []
    return found[:_LYING_BARS] + others


def _lying(bars: Sequence[Bar]) -> Iterator[str]:
    greatest = max(bar.value for bar in bars)
    for place, bar in enumerate(bars):
        y, length = place * _STEP, float(bar.value / greatest) * (_WIDTH - _LABELS - _VALUES)
        baseline = y + _BAR - 3
        yield f'<text x="{_LABELS - 8}" y="{baseline}" text-anchor="end">{_safe(_cut(bar.label))}</text>'
        yield f'<rect x="{_LABELS}" y="{y}" width="{length:.1f}" height="{_BAR}" rx="2"/>'
        yield f'<text x="{_LABELS + length + 7:.1f}" y="{baseline}" class="v">{_safe(bar.text)}</text>'


def _upright(bars: Sequence[Bar]) -> Iterator[str]:
    greatest = max(bar.value for bar in bars)
    step = min(_WIDTH / len(bars), 2 * _WIDEST)
    every = -(-len(bars) * 90 // _WIDTH) or 1  # so that labels of dates have room
    top = next(bar for bar in bars if bar.value == greatest)
    for place, bar in enumerate(bars):
        height = float(bar.value / greatest) * _HEIGHT
        x, y, wide = place * step, _HEAD + _HEIGHT - height, min(step * 0.76, _WIDEST)
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{height:.1f}" rx="1">'
        yield f"<title>{_safe(bar.label)}: {_safe(bar.text)}</title></rect>"
        if place % every == 0:
            yield f'<text x="{x:.1f}" y="{_HEAD + _HEIGHT + 15}">{_safe(_cut(bar.label))}</text>'
        if bar is top:
            end, anchor = (x + wide, "end") if x > _WIDTH / 2 else (x, "start")
            yield f'<text x="{end:.1f}" y="{y - 5:.1f}" text-anchor="{anchor}" class="v">{_safe(bar.text)}</text>'
    yield f'<path d="M0 {_HEAD + _HEIGHT + 0.5}H{_WIDTH}"/>'


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _safe(text: str) -> str:
    return escape(escaped(text))
