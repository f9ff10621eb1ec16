"""Which processes a hub on one machine has, and what each is told by its environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from services.hub.broker.certificates import Unit, issue
from services.hub.broker.cluster import Cluster
from services.hub.broker.layout import Home
from services.runtime.names import SERVICES

EM_SFTP, EM_HTTPS = "em-bridge/sftp", "em-bridge/https"
"""Names of ports beside those of the pages."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process: a module, and its own part of the environment."""

    name: str
    module: str
    environ: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    """Where its pages are."""
    waits_for: str = ""
    """A file it is not started before, or empty."""
    held_back_by: str = ""
    """A file with the number of a process; while both are there it is not started."""
    keeps: str = ""
    """The service whose rows it keeps, or empty."""

    def again(self, rows_rebuilt_at: float) -> Program:
        """The same, told when its rows were made anew last; seconds since 1970."""
        told = {"HUB_ROWS_REBUILT_AT": str(rows_rebuilt_at)}
        return replace(self, environ={**self.environ, **told})

    def full_environ(self) -> dict[str, str]:
        """What of this process's environment it needs, and its own settings; nothing else."""
        passed = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return {**passed, "PYTHONUNBUFFERED": "1", **self.environ}


@dataclass(frozen=True, slots=True)
class Layout:
    """What is to run."""

    standbys: bool = False
    """A second worker of each service, to take over."""
    tick_s: float = 10.0
    clock_waits_for: str = ""
    session_timeout_s: float = 8.0
    webhooks: Mapping[str, str] = field(default_factory=dict)
    """Housing authority → where its notices go; its bridge runs here."""

    def workers(self) -> Iterator[tuple[str, str]]:
        """Service and worker name."""
        for service in SERVICES:
            for number in (1, 2) if self.standbys else (1,):
                yield service, f"{service}-{number}"

    def ports(self) -> Sequence[str]:
        """Names of all ports needed."""
        bridges = ("em-bridge", *(f"{authority}-bridge" for authority in self.webhooks))
        doors = (EM_SFTP, EM_HTTPS, *(https_of(authority) for authority in self.webhooks))
        return (*(worker for _, worker in self.workers()), "clock", *bridges, *doors)


def programs(cluster: Cluster, layout: Layout, ports: Mapping[str, int]) -> Iterator[Program]:
    """Everything that runs beside the broker; `ports` by name."""
    for service, worker in layout.workers():
        environ = {
            **_as_service(cluster, service),
            "HUB_HOME": str(cluster.home.absolute()),
            "HUB_WORKER": worker,
            "HUB_PORT": str(ports[worker]),
            "HUB_SESSION_TIMEOUT_S": str(layout.session_timeout_s),
        }
        yield Program(
            worker,
            f"services.{service}",
            environ,
            ports[worker],
            held_back_by=str(holding_back(cluster.home, service)),
            keeps=service,
        )
    clock = {
        **_as_service(cluster, "clock"),
        "HUB_EVERY_S": str(layout.tick_s),
        "HUB_PORT": str(ports["clock"]),
    }
    yield Program("clock", "services.clock", clock, ports["clock"], layout.clock_waits_for)
    yield _em_bridge(cluster, ports)
    for authority, url in layout.webhooks.items():
        yield _housing_bridge(cluster, authority, url, ports)


def holding_back(home: Path, service: str) -> Path:
    """The file that holds a service's workers back while somebody works on what it keeps."""
    return home.absolute() / "run" / f"{service}.held-back"


def https_of(authority: str) -> str:
    """The name of the port a housing authority's events come in by."""
    return f"{authority}-bridge/https"


def place_of(home: Path, agency: str) -> Path:
    """Where a bridge keeps its secrets and files."""
    return home.absolute() / "bridges" / agency


def _em_bridge(cluster: Cluster, ports: Mapping[str, int]) -> Program:
    place = place_of(cluster.home, "em")
    certificate, key = issue(Home(cluster.home), "em", Unit.BRIDGE)
    environ = {
        "AGENCY_DIR": _agency_dir(cluster, "em"),
        "DROP_DIR": str(place / "drop"),
        "SFTP_KEYS": str(cluster.home.absolute() / "sftp"),
        "PUSH_SECRET": str(place / "push.secret"),
        "TLS_CERTIFICATE": str(certificate.absolute()),
        "TLS_KEY": str(key.absolute()),
        "SFTP_PORT": str(ports[EM_SFTP]),
        "HTTPS_PORT": str(ports[EM_HTTPS]),
        "STATUS_PORT": str(ports["em-bridge"]),
    }
    own = {f"HUB_EM_BRIDGE_{name}": value for name, value in environ.items()}
    return Program("em-bridge", "services.em_bridge", own, ports["em-bridge"])


def _housing_bridge(
    cluster: Cluster, authority: str, url: str, ports: Mapping[str, int]
) -> Program:
    place, name = place_of(cluster.home, authority), f"{authority}-bridge"
    certificate, key = issue(Home(cluster.home), authority, Unit.BRIDGE)
    environ = {
        "AGENCY": authority,
        "AREA_ID": str(uuid5(NAMESPACE_URL, f"urn:mappa-hub:area:{authority}")),
        "AGENCY_DIR": _agency_dir(cluster, authority),
        "PUSH_SECRET": str(place / "push.secret"),
        "TLS_CERTIFICATE": str(certificate.absolute()),
        "TLS_KEY": str(key.absolute()),
        "WEBHOOK_URL": url,
        "WEBHOOK_SECRET": str(place / "webhook.secret"),
        "HTTPS_PORT": str(ports[https_of(authority)]),
        "STATUS_PORT": str(ports[name]),
    }
    own = {f"HUB_HOUSING_BRIDGE_{key}": value for key, value in environ.items()}
    return Program(name, "services.housing_bridge", own, ports[name])


def _agency_dir(cluster: Cluster, slug: str) -> str:
    return str(cluster.home.absolute() / "agencies" / slug)


def _as_service(cluster: Cluster, service: str) -> dict[str, str]:
    config = cluster.service_config(service)
    return {
        "HUB_BOOTSTRAP": cluster.bootstrap_mtls,
        "HUB_CA": str(cluster.ca.absolute()),
        "HUB_CERTIFICATE": str(Path(str(config["ssl.certificate.location"])).absolute()),
        "HUB_KEY": str(Path(str(config["ssl.key.location"])).absolute()),
        "HUB_PREFIX": cluster.names.prefix,
    }
