"""Reports as one HTML page for screen and paper: nothing is loaded, nothing runs (contract 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from pipeline.escaped import escaped
from pipeline.reports.charts import chart
from pipeline.reports.model import Column, Kind, Report, Row, Section
from pipeline.reports.reader import Reader

# Nothing but the styles of the page itself is taken, whatever a text in it may try.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_MANY_COLUMNS = 12
_STYLE = """
:root{color-scheme:light;--ink:#1b2733;--soft:#5b6b7a;--line:#d9e0e6;--bar:#2f6f9f;--shade:#f3f6f8}
*{box-sizing:border-box}
body{margin:0;background:#eef1f4;color:var(--ink);font:14px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1400px;margin:24px auto;padding:32px 40px;background:#fff;border:1px solid var(--line);border-radius:8px}
header{border-bottom:2px solid var(--bar);margin-bottom:20px;padding-bottom:10px}
h1{font-size:24px;line-height:1.2;margin:0 0 4px}
h2{font-size:16px;margin:28px 0 8px}
header p{margin:0;font-size:16px}
p.hint,footer,figcaption{color:var(--soft);font-size:12.5px}
p.hint{max-width:90ch;margin:6px 0 0}
figure{margin:0 0 24px;break-inside:avoid}
figcaption{font-weight:600;margin-bottom:6px}
svg{width:100%;max-width:900px;height:auto;display:block;font-size:11.5px;fill:var(--ink)}
svg rect{fill:var(--bar)}
svg path{stroke:#8a99a6;stroke-width:1;fill:none}
svg .v{font-weight:600}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 9px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-size:12px;color:var(--soft);border-bottom:1.5px solid #8a99a6;vertical-align:bottom;background:#fff}
td{overflow-wrap:break-word}
.n{text-align:right}
td.n,td.m{white-space:nowrap}
.wide{font-size:11.5px}
.wide th{font-size:10.5px}
.wide th,.wide td{padding:4px 5px}
tr.t td{font-weight:700;background:var(--shade);border-bottom-color:#b9c5cf}
footer{margin-top:20px}
footer p{margin:2px 0}
@media(max-width:700px){main{margin:0;padding:18px;border:0;border-radius:0}}
@page{size:A4 landscape;margin:14mm 12mm 16mm}
@page{@bottom-right{content:counter(page) " / " counter(pages);font:9pt sans-serif}}
@media print{
body{background:#fff;font-size:9.5pt}
main{max-width:none;margin:0;padding:0;border:0}
.scroll{overflow:visible}
thead{display:table-header-group}
tr,h2{break-inside:avoid}
h2{break-after:avoid}
section.payer+section.payer,figure+section.payer{break-before:page}
tr.t{break-before:avoid}
svg rect,tr.t td{print-color-adjust:exact;-webkit-print-color-adjust:exact}
svg{max-width:200mm}
.wide,.wide th{font-size:7.2pt}
.wide th,.wide td{padding:3px 3px}
}
"""


def page(report: Report, reader: Reader) -> str:
    """The whole page; every text of the warehouse is text in it."""
    return "\n".join(_page(report, reader)) + "\n"


def _page(report: Report, reader: Reader) -> Iterator[str]:
    title = _safe(f"{report.title} – {report.period}")
    yield f'<!DOCTYPE html>\n<html lang="{reader.language}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<header><h1>{_safe(report.title)}</h1><p>{_safe(report.period)}</p>"
    yield f'<p class="hint">{_safe(report.hint)}</p></header>'
    yield from (chart(each, number, reader) for number, each in enumerate(report.charts))
    yield from _sections(report, reader)
    yield "<footer>"
    yield from (f"<p>{_safe(note)}</p>" for note in report.notes)
    yield "</footer>\n</main>\n</body>\n</html>"


def _sections(report: Report, reader: Reader) -> Iterator[str]:
    if not report.rows:
        return
    if not report.sections[0].title:
        yield from _table(report, report.sections, report.totals, reader)
        return
    for section in report.sections:
        yield f'<section class="payer">\n<h2>{_safe(section.title)}</h2>'
        yield from _table(report, [section], (), reader)
        yield "</section>"
    if report.totals and len(report.sections) > 1:
        yield f"<section>\n<h2>{_safe(reader.say('total'))}</h2>"
        yield from _table(report, [], report.totals, reader)
        yield "</section>"


def _table(report: Report, sections: Sequence[Section], totals: Sequence[Row], reader: Reader) -> Iterator[str]:
    """A table whose headings stand on every page that it is printed on; totals only where they belong."""
    wide = ' class="wide"' if len(report.shown) > _MANY_COLUMNS else ""
    yield f'<div class="scroll"><table{wide}>\n<thead><tr>'
    for column in (report.columns[place] for place in report.shown):
        yield f'<th scope="col"{_flush(column)}>{_safe(reader.heading(column))}</th>'
    yield "</tr></thead>"
    for section in sections:
        yield from _body(report, section.rows, section.totals, reader)
    yield from _body(report, (), totals, reader)
    yield "</table></div>"


def _body(report: Report, rows: Sequence[Row], totals: Sequence[Row], reader: Reader) -> Iterator[str]:
    shown, places = report.shown, report.places
    if rows or totals:
        yield "<tbody>"
        for style, lines in (("", rows), (' class="t"', totals)):
            for line in lines:
                cells = (
                    (reader.cell(line[place], report.columns[place], places), report.columns[place]) for place in shown
                )
                yield f"<tr{style}>{''.join(f'<td{_flush(column)}>{_safe(cell)}</td>' for cell, column in cells)}</tr>"
        yield "</tbody>"


def _flush(column: Column) -> str:
    if column.kind.is_number:
        return ' class="n"'
    return ' class="m"' if column.kind in {Kind.DAY, Kind.MONTH, Kind.MOMENT, Kind.MINUTE} else ""


def _safe(text: str) -> str:
    return escape(escaped(text))
