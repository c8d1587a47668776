"""`swyx-cdr erase`: removes a party from everything stored, and keeps money and counts (docs/privacy.md)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption, chosen_sites

if TYPE_CHECKING:
    from pipeline.cli.erase_group import Found, GroupErasure
    from pipeline.cli.settings import Settings
    from pipeline.domain.numbers import Party
    from pipeline.domain.rules import GroupRules

_PATIENCE_SECONDS = 3600.0


class Format(StrEnum):
    """The forms in which the report of an erasure can be had."""

    TEXT = "text"
    CSV = "csv"


def erase(
    number: Annotated[
        str | None, typer.Option(metavar="N", help="A number in international form, such as +4930….")
    ] = None,
    user: Annotated[str | None, typer.Option(metavar="EXTENSION", help="The user of an extension of --site.")] = None,
    site: Annotated[
        str | None, typer.Option(help="The site of --user; also the one at which --number is dialled.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; otherwise only show what would be done.")] = False,
    form: Annotated[Format, typer.Option("--format", help="A table, or CSV for a spreadsheet.")] = Format.TEXT,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Remove a party's numbers and names from the warehouse; charges and totals stay, without it."""
    from connectors.clickhouse.audit import record_audit
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.migrate import require_migrated
    from pipeline.cli.endpoints import warehouse
    from pipeline.cli.erase_group import GroupErasure
    from pipeline.cli.settings import load_settings
    from pipeline.cli.wiring_privacy import number_groups

    settings = load_settings(config, os.environ)
    _require_one(settings, number, user, site)
    groups = [rules for rules in number_groups(settings) if site in {None, *rules.sites}]
    with warehouse(settings) as options:
        require_migrated(options)
        with connected(options, _PATIENCE_SECONDS) as client:
            for rules in groups:
                party = _party(rules, site or min(rules.sites), number or user or "")
                erasure = GroupErasure(client, rules, party, _key(settings, rules), settings.pipeline.late_days)
                if not yes:
                    _print(form, erasure.look(), done=False)
                    continue
                # Entered first: what is done must not miss in the log if the command is cut off.
                what = f"{_digest(party)} in group {rules.name}"
                record_audit(client, "erase", f"{what}, begun", 0)
                found = erasure.prepare()
                if found.streamed:
                    _forget_messages(settings, found)
                erasure.remove()
                record_audit(client, "erase", what, sum(row.rows for row in found.rows))
                _print(form, found, done=True)
                _check(erasure)
    if not yes:
        typer.echo("nothing was changed; --yes removes it", err=True)


def _require_one(settings: Settings, number: str | None, user: str | None, site: str | None) -> None:
    chosen_sites(settings, site)
    if (number is None) == (user is None):
        raise UsageError("erase needs either --number or --user")
    if user is not None and site is None:
        raise UsageError("--user needs --site, the site whose extension it is")
    if user is not None and not user.isdecimal():
        raise UsageError(f"--user {user}: expected an extension, digits only")
    if number is not None and site is None and not number.startswith("+"):
        raise UsageError(
            f"--number {number}: expected it in international form such as +4930123456, or --site beside it"
        )


def _party(rules: GroupRules, site: str, text: str) -> Party:
    from pipeline.domain.traces import last_digits, party_of

    party = party_of(rules, site, text)
    if not last_digits(party) or "X" in party.canonical:
        raise UsageError(f"{text}: expected a number with all of its digits")
    return party


def _key(settings: Settings, rules: GroupRules) -> bytes:
    """The key of the group's pseudonyms: linked sites have the same one."""
    return next(site.pseudonyms.encode() for site in settings.sites if site.name in rules.sites)


def _digest(party: Party) -> str:
    """Names the party in the audit log, for who knows the number already."""
    from hashlib import sha256

    owner = f"{party.extension_of}:" if party.extension_of else ""
    return f"sha256:{sha256((owner + (party.text if owner else party.canonical)).encode()).hexdigest()[:16]}"


def _print(form: Format, found: Found, *, done: bool) -> None:
    if form is Format.CSV:
        _print_csv(found, done=done)
    else:
        typer.echo(f"group {found.group}: {'removed from' if done else 'would be removed from'}")
        for row in found.rows:
            typer.echo(f"  {row.table:<18} {row.rows:>9} rows")
    if found.young and found.again_on:
        typer.echo(
            f"group {found.group}: {found.young} legs are left, as the worker may tell them again; "
            f"repeat the command when there are calls of {found.again_on:%Y-%m-%d} or later",
            err=True,
        )


def _print_csv(found: Found, *, done: bool) -> None:
    import csv

    rows: Sequence[tuple[object, ...]] = [
        ("group", "table", "rows", "removed"),
        *((found.group, row.table, row.rows, int(done)) for row in found.rows),
    ]
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


def _forget_messages(settings: Settings, found: Found) -> None:
    """Mark the rows' messages as deleted, so that Kafka's compaction removes them. It must run."""
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.publishing import confirm, publishing
    from schemas.topics import LIFECYCLE

    with publishing(settings, stop_event(), "deleted") as publisher:
        partition = publisher.partition_for(LIFECYCLE.name, found.group.encode())
        for topic, keys in found.keys.items():
            for key in keys:
                if not publisher.publish(topic, key.encode(), None, None, partition):
                    raise CommandError("stopped while messages were being deleted; run it again")
        confirm(publisher)


def _check(erasure: GroupErasure) -> None:
    left = sum(row.rows for row in erasure.look().rows)
    if left:
        raise CommandError(f"{left} rows were written meanwhile and name the party: repeat the command")
