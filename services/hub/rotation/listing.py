"""Who comes by what, since when and until when; never the secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509

from services.hub.broker import certificates, passwords
from services.hub.broker.certificates import BROKER, Unit
from services.hub.broker.cluster import Cluster
from services.hub.broker.layout import Home
from services.hub.rotation.principals import Principal, principals

AUTHORITY = "ca"


@dataclass(frozen=True)
class Row:
    """One credential, and what is valid beside it."""

    principal: str
    credential: str
    since: datetime | None
    until: datetime | None = None
    """None if it does not end by itself."""
    overlap_since: datetime | None = None
    """Since when an old one can be ended: `hub secrets retire`."""
    beside: str = ""
    """What else is valid, in words."""
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Issued:
    """The certificates of this home, by principal."""

    home: Home
    leaves: dict[str, x509.Certificate] = field(default_factory=dict)
    replaced: dict[str, list[x509.Certificate]] = field(default_factory=dict)

    @classmethod
    def look(cls, home: Home) -> Issued:
        """As they are on disk; none where the authority is not ours."""
        if not ((home.pki / "ca.key").is_file() and home.ca.is_file()):
            return cls(home)
        leaves = {
            certificates.user_of(unit, name): leaf for name, unit, leaf in certificates.issued(home)
        }
        replaced: dict[str, list[x509.Certificate]] = {}
        for user, leaf in certificates.replaced(home):
            replaced.setdefault(user, []).append(leaf)
        return cls(home, leaves, replaced)


def rows(cluster: Cluster) -> Iterator[Row]:
    """Every credential the hub gave out. Changes nothing.

    Raises:
        Stop: no agreements were applied.
    """
    seen = Issued.look(Home(cluster.home))
    for who in principals(cluster):
        if who.unit is Unit.AGENCY:
            yield _password(cluster, who)
        elif who.user in seen.leaves:
            revoked_at = passwords.standing(cluster.home, who.user).revoked_at
            yield _certificate(seen, who.user, revoked_at)
    if BROKER in seen.leaves:
        yield _certificate(seen, BROKER, None)
        yield _authority(seen.home)


def _password(cluster: Cluster, who: Principal) -> Row:
    stands = passwords.standing(cluster.home, who.user)
    file = passwords.file_of(cluster.home, who.user, stands.current)
    made = passwords.made_at(file) if file.is_file() else None
    old = passwords.file_of(cluster.home, who.user, stands.current.other)
    # A file without a word in the record: a rotation that ended half way.
    begun = passwords.made_at(old) if old.is_file() else None
    overlap = stands.overlap_since or begun
    return Row(
        who.user,
        f"password {stands.current}",
        stands.since or made,
        overlap_since=overlap,
        beside=f"password {stands.current.other}" if overlap else "",
        revoked_at=stands.revoked_at,
    )


def _certificate(seen: Issued, user: str, revoked_at: datetime | None) -> Row:
    leaf, old = seen.leaves[user], seen.replaced.get(user, [])
    last = max((one.not_valid_after_utc for one in old), default=None)
    beside = f"{len(old)} replaced, the last until {last:%d %B %Y}" if last else ""
    return Row(
        user,
        "certificate",
        certificates.made_at(leaf),
        leaf.not_valid_after_utc,
        beside=beside,
        revoked_at=revoked_at,
    )


def _authority(home: Home) -> Row:
    signer, *others = certificates.trusted(home)
    opened = datetime.fromtimestamp(home.ca.stat().st_mtime, UTC) if others else None
    beside = "the next, which does not sign yet" if certificates.next_waits(home) else "the old"
    return Row(
        AUTHORITY,
        "authority",
        certificates.made_at(signer),
        signer.not_valid_after_utc,
        overlap_since=opened,
        beside=beside if others else "",
    )
