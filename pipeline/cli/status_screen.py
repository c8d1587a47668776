"""`status` as one screen for people: the verdict first, then sites, stages and stores in the least words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli.rejects_table import shown
from pipeline.cli.status_verdict import ENOUGH_DISK, TROUBLED, Reason, gigabytes, state_of

if TYPE_CHECKING:
    from pipeline.cli.settings import Settings, SiteSettings
    from pipeline.cli.status_facts import Facts, Stream, Warehouse

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_UNKNOWN = "?"
_WIDTH_WITH_FILE = 100
_TEXT_CHARACTERS = 300


def print_screen(console: Console, facts: Facts, reasons: Sequence[Reason]) -> None:
    """Print all of it, with colours where the console is a terminal."""
    console.print(verdict_line(reasons), soft_wrap=True)
    console.print()
    if facts.warehouse.sites is not None:
        console.print(sites_table(facts, with_file=console.width >= _WIDTH_WITH_FILE))
        for line in _remarks(facts):
            console.print(line, soft_wrap=True)
        console.print()
    console.print(_stages_table(facts.stream))
    console.print()
    for name, text, good in _lines(facts):
        console.print(Text.assemble(f"{name:<11}", (text, "" if good else "red")), soft_wrap=True)


def verdict_line(reasons: Sequence[Reason]) -> Text:
    """`all is well`, or what to look at, the most important first."""
    if not reasons:
        return Text("all is well", "bold green")
    return Text("look at: " + "; ".join(reason.text for reason in reasons), "bold red")


def sites_table(facts: Facts, *, with_file: bool) -> Table:
    """One row a configured site, in its own local time; a last one where messages that name no site were rejected."""
    table = _table("site", "state", "last CDR", "age", "seen", "position", "behind", "rejects")
    if with_file:
        table.add_column("file", overflow="fold")
    for entry in facts.settings.sites:
        site = (facts.warehouse.sites or {}).get(entry.name)
        file = Text(shown(site.file, _TEXT_CHARACTERS) if site else "")
        table.add_row(*_cells(facts, entry), *[file] * with_file)
    nameless = (facts.warehouse.rejects or {}).get("")
    if nameless:
        table.add_row("(no site)", *[""] * 6, str(nameless.total))
    return table


def age(since: datetime, now: datetime) -> str:
    """How long ago that was, in the largest unit that fits twice, else in the next one: `90 min`, `2 h`."""
    seconds = int((now - since).total_seconds())
    if seconds < 0:
        return "in the future"
    length, unit = next(((length, unit) for length, unit in _UNITS if seconds >= 2 * length), _UNITS[-1])
    return f"{seconds // length} {unit}"


def _cells(facts: Facts, entry: SiteSettings) -> Iterator[Text]:
    state = state_of(facts, entry.name) or _UNKNOWN
    yield Text(entry.name)
    yield Text(state.replace("_", " "), "red" if state in TROUBLED else "")
    site = (facts.warehouse.sites or {}).get(entry.name)
    if site is None:
        yield from [Text("")] * 5
    else:
        last = site.last_cdr_at
        yield Text(f"{last.astimezone(ZoneInfo(str(entry.time_zone))):%Y-%m-%d %H:%M}" if last else "")
        yield Text(age(last, facts.now) if last else "")
        yield Text(age(site.last_seen_at, facts.now))
        yield Text(str(site.file_offset))
        yield Text(str(site.bytes_behind))
    counts = facts.warehouse.rejects
    count = None if counts is None else counts.get(entry.name)
    yield Text(_UNKNOWN if counts is None else str(count.total if count else 0))


def _remarks(facts: Facts) -> Iterator[Text]:
    """What has no column, as it is seldom there."""
    for entry in facts.settings.sites:
        site = (facts.warehouse.sites or {}).get(entry.name)
        if site and site.problem:
            yield Text(f"{entry.name}: {shown(site.problem, _TEXT_CHARACTERS)}", "red")
        if site and site.torn_bytes:
            yield Text(f"{entry.name}: {site.torn_bytes} bytes of a last line that has no line end yet")


def _stages_table(stream: Stream) -> Table:
    table = _table("stage", "processes", "messages behind")
    for stage in ("worker", "sink"):
        processes, behind = stream.processes.get(stage), stream.lag.get(stage)
        table.add_row(
            stage,
            Text(_number(processes), "red" if processes == 0 else ""),
            Text(_number(behind)),
        )
    return table


def _lines(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    """Name, text and whether it is good."""
    settings, warehouse, disk = facts.settings, facts.warehouse, facts.disk
    yield "Kafka", *_store(facts.stream, settings, settings.kafka.bootstrap_servers)
    yield "ClickHouse", *_store(warehouse, settings, settings.clickhouse.url)
    yield "disk", f"{gigabytes(disk.free)} of {gigabytes(disk.total)} free: {disk.directory}", disk.free >= ENOUGH_DISK
    counts = warehouse.rejects
    if counts is not None:
        total, recent = (sum(count[place] for count in counts.values()) for place in (0, 1))
        yield "rejects", f"{recent} since yesterday, {total} in all", not recent
    waiting = warehouse.calls_incomplete
    if waiting is not None:
        yield "calls", f"{waiting} miss a leg for more than {settings.pipeline.late_days} days", not waiting


def _store(found: Stream | Warehouse, settings: Settings, address: str) -> tuple[str, bool]:
    problem = found.problem or found.unready
    if problem:
        return problem.replace("\n", "; "), False
    return "answers, is of this version" + (", embedded" if address == "embedded" else ""), True


def _table(*headings: str) -> Table:
    """Columns as narrow as their texts; numbers and ages to the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in headings:
        right = heading in ("age", "seen", "position", "behind", "rejects", "processes", "messages behind")
        table.add_column(heading, overflow="fold", justify="right" if right else "left")
    return table


def _number(value: int | None) -> str:
    return _UNKNOWN if value is None else f"{value:,}"
