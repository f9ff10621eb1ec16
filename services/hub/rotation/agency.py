"""An agency's password: the new one valid beside the old, handed over, the old one ended.

Each step may be said again: what a crash left half done is ended by running the command again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.agreements import bundle
from services.hub.broker import passwords, scram
from services.hub.broker.artifacts import Say
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import Revoked
from services.hub.broker.passwords import Slot, Standing
from services.hub.rotation import proof, workers
from services.hub.rotation.workers import Pause


@dataclass(frozen=True)
class HandedOver:
    """A new password is in the agency's folder."""

    folder: Path
    slot: Slot
    overlap_since: datetime
    pauses: list[Pause]


def rotate(cluster: Cluster, slug: str, say: Say) -> HandedOver:
    """Old and new are both valid, and the agency's folder holds the new one.

    While an overlap is open no further password is made: the same one is handed over again.

    Raises:
        Revoked: the agency is shut out.
        NotTaken: the broker does not take the new one; the folder still holds the old one.
        Stop: its bridge, which runs here, did not become healthy.
        KafkaException: the broker refused or did not answer.
    """
    home, user = cluster.home, cluster.names.agency_user(slug)
    stands = _not_revoked(cluster, user)
    cluster.ensure_agency_secret(slug)
    if stands.overlap_since is None:
        stands = _second(cluster, user, stands, say)
    else:
        say(f"Old and new are valid since {stands.overlap_since:%d %B %H:%M} UTC already.")
        scram.put(cluster, user, stands.current)
    folder = bundle.hand_over(cluster, slug)
    say(f"The new one is in {folder}.")
    since = stands.overlap_since or datetime.now(UTC)
    return HandedOver(folder, stands.current, since, workers.take_up(home, [folder], say))


def _second(cluster: Cluster, user: str, stands: Standing, say: Say) -> Standing:
    """The other slot has a password the broker takes."""
    slot = stands.current.other
    secret = passwords.ensure(cluster.home, user, slot)
    scram.put(cluster, user, slot)
    took_s = proof.let_in(cluster.password_config(user, slot, secret.read_text()))
    say(f"The broker takes the new password ({slot}, {took_s:.1f} s); the old one stays valid.")
    now = datetime.now(UTC)
    stands = Standing(current=slot, since=now, overlap_since=now)
    passwords.put_down(cluster.home, user, stands)
    return stands


@dataclass(frozen=True)
class Retired:
    """The old password is refused."""

    was_open: bool
    """Whether there was an old one at all."""
    refused_after_s: float | None


def retire(cluster: Cluster, slug: str, say: Say) -> Retired:
    """Only the password in the agency's folder is valid; any other was seen to be refused.

    Sessions the old one opened end when the broker next asks them, within a minute.

    Raises:
        Revoked: the agency is shut out.
        NotTaken: the broker does not take the one in the folder, so the old one stays; or it
            still takes the old one.
        KafkaException: the broker refused or did not answer.
    """
    home, user = cluster.home, cluster.names.agency_user(slug)
    stands = _not_revoked(cluster, user)
    old = stands.current.other
    file = passwords.file_of(home, user, old)
    secret = file.read_text() if file.is_file() else ""
    if not secret and stands.overlap_since is None:
        return Retired(was_open=False, refused_after_s=None)
    proof.let_in(cluster.agency_config(slug))
    scram.drop(cluster, [user], [old])
    took_s = proof.shut_out(cluster.password_config(user, old, secret)) if secret else None
    if took_s is not None:
        say(f"The broker refuses the old password ({old}, after {took_s:.1f} s).")
    file.unlink(missing_ok=True)
    passwords.put_down(home, user, Standing(current=stands.current, since=stands.since))
    return Retired(was_open=True, refused_after_s=took_s)


def _not_revoked(cluster: Cluster, user: str) -> Standing:
    stands = passwords.standing(cluster.home, user)
    if stands.revoked_at is not None:
        raise Revoked(f"{user} is revoked. To let it in again: hub secrets reinstate {user}")
    return stands
