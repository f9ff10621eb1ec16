"""All checks of an installation, in the order in which a person would ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaException

from services.agreements.broker_plan import Scope
from services.hub import drift, start
from services.hub.agency import suspension
from services.hub.broker.faults import BrokerFault
from services.hub.doctor import agreed, broker, files, offsets, overlaps, running
from services.hub.doctor.agreed import applied
from services.hub.doctor.patient import Patient
from services.hub.doctor.preflights import preflights
from services.hub.rotation.listing import rows
from services.runtime import preflight
from services.runtime.faults import Fault, Unavailable
from services.runtime.symptoms import Symptom, Weight

STARTS_S = 10.0
"""So long a broker that answers may still be starting."""


@dataclass(frozen=True)
class Check:
    """One question, and what finds the answer."""

    name: str
    find: Callable[[Patient], Iterable[Symptom]]
    asks_broker: bool = True


@dataclass(frozen=True)
class Answer:
    """What one check found, or why it could not look."""

    name: str
    symptoms: tuple[Symptom, ...] = ()
    not_seen: str = ""

    @property
    def faults(self) -> bool:
        """Whether whoever runs the hub has something to do."""
        return any(one.weight >= Weight.FAULT for one in self.symptoms)

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.not_seen:
            return "not seen"
        return "fault" if self.faults else "watch" if self.symptoms else "well"


def _secrets(patient: Patient) -> Iterator[Symptom]:
    slugs = sorted(applied(patient).agencies)
    users = [patient.cluster.names.agency_user(slug) for slug in slugs]
    yield from files.closed(files.look_at_items(patient.home), patient.home)
    yield from files.missing_secrets(patient.home, files.passwords_of(patient.home, users))
    yield from overlaps.symptoms(rows(patient.cluster), patient.now)


BROKER = Check("broker", lambda p: broker.symptoms(broker.look(p)))
CHECKS = (
    Check("disk", lambda p: files.room(files.look_at_room(p.home)), asks_broker=False),
    Check("backup", lambda p: files.backup(files.look_at_backup(p.home), p.now), asks_broker=False),
    Check("secrets", _secrets, asks_broker=False),
    Check("certificates", lambda p: files.certificates(p.home, p.now), asks_broker=False),
    Check("schemas", lambda p: files.schemas(p.home), asks_broker=False),
    Check("agreements", lambda p: agreed.versions(agreed.look_at_versions(p), p.now)),
    Check(
        "topics and rights",
        lambda p: agreed.drift(agreed.look_at_broker(p), Scope(p.cluster.names)),
    ),
    Check("drift", lambda p: drift.symptoms(drift.last(p.home), p.now), asks_broker=False),
    Check("build", lambda p: files.build(files.look_at_build(p))),
    Check("pre-flight", preflights),
    Check(
        "processes",
        lambda p: running.processes(start.running(p.home), p.home / "logs"),
        asks_broker=False,
    ),
    Check("rows", lambda p: running.renewals(running.look_at_renewals(p.home)), asks_broker=False),
    Check("clock", lambda p: running.clock(running.look_at_clock(p), running.now_utc())),
    Check("work", lambda p: offsets.groups(*offsets.look_at_groups(p))),
    Check(
        "transactions",
        lambda p: offsets.transactions(offsets.look_at_changelogs(p), p.cluster.names),
    ),
    Check("suspended", lambda p: suspension.symptoms(suspension.waits(p.cluster), p.now)),
    Check("held", lambda p: running.held(running.look_at_held(p))),
    Check("dead letters", lambda p: offsets.letters(offsets.look_at_letters(p))),
)
"""All but the broker's own, which comes first: without it most others cannot look."""


def examine(patient: Patient, checks: Sequence[Check] = CHECKS) -> Iterator[Answer]:
    """The answer of each check, as it comes."""
    first = answer(BROKER, patient)
    yield first
    away = first.not_seen or ("the broker does not answer" if _away(first) else "")
    for check in checks:
        yield (
            Answer(check.name, (), away) if away and check.asks_broker else answer(check, patient)
        )


def _away(first: Answer) -> bool:
    return any(one.weight is Weight.STOPS for one in first.symptoms)


def answer(check: Check, patient: Patient) -> Answer:
    """What the check finds; a broker that has just started is asked again until it is ready."""
    until = time.monotonic() + STARTS_S
    while True:
        try:
            return Answer(check.name, tuple(check.find(patient)))
        except (Fault, BrokerFault) as fault:
            reason, again = "; ".join(str(fault).splitlines()), isinstance(fault, Unavailable)
        except KafkaException as refused:
            error = refused.args[0]
            reason = f"the broker refused or did not answer: {error.name()}"
            again = preflight.passes(error)
        except OSError as fault:
            reason, again = f"cannot be opened: {fault.filename or 'a page of a process'}", False
        except (
            ValueError,
            KeyError,
        ):  # one damaged file must not hide what other checks would find
            reason = "a file of the installation is damaged; see the faults of other checks first"
            again = False
        if not again or time.monotonic() > until:
            return Answer(check.name, (), reason)
        time.sleep(0.5)
