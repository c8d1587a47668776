"""The sections of the configuration as frozen models, with the defaults of contract 3.

A key that is not here is an error. Secrets are plain texts, shown as `***` wherever a model is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.cli.settings_values import (
    EMBEDDED,
    AbsolutePath,
    AsTuple,
    Bootstrap,
    ClickHouseUrl,
    CountryCode,
    Currency,
    Database,
    Device,
    Digits,
    Encoding,
    Listen,
    ListenOrOff,
    Name,
    NotEmpty,
    NumberRange,
    Pattern,
    RecordedNumber,
    SecretKey,
    ShortNumber,
    Zone,
    masked_url,
    one_of,
    whole,
)

SHORT_NUMBERS = ("110", "112", "115", "116???", "118??", "118???")
PASSWORDS = ("sasl_password", "ssl_password")
SITE_SECRETS = ("pseudonyms",)


class Section(BaseModel):
    """What all sections have in common: they never change, and a key they do not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _without_secrets(
    args: Iterable[tuple[str | None, object]], secrets: tuple[str, ...]
) -> Iterator[tuple[str | None, object]]:
    for name, value in args:
        yield name, "***" if name in secrets and value else value


class PipelineSettings(Section):
    """`[pipeline]`: the folder of checkpoints and embedded servers' data; how long a leg may still change calls."""

    state_directory: AbsolutePath = Path("state")
    late_days: Annotated[int, whole(1, 3650)] = 7


class KafkaSettings(Section):
    """`[kafka]`: where it is and how to log in; options that are empty are not used.

    `ssl_cafile`, `ssl_certfile` and `ssl_keyfile` are PEM files, `ssl_password` opens the key.
    """

    bootstrap_servers: Bootstrap = EMBEDDED
    partitions: Annotated[int, whole(1, 1000)] = 4
    replication_factor: Annotated[int, whole(1, 100)] = 1
    security_protocol: Annotated[str, one_of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")] = "PLAINTEXT"
    sasl_mechanism: Annotated[str, one_of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")] = Field(
        default="", validate_default=False
    )
    sasl_username: str = ""
    sasl_password: str = ""
    ssl_cafile: AbsolutePath | None = None
    ssl_certfile: AbsolutePath | None = None
    ssl_keyfile: AbsolutePath | None = None
    ssl_password: str = ""

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """Passwords as `***`."""
        return _without_secrets(super().__repr_args__(), PASSWORDS)


class ClickHouseSettings(Section):
    """`[clickhouse]`: `url` is `embedded` or `clickhouse(s)://user:password@host:port`."""

    url: ClickHouseUrl = EMBEDDED
    database: Database = "cdr"

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """The URL without its password."""
        yield "url", masked_url(self.url)
        yield "database", self.database


class BoardSettings(Section):
    """`[board]`: host and port of the live page (port 0: any free one), and how it is protected beyond loopback."""

    listen: Listen = "127.0.0.1:8080"
    token: str = ""
    behind_proxy: bool = False

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """The token as `***`."""
        return _without_secrets(super().__repr_args__(), ("token",))


class MetricsSettings(Section):
    """`[metrics]`: where each process answers Prometheus, host and port; empty: it does not."""

    tail: ListenOrOff = ""
    worker: ListenOrOff = ""
    sink: ListenOrOff = ""


class SiteSettings(Section):
    """One `[[sites]]` block: a SwyxServer installation with its files, number plan and dialect."""

    name: Name = Field(examples=['"dortmund"'])
    group: Name | None = None
    files: Annotated[tuple[Pattern, ...], AsTuple, NotEmpty] = Field(examples=['["dortmund/cdr*.txt"]'])
    time_zone: Zone = "Europe/Berlin"
    country_code: CountryCode = "49"
    area_code: Digits = Field(examples=['"231"'])
    international_prefix: Digits = "00"
    long_distance_prefix: Digits = "0"
    public_access_prefix: Digits = ""
    number_ranges: Annotated[tuple[NumberRange, ...], AsTuple] = ()
    extension_digits: Annotated[int, whole(1, 15)] = 4
    short_numbers: Annotated[tuple[ShortNumber, ...], AsTuple] = SHORT_NUMBERS
    encoding: Encoding = "auto"
    date_order: Annotated[str, one_of("dmy", "mdy", "ymd")] = "dmy"
    cost_scale: Annotated[int, one_of(1, 100)] = 1
    cost_decimal: Annotated[str, one_of("auto", ".", ",")] = "auto"
    currency: Currency = "EUR"
    tariff: str | None = None
    users: AbsolutePath | None = None
    mirror: AbsolutePath | None = None
    mirror_days: Annotated[int, whole(1, 36_500)] = 180
    never_recorded: Annotated[tuple[RecordedNumber, ...], AsTuple] = ()
    mask_destination_digits: Annotated[int, whole(0, 15)] = 0
    mask_destinations: Annotated[str, one_of("stored", "shown")] = "stored"
    pseudonyms: SecretKey = ""
    retention_days: Annotated[int, whole(1, 36_500)] = Field(default=0, validate_default=False)  # 0: for ever

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """The key of the pseudonyms as `***`."""
        return _without_secrets(super().__repr_args__(), SITE_SECRETS)


class LinkSettings(Section):
    """One `[[links]]` block: a SwyxLink between two sites, with the device name that each end has for it."""

    sites: Annotated[tuple[str, ...], AsTuple] = Field(examples=['["dortmund", "berlin"]'])
    devices: dict[str, Device] = Field(examples=['{ dortmund = "Link Berlin", berlin = "Link Dortmund" }'])
    clock_skew_seconds: Annotated[int, whole(0, 3600)] = 10


class TariffSettings(Section):
    """One `[[tariffs]]` block: a file of rates, the currency of its prices, and the decimals of an amount."""

    name: Name = Field(examples=['"telekom"'])
    currency: Currency = "EUR"
    rates: AbsolutePath = Field(examples=['"tariffs/telekom.csv"'])
    decimals: Annotated[int, whole(0, 6)] = 4


class Settings(Section):
    """The whole configuration, valid in itself; `file` is the absolute path that it was read from."""

    file: Path
    pipeline: PipelineSettings
    kafka: KafkaSettings
    clickhouse: ClickHouseSettings
    board: BoardSettings
    metrics: MetricsSettings
    sites: tuple[SiteSettings, ...]
    links: tuple[LinkSettings, ...]
    tariffs: tuple[TariffSettings, ...]


TABLES: dict[str, type[Section]] = {
    "pipeline": PipelineSettings,
    "kafka": KafkaSettings,
    "clickhouse": ClickHouseSettings,
    "board": BoardSettings,
    "metrics": MetricsSettings,
}
LISTS: dict[str, type[Section]] = {"sites": SiteSettings, "links": LinkSettings, "tariffs": TariffSettings}
