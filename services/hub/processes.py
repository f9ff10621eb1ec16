"""Which processes a hub on one machine has, and what each is told by its environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.hub.broker.cluster import Cluster

SERVICES = ("admission", "registry", "risk", "tracking", "notify")
HOUSING = ("derby-housing", "amber-valley-housing")
"""Housing authorities whose bridge runs here."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process: a module, and its own part of the environment."""

    name: str
    module: str
    environ: Mapping[str, str] = field(default_factory=dict)

    def full_environ(self) -> dict[str, str]:
        """What of this process's environment it needs, and its own settings; nothing else."""
        passed = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return {**passed, "PYTHONUNBUFFERED": "1", **self.environ}


def programs(
    cluster: Cluster, ports: Mapping[str, int], *, tick_s: float, standbys: bool
) -> Iterator[Program]:
    """Everything that runs beside the broker; `ports` by program name."""
    for service in SERVICES:
        for number in (1, 2) if standbys else (1,):
            name = f"{service}-{number}"
            yield Program(
                name,
                f"services.{service}",
                {**_as_service(cluster, service), "HUB_WORKER": name, "HUB_PORT": str(ports[name])},
            )
    clock = {**_as_service(cluster, "clock"), "HUB_EVERY_S": str(tick_s)}
    del clock["HUB_HOME"]
    yield Program("clock", "services.clock", {**clock, "HUB_PORT": str(ports["clock"])})


def names_of(*, standbys: bool) -> tuple[str, ...]:
    """The programs' names, in the order they are started."""
    numbers = (1, 2) if standbys else (1,)
    workers = tuple(f"{service}-{number}" for service in SERVICES for number in numbers)
    return (*workers, "clock")


def _as_service(cluster: Cluster, service: str) -> dict[str, str]:
    config = cluster.service_config(service)
    return {
        "HUB_BOOTSTRAP": cluster.bootstrap_mtls,
        "HUB_CA": str(cluster.ca.absolute()),
        "HUB_CERTIFICATE": str(Path(str(config["ssl.certificate.location"])).absolute()),
        "HUB_KEY": str(Path(str(config["ssl.key.location"])).absolute()),
        "HUB_HOME": str(cluster.home.absolute()),
        "HUB_PREFIX": cluster.names.prefix,
    }
