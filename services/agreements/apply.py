"""Making the broker hold what the agreements ask: narrow first, widen last.

    shut out who is granted less → take rights away → topics → quotas → passwords
    → our services' rights → what they read → say it is adopted → folders → the agencies' rights
    → what was unread is withdrawn and told again → let in who was shut out

An agency is let in only after the log knows under which agreements. Whatever ends half way is
ended by running it again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from services.agreements import bundle, live, withdrawal
from services.agreements.broker_plan import Binding, Desired, Scope, Topic, desired
from services.agreements.compile import Agreements, load
from services.agreements.inboxes import KafkaInboxes
from services.agreements.needs import needs
from services.agreements.plan import Plan, compare
from services.agreements.references import References
from services.agreements.suspended import while_suspended
from services.agreements.versions import LATEST, Versions
from services.hub.broker import passwords
from services.hub.broker.certificates import RESERVED
from services.hub.broker.cluster import Cluster
from services.hub.broker.layout import Home
from services.hub.broker.private import private_directory, write_private
from services.hub.broker.scram import drop, ensure_scram
from services.runtime import quotas
from services.runtime.names import SERVICES

OWN = frozenset(f"User:{name}" for name in RESERVED)
"""Principals this tool may run as; it never takes a right of theirs."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Applied:
    """What was done."""

    version: str
    plan: Plan
    folders: dict[str, Path]
    """Each agency's own, by slug."""
    shut_out: tuple[str, ...] = ()
    """Who is granted less and reads nothing until `withdraw` has ended."""
    begin_anew: tuple[str, ...] = ()
    """Services that read other topics now: where they run, their workers end and begin anew."""


def plan(cluster: Cluster, agreements: Agreements) -> Plan:
    """What `apply` would do.

    Raises:
        Stop: the broker holds something that has to be looked at by hand.
        KafkaException, Unavailable: the broker did not answer.
    """
    return _plan(cluster, _wanted(cluster, agreements))


def apply(cluster: Cluster, directory: Path, *, say: Say | None = None) -> Applied:
    """The broker and `.hub` are as the files of that directory ask.

    `say` is given the version when all but the agencies' own rights is in place.

    Raises:
        AgreementsRefused: a file is not in order; nothing was touched.
        Stop: the broker holds something that has to be looked at by hand; nothing was touched.
        KafkaException, Unavailable: the broker refused or did not answer; run it again.
    """
    agreements = load(directory)
    wanted = _wanted(cluster, agreements)
    admin = AdminClient(cluster.admin_config())
    made = _plan(cluster, wanted)
    before = Versions(cluster.home / "agreements").adopted()
    keep(cluster, agreements, directory)
    inboxes, now = KafkaInboxes(cluster, agreements), datetime.now(UTC)
    narrowing = withdrawal.begin(cluster.home, before, agreements, now, inboxes)
    shut_out = () if narrowing is None else narrowing.agencies
    _take(admin, cluster, made)
    _make_topics(admin, made.create)
    _configure(admin, made.configure)
    quotas.put(cluster.admin_config(), made.quotas)
    with passwords.alone(cluster.home):
        ensure_scram(cluster, wanted.users)
    inside, outside = _apart(cluster, wanted, made.give)
    _give(admin, inside)
    anew = _write_sources(cluster, agreements)
    if say is not None:
        say(agreements.version)
    with passwords.alone(cluster.home):
        folders = {slug: bundle.write(cluster, one) for slug, one in agreements.agencies.items()}
    shut = {inboxes.reading(slug) for slug in shut_out}
    _give(admin, (right for right in outside if right not in shut))
    return Applied(agreements.version, made, folders, shut_out, anew)


def _wanted(cluster: Cluster, agreements: Agreements) -> Desired:
    """What the broker has to hold; those who are suspended read nothing."""
    return while_suspended(desired(agreements, cluster.names), cluster.home, cluster.names)


def withdraw(cluster: Cluster, within_s: float) -> tuple[str, ...]:
    """What was unread when agreements narrowed is withdrawn and told again; who waits for that.

    They stay shut out of their inboxes until notify decides by the new agreements, so it has to
    run; nobody waits in vain for more than `within_s` seconds here.

    Raises:
        KafkaException, Unavailable: the broker refused or did not answer; run it again.
    """
    home, until = cluster.home, monotonic() + within_s
    versions = Versions(home / "agreements")
    while (pending := withdrawal.read(home)) is not None:
        references = References((home / "secrets" / "references").read_bytes())
        inboxes, now = KafkaInboxes(cluster, versions.latest()), datetime.now(UTC)
        if withdrawal.go_on(home, inboxes, versions.get, references, now):
            break
        if monotonic() > until:
            return pending.agencies
        sleep(0.3)
    return ()


def renew(cluster: Cluster, agreements: Agreements, topic: str) -> None:
    """The topic is empty and as the agreements ask, whatever stood in it.

    Raises:
        KafkaException: the broker refused or did not answer; run it again.
    """
    admin = AdminClient(cluster.admin_config())
    gone = admin.delete_topics([topic], request_timeout=live.WAIT_S, operation_timeout=live.WAIT_S)
    live.wait(gone.values(), but=KafkaError.UNKNOWN_TOPIC_OR_PART)
    wanted = desired(agreements, cluster.names).topics[topic]
    until = monotonic() + live.WAIT_S
    while True:
        try:
            return _make_topic(admin, wanted)
        except KafkaException as refused:
            going = refused.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS
            if not going or monotonic() > until:
                raise
            sleep(0.2)


def make(cluster: Cluster, topics: Iterable[Topic]) -> None:
    """These topics are there; one that was is left as it is.

    Raises:
        KafkaException: the broker refused or did not answer.
    """
    _make_topics(AdminClient(cluster.admin_config()), topics)


def configure(cluster: Cluster, configs: Mapping[str, Mapping[str, str]]) -> None:
    """Topics have these settings, by topic.

    Raises:
        KafkaException: the broker refused or did not answer.
    """
    _configure(AdminClient(cluster.admin_config()), configs)


def let_services_in(cluster: Cluster, agreements: Agreements) -> None:
    """Our own services have the rights these agreements give them; no agency gets any.

    Raises:
        KafkaException: the broker refused or did not answer.
    """
    wanted = desired(agreements, cluster.names)
    inside, _ = _apart(cluster, wanted, sorted(wanted.bindings))
    _give(AdminClient(cluster.admin_config()), inside)


def _apart(
    cluster: Cluster, wanted: Desired, rights: Iterable[Binding]
) -> tuple[list[Binding], list[Binding]]:
    """The rights of our own services, and those of agencies."""
    agencies = {f"User:{cluster.names.agency_user(slug)}" for slug in wanted.users}
    inside: list[Binding] = []
    outside: list[Binding] = []
    for right in rights:
        (outside if right.principal in agencies else inside).append(right)
    return inside, outside


def keep(cluster: Cluster, agreements: Agreements, directory: Path) -> Path:
    """A copy of the files under their version: what the log will refer to."""
    folder = private_directory(cluster.home / "agreements" / agreements.version)
    for path in sorted(directory.glob("*.yaml")):
        write_private(folder / path.name, path.read_bytes())
    write_private(folder.parent / LATEST, agreements.version)
    _ensure_reference_secret(cluster.home)
    return folder


def _write_sources(cluster: Cluster, agreements: Agreements) -> tuple[str, ...]:
    """What the services here read from now on: whoever keeps them running starts them anew for it.

    Those which that changes; of a separate installation on the same cluster none run here.
    """
    if cluster.names.prefix:
        return ()
    wanted, path = needs(agreements, cluster.names), Home(cluster.home).sources
    reads = {service: list(wanted[service].reads) for service in SERVICES}
    before = json.loads(path.read_text()) if path.exists() else reads
    write_private(path, json.dumps(reads, indent=1))
    return tuple(service for service in SERVICES if before.get(service) != reads[service])


def _ensure_reference_secret(home: Path) -> None:
    """The secret all references are made with; another one would make strangers of everybody."""
    path = private_directory(home / "secrets") / "references"
    if not path.exists():
        write_private(path, secrets.token_bytes(32))


def _plan(cluster: Cluster, wanted: Desired) -> Plan:
    scope = Scope(cluster.names)
    return compare(wanted, live.read(cluster.admin_config(), scope), scope, OWN)


def _take(admin: AdminClient, cluster: Cluster, made: Plan) -> None:
    for some in live.portions(live.exactly(right) for right in made.take):
        live.wait(admin.delete_acls(some, request_timeout=live.MAKES_S).values())
    drop(cluster, made.withdrawn)


def _make_topics(admin: AdminClient, topics: Iterable[Topic]) -> None:
    for some in live.portions(map(_new, topics)):
        futures = admin.create_topics(some, request_timeout=live.MAKES_S)
        live.wait(futures.values(), but=KafkaError.TOPIC_ALREADY_EXISTS)


def _make_topic(admin: AdminClient, topic: Topic) -> None:
    live.wait(admin.create_topics([_new(topic)], request_timeout=live.WAIT_S).values())


def _new(topic: Topic) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, config=dict(topic.configs))


def _configure(admin: AdminClient, configs: Mapping[str, Mapping[str, str]]) -> None:
    resources = (
        ConfigResource(
            ResourceType.TOPIC,
            topic,
            incremental_configs=[
                ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
                for key, value in settings.items()
            ],
        )
        for topic, settings in configs.items()
    )
    for some in live.portions(resources):
        live.wait(admin.incremental_alter_configs(some, request_timeout=live.MAKES_S).values())


def _give(admin: AdminClient, rights: Iterable[Binding]) -> None:
    for some in live.portions(map(live.acl, rights)):
        live.wait(admin.create_acls(some, request_timeout=live.MAKES_S).values())
