"""What must hold between the keys of a configuration: names, links, groups, files and login options.

Every check takes the sections that are valid in themselves and returns problems; nothing here looks at a disk.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from pipeline.board.access import is_loopback
from pipeline.cli.settings_globs import may_match_the_same
from pipeline.cli.settings_models import BoardSettings, KafkaSettings, LinkSettings, SiteSettings
from pipeline.cli.settings_problems import Problem, shown
from pipeline.cli.settings_values import EMBEDDED, address

CALL_ROUTING = "(call routing)"
LEAST_TOKEN = 16
RETENTION_BEYOND_LATE_DAYS = 2
MIRROR_FILES = "cdr-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].txt"


def link_name(link: LinkSettings) -> str:
    """How messages and the warehouse call a link: `siteA-siteB`, sorted (contract 9)."""
    return "-".join(sorted(link.sites))


def groups(sites: Sequence[SiteSettings], links: Sequence[LinkSettings]) -> list[list[SiteSettings]]:
    """The sites that links connect, directly or through others; sites and groups in order of name."""
    members = {site.name: {site.name} for site in sites}
    for link in links:
        known = [members[name] for name in link.sites if name in members]
        merged = set().union(*known)
        for name in merged:
            members[name] = merged
    by_name = {site.name: site for site in sites}
    distinct = {min(group): group for group in members.values()}
    return [[by_name[name] for name in sorted(distinct[first])] for first in sorted(distinct)]


def group_problems(sites: Sequence[SiteSettings], links: Sequence[LinkSettings]) -> Iterator[Problem]:
    """Linked sites that were given different group names."""
    for members in groups(sites, links):
        first, *others = [site for site in members if site.group] or members[:1]
        for other in others:
            if other.group != first.group:
                yield Problem(
                    ("sites", other.name, "group"),
                    f"found {shown(other.group)}; expected {shown(first.group)} as at {first.name}, which links "
                    "connect with it; give linked sites one name or none",
                )


def repeated_names(section: str, names: Sequence[str]) -> Iterator[Problem]:
    """Names that two entries of a list have."""
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(
            (section, name, "name"),
            f"found {names.count(name)} {section} of this name; expected one; rename or remove the others",
        )


def site_problems(sites: Sequence[SiteSettings], tariffs: Collection[str]) -> Iterator[Problem]:
    """What a site names that does not exist, and an area code that would never fit."""
    for site in sites:
        key = "sites", site.name
        if site.tariff is not None and site.tariff not in tariffs:
            known = ", ".join(sorted(tariffs)) or "there are none"
            yield Problem(
                (*key, "tariff"),
                f"found {shown(site.tariff)}; expected the name of a [[tariffs]] block ({known}); add or correct it",
            )
        prefix = site.long_distance_prefix
        if prefix and site.area_code.startswith(prefix):
            yield Problem(
                (*key, "area_code"),
                f"found {shown(site.area_code)}; expected it without the long_distance_prefix {shown(prefix)}; "
                f"write {shown(site.area_code.removeprefix(prefix))}",
            )


def file_problems(sites: Sequence[SiteSettings]) -> Iterator[Problem]:
    """Globs of two sites that can match the same file."""
    for first, second in combinations(sites, 2):
        for pattern in first.files:
            for other in second.files:
                if may_match_the_same(pattern.absolute, other.absolute):
                    yield Problem(
                        ("sites", second.name, "files"),
                        f"found {shown(other.written)}; expected no file that {shown(pattern.written)} of site "
                        f"{first.name} can match; give each site its own folder or file names",
                    )


def mirror_problems(sites: Sequence[SiteSettings]) -> Iterator[Problem]:
    """Mirrors whose files some site would follow again, and a folder that two sites would mix their lines in."""
    owners: dict[str, str] = {}
    for site in sites:
        if site.mirror is None:
            continue
        key = "sites", site.name, "mirror"
        folder = str(site.mirror)
        owner = owners.setdefault(os.path.normcase(folder), site.name)
        if owner != site.name:
            yield Problem(
                key, f"found {shown(folder)}, which is also that of {owner}; expected a folder of its own; name another"
            )
        for other in sites:
            for pattern in other.files:
                if may_match_the_same(pattern.absolute, os.path.join(glob.escape(folder), MIRROR_FILES)):
                    yield Problem(
                        key,
                        f"found {shown(folder)}; expected a folder in which {shown(pattern.written)} of site "
                        f"{other.name} matches no file; name another",
                    )


def privacy_problems(sites: Sequence[SiteSettings], links: Sequence[LinkSettings], late_days: int) -> Iterator[Problem]:
    """Rows that would go while calls can still change, and linked sites that know one user by two names."""
    least = late_days + RETENTION_BEYOND_LATE_DAYS
    for site in sites:
        if 0 < site.retention_days < least:
            yield Problem(
                ("sites", site.name, "retention_days"),
                f"found {site.retention_days}; expected at least {least}, as calls of the last late_days = {late_days} "
                "days are still joined; raise it or lower pipeline.late_days",
            )
    for first, *others in groups(sites, links):
        for other in others:
            if other.pseudonyms != first.pseudonyms:
                yield Problem(
                    ("sites", other.name, "pseudonyms"),
                    f"found another key than at {first.name}, which links connect with it; "
                    "expected one key or none, or calls over links could not be paired; give both the same",
                )


def link_problems(links: Sequence[LinkSettings], names: Collection[str]) -> Iterator[Problem]:
    """Links that do not join two known sites, or whose device names do not tell them apart."""
    used: dict[tuple[str, str], str] = {}
    for link in links:
        key = "links", link_name(link)
        unknown = [name for name in link.sites if name not in names]
        if len(link.sites) != 2 or len(set(link.sites)) != 2:
            yield Problem((*key, "sites"), f"found {shown(link.sites)}; expected two different sites; correct it")
        elif unknown:
            yield Problem((*key, "sites"), f"found {shown(unknown[0])}; expected the name of a site; add or correct it")
        if set(link.devices) != set(link.sites):
            yield Problem(
                (*key, "devices"),
                f"found devices of {shown(sorted(link.devices))}; expected one of each of {shown(sorted(link.sites))}; "
                "name the device that leads over the link at either site",
            )
        for site, device in link.devices.items():
            yield from _device_problems((*key, "devices"), site, device, used)


def _device_problems(
    key: tuple[str, ...], site: str, device: str, used: dict[tuple[str, str], str]
) -> Iterator[Problem]:
    """Device names are compared without case and surrounding blanks (contract 6)."""
    plain = device.strip().casefold()
    if plain == CALL_ROUTING:
        yield Problem(key, f"found {shown(device)} at {site}; expected a link's device; that is a script's name")
    if (site, plain) in used:
        yield Problem(
            key,
            f"found {shown(device)} at {site}, which is also the device of {used[site, plain]}; "
            "expected another name for each link of a site; correct one of them",
        )
    used.setdefault((site, plain), key[1])


def kafka_problems(kafka: KafkaSettings) -> Iterator[Problem]:
    """Login options that the protocol does not use or lacks, and an embedded server that is one broker."""
    protocol = kafka.security_protocol
    if kafka.bootstrap_servers == EMBEDDED and (kafka.replication_factor != 1 or protocol != "PLAINTEXT"):
        yield Problem(
            ("kafka", "bootstrap_servers"),
            'found "embedded"; expected replication_factor 1 and security_protocol "PLAINTEXT" beside it; '
            "remove these keys or name real servers",
        )
    for name in ("sasl_mechanism", "sasl_username", "sasl_password"):
        given = bool(getattr(kafka, name))
        if protocol.startswith("SASL") != given:
            yield _protocol_problem(name, protocol, needed=not given)
    for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_password"):
        if getattr(kafka, name) and not protocol.endswith("SSL"):
            yield _protocol_problem(name, protocol, needed=False)


def board_problems(board: BoardSettings) -> Iterator[Problem]:
    """A page for other machines that nothing protects, and a token that can be guessed."""
    host, _ = address(board.listen, least_port=0) or ("", 0)
    if not is_loopback(host) and not board.token and not board.behind_proxy:
        yield Problem(
            ("board", "listen"),
            f"found {shown(board.listen)}, which other machines reach; expected a loopback address such as "
            '"127.0.0.1:8080", or beside it a token, or behind_proxy = true; add one (docs/board.md)',
        )
    if board.token and len(board.token) < LEAST_TOKEN:
        yield Problem(
            ("board", "token"),
            f"found {len(board.token)} characters; expected at least {LEAST_TOKEN}; take e.g. `openssl rand -hex 16`",
        )


def _protocol_problem(name: str, protocol: str, *, needed: bool) -> Problem:
    found, expected = ("nothing", "a value") if needed else ("a value", "none")
    return Problem(
        ("kafka", name),
        f"found {found}; expected {expected} with security_protocol {shown(protocol)}; change one of the two",
    )
