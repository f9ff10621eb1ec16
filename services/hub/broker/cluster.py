"""How to reach the cluster, and as whom: the one started here, or one the environment describes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.hub.broker import passwords
from services.hub.broker import record as records
from services.hub.broker.certificates import ADMIN, Unit, checked_name, issue
from services.hub.broker.faults import NotSetUp, Revoked
from services.hub.broker.layout import Home
from services.hub.broker.record import Record
from services.runtime.names import Names

ClientConfig = dict[str, str | int | float | bool]
"""What librdkafka's clients take."""
EXTERNAL = "HUB_BOOTSTRAP_SERVERS"
_REQUIRED = (EXTERNAL, "HUB_BOOTSTRAP_MTLS", "HUB_CA", "HUB_ADMIN_CERT", "HUB_ADMIN_KEY")


@dataclass(frozen=True)
class Cluster:
    """Addresses and files of one cluster. Holds no secret itself; `repr` is safe to log."""

    bootstrap_scram: str
    bootstrap_mtls: str
    bootstrap_internal: str
    ca: Path
    home: Path
    admin_certificate: Path
    admin_key: Path
    local: bool = True
    """Whether the authority is ours, so that absent certificates and passwords are made."""
    names: Names = Names()

    @classmethod
    def load(cls, home: Path, environ: Mapping[str, str] = os.environ) -> "Cluster":
        """The cluster `HUB_BOOTSTRAP_SERVERS` describes, else the one started in this home.

        Raises:
            NotSetUp: neither is there, or the description is incomplete.
        """
        if environ.get(EXTERNAL):
            return cls.external(home, environ)
        record = records.read(Home(home).record)
        if record is None:
            raise NotSetUp(f"No broker was started in {home}. Run: hub broker start --home {home}")
        return cls.of(record, home)

    @classmethod
    def of(cls, record: Record, home: Path) -> "Cluster":
        """The local cluster of this record."""
        platform = Home(home).pki / Unit.PLATFORM
        return cls(
            bootstrap_scram=record.addresses("scram"),
            bootstrap_mtls=record.addresses("mtls"),
            bootstrap_internal=record.addresses("internal"),
            ca=Home(home).ca,
            home=home,
            admin_certificate=platform / f"{ADMIN}.pem",
            admin_key=platform / f"{ADMIN}.key",
        )

    @classmethod
    def external(cls, home: Path, environ: Mapping[str, str]) -> "Cluster":
        """Somebody else's cluster; its certificates and passwords are laid into `home` by hand.

        `HUB_BOOTSTRAP_SERVERS` is its listener for passwords, `HUB_BOOTSTRAP_MTLS` the one for
        certificates, `HUB_BOOTSTRAP_ADMIN` the administrator's (the same as the latter if absent);
        `HUB_CA`, `HUB_ADMIN_CERT` and `HUB_ADMIN_KEY` are PEM files.

        Raises:
            NotSetUp: names every variable that is missing.
        """
        if missing := [name for name in _REQUIRED if not environ.get(name)]:
            raise NotSetUp(f"An external cluster also needs {', '.join(missing)}.")
        return cls(
            bootstrap_scram=environ[EXTERNAL],
            bootstrap_mtls=environ["HUB_BOOTSTRAP_MTLS"],
            bootstrap_internal=environ.get("HUB_BOOTSTRAP_ADMIN") or environ["HUB_BOOTSTRAP_MTLS"],
            ca=Path(environ["HUB_CA"]),
            home=home,
            admin_certificate=Path(environ["HUB_ADMIN_CERT"]),
            admin_key=Path(environ["HUB_ADMIN_KEY"]),
            local=False,
        )

    def admin_config(self) -> ClientConfig:
        """As the deploying principal, by certificate: bypasses every ACL."""
        return self._by_certificate(self.bootstrap_internal, self.admin_certificate, self.admin_key)

    def service_config(self, name: str) -> ClientConfig:
        """As one of our services, by certificate; the principal is `service-<name>`.

        Raises:
            NotSetUp: the cluster is not ours and the certificate is not there.
            NameRefused: no service may be called so.
        """
        return self._as_unit(self.names.service_user(name), Unit.SERVICE)

    def agency_certificate_config(self, slug: str) -> ClientConfig:
        """As an agency, by certificate; the same principal as by password.

        Raises:
            NotSetUp: the cluster is not ours and the certificate is not there.
            NameRefused: no agency may be called so.
        """
        return self._as_unit(self.names.agency_user(slug), Unit.AGENCY)

    def agency_config(self, slug: str) -> ClientConfig:
        """As an agency, by password; the principal is `agency-<slug>`.

        Holds the password: never to be logged.

        Raises:
            NotSetUp: the cluster is not ours and the password is not there.
            Revoked: it is shut out.
            NameRefused: no agency may be called so.
        """
        secret = self.ensure_agency_secret(slug)
        user = self.names.agency_user(slug)
        current = passwords.standing(self.home, user).current
        return self.password_config(user, current, secret.read_text())

    def password_config(self, user: str, slot: passwords.Slot, password: str) -> ClientConfig:
        """As whoever has that password in that slot. Never to be logged."""
        return {
            "bootstrap.servers": self.bootstrap_scram,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": slot.value,
            "sasl.username": user,
            "sasl.password": password,
            "ssl.ca.location": str(self.ca),
        }

    def ensure_agency_secret(self, slug: str) -> Path:
        """The file with the agency's password, made if the cluster is ours and it is absent.

        The broker knows the password only after `scram.ensure_scram`.

        Raises:
            NotSetUp: the cluster is not ours and the file is not there.
            Revoked: it is shut out.
            NameRefused: no agency may be called so.
        """
        checked_name(slug, Unit.AGENCY)
        user = self.names.agency_user(slug)
        stands = passwords.standing(self.home, user)
        if stands.revoked_at is not None:
            raise Revoked(f"{user} is revoked. To let it in again: hub secrets reinstate {user}")
        if self.local:
            return passwords.ensure(self.home, user, stands.current)
        return _there(passwords.file_of(self.home, user, stands.current))

    def _as_unit(self, user: str, unit: Unit) -> ClientConfig:
        name = checked_name(user.removeprefix(f"{unit}-"), unit)
        if self.local:
            certificate, key = issue(Home(self.home), name, unit)
        else:
            directory = Home(self.home).pki / unit
            certificate, key = _there(directory / f"{name}.pem"), _there(directory / f"{name}.key")
        return self._by_certificate(self.bootstrap_mtls, certificate, key)

    def _by_certificate(self, bootstrap: str, certificate: Path, key: Path) -> ClientConfig:
        return {
            "bootstrap.servers": bootstrap,
            "security.protocol": "SSL",
            "ssl.ca.location": str(self.ca),
            "ssl.certificate.location": str(certificate),
            "ssl.key.location": str(key),
        }


def _there(path: Path) -> Path:
    if not path.exists():
        raise NotSetUp(f"{path} is not there; whoever runs the cluster issues it.")
    return path
