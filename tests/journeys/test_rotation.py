"""Secrets change hands under load: nothing lost, nothing refused, nothing told twice."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import click
import pytest
from click.testing import CliRunner
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.eligibility import ConvictionRecorded
from services.agreements.apply import apply
from services.agreements.bundle import folder_of
from services.hub.broker import passwords, process, scram
from services.hub.broker.cluster import ClientConfig, Cluster
from services.hub.broker.faults import NotTaken, Revoked
from services.hub.cli import main
from services.hub.rotation import agency, proof, revocation
from services.hub.rotation.listing import rows
from services.hub.rotation.principals import Principal, named
from services.runtime.names import Names
from tests.journeys.hub import AGREEMENTS, eventually
from tests.journeys.outsiders import Outsider, at_work, stands_in, told

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

PROBATION = "probation"
AT_MOST_S = 2.0
BROKERS = (
    ("rotate", "broker"),
    ("rotate", "ca"),
    ("rotate", "ca", "--agencies-have-it"),
    ("retire", "ca"),
)
REAUTHENTICATE_S = 5


@dataclass(frozen=True)
class Place:
    """An installation of its own on the session's broker, and one agency of it at work."""

    cluster: Cluster
    who: Principal
    outsider: Outsider

    def standing(self) -> passwords.Standing:
        return passwords.standing(self.cluster.home, self.who.user)

    def password(self, slot: passwords.Slot) -> str:
        return passwords.file_of(self.cluster.home, self.who.user, slot).read_text()


@pytest.fixture
def place(cluster: Cluster) -> Place:
    mine = replace(cluster, names=Names(f"r{uuid4().hex[:6]}"))
    apply(mine, AGREEMENTS)
    topic = mine.names.said(PROBATION, ConvictionRecorded)
    folder = folder_of(mine, PROBATION)
    return Place(mine, named(mine, mine.names.agency_user(PROBATION)), Outsider(folder, topic))


def hub(home: Path, *command: str) -> Any:  # noqa: ANN401  JSON
    """What a command of `hub secrets` answers."""
    done = CliRunner().invoke(main, ["secrets", *command, "--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def timed(home: Path, *command: str) -> tuple[str, Mapping[str, object]]:
    began = time.monotonic()
    answer = hub(home, *command)
    told = {key: answer[key] for key in answer if key not in ("next", "principal", "folder")}
    return " ".join(command), {**told, "took_s": round(time.monotonic() - began, 1)}


def quiet(_: str) -> None:
    """Progress is for people."""


def test_a_password_rotates_twice_under_load_and_the_old_one_is_refused(place: Place) -> None:
    cluster, inbox = place.cluster, place.cluster.names.inbox(PROBATION)
    with at_work(place.outsider):
        with told(cluster, inbox, count()):
            for _ in range(2):
                _rotated_and_retired(place)
        notices = stands_in(cluster, inbox)
        brought = place.outsider.brought
        eventually(lambda: len(brought) >= len(notices), 20, "every notice is read")
    assert place.outsider.refusals == {}
    said = stands_in(cluster, place.outsider.topic)
    assert said == list(range(len(said)))
    assert len(place.outsider.acknowledged) == len(said) > 100
    assert [int(value) for _, value in brought] == notices == list(range(len(notices)))


def _rotated_and_retired(place: Place) -> None:
    cluster, user, before = place.cluster, place.who.user, place.standing()
    old = cluster.password_config(user, before.current, place.password(before.current))
    time.sleep(0.5)
    done = agency.rotate(cluster, PROBATION, quiet)
    assert done.slot is before.current.other
    proof.let_in(old)
    again = agency.rotate(cluster, PROBATION, quiet)
    assert (again.slot, again.overlap_since) == (done.slot, done.overlap_since)
    (row,) = (one for one in rows(cluster) if one.principal == user)
    assert row.overlap_since == done.overlap_since
    time.sleep(0.5)  # the agency works on with the old one
    place.outsider.start_anew()
    assert agency.retire(cluster, PROBATION, quiet).refused_after_s is not None
    assert not agency.retire(cluster, PROBATION, quiet).was_open
    with pytest.raises(NotTaken):
        proof.let_in(old, 2)
    time.sleep(0.5)


def test_what_a_crash_left_half_done_is_ended_by_running_it_again(place: Place) -> None:
    cluster, user = place.cluster, place.who.user
    first, second = passwords.Slot
    old = cluster.password_config(user, first, place.password(first))
    passwords.ensure(cluster.home, user, second)  # killed before the broker was told
    apply(cluster, AGREEMENTS)
    assert place.standing().overlap_since is None
    assert agency.rotate(cluster, PROBATION, quiet).slot is second
    scram.drop(cluster, [user], [first])  # killed after the broker was told
    ended = agency.retire(cluster, PROBATION, quiet)
    assert ended.was_open
    assert not passwords.file_of(cluster.home, user, first).exists()
    proof.shut_out(old)
    proof.let_in(cluster.agency_config(PROBATION))


def test_a_revoked_agency_is_cut_off_within_two_seconds_and_let_in_again(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster, outsider = place.cluster, place.outsider
    names = cluster.names
    held = names.dead(PROBATION)
    admin = Producer(cluster.admin_config())
    admin.produce(held, b"known already")
    assert admin.flush(10) == 0
    with told(cluster, names.inbox(PROBATION), count()), parked(cluster, held) as waiting:
        with at_work(outsider):
            eventually(lambda: len(outsider.brought) > 50, 20, "it is told")
            eventually(lambda: bool(outsider.acknowledged), 20, "it is heard")
            began = time.monotonic()
            shut = revocation.revoke(cluster, place.who, quiet)
            eventually(lambda: set(outsider.refusals) == {"speaks", "reads"}, 20, "it is cut off")
        woken = time.monotonic()
        admin.produce(held, b"not for it any more")
        assert admin.flush(10) == 0
        eventually(lambda: not waiting.is_alive(), 20, "the fetch that was held is answered")
    assert shut.seen
    cut = {name: at - began for name, (at, _) in outsider.refusals.items()}
    last = max(outsider.acknowledged[-1], outsider.brought[-1][0]) - began
    cut["held fetch"] = waiting.refused_at - woken
    figures = {"refused": shut.denied_after_s, **cut, "last record": last}
    with capsys.disabled():
        told_s = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in figures.items())
        click.echo(f"\nrevoked: {told_s}")
    assert max(*cut.values(), shut.denied_after_s, last) <= AT_MOST_S
    assert {why for _, why in outsider.refusals.values()} == {"TOPIC_AUTHORIZATION_FAILED"}
    assert set(waiting.brought) == {b"known already"}
    _stays_out(place)
    _comes_back(place)


def _stays_out(place: Place) -> None:
    """What was taken away is not given back by applying the agreements again."""
    cluster, user = place.cluster, place.who.user
    apply(cluster, AGREEMENTS)
    assert not list(passwords.filled(cluster.home, user))
    assert not (place.outsider.folder / "client.properties").exists()
    with pytest.raises(Revoked, match="reinstate"):
        agency.rotate(cluster, PROBATION, quiet)
    assert revocation.revoke(cluster, place.who, quiet).denied_after_s < AT_MOST_S
    (row,) = (one for one in rows(cluster) if one.principal == user)
    assert row.revoked_at == place.standing().revoked_at is not None


def _comes_back(place: Place) -> None:
    revocation.reinstate(place.cluster, place.who, quiet)
    back = Outsider(place.outsider.folder, place.outsider.topic)
    inbox = stands_in(place.cluster, place.cluster.names.inbox(PROBATION))
    with at_work(back):
        eventually(lambda: len(back.acknowledged) > 20, 20, "it speaks again")
        read = len(place.outsider.brought)
        eventually(lambda: read + len(back.brought) >= len(inbox), 20, "it reads on")
    assert back.refusals == {}
    brought = [int(value) for _, value in (*place.outsider.brought, *back.brought)]
    assert list(dict.fromkeys(brought)) == list(dict.fromkeys(inbox))


class Parked(Thread):
    """A reader that asks the broker to hold its fetch for half a minute, until it is refused."""

    def __init__(self, config: ClientConfig, topic: str) -> None:
        super().__init__(name="parked")
        self.brought: list[bytes] = []
        self.refused_at = float("inf")
        patient: ClientConfig = {"group.id": "none", "fetch.wait.max.ms": 30_000, "log_level": 0}
        self._consumer = Consumer({**config, **patient, "enable.auto.commit": False})
        self._consumer.assign([TopicPartition(topic, 0, 0)])

    def run(self) -> None:
        """Takes what comes."""
        while True:
            message = self._consumer.poll(1)
            error = message.error() if message else None
            if error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                self.refused_at = time.monotonic()
                break
            if message is not None and error is None:
                self.brought.append(message.value() or b"")
        self._consumer.close()


@contextmanager
def parked(cluster: Cluster, topic: str) -> Iterator[Parked]:
    """Such a reader waits at the end of the topic."""
    reader = Parked(cluster.agency_config(PROBATION), topic)
    reader.start()
    eventually(lambda: bool(reader.brought), 20, "it has read all there is")
    time.sleep(1)
    yield reader
    reader.join(40)


@pytest.mark.parametrize(
    "nodes", [1, pytest.param(3, marks=[pytest.mark.long, pytest.mark.timeout(600)])]
)
def test_the_brokers_certificates_and_the_authority_rotate_under_load(
    nodes: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    try:
        begun = process.start(
            home, nodes=nodes, owner_pid=os.getpid(), reauthenticate_s=REAUTHENTICATE_S
        )
        cluster = begun.cluster
        apply(cluster, AGREEMENTS)
        ended_s = _session_ends_after(cluster)
        inbox = cluster.names.inbox("probation")
        topic = cluster.names.said("probation", ConvictionRecorded)
        outsider, numbers = Outsider(folder_of(cluster, "probation"), topic), count()
        with at_work(outsider):
            for command in BROKERS:
                with told(cluster, inbox, numbers):
                    name, answer = timed(home, *command)
                    outsider.start_anew()  # with the ca.pem the step laid into its folder
                with capsys.disabled():
                    click.echo(f"\n{name}: {json.dumps(answer)}", nl=False)
            notices = stands_in(cluster, inbox)
            brought = outsider.brought
            eventually(lambda: _last(brought) == notices[-1], 60, "every notice is read")
        assert outsider.refusals == {}
        said = stands_in(cluster, topic)
        assert said == list(range(len(said)))
        assert len(outsider.acknowledged) == len(said) > 100
        assert notices == list(range(len(notices)))
        assert list(dict.fromkeys(int(value) for _, value in brought)) == notices
        with capsys.disabled():
            repeats = len(brought) - len(notices)
            click.echo(f"\n{len(said)} said, {len(notices)} told, {repeats} brought twice")
            click.echo(f"a session whose password was retired ended after {ended_s:.1f} s")
    finally:
        process.stop(home)


def _session_ends_after(cluster: Cluster) -> float:
    """Seconds for which a session lives on whose password was retired."""
    errors: list[KafkaError] = []
    quiet: dict[str, Any] = {"log_level": 0, "error_cb": errors.append}
    session = AdminClient({**cluster.agency_config("dwp"), **quiet})
    session.list_topics(timeout=10)
    hub(cluster.home, "rotate", "agency-dwp")
    hub(cluster.home, "retire", "agency-dwp")

    def ended() -> bool:
        session.poll(0.1)
        with suppress(KafkaException):
            session.list_topics(timeout=0.5)
        return any(one.code() == KafkaError._AUTHENTICATION for one in errors)  # noqa: SLF001  its public face

    return eventually(ended, REAUTHENTICATE_S + 5, "the session ends")


def _last(brought: list[tuple[float, bytes]]) -> int:
    return int(brought[-1][1])
