"""How a service reaches the broker, for both client libraries."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import faust


def tls_of(config: Mapping[str, object]) -> ssl.SSLContext:
    """Authority and certificate of a librdkafka configuration, for Python's own clients."""
    context = ssl.create_default_context(cafile=str(config["ssl.ca.location"]))
    context.load_cert_chain(
        str(config["ssl.certificate.location"]), str(config["ssl.key.location"])
    )
    return context


@dataclass(frozen=True, slots=True)
class Connection:
    """How a service reaches the broker: its own certificate on the mutual-TLS listener."""

    bootstrap: str
    ca: Path
    certificate: Path
    key: Path

    def faust(self) -> tuple[str, faust.SSLCredentials]:
        """Broker URL and credentials for Faust."""
        context = tls_of(self.confluent())
        return f"kafka://{self.bootstrap}", faust.SSLCredentials(context=context)

    def confluent(self) -> dict[str, str | int | float | bool]:
        """The same for librdkafka."""
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SSL",
            "ssl.ca.location": str(self.ca),
            "ssl.certificate.location": str(self.certificate),
            "ssl.key.location": str(self.key),
        }
