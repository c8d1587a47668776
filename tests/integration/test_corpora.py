"""Stream, backfill and a naive quadratic reference agree on twenty generated groups of sites (tests/corpora)."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from clickhouse_driver import Client

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.migrate import migrate
from connectors.clickhouse.writer import RowWriter
from infra.embedded.services import start_services
from tests.corpora.files import append_legs, configure
from tests.corpora.reference import Read, read, worlds
from tests.corpora.worlds import COUNT, QUIET, Corpus, corpora, name_of
from tests.integration.program import VIEWS, contents, differences, running, swyx_cdr, wait_until, warehouse_of
from tests.property.naive_rows import naive_rows

Contents = dict[str, list[tuple[object, ...]]]


class Found(NamedTuple):
    """All rows of all views by group, as each of the three has them."""

    stream: dict[str, Contents]
    backfill: dict[str, Contents]
    naive: dict[str, Contents]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the three make of the files; the stream sees them grow, and those of late sites when all else is old."""
    made = corpora()
    folder = tmp_path_factory.mktemp("corpora")
    config = configure(folder, made)
    with start_services(folder / "state") as services, pytest.MonkeyPatch.context() as patch:
        swyx_cdr("migrate", "--config", config)
        stream = warehouse_of(folder / "state")
        grow(folder, config, made, stream)
        append_legs(folder, made, late=True)
        swyx_cdr("run", "--config", config, "--until-idle")
        host, port = services.clickhouse_native
        http_port = services.clickhouse_http[1]
        patch.setenv("SWYX_CDR__CLICKHOUSE__URL", f"clickhouse://default@{host}:{port}?http_port={http_port}")
        patch.setenv("SWYX_CDR__CLICKHOUSE__DATABASE", "backfill")
        patch.setenv("SWYX_CDR__PIPELINE__STATE_DIRECTORY", str(folder / "other"))
        swyx_cdr("backfill", "--config", config)
        options = ClickHouseOptions(host, port, http_port, database="naive")
        write_naive(options, read(config), made)
        databases = ("backfill", "naive")
        clients = [stream, *(Client(host, port=port, database=name) for name in databases)]
        return Found(*(by_group(contents(client)) for client in clients))


def grow(folder: Path, config: Path, made: list[Corpus], stream: Client) -> None:
    """Let the stream read on from one quiet moment to the next; at the end the calls of spring have left its state."""
    sites = sum(len(corpus.world.sites) for corpus in made)
    with running("run", "--config", config):
        for until in QUIET:
            ids = append_legs(folder, made, late=False, until=until)
            written = sum(file.stat().st_size for file in folder.glob("*/cdr.txt"))
            wait_until(
                partial(has_come, stream, (len(ids), sites, written)), f"all legs up to {until} in the warehouse"
            )


def has_come(stream: Client, expected: tuple[int, int, int]) -> bool:
    """Whether the warehouse has so many legs, has heard of so many sites, and they are behind so many bytes.

    A heartbeat follows the CDRs that it speaks of, so by then the worker knows how far each group's CDRs are known.
    """
    query = "SELECT (SELECT count() FROM legs), (SELECT count() FROM sites), (SELECT sum(file_offset) FROM sites)"
    return bool(stream.execute(query) == [expected])


def write_naive(options: ClickHouseOptions, groups: dict[str, Read], made: list[Corpus]) -> None:
    """A warehouse of what the naive reference says."""
    migrate(options)
    with RowWriter(options) as writer:
        for name, world in worlds(groups, made).items():
            assert writer.write([*naive_rows(world).values(), *groups[name].rejects]) == []


def by_group(rows: Contents) -> dict[str, Contents]:
    """The rows of each group: a group's sites, and all names made of them, begin with its own name."""
    groups: dict[str, Contents] = {}
    for view, found in rows.items():
        for row in found:
            (name,) = {text[:3] for text in row[:6] if isinstance(text, str) and re.match(r"c\d\d-", text)}
            groups.setdefault(name, {view: [] for view in VIEWS})[view].append(row)
    return groups


@pytest.mark.parametrize("number", range(COUNT))
def test_the_stream_tells_what_the_naive_reference_says_of_the_whole_set(found: Found, number: int) -> None:
    name = name_of(number)
    assert differences(found.stream[name], found.naive[name]) == []


@pytest.mark.parametrize("number", range(COUNT))
def test_backfill_tells_what_the_naive_reference_says_of_the_whole_set(found: Found, number: int) -> None:
    name = name_of(number)
    assert differences(found.backfill[name], found.naive[name]) == []


def test_no_row_is_of_any_other_group(found: Found) -> None:
    names = {name_of(number) for number in range(COUNT)}
    assert found.stream.keys() == found.backfill.keys() == found.naive.keys() == names
