"""The generated groups on which stream, backfill and reference are compared really hold what makes joining hard."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.rows import Call, Charge, LinkMatch
from tests.corpora.files import append_legs, configure
from tests.corpora.reference import read, worlds
from tests.corpora.worlds import AUTUMN, COUNT, QUIET, SPRING, Corpus, corpora
from tests.property.naive import World, alike, apart, link_of
from tests.property.naive_charges import chain_of
from tests.property.naive_rows import Rows, naive_rows

DAY = timedelta(days=1)


class Group(NamedTuple):
    """A group with all that the naive reference says of it once the late sites' files are there."""

    corpus: Corpus
    world: World
    rows: Rows

    def charges(self) -> list[Charge]:
        return [row for row in self.rows.values() if isinstance(row, Charge)]

    def calls(self) -> list[Call]:
        return [row for row in self.rows.values() if isinstance(row, Call)]

    def pairs(self) -> list[LinkMatch]:
        return [row for row in self.rows.values() if isinstance(row, LinkMatch)]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration beside all files."""
    folder = tmp_path_factory.mktemp("corpora")
    made = corpora()
    file = configure(folder, made)
    for late in (False, True):
        append_legs(folder, made, late=late)
    return file


@pytest.fixture(scope="module")
def groups(config: Path) -> list[Group]:
    """The groups in their order."""
    made = corpora()
    told = worlds(read(config), made)
    return [Group(corpus, told[corpus.name], naive_rows(told[corpus.name])) for corpus in made]


def starts(world: World) -> Iterator[list[datetime]]:
    """The starts of all legs that one site wrote under one CallId."""
    found = defaultdict(list)
    for leg in world.legs.values():
        found[leg.site, leg.record.call_id].append(leg.record.started_at)
    yield from found.values()


def test_there_are_twenty_groups_of_three_to_five_sites(groups: list[Group]) -> None:
    assert len(groups) == COUNT == 20
    assert {len(group.world.rules.sites) for group in groups} == {3, 4, 5}


def test_each_group_has_some_hundred_legs(groups: list[Group]) -> None:
    assert all(130 <= len(group.world.legs) <= 300 for group in groups)


def test_no_site_and_no_number_range_is_of_two_groups(groups: list[Group]) -> None:
    sites = [site for group in groups for site in group.world.rules.sites.values()]
    assert len({site.name for site in sites}) == len({site.number_ranges for site in sites}) == len(sites)


def test_two_makings_are_the_same_to_the_byte(config: Path, tmp_path: Path) -> None:
    again = corpora()
    configure(tmp_path, again)
    append_legs(tmp_path, again, late=False)
    append_legs(tmp_path, again, late=True)
    files = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert files == {path.relative_to(config.parent): path.read_bytes() for path in config.parent.rglob("*.*")}


def test_the_clocks_of_sites_differ_by_more_and_by_less_than_links_allow(groups: list[Group]) -> None:
    skews = {group.corpus.skew for group in groups}
    seen = {pair.time_difference_seconds for group in groups for pair in group.pairs()}
    offsets = {
        abs(one.clock_offset - other.clock_offset) - group.corpus.skew
        for group in groups
        for one, other in group.corpus.world.links
    }
    assert skews == {3, 10, 20}
    assert min(seen) <= -8
    assert max(seen) >= 8
    assert min(offsets) < 0 < max(offsets)


def test_calls_go_over_two_links_in_a_row_wherever_no_site_is_lost(groups: list[Group]) -> None:
    whole = [group.world for group in groups if not group.corpus.lost]
    assert len(whole) == 15
    assert all(any(len(chain_of(world, leg_id)) == 3 for leg_id in world.pairs) for world in whole)


def test_a_lost_site_has_no_leg_though_others_have_called_it(groups: list[Group]) -> None:
    bereft = [group for group in groups if group.corpus.lost]
    assert len(bereft) == 5
    for group in bereft:
        links = [link_of(leg, leg.record.destination_device, group.world.rules) for leg in group.world.legs.values()]
        assert any(link.other == group.corpus.lost for link in links if link)
        assert group.corpus.lost not in {leg.site for leg in group.world.legs.values()}


def test_the_file_of_a_late_site_comes_after_the_others_and_completes_calls(groups: list[Group]) -> None:
    late = [group for group in groups if group.corpus.late]
    assert len(late) == 15
    joined = [sum(group.corpus.late in {pair.from_site, pair.to_site} for pair in group.pairs()) for group in late]
    assert sum(count > 5 for count in joined) >= 12


def test_late_files_are_written_by_themselves(tmp_path: Path) -> None:
    made = corpora()
    configure(tmp_path, made)
    append_legs(tmp_path, made, late=False)
    early = {path.parent.name for path in tmp_path.rglob("cdr.txt")}
    append_legs(tmp_path, made, late=True)
    late = {path.parent.name for path in tmp_path.rglob("cdr.txt")} - early
    assert late == {corpus.late for corpus in made} - {""}


def test_files_that_are_written_on_are_those_that_are_written_at_once(config: Path, tmp_path: Path) -> None:
    made = corpora()
    configure(tmp_path, made)
    for until in QUIET:
        append_legs(tmp_path, made, late=False, until=until)
    files = list(tmp_path.rglob("cdr.txt"))
    assert all(file.read_bytes() == (config.parent / file.relative_to(tmp_path)).read_bytes() for file in files)


def test_other_sites_than_the_late_one_have_legs_after_each_quiet_moment(groups: list[Group]) -> None:
    """So old calls have left the state when the late legs come."""
    for group in groups:
        ends = [
            leg.times.ended for leg in group.corpus.legs if leg.site.name not in {group.corpus.late, group.corpus.lost}
        ]
        assert all(any(ended > moment.timestamp() for ended in ends) for moment in QUIET[:-1])


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_calls_of_every_group_lie_before_and_after_a_change_of_the_clock(groups: list[Group], change: datetime) -> None:
    for group in groups:
        moments = [leg.record.started_at for leg in group.world.legs.values()]
        assert any(change - timedelta(hours=1) <= moment < change for moment in moments)
        assert any(change <= moment < change + timedelta(hours=2) for moment in moments)


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_some_calls_last_over_a_change_of_the_clock(groups: list[Group], change: datetime) -> None:
    records = [leg.record for group in groups for leg in group.world.legs.values()]
    assert sum(record.started_at < change < (record.ended_at or change) for record in records) >= 5


def test_times_of_the_autumn_hour_are_ambiguous_in_every_group(groups: list[Group]) -> None:
    found = [sum("ambiguous_time" in leg.anomalies for leg in group.world.legs.values()) for group in groups]
    assert min(found) >= 10


def test_call_ids_are_reused_within_a_day_and_months_apart(groups: list[Group]) -> None:
    for group in groups:
        apart_by = [one - other for moments in starts(group.world) for one in moments for other in moments]
        assert any(timedelta(0) < span < DAY for span in apart_by)
        assert any(span > 30 * DAY for span in apart_by)


def test_references_have_several_legs_to_choose_from(groups: list[Group]) -> None:
    choices = 0
    for group in groups:
        legs = group.world.legs.values()
        by_id = Counter((leg.site, leg.record.call_id) for leg in legs)
        choices += sum(by_id[leg.site, leg.record.transferred_to_call_id] > 1 for leg in legs)
    assert choices > 300


def test_partners_over_links_have_rivals(groups: list[Group]) -> None:
    """Redialled calls: more candidates than one for one leg, so that the nearer has to win."""
    rivals = 0
    for group in groups:
        rules, plan, legs = group.world.rules, group.world.plan, group.world.legs
        for la in group.world.pairs:
            ends = [apart(legs[la], legs[lb], rules, plan, alike) for lb in set(group.world.pairs.values())]
            rivals += sum(end is not None for end in ends) > 1
    assert rivals > 20


def test_some_legs_would_be_partners_if_they_had_talked_at_the_same_time(groups: list[Group]) -> None:
    kept_apart = 0
    for group in groups:
        rules, plan, legs = group.world.rules, group.world.plan, group.world.legs
        for la, lb in product(legs.values(), legs.values()):
            if (
                lb.record.origination_device
                and la.record.called_name == lb.record.called_name
                and la.record.connected_at
            ):
                unanswered = lb._replace(record=lb.record._replace(connected_at=None))
                as_it_is = apart(la, lb, rules, plan, alike)
                kept_apart += as_it_is is None and apart(la, unanswered, rules, plan, alike) is not None
    assert kept_apart >= 5


def test_transfers_with_their_results_occur_in_every_group_and_conferences_in_nearly_all(groups: list[Group]) -> None:
    assert all(sum(call.transfer_count for call in group.calls()) >= 5 for group in groups)
    assert sum(any(call.conference for call in group.calls()) for group in groups) >= 15
    assert any(call.transfer_count and len(call.sites) > 1 for group in groups for call in group.calls())


def test_masked_numbers_are_in_a_third_of_the_groups_and_wholly_masked_ones_too(groups: list[Group]) -> None:
    masked = [group for group in groups if group.corpus.masked]
    assert len(masked) == 7
    for group in masked:
        legs = [leg for leg in group.world.legs.values() if leg.site == group.corpus.masked]
        assert sum("masked_number" in leg.anomalies for leg in legs) >= 20
        assert any(leg.record.origination_number == "XXX" for leg in legs)


def test_pairs_are_matched_by_the_digits_that_both_show(groups: list[Group]) -> None:
    assert sum("matched_masked" in pair.anomalies for group in groups for pair in group.pairs()) > 50


def test_charges_are_of_all_sources_and_every_group_has_most_of_them(groups: list[Group]) -> None:
    found = [{charge.source for charge in group.charges()} for group in groups]
    assert set().union(*found) == {"aoc", "lcr", "link", "rated", "none"}
    assert all({"aoc", "link", "none"} <= sources for sources in found)
    assert sum("rated" in sources for sources in found) >= 15


def test_charges_are_odd_in_all_ways(groups: list[Group]) -> None:
    of_charges = {flag for group in groups for charge in group.charges() for flag in charge.anomalies}
    of_pairs = {flag for group in groups for pair in group.pairs() for flag in pair.anomalies}
    assert of_charges | of_pairs == {"unrated", "no_band", "charge_mismatch", "currency_mismatch", "matched_masked"}


def test_rated_calls_last_over_both_changes_of_the_clock_into_a_time_without_a_band(groups: list[Group]) -> None:
    for change in (SPRING, AUTUMN):
        rated = [
            charge
            for group in groups
            for charge in group.charges()
            if charge.source == "rated"
            and charge.connected_at < change < charge.connected_at + timedelta(seconds=charge.duration_seconds)
        ]
        assert sum("no_band" in charge.anomalies for charge in rated) >= 5


def test_lost_lines_leave_references_to_nothing_and_to_legs_of_another_day(groups: list[Group]) -> None:
    assert sum(not call.complete for group in groups for call in group.calls()) > 20


def test_payers_change_their_department_between_calls(groups: list[Group]) -> None:
    found = Counter(charge.department for group in groups for charge in group.charges())
    assert min(found["sales"], found["support"]) > 50


def test_some_lines_are_broken(config: Path) -> None:
    assert sum(len(group.rejects) for group in read(config).values()) > 50
