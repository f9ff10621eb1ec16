"""How a service reaches the broker, for both client libraries."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import faust


@dataclass(frozen=True, slots=True)
class Connection:
    """How a service reaches the broker: its own certificate on the mutual-TLS listener."""

    bootstrap: str
    ca: Path
    certificate: Path
    key: Path

    def faust(self) -> tuple[str, faust.SSLCredentials]:
        """Broker URL and credentials for Faust."""
        context = ssl.create_default_context(cafile=str(self.ca))
        context.load_cert_chain(str(self.certificate), str(self.key))
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
