"""Whether the agreement files, what was applied, what the log was told and the broker agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from schemas.log import AgreementsAdopted, BuildAdopted, GrantDeadlineState, GrantDuty
from services.agreements import live as lives
from services.agreements.adopt import SPEAKER
from services.agreements.apply import OWN
from services.agreements.broker_plan import Desired, Scope, desired
from services.agreements.compile import Agreements, load
from services.agreements.deadlines import near
from services.agreements.faults import AgreementsRefused, Finding
from services.agreements.live import Live
from services.agreements.plan import Plan, compare
from services.agreements.suspended import while_suspended
from services.agreements.versions import Versions
from services.hub.broker import passwords
from services.hub.broker.scram import known
from services.hub.doctor.patient import CannotLook, Patient
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.symptoms import Symptom, Weight

APPLY = "run: hub agreements apply"
_BY_HAND = "look at it by hand: hub agreements plan"
_ENDS_SOON = timedelta(days=14)


@dataclass(frozen=True)
class VersionsSeen:
    """The same agreements by everybody who ought to know them."""

    applied: Agreements | None
    """What this installation keeps as applied last; None if that cannot be used."""
    unusable: str = ""
    """Why not."""
    files: str | None = None
    """The fingerprint of the files; None where they are not in order."""
    findings: tuple[Finding, ...] = ()
    told: str | None = None
    """The version the door was told last; None if that is longer ago than it is kept."""


def look_at_versions(patient: Patient) -> VersionsSeen:
    """Which version everybody has."""
    told, _ = told_last(patient, AgreementsAdopted)
    try:
        seen = VersionsSeen(applied(patient), told=told)
    except Stop as unusable:
        seen = VersionsSeen(None, "; ".join(str(unusable).splitlines()), told=told)
    try:
        return replace(seen, files=load(patient.files).version)
    except AgreementsRefused as refused:
        return replace(seen, findings=refused.findings)


def versions(seen: VersionsSeen, now: datetime) -> Iterator[Symptom]:
    """Where the versions differ, and which grants have ended or are about to."""
    for finding in seen.findings:
        where = f"{finding.file}:{finding.line}"
        yield Symptom(where, f"{finding.field or 'the file'}: {finding.reason}", "mend the file")
    if seen.applied is None:
        yield Symptom("agreements", seen.unusable, APPLY, Weight.STOPS)
        return
    version = seen.applied.version
    if seen.files not in (None, version):
        wrong = f"the files say {seen.files}, applied is {version}"
        yield Symptom("agreements", wrong, "run: hub agreements plan, then hub agreements apply")
    if seen.told not in (None, version):
        wrong = f"applied is {version}, but the log was told {seen.told}"
        yield Symptom("agreements", wrong, APPLY)
    for slug, agency in seen.applied.receivers.items():
        ends = {grant.ends_at for grant in agency.grants.values()}
        for end in sorted(one for one in ends if one < now + _ENDS_SOON):
            verb = "ended" if end <= now else "end"
            do = "its governance contact renews the file, or lets it end"
            yield Symptom(f"agency {slug}", f"grants {verb} on {end:%d %B}", do, Weight.WATCH)
    for one in near(seen.applied, now):
        if one.deadline.duty is GrantDuty.REVIEW and one.state is GrantDeadlineState.MISSED:
            wrong = f"grants were to be reviewed by {one.deadline.on:%d %B %Y}"
            do = "its governance contact looks whether they are needed, and says so in the file"
            yield Symptom(f"agency {one.deadline.agency}", wrong, do, Weight.WATCH)


@dataclass(frozen=True)
class BrokerHolds:
    """What the broker should hold, and what it does."""

    wanted: Desired
    live: Live
    users: frozenset[str]
    """Who comes in by the password in its folder."""
    revoked: frozenset[str] = frozenset()
    """Who is shut out by `hub secrets revoke`; the check of secrets speaks of them."""


def look_at_broker(patient: Patient) -> BrokerHolds:
    """Topics, rights and passwords.

    Raises:
        Stop: no agreements were applied that it could be held against.
    """
    names = patient.cluster.names
    live = lives.read(patient.cluster.admin_config(), Scope(names))
    users = frozenset(
        user
        for user, slots in known(patient.admin).items()
        if passwords.standing(patient.home, user).current in slots
    )
    wanted = while_suspended(desired(applied(patient), names), patient.home, names)
    return BrokerHolds(wanted, live, users, frozenset(passwords.revoked(patient.home)))


def drift(holds: BrokerHolds, scope: Scope) -> Iterator[Symptom]:
    """Where the broker is not as agreed."""
    there = holds.live.topics
    for name, topic in sorted(holds.wanted.topics.items()):
        if name in there and there[name].partitions != topic.partitions:
            wrong = f"has {there[name].partitions} partitions, not {topic.partitions}"
            do = "stop the hub; restore it from a copy: partitions are fixed at birth"
            yield Symptom(f"topic {name}", wrong, do, Weight.STOPS)
    as_cut = {
        name: replace(topic, partitions=there[name].partitions) if name in there else topic
        for name, topic in holds.wanted.topics.items()
    }
    try:
        made = compare(replace(holds.wanted, topics=as_cut), holds.live, scope, OWN)
    except Stop as stop:
        yield Symptom("rights", str(stop), _BY_HAND)
        return
    yield from _topics(made, holds.live)
    yield from _rights(made, holds.revoked)
    for slug in holds.wanted.users:
        user = scope.names.agency_user(slug)
        if user not in holds.users | holds.revoked:
            yield Symptom(f"agency {slug}", f"the broker knows no password of {user}", APPLY)


def _topics(made: Plan, live: Live) -> Iterator[Symptom]:
    for topic in made.create:
        yield Symptom(f"topic {topic.name}", "is missing", APPLY, Weight.STOPS)
    for name, settings in made.configure.items():
        for key, value in settings.items():
            now = live.topics[name].configs.get(key, "not set")
            yield Symptom(f"topic {name}", f"{key} is {now}, not {value}", APPLY)


def _rights(made: Plan, revoked: frozenset[str]) -> Iterator[Symptom]:
    for right in made.give:
        yield Symptom("rights", f"missing: {right}", APPLY, Weight.STOPS)
    for right in made.take:
        yield Symptom("rights", f"nobody agreed that {right}", f"{APPLY}, which takes it away")
    for user in made.withdrawn:
        yield Symptom("rights", f"{user} has no agreement any more, but a password", APPLY)
    for right in made.foreign:
        yield Symptom("rights", f"not ours, but reaches our topics: {right}", _BY_HAND)
    for right in made.denied:
        if right.principal.removeprefix("User:") in revoked:
            continue
        yield Symptom("rights", f"refused by hand: {right}", _BY_HAND)


def applied(patient: Patient) -> Agreements:
    """The agreements applied last.

    Raises:
        Stop: there are none, or their files were changed.
    """
    return Versions(patient.home / "agreements").latest()


def told_last(
    patient: Patient, kind: type[AgreementsAdopted | BuildAdopted]
) -> tuple[str | None, int]:
    """The version of that kind the door was told last, if that is still kept, and where."""
    topic = patient.cluster.names.said(SPEAKER, kind)
    record = patient.last(topic) if patient.places([topic]) else None
    if record is None:
        return None, -1
    fact = wire.decode(record.value or b"")
    if not isinstance(fact, kind):
        raise CannotLook(f"{topic} holds what does not belong there")
    return fact.version, record.offset
