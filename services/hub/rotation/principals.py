"""Everybody who comes to the broker, by the name its rights are given to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.agreements.versions import Versions
from services.hub.broker.certificates import ADMIN, Unit, user_of
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import NameRefused
from services.hub.broker.layout import Home
from services.runtime.names import SERVICES, SPEAKERS


@dataclass(frozen=True)
class Principal:
    """One of them."""

    user: str
    """The name at the broker, without `User:`."""
    unit: Unit
    slug: str
    """What the installation calls it."""

    @property
    def certificate(self) -> str:
        """What its certificate is called within its unit."""
        return self.user.removeprefix(f"{self.unit}-")

    @property
    def by_password(self) -> bool:
        """Whether it comes by password; else by certificate."""
        return self.unit is Unit.AGENCY


def principals(cluster: Cluster) -> Iterator[Principal]:
    """Agencies of the agreements applied last, our services, whoever deploys, and bridges' doors.

    Raises:
        Stop: no agreements were applied.
    """
    names = cluster.names
    for slug in sorted(Versions(cluster.home / "agreements").latest().agencies):
        yield Principal(names.agency_user(slug), Unit.AGENCY, slug)
    for service in (*SERVICES, *SPEAKERS):
        yield Principal(names.service_user(service), Unit.SERVICE, service)
    yield Principal(ADMIN, Unit.PLATFORM, ADMIN)
    for path in sorted((Home(cluster.home).pki / Unit.BRIDGE).glob("*.pem")):
        yield Principal(user_of(Unit.BRIDGE, path.stem), Unit.BRIDGE, path.stem)


def named(cluster: Cluster, name: str) -> Principal:
    """The principal of that name.

    Raises:
        NameRefused: there is none.
        Stop: no agreements were applied.
    """
    known = {one.user: one for one in principals(cluster)}
    if name not in known:
        raise NameRefused(f"No principal is called {name!r}. They are: {', '.join(known)}.")
    return known[name]
