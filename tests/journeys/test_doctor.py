"""The doctor on a real hub: nothing where all is well, every damage named where there is some."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from confluent_kafka import Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # not in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
)

from schemas.log import Tick
from services.agreements import live
from services.agreements.adopt import adopted, tell
from services.agreements.apply import apply
from services.agreements.broker_plan import Binding
from services.hub.broker.cluster import Cluster
from services.hub.cli import main
from services.hub.doctor import agreed, broker, examine, offsets
from services.hub.doctor.patient import CannotLook, Patient
from services.hub.processes import Layout, programs
from services.runtime.names import SERVICES, SPEAKERS, Names
from services.runtime.run import EXIT_CONFIG
from services.runtime.symptoms import Symptom, Weight
from tests.journeys.hub import AGREEMENTS, Hub

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

WAIT_S = 20


@dataclass(frozen=True)
class Ward:
    """An installation of its own on the session's broker, without processes."""

    cluster: Cluster
    admin: AdminClient
    names: Names

    def patient(self) -> Patient:
        return Patient.of(self.cluster, AGREEMENTS)

    def takes(self, service: str, resource: str, name: str, operation: str) -> None:
        """Take a right away behind the agreements' back."""
        pattern = "prefixed" if resource == "transactional-id" else "literal"
        who = f"User:{self.names.service_user(service)}"
        right = live.exactly(Binding(who, resource, name, pattern, operation))
        (gone,) = self.admin.delete_acls([right]).values()
        assert gone.result(timeout=WAIT_S)


@pytest.fixture(scope="module")
def ward(cluster: Cluster) -> Ward:
    mine = replace(cluster, names=Names(f"d{uuid4().hex[:6]}"))

    def say(version: str) -> None:
        tell(mine, adopted(version, datetime.now(UTC)))

    apply(mine, AGREEMENTS, say=say)
    for who in (*SERVICES, *SPEAKERS):
        mine.service_config(who)  # the doctor makes no certificate
    return Ward(mine, AdminClient({**mine.admin_config(), "log_level": 0}), mine.names)


def test_a_healthy_hub_has_no_fault(hub: Hub) -> None:
    apply(hub.cluster, AGREEMENTS)  # another test may have applied its own in this home
    hub.at_rest()
    told = CliRunner().invoke(main, ["doctor", "--home", str(hub.home), "--json"])
    checks = json.loads(told.stdout)["checks"]
    faults = [s for one in checks for s in one["symptoms"] if s["weight"] != "watch"]
    assert faults == []
    assert [one["not_seen"] for one in checks if one["not_seen"]] == []
    assert told.exit_code == 0


def test_damage_at_the_broker_is_found_and_named_and_the_worker_does_not_start(ward: Ward) -> None:
    names, admin = ward.names, ward.admin
    assert _at_the_broker(ward) == []
    rows, inbox, log = names.rows("registry"), names.inbox("prison"), names.log
    ward.takes("registry", "topic", rows, "write")
    ward.takes("risk", "transactional-id", f"{names.app('risk')}-", "write")
    ward.takes("notify", "group", names.app("notify"), "read")
    ward.takes("clock", "topic", names.said("clock", Tick), "write")
    _set(admin, names.rows("risk"), "cleanup.policy", "delete")
    _set(admin, log, "retention.ms", "1000000000")
    admin.create_partitions([NewPartitions(inbox, 2)])[inbox].result(timeout=WAIT_S)
    user = names.agency_user("dwp")
    gone = UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)
    admin.alter_user_scram_credentials([gone])[user].result(timeout=WAIT_S)
    dead = names.dead("dwp")
    admin.delete_topics([dead])[dead].result(timeout=WAIT_S)
    found = [str(one) for one in _at_the_broker(ward)]
    for line in (
        f"registry: topic {rows}: WRITE is not granted; run: hub agreements apply",
        f"risk: transactions {names.trial_id('risk')}: WRITE: TRANSACTIONAL_ID_AUTHORIZATION_",
        f"notify: group {names.app('notify')}: ",
        f"clock: topic {names.said('clock', Tick)}: ",
        f"topic {names.rows('risk')}: cleanup.policy is delete, not compact; run: hub",
        f"topic {log}: retention.ms is 1000000000, not -1; run: hub agreements apply",
        f"notify: topic {inbox}: has 2 partitions, not 1, which are fixed at birth",
        f"agency dwp: the broker knows no password of {user}; run: hub agreements apply",
        f"topic {dead}: is missing; run: hub agreements apply",
        f"admission: topic {dead}: ",
        f"rights: missing: {names.service_user('registry')} may write topic {rows}",
    ):
        assert any(one.startswith(line) for one in found), (line, found)
    code, reasons = _start(ward, "registry-1")
    assert f"topic {rows}: WRITE is not granted; run: hub agreements apply" in reasons
    assert code == EXIT_CONFIG


def test_a_transaction_nobody_ends_and_letters_nobody_reads_are_counted(ward: Ward) -> None:
    names, patient = ward.names, ward.patient()
    rows = names.rows("tracking")
    config = ward.cluster.service_config("tracking")
    producer = Producer({**config, "transactional.id": names.transactional_id("tracking", 0)})
    producer.init_transactions(WAIT_S)
    producer.begin_transaction()
    producer.produce(rows, b"never committed", b"somebody", 0)
    assert producer.flush(WAIT_S) == 0
    try:
        aged = offsets.look_at_changelogs(patient, timedelta(seconds=-5))
        (hangs,) = offsets.transactions(aged, names)
        assert hangs.where == f"{rows}[0]"
        assert list(offsets.transactions(offsets.look_at_changelogs(patient), names)) == []
    finally:
        producer.abort_transaction(WAIT_S)
    said = Producer(ward.cluster.admin_config())
    places = patient.places([names.dead(slug) for slug in agreed.applied(patient).agencies])
    dead = places[0][0]
    said.produce(dead, b"never shown")
    assert said.flush(WAIT_S) == 0
    (waits,) = found_by("dead letters", patient)
    assert (waits.wrong, waits.weight) == ("1 dead letters wait for it", Weight.WATCH)
    nobody = found_by("work", patient)
    assert {one.wrong for one in nobody} == {"no worker is in its group"}


def found_by(name: str, patient: Patient) -> tuple[Symptom, ...]:
    """What the check of that name finds."""
    (check,) = (one for one in examine.CHECKS if one.name == name)
    answer = examine.answer(check, patient)
    assert answer.not_seen == ""
    return answer.symptoms


def test_only_the_deploying_principal_looks(cluster: Cluster) -> None:
    other = cluster.service_config("clock")
    patient = Patient.of(cluster, AGREEMENTS)
    stranger = replace(patient, admin=AdminClient({**other, "log_level": 0}))
    with pytest.raises(CannotLook, match="HUB_ADMIN_CERT"):
        broker.look(stranger)


def _start(ward: Ward, worker: str) -> tuple[int, list[str]]:
    """Its exit code, and the lines of its pre-flight."""
    layout = Layout()
    ports = dict.fromkeys(layout.ports(), 0)
    (program,) = (one for one in programs(ward.cluster, layout, ports) if one.name == worker)
    done = subprocess.run(
        [sys.executable, "-m", program.module],
        env=program.full_environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    return done.returncode, [one["reason"] for one in lines if one["says"] == "pre-flight"]


def _at_the_broker(ward: Ward) -> list[Symptom]:
    patient = ward.patient()
    return [*found_by("topics and rights", patient), *found_by("pre-flight", patient)]


def _set(admin: AdminClient, topic: str, key: str, value: str) -> None:
    entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(timeout=WAIT_S)
