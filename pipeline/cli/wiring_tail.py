"""Turns settings into what reads the files: the dialect of a site, the sites that a tail follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.followed import source_name

if TYPE_CHECKING:
    from connectors.cdr_file.mirror.mirror import MirrorOptions
    from connectors.cdr_file.tail_site import TailSite
    from pipeline.cli.settings import Settings, SiteSettings

__all__ = ["dialect", "source_name", "tail_sites"]


def dialect(site: SiteSettings) -> Dialect:
    """How the site writes its cdr.txt (contract 3)."""
    return Dialect(
        time_zone=site.time_zone,
        encoding=site.encoding,
        date_order=site.date_order,
        cost_scale=site.cost_scale,
        cost_decimal=site.cost_decimal,
    )


def tail_sites(settings: Settings, sites: Iterable[SiteSettings]) -> list[TailSite]:
    """The given sites of the configuration as the tail takes them."""
    from connectors.cdr_file.tail_site import TailSite
    from pipeline.cli.settings import group_of
    from pipeline.cli.wiring_privacy import guards

    sites = list(sites)
    groups = group_of(settings)
    guarded = guards(settings, sites)
    return [
        TailSite(
            name=site.name,
            group=groups[site.name],
            files=tuple(pattern.absolute for pattern in site.files),
            base_directory=settings.file.parent,
            dialect=dialect(site),
            mirror=_mirror(settings, site),
            guard=guarded.get(site.name),
        )
        for site in sites
    ]


def _mirror(settings: Settings, site: SiteSettings) -> MirrorOptions | None:
    from connectors.cdr_file.mirror.mirror import MirrorOptions

    if site.mirror is None:
        return None
    journal = settings.pipeline.state_directory / "mirror" / f"{site.name}.journal"
    return MirrorOptions(site.mirror, site.mirror_days, journal)
