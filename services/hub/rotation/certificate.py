"""Our own certificates and the authority, renewed while everybody works.

The authority goes in three steps, each of which may be said again:

    trust   brokers, services and folders trust the next beside the one that signs
    sign    the next signs: brokers, services and administrator get certificates of it
    retire  nobody trusts the old one any more

Between the first two every agency has to take `ca.pem` from its folder: no command can see that.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from services.agreements import bundle
from services.agreements.versions import Versions
from services.hub.broker import certificates
from services.hub.broker.artifacts import Say
from services.hub.broker.certificates import BROKER, Unit
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import NotSetUp, NotTaken
from services.hub.broker.layout import Home
from services.hub.broker.private import private_directory
from services.hub.rotation import brokers, proof, workers
from services.hub.rotation.principals import Principal
from services.hub.rotation.workers import Pause

_PROBE = "clock"
"""Whose certificate of the old authority is kept until it was seen to be refused: it may least."""


def rotate(cluster: Cluster, who: Principal, say: Say) -> list[Pause]:
    """That principal has another certificate, and every process that runs as it works with it.

    The one before counts until it ends or its authority does.

    Raises:
        NotSetUp: the authority is not ours.
        NotTaken: the broker does not take the new one; nobody was told of it but by the file.
        Stop: a process did not become healthy; the others go on with what they have.
    """
    _ours(cluster)
    certificate, _ = certificates.issue(Home(cluster.home), who.certificate, who.unit, anew=True)
    if who.unit is not Unit.BRIDGE:  # its partners' doors are none of the broker's
        service = who.unit is Unit.SERVICE
        config = cluster.service_config(who.slug) if service else cluster.admin_config()
        took_s = proof.let_in(config)
        say(f"The broker takes the new certificate of {who.user} ({took_s:.1f} s).")
    return workers.take_up(cluster.home, [certificate], say)


def rotate_broker(cluster: Cluster, say: Say) -> float:
    """Seconds until every listener of every broker served another certificate.

    Raises:
        NotSetUp, NotTaken, KafkaException: as `brokers.take_up`.
    """
    _ours(cluster)
    certificates.issue(Home(cluster.home), BROKER, Unit.PLATFORM, anew=True)
    took_s = brokers.take_up(cluster)
    say(f"Every listener serves the new certificate after {took_s:.1f} s.")
    say("Several brokers go on to speak to each other with the old one until each starts anew.")
    return took_s


@dataclass(frozen=True)
class Step:
    """How far the authority's renewal is."""

    name: str
    """`trust`, `sign` or `retire`."""
    pauses: list[Pause]
    refused_after_s: float | None = None
    """Until a certificate of the old authority was refused."""


def trust_next(cluster: Cluster, say: Say) -> Step:
    """Everybody here trusts the next authority beside the one that signs.

    Raises:
        NotTaken: it signs already; the old one is to be retired first.
        NotSetUp, NotTaken, KafkaException, Stop: as `brokers.take_up` and `workers.take_up`.
    """
    _ours(cluster)
    home = Home(cluster.home)
    if len(certificates.trusted(home)) > 1 and not certificates.next_waits(home):
        raise NotTaken("The next authority signs already. End the old one: hub secrets retire ca")
    certificates.trust_next(home)
    say("The next authority is made. Brokers, services and folders trust both …")
    return Step("trust", _trust_taken_up(cluster, say))


def sign_with_next(cluster: Cluster, say: Say) -> Step:
    """The next authority signs, and all we have issued is of it.

    Raises:
        NotSetUp: there is no next one, or it is not trusted yet.
        NotTaken, KafkaException, Stop: as `brokers.take_up` and `workers.take_up`.
    """
    _ours(cluster)
    home = Home(cluster.home)
    if len(certificates.trusted(home)) < 2:
        raise NotSetUp("No authority is being renewed. Run: hub secrets rotate ca")
    brokers.take_up(cluster)  # nobody may show what a broker does not trust yet
    brokers.roll(cluster, home.ca, say)
    if certificates.next_waits(home):
        _keep_probe(cluster)
        certificates.sign_with_next(home)
    renewed = []
    for name, unit, _ in list(certificates.issued(home)):
        renewed += list(certificates.issue(home, name, unit))
    say("The next authority signs. Certificates of it go out …")
    took_s = brokers.take_up(cluster)
    say(f"  brokers serve theirs after {took_s:.1f} s")
    brokers.roll(cluster, _broker_certificate(home), say)
    proof.let_in(cluster.admin_config())
    return Step("sign", workers.take_up(cluster.home, renewed, say))


def retire_old(cluster: Cluster, say: Say) -> Step:
    """Nobody here trusts an authority but the one that signs; the old one's are refused.

    Raises:
        NotSetUp: the next one does not sign yet.
        NotTaken: a certificate of the old one is in use, or still taken.
        KafkaException, Stop: as `brokers.take_up` and `workers.take_up`.
    """
    _ours(cluster)
    home = Home(cluster.home)
    if certificates.next_waits(home):
        raise NotSetUp(
            "The next authority does not sign yet. When every agency has the new ca.pem, run: "
            "hub secrets rotate ca --agencies-have-it"
        )
    _nobody_needs_the_old(cluster)
    brokers.roll(cluster, _broker_certificate(home), say)
    certificates.trust_signer_alone(home)
    pauses = _trust_taken_up(cluster, say)
    probe, took_s = _probe(home), None
    if probe.is_file():
        config = cluster.service_config(_PROBE)
        of_old = {
            "ssl.certificate.location": str(probe),
            "ssl.key.location": str(probe.with_suffix(".key")),
        }
        took_s = proof.certificate_shut_out({**config, **of_old})
        say(f"The brokers refuse certificates of the old authority (after {took_s:.1f} s).")
        shutil.rmtree(probe.parent)
    return Step("retire", pauses, took_s)


def _trust_taken_up(cluster: Cluster, say: Say) -> list[Pause]:
    home, folders = cluster.home, []
    brokers.take_up(cluster)
    brokers.roll(cluster, Home(home).ca, say)
    say("  brokers trust what ca.pem says")
    for slug in Versions(home / "agreements").latest().agencies:
        folders.append(bundle.hand_over(cluster, slug))
    say(f"  {len(folders)} agencies' folders hold it")
    return workers.take_up(home, [Home(home).ca, *folders], say)


def _nobody_needs_the_old(cluster: Cluster) -> None:
    home = Home(cluster.home)
    old = [
        name
        for name, _, leaf in certificates.issued(home)
        if not certificates.of_signer(home, leaf)
    ]
    if old:
        raise NotTaken(
            f"These still show certificates of the old authority: {', '.join(old)}. "
            "Run first: hub secrets rotate ca --agencies-have-it"
        )


def _broker_certificate(home: Home) -> Path:
    return home.pki / Unit.PLATFORM / f"{BROKER}.pem"


def _keep_probe(cluster: Cluster) -> None:
    config = cluster.service_config(_PROBE)
    probe = _probe(Home(cluster.home))
    private_directory(probe.parent)
    shutil.copy(str(config["ssl.certificate.location"]), probe)
    shutil.copy(str(config["ssl.key.location"]), probe.with_suffix(".key"))


def _probe(home: Home) -> Path:
    return home.pki / "ending" / "probe.pem"


def _ours(cluster: Cluster) -> None:
    if not cluster.local:
        raise NotSetUp("This cluster's certificates are not ours: whoever runs it renews them.")
