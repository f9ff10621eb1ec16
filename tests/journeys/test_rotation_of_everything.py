"""Every kind of secret changes hands in a whole hub under load: the figures of one long watch."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click
import pytest
from click.testing import CliRunner
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from schemas.eligibility import ConvictionRecorded
from schemas.register import RequirementOpened
from services.agreements.apply import apply
from services.agreements.bundle import folder_of
from services.agreements.versions import Versions
from services.hub import start
from services.hub.broker import process
from services.hub.broker.certificates import ADMIN, Unit
from services.hub.broker.cluster import Cluster
from services.hub.cli import main
from services.hub.processes import Layout
from services.hub.proofs import Recorded, compare, lines
from services.runtime.names import SERVICES, SPEAKERS
from tests import makers
from tests.journeys.hub import AGREEMENTS, Hub, eventually
from tests.journeys.outsiders import Outsider, at_work, stands_in, told

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.timeout(900)]

BROKERS = (
    ("rotate", "broker"),
    ("rotate", "ca"),
    ("rotate", "ca", "--agencies-have-it"),
    ("retire", "ca"),
)
REAUTHENTICATE_S = 5
TOLD = "derbyshire-police"
STATEFUL = ("admission", "registry", "risk", "notify")


def hub(home: Path, *command: str) -> Any:  # noqa: ANN401  JSON
    """What a command of `hub secrets` answers."""
    done = CliRunner().invoke(main, ["secrets", *command, "--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Hub]:
    """A hub of its own, for what it trusts is not what the others trust afterwards."""
    home, layout = tmp_path / "home", Layout(tick_s=1.0, standbys=True)
    try:
        process.start(home, owner_pid=os.getpid())
        start.bring_up(home, AGREEMENTS, lambda _: None, layout, owner_pid=os.getpid())
        cluster = Cluster.load(home)
        with closing(Recorded(cluster, Versions(home / "agreements").latest())) as topics:
            yield Hub(home, cluster, topics)
    finally:
        start.stop_services(home, lambda _: None)
        process.stop(home)


@contextmanager
def load(running: Hub, folder: Path, said: list[ConvictionRecorded]) -> Iterator[None]:
    """Somebody new becomes known again and again; each time another start of the stock client."""
    over, wrong = Event(), list[BaseException]()

    def speak() -> None:
        try:
            while not over.is_set():
                number = 50_000 + len(said)
                numbers = (makers.a_pnc(number),)
                person = makers.a_conviction(identifiers=numbers, occurred_at=datetime.now(UTC))
                running.say(folder, person)
                said.append(person)
        except BaseException as fault:
            wrong.append(fault)
            raise

    thread = Thread(target=speak)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert wrong == []


def test_every_secret_of_a_hub_rotates_under_load(
    running: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[ConvictionRecorded] = []
    figures: dict[str, object] = {}
    with load(running, tmp_path, said):
        for name, answer in _rotations(running.home):
            eventually(partial(_more, said, len(said)), 60, f"it is said on after {name}")
            figures[name] = answer
            with capsys.disabled():
                click.echo(f"\n{name}: {json.dumps(answer)}", nl=False)
    eventually(lambda: _opened(running) >= len(said), 120, "everything is told")
    running.at_rest()
    assert _opened(running) == len(said) > 20
    services = [one for one in running.services() if one.name in STATEFUL]
    found = [asyncio.run(compare(running.recorded(), one)) for one in services]
    assert all(one.identical for one in found), "\n".join(lines(found))
    repeats = {one.service: one.repeats for one in found}
    with capsys.disabled():
        click.echo(f"\n{len(said)} said, all told once; written twice and dropped: {repeats}")
    assert not any(row["overlap_since"] for row in hub(running.home, "list"))


def test_certificates_of_three_brokers_rotate_under_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    try:
        begun = process.start(
            home, nodes=3, owner_pid=os.getpid(), reauthenticate_s=REAUTHENTICATE_S
        )
        cluster = begun.cluster
        apply(cluster, AGREEMENTS)
        ended_s = _session_ends_after(cluster)
        inbox = cluster.names.inbox("probation")
        topic = cluster.names.said("probation", ConvictionRecorded)
        outsider = Outsider(folder_of(cluster, "probation"), topic)
        with at_work(outsider):
            for command in BROKERS:
                with told(cluster, inbox, len(stands_in(cluster, inbox))):
                    name, answer = _timed(home, *command)
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


def _rotations(home: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Each as an operator does it, with what the command answered and how long it took."""
    for agency in ("agency-probation", "agency-em"):
        yield _timed(home, "rotate", agency)
        yield _timed(home, "retire", agency)
    for service in (*SERVICES, *SPEAKERS):
        yield _timed(home, "rotate", f"{Unit.SERVICE}-{service}")
    for name in (ADMIN, "bridge-em"):
        yield _timed(home, "rotate", name)
    for command in BROKERS:
        yield _timed(home, *command)


def _timed(home: Path, *command: str) -> tuple[str, Mapping[str, object]]:
    began = time.monotonic()
    answer = hub(home, *command)
    told = {key: answer[key] for key in answer if key not in ("next", "principal", "folder")}
    return " ".join(command), {**told, "took_s": round(time.monotonic() - began, 1)}


def _more(said: list[ConvictionRecorded], than: int) -> bool:
    return len(said) > than


def _opened(running: Hub) -> int:
    """Of how many requirements the police were told, each notice once."""
    return len(running.told(TOLD, RequirementOpened))
