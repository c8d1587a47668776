"""Credentials of the Kafka cluster in the forms that Faust and aiokafka take them."""

from __future__ import annotations

import ssl
from typing import Any

import faust
from aiokafka.helpers import create_ssl_context

from connectors.kafka.options import KafkaOptions


def servers(options: KafkaOptions) -> list[str]:
    """The bootstrap servers, one `host:port` each."""
    return [server.strip() for server in options.bootstrap_servers.split(",")]


def producer_security(options: KafkaOptions) -> dict[str, Any]:
    """Keyword arguments for an aiokafka client."""
    security: dict[str, Any] = {"security_protocol": options.security_protocol, "ssl_context": _tls(options)}
    if options.security_protocol.startswith("SASL"):
        security["sasl_mechanism"] = options.sasl_mechanism
        security["sasl_plain_username"] = options.sasl_username
        security["sasl_plain_password"] = options.sasl_password
    return security


def faust_credentials(options: KafkaOptions) -> Any:
    """What `faust.App(broker_credentials=…)` takes; `None` for a cluster without TLS and login."""
    tls = _tls(options)
    if options.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=options.sasl_username,
            password=options.sasl_password,
            mechanism=options.sasl_mechanism,
            ssl_context=tls,
        )
    return faust.SSLCredentials(tls) if tls else None


def _tls(options: KafkaOptions) -> ssl.SSLContext | None:
    if options.security_protocol not in {"SSL", "SASL_SSL"}:
        return None
    context: ssl.SSLContext = create_ssl_context(
        cafile=options.ssl_cafile or None,
        certfile=options.ssl_certfile or None,
        keyfile=options.ssl_keyfile or None,
        password=options.ssl_password or None,
    )
    return context
