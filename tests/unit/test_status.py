"""What `status` makes of what it found: the verdict, the screen, the object for programs. Nothing is asked here."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from connectors.clickhouse.health import RejectCount
from connectors.clickhouse.sites import Site
from pipeline.cli.rejects_table import rejects_table, shown
from pipeline.cli.status_facts import Disk, Facts, Stream, Warehouse
from pipeline.cli.status_json import as_json
from pipeline.cli.status_screen import age, print_screen, verdict_line
from pipeline.cli.status_verdict import TROUBLED, reasons
from schemas.cdr import Reject
from tests.documents import ROOT, blocks
from tests.unit.configurations import EXAMPLE, load, site

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DORTMUND = Site("dortmund", NOW - timedelta(hours=3), NOW - timedelta(seconds=5), "a.txt", 400, 5, 0, "", "ok")
BERLIN = DORTMUND._replace(site="berlin")
STREAM = Stream("", "", {"worker": 0, "sink": 0}, {"worker": 1, "sink": 1})
PAGE = ROOT / "docs" / "status.md"
WAREHOUSE = Warehouse("", "", {"dortmund": DORTMUND, "berlin": BERLIN}, {"dortmund": RejectCount(7, 0)}, 0)


@pytest.fixture
def well(tmp_path: Path) -> Facts:
    """Two linked sites, of which nothing is to be told."""
    disk = Disk(tmp_path / "state", 50_000_000_000, 100_000_000_000)
    return Facts(load(tmp_path, EXAMPLE), NOW, STREAM, WAREHOUSE, disk)


def with_sites(well: Facts, **changes: dict[str, object]) -> Facts:
    """Some sites with other fields."""
    sites = {name: found._replace(**changes.get(name, {})) for name, found in (WAREHOUSE.sites or {}).items()}  # type: ignore[arg-type]
    return well._replace(warehouse=WAREHOUSE._replace(sites=sites))


def cells(text: str) -> list[list[str]]:
    rows = [line.split("│")[1:-1] for line in text.splitlines() if "│" in line]
    return [[cell.strip() for cell in row] for row in rows]


def printed(table: object) -> str:
    console = Console(width=300)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def screen(facts: Facts, width: int = 80) -> list[str]:
    """The lines of the screen, without the blanks at their ends."""
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        print_screen(console, facts, reasons(facts))
    return [line.rstrip() for line in capture.get().splitlines()]


def codes(facts: Facts) -> list[str]:
    return [reason.code for reason in reasons(facts)]


def test_where_nothing_is_to_be_told_all_is_well(well: Facts) -> None:
    assert screen(well)[0] == "all is well"


@pytest.mark.parametrize(
    ("stream", "warehouse", "expected"),
    [
        (Stream("no Kafka answers"), WAREHOUSE, ["kafka_away"]),
        (STREAM, Warehouse("refused"), ["clickhouse_away"]),
        (Stream("", "no topic"), WAREHOUSE, ["topics_unready"]),
        (STREAM, WAREHOUSE._replace(unready="run `swyx-cdr migrate`"), ["tables_unready"]),
        (STREAM._replace(processes={"worker": 0, "sink": 1}), WAREHOUSE, ["no_worker"]),
        (STREAM._replace(processes={"worker": 2, "sink": 0}), WAREHOUSE, ["no_sink"]),
        (STREAM._replace(lag={"worker": 9_999, "sink": 10_000}), WAREHOUSE, ["sink_behind"]),
        (STREAM, WAREHOUSE._replace(rejects={"": RejectCount(3, 1)}), ["rejects"]),
        (STREAM, WAREHOUSE._replace(calls_incomplete=1), ["calls_incomplete"]),
    ],
)
def test_what_is_to_be_looked_at_has_a_code(
    stream: Stream, warehouse: Warehouse, expected: list[str], well: Facts
) -> None:
    assert codes(well._replace(stream=stream, warehouse=warehouse)) == expected


@pytest.mark.parametrize(("free", "expected"), [(999_999_999, ["disk_low"]), (1_000_000_000, [])])
def test_less_than_a_gigabyte_free_is_little(free: int, expected: list[str], well: Facts) -> None:
    assert codes(well._replace(disk=well.disk._replace(free=free))) == expected


@pytest.mark.parametrize("state", ["no_file", "unreadable", "away", "silent"])
def test_a_site_in_a_bad_state_is_to_be_looked_at(state: str, well: Facts) -> None:
    ((code, _, sites),) = reasons(with_sites(well, berlin={"state": state}))
    assert (code, sites) == (f"site_{state}", ("berlin",))


@pytest.mark.parametrize(("behind", "expected"), [(1_048_575, []), (1_048_576, ["site_behind"])])
def test_a_site_is_far_behind_from_a_mebibyte_on(behind: int, expected: list[str], well: Facts) -> None:
    assert codes(with_sites(well, berlin={"state": "behind", "bytes_behind": behind})) == expected


def test_a_site_without_a_heartbeat_was_never_seen(well: Facts) -> None:
    facts = well._replace(warehouse=WAREHOUSE._replace(sites={"dortmund": DORTMUND}))
    assert screen(facts)[0] == "look at: never seen: berlin"


def test_reasons_come_in_the_order_of_their_importance(well: Facts) -> None:
    facts = with_sites(well, dortmund={"state": "silent"}, berlin={"state": "no_file"})
    facts = facts._replace(
        stream=Stream("away"),
        warehouse=facts.warehouse._replace(rejects={"berlin": RejectCount(12, 12)}, calls_incomplete=3),
        disk=well.disk._replace(free=0),
    )
    assert screen(facts)[0] == (
        "look at: no access to Kafka; 0.0 GB free on the disk of the state directory; no file: berlin; "
        "silent: dortmund; rejects since yesterday: 12; calls that miss a leg for more than 7 days: 3"
    )


def test_of_many_sites_in_one_state_the_first_few_are_named(tmp_path: Path, well: Facts) -> None:
    settings = load(tmp_path, "".join(site(name) for name in "edcba"))
    facts = well._replace(settings=settings, warehouse=WAREHOUSE._replace(sites={}))
    assert verdict_line(reasons(facts)).plain == "look at: never seen: e, d, c and 2 more"


def test_the_screen_of_usual_sites_fits_into_80_columns(well: Facts) -> None:
    """Berlin's local time is one hour ahead of UTC."""
    facts = with_sites(well, berlin={"state": "unreadable", "problem": "b.txt: Permission denied", "torn_bytes": 12})
    lines = screen(facts)
    assert lines[2:8] == [
        "site      state       last CDR          age  seen  position  behind  rejects",
        "dortmund  ok          2026-11-22 08:00  3 h   5 s       400       5        7",
        "berlin    unreadable  2026-11-22 08:00  3 h   5 s       400       5        0",
        "berlin: b.txt: Permission denied",
        "berlin: 12 bytes of a last line that has no line end yet",
        "",
    ]


def test_a_wide_screen_has_the_files_too(well: Facts) -> None:
    assert screen(well, 120)[3].endswith("  a.txt")


def test_rejected_messages_of_no_site_have_a_row_of_their_own(well: Facts) -> None:
    facts = well._replace(warehouse=WAREHOUSE._replace(rejects={"": RejectCount(4, 0)}))
    assert screen(facts)[5].split() == ["(no", "site)", "4"]


def test_without_the_warehouse_the_rest_is_still_shown(well: Facts) -> None:
    lines = screen(well._replace(warehouse=Warehouse("ClickHouse at host:9000 cannot be reached: start it")))
    assert lines[2:5] == [
        "stage   processes  messages behind",
        "worker          1                0",
        "sink            1                0",
    ]
    assert lines[6:8] == [
        "Kafka      answers, is of this version, embedded",
        "ClickHouse ClickHouse at host:9000 cannot be reached: start it",
    ]


def test_what_a_file_is_called_is_shown_and_not_obeyed(well: Facts) -> None:
    facts = with_sites(well, dortmund={"file": "[red]\x1b[31m.txt", "problem": "\x07"})
    assert [line for line in screen(facts, 200) if "\x1b" in line or "\x07" in line] == []
    assert "[red]\\x1b[31m.txt" in screen(facts, 200)[3]


def test_the_page_shows_such_a_screen(well: Facts) -> None:
    """Its state directory is a shorter one."""
    (shown_there,) = (block.text for block in blocks(PAGE, "text") if block.text.startswith("look at: "))
    sites = {
        "dortmund": DORTMUND._replace(last_cdr_at=NOW - timedelta(seconds=31), file_offset=48_210, bytes_behind=0),
        "berlin": BERLIN._replace(last_cdr_at=NOW - timedelta(minutes=17), file_offset=12_077, bytes_behind=512),
    }
    unreadable = {"state": "unreadable", "problem": "berlin/cdr.txt: Permission denied"}
    sites["berlin"] = sites["berlin"]._replace(**unreadable)  # type: ignore[arg-type]
    rejects = {"dortmund": RejectCount(12, 0), "berlin": RejectCount(2, 2)}
    facts = well._replace(
        warehouse=WAREHOUSE._replace(sites=sites, rejects=rejects),
        disk=Disk(Path("/srv/swyx-cdr/state"), 73_200_000_000, 270_600_000_000),
    )
    assert screen(facts) == shown_there.splitlines()


def test_the_page_has_every_reason_in_order() -> None:
    table = PAGE.read_text("utf-8").partition("## Reasons")[2].partition("## For programs")[0]
    listed = [
        code for row in re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE) for code in re.findall(r"`(\w+)`", row)
    ]
    troubled = [f"site_{state}" for state in TROUBLED]
    stores = ["clickhouse_away", "kafka_away", "tables_unready", "topics_unready"]
    assert [code for code in listed if code not in troubled] == [
        *(*stores, "disk_low", "no_worker", "no_sink", "site_behind", "worker_behind", "sink_behind"),
        *("rejects", "calls_incomplete"),
    ]
    assert set(troubled) <= set(listed)


def test_the_page_has_every_field_of_the_object(well: Facts) -> None:
    table = PAGE.read_text("utf-8").partition("## For programs")[2].partition("**Nagios")[0]
    named = set(re.findall(r"`(\w+)`", table))
    told = as_json(well, reasons(with_sites(well, berlin={"state": "silent"})))
    fields = {*told, *told["reasons"][0], *told["sites"][0], *told["stages"]["worker"], *told["stores"]["kafka"]}
    assert fields | set(told["disk"]) <= named


def test_the_object_tells_the_same_with_instants_in_utc(well: Facts) -> None:
    facts = with_sites(well, berlin={"state": "silent"})
    told = json.loads(json.dumps(as_json(facts, reasons(facts))))
    assert (told["verdict"], told["asked_at"]) == ("look_at", "2026-11-22T10:00:00Z")
    assert told["reasons"] == [{"code": "site_silent", "text": "silent: berlin", "sites": ["berlin"]}]
    assert [found["silent_since"] for found in told["sites"]] == [None, "2026-11-22T07:00:00Z"]


def test_what_is_not_known_is_null_in_the_object(well: Facts) -> None:
    told = as_json(well._replace(warehouse=Warehouse("refused"), stream=Stream("away")), [])
    assert {told["rejects"], told["calls_incomplete"], told["sites"][0]["state"], told["sites"][0]["rejects"]} == {None}
    assert told["stages"]["worker"] == {"messages_behind": None, "processes": None}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
        (-1, "in the future"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_fits_twice(seconds: int, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller", "Müller"),
        (b"M\xc3\xbcller", "Müller"),
        (b"M\xfcller\x00\x1b[31m", "M\\xfcller\\x00\\x1b[31m"),
        ("a\nb\u202ec", "a\\nb\\u202ec"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("\n" * 61, "\\n" * 29 + "\\…"),
    ],
)
def test_a_line_is_shown_short_and_without_what_a_terminal_would_obey(text: str | bytes, expected: str) -> None:
    assert shown(text) == expected


def test_a_reject_is_shown_with_its_exact_place_and_no_markup_of_its_own() -> None:
    reject = Reject("dortmund", "[red]cdr.txt", 1655, b"[bold]x", "bad_time", "[link]", NOW)
    assert cells(printed(rejects_table([reject])))[-1] == [
        *("dortmund", "[red]cdr.txt", "1655", "2026-11-22 10:00:00", "bad_time", "[link]", "[bold]x"),
    ]
