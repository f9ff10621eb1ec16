"""Break-glass: a principal shut out at once, and let in again when it is safe.

    refuse everything → answer fetches the broker holds → the passwords → the folder

The refusal comes first because it acts within milliseconds on sessions that stand; a password that
is gone ends them only when the broker next asks, a certificate never (decision 8).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from services.agreements import bundle, live
from services.agreements.inboxes import answer_held_fetches
from services.hub.broker import certificates, passwords, scram
from services.hub.broker.artifacts import Say
from services.hub.broker.certificates import Unit
from services.hub.broker.cluster import ClientConfig, Cluster
from services.hub.broker.faults import NotTaken
from services.hub.broker.layout import Home
from services.hub.rotation import proof, workers
from services.hub.rotation.principals import Principal


@dataclass(frozen=True)
class Shut:
    """A principal that gets no answer any more."""

    denied_after_s: float
    """From the command to the refusal of every session that stood, by every broker."""
    seen: bool
    """Whether such sessions could be opened before; else only new ones were tried."""


def revoke(cluster: Cluster, who: Principal, say: Say) -> Shut:
    """The broker serves nothing to that principal, whatever credential it shows.

    Said again it changes nothing and measures once more.

    Raises:
        NotTaken: a broker still serves it; the refusal is set all the same.
        KafkaException: the broker refused or did not answer.
    """
    home, user = cluster.home, who.user
    admin = AdminClient(cluster.admin_config())
    topics = _topics(admin, user)
    session = proof.Session(_config(cluster, who), topics) if topics else None
    seen = session is not None and session.open()
    began = time.monotonic()
    live.wait(admin.create_acls([_refusal(user)], request_timeout=live.WAIT_S).values())
    took_s = time.monotonic() - began
    if session is not None and seen:
        session.until_denied()
        took_s = time.monotonic() - began
    say(f"The broker refuses {user} after {took_s:.2f} s.")
    if who.unit is Unit.AGENCY:
        topics = (cluster.names.inbox(who.slug), cluster.names.dead(who.slug))
        for unanswered in answer_held_fetches(cluster, topics):
            say(f"A fetch the broker holds on {unanswered} may still be answered once.")
    stands = passwords.standing(home, user)
    at = stands.revoked_at or datetime.now(UTC)
    passwords.put_down(home, user, stands.model_copy(update={"revoked_at": at}))
    if who.unit is Unit.AGENCY:
        scram.drop(cluster, [user])
        for slot in passwords.Slot:
            passwords.file_of(home, user, slot).unlink(missing_ok=True)
        bundle.hand_over(cluster, who.slug)
        say("Its passwords are gone; sessions they opened end within a minute.")
    return Shut(took_s, seen)


def reinstate(cluster: Cluster, who: Principal, say: Say) -> Path | None:
    """It is let in again, an agency with a new password in the folder that is returned.

    Raises:
        NotTaken: a certificate issued before it was shut out would be let in again, too.
        KafkaException: the broker refused or did not answer.
    """
    home, user = cluster.home, who.user
    stands = passwords.standing(home, user)
    if cluster.local and stands.revoked_at is not None:
        _no_old_certificate(Home(home), who, stands.revoked_at)
    folder = None
    if who.unit is Unit.AGENCY:
        if stands.revoked_at is not None:
            now = datetime.now(UTC)
            slot = stands.current.other
            passwords.put_down(home, user, passwords.Standing(current=slot, since=now))
        cluster.ensure_agency_secret(who.slug)
        scram.ensure_scram(cluster, [who.slug])
        proof.let_in(cluster.agency_config(who.slug))
        folder = bundle.hand_over(cluster, who.slug)
        say(f"The broker takes its new password, which is in {folder}.")
    else:
        passwords.put_down(home, user, passwords.Standing())
    admin = AdminClient(cluster.admin_config())
    found = admin.delete_acls([_exactly(user)], request_timeout=live.WAIT_S)
    live.wait(found.values())
    say(f"{user} has the rights again that its agreement gives it.")
    if folder is not None:
        workers.take_up(home, [folder], say)
    return folder


def _no_old_certificate(home: Home, who: Principal, revoked_at: datetime) -> None:
    """Raises NotTaken where a certificate of before the revocation still counts."""
    if not (home.pki / who.unit / f"{who.certificate}.pem").is_file():
        return
    old = [one for one in certificates.trusted(home) if certificates.made_at(one) < revoked_at]
    if old:
        raise NotTaken(
            f"Certificates of {who.user} issued before it was revoked would be let in again: a "
            "certificate ends with its authority alone. Renew that first: hub secrets rotate ca"
        )


def _config(cluster: Cluster, who: Principal) -> ClientConfig:
    """As that principal, with what it comes by now; as nobody where it has nothing."""
    stands = passwords.standing(cluster.home, who.user)
    if who.unit is Unit.SERVICE:
        return cluster.service_config(who.slug)
    file = passwords.file_of(cluster.home, who.user, stands.current)
    secret = file.read_text() if file.is_file() else "none"
    return cluster.password_config(who.user, stands.current, secret)


def _topics(admin: AdminClient, user: str) -> Collection[str]:
    """Those on which it has a right of its own."""
    mine = AclBindingFilter(
        ResourceType.TOPIC,
        None,  # type: ignore[arg-type]  # any name; its types do not know that
        ResourcePatternType.LITERAL,
        f"User:{user}",
        None,  # type: ignore[arg-type]  # any host, likewise
        AclOperation.ANY,
        AclPermissionType.ALLOW,
    )
    found = admin.describe_acls(mine, request_timeout=live.WAIT_S).result(timeout=live.WAIT_S)
    return {one.name for one in found}


def _refusal(user: str) -> AclBinding:
    return AclBinding(*_DENIED, f"User:{user}", "*", AclOperation.ALL, AclPermissionType.DENY)


def _exactly(user: str) -> AclBindingFilter:
    return AclBindingFilter(*_DENIED, f"User:{user}", "*", AclOperation.ALL, AclPermissionType.DENY)


_DENIED = (ResourceType.TOPIC, "*", ResourcePatternType.LITERAL)
