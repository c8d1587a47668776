"""How to reach Kafka, for every client of the program."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KafkaOptions:
    """Address and credentials of a Kafka cluster (contract 3, `[kafka]`). Passwords never show in `repr`.

    `bootstrap_servers` is a comma-separated list of `host:port`; empty strings mean: not set.
    """

    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = ""
    sasl_username: str = ""
    sasl_password: str = field(default="", repr=False)
    ssl_cafile: str = ""
    ssl_certfile: str = ""
    ssl_keyfile: str = ""
    ssl_password: str = field(default="", repr=False)

    def client_options(self) -> dict[str, object]:
        """The keyword arguments that every client of kafka-python 3 takes; unset ones are left out."""
        options: dict[str, object] = {
            "bootstrap_servers": [server.strip() for server in self.bootstrap_servers.split(",")],
            "security_protocol": self.security_protocol,
        }
        optional = {
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_cafile": self.ssl_cafile,
            "ssl_certfile": self.ssl_certfile,
            "ssl_keyfile": self.ssl_keyfile,
            "ssl_password": self.ssl_password,
        }
        return options | {name: value for name, value in optional.items() if value}
