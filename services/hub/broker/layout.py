"""Where the broker's things are under the hub's home directory (`.hub`)."""

from dataclasses import dataclass
from pathlib import Path

from services.hub.broker.private import private_directory


@dataclass(frozen=True)
class Home:
    """Every path the broker package uses; nothing is made by naming it."""

    path: Path

    @property
    def record(self) -> Path:
        """What runs: ids, ports, processes."""
        return self.path / "broker.json"

    @property
    def pki(self) -> Path:
        """The authority and every certificate it issued."""
        return self.path / "pki"

    @property
    def ca(self) -> Path:
        """The authority's certificate: what a client trusts."""
        return self.pki / "ca.pem"

    @property
    def secrets(self) -> Path:
        """One file per password."""
        return self.path / "secrets"

    @property
    def brokers(self) -> Path:
        """One directory per node."""
        return self.path / "broker"

    @property
    def sources(self) -> Path:
        """Which topics each service reads, by the agreements applied last."""
        return self.path / "agreements" / "sources.json"

    def node(self, number: int) -> Path:
        """All that one node reads and writes."""
        return self.brokers / str(number)

    def made(self) -> "Home":
        """The same, with its directories there and closed to others."""
        for directory in (self.pki, self.secrets, self.brokers):
            private_directory(directory)
        return self
