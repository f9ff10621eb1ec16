"""The local broker's own life: start, kill, second start, lost owner; and whom it refuses."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # not in its types
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from services.hub.broker import pids, private, process, record
from services.hub.broker.artifacts import obtain_jars
from services.hub.broker.certificates import Unit, issue
from services.hub.broker.cluster import ClientConfig, Cluster
from services.hub.broker.faults import AlreadyRunning, InUse, StartFailed
from services.hub.broker.java import find_java
from services.hub.broker.jvm import BROKER, Runtime
from services.hub.broker.layout import Home
from services.hub.broker.process import Running, State
from services.hub.broker.render import lay_out
from services.hub.broker.scram import ensure_scram

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

QUIET: ClientConfig = {"log_level": 0, "socket.timeout.ms": 5000}
COMMAND = "from services.hub.broker.commands import broker; broker()"


@pytest.fixture(scope="module", autouse=True)
def _jars() -> None:
    """Fetched before the clock of any test runs."""
    obtain_jars(process.quiet)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One broker for the tests that leave it as it is."""
    home = tmp_path_factory.mktemp("broker") / "hub"
    started = process.start(home, quick=True, owner_pid=os.getpid())
    ensure_scram(started.cluster, ["prison"])
    create_topic(started.cluster, "not-for-agencies")
    yield started
    process.stop(home)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose broker, if any, does not outlive the test."""
    yield tmp_path / "hub"
    process.stop(tmp_path / "hub")


def create_topic(cluster: Cluster, name: str) -> None:
    admin = AdminClient({**cluster.admin_config(), **QUIET})
    for future in admin.create_topics([NewTopic(name, 1, 1)]).values():
        future.result(timeout=30)


def topics(config: ClientConfig, within_s: float = 20) -> set[str]:
    """What this client is shown; an exception if it is not let in."""
    return set(AdminClient({**config, **QUIET}).list_topics(timeout=within_s).topics)


def refused(config: ClientConfig) -> bool:
    """Whether this client gets no answer; one that is let in gets it in a tenth of the time."""
    with pytest.raises(KafkaException):
        topics(config, within_s=3)
    return True


def first_error(config: ClientConfig, within_s: float = 10) -> KafkaError:
    """The first error the client library reports."""
    errors: list[KafkaError] = []
    producer = Producer({**config, **QUIET, "error_cb": errors.append})
    wait_until(lambda: producer.poll(0.1) >= 0 and bool(errors), within_s)
    return errors[0]


def wait_until(true: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def may_be_held(lock: Path) -> bool:
    descriptor = private.try_hold(lock)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None


def only(found: Running) -> tuple[int, str]:
    """Id and start time of the one node's process."""
    (node,) = found.record.nodes
    assert node.process is not None
    return node.process


def with_subject(home: Path, ou: str, cn: str) -> tuple[Path, Path]:
    """A certificate our own authority signed, with a name it would never issue."""
    certificate, key = issue(Home(home), "honest", Unit.AGENCY)
    leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
    authority = x509.load_pem_x509_certificate((home / "pki" / "ca.pem").read_bytes())
    signer = serialization.load_pem_private_key((home / "pki" / "ca.key").read_bytes(), None)
    assert leaf.signature_hash_algorithm is not None
    name = [
        x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, ou),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, cn),
    ]
    forged = (
        x509.CertificateBuilder(extensions=list(leaf.extensions))
        .subject_name(x509.Name(name))
        .issuer_name(authority.subject)
        .public_key(leaf.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
        .sign(signer, leaf.signature_hash_algorithm)  # type: ignore[arg-type]  # ours is elliptic
    )
    path = private.write_private(
        home / "pki" / f"{ou}-{cn}.pem", forged.public_bytes(serialization.Encoding.PEM)
    )
    return path, key


def by_certificate(cluster: Cluster, bootstrap: str, pair: tuple[Path, Path]) -> ClientConfig:
    return {
        "bootstrap.servers": bootstrap,
        "security.protocol": "SSL",
        "ssl.ca.location": str(cluster.ca),
        "ssl.certificate.location": str(pair[0]),
        "ssl.key.location": str(pair[1]),
    }


def hub(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_a_broker_is_started_looked_at_and_stopped_and_nothing_secret_is_shown(home: Path) -> None:
    started = hub("start", "--home", str(home), "--json")
    assert started.returncode == 0, started.stderr
    shown = json.loads(started.stdout)
    assert shown["state"] == "running"
    (pid,) = shown["pids"]

    cluster = Cluster.load(home, {})
    ensure_scram(cluster, ["prison"])
    again = hub("start", "--home", str(home))
    assert (again.returncode, again.stderr.strip()) == (0, "The broker is already running.")
    status = hub("status", "--home", str(home))
    assert status.returncode == 0
    assert shown["bootstrap"]["scram"] in status.stdout

    stopped = hub("stop", "--home", str(home))
    assert stopped.returncode == 0
    assert "has stopped" in stopped.stdout
    assert pids.started(pid) is None
    assert hub("status", "--home", str(home)).returncode == 1

    password = cluster.ensure_agency_secret("prison").read_text()
    node = Home(home).node(1)
    logs = [path.read_text() for path in [node / "out.log", *(node / "logs").iterdir()]]
    for done in (started, again, status, stopped):
        logs += [done.stdout, done.stderr]
    for text in logs:
        assert password not in text
        assert "PRIVATE KEY" not in text
    assert not list(home.rglob("format.args"))


def test_files_are_the_owners_alone(running: Running) -> None:
    node = Home(running.cluster.home).node(1)
    for path in running.cluster.home.rglob("*"):
        mode = path.stat().st_mode & 0o777
        if path.is_dir():
            assert mode == 0o700, path
        elif not path.is_relative_to(node / "data") and not path.is_relative_to(node / "meta"):
            assert mode == 0o600, path  # Kafka sets some modes itself, behind a closed directory


def test_a_second_start_in_the_same_home_is_refused_and_the_first_unharmed(
    running: Running,
) -> None:
    before = only(running)
    with pytest.raises(AlreadyRunning):
        process.start(running.cluster.home)
    assert process.status(running.cluster.home).state is State.RUNNING
    assert only(running) == before


def test_a_second_start_is_refused_even_if_the_record_was_lost(running: Running) -> None:
    home = Home(running.cluster.home)
    kept = home.record.read_text()
    settings = (home.node(1) / "server.properties").read_text()
    home.record.unlink()
    try:
        with pytest.raises(InUse, match="still holds"):
            process.start(home.path)
        assert not home.record.exists()
        assert (home.node(1) / "server.properties").read_text() == settings
    finally:
        private.write_private(home.record, kept)
    assert process.status(home.path).state is State.RUNNING


def test_even_kafka_itself_refuses_a_second_process_in_the_directory(running: Running) -> None:
    runtime = Runtime(find_java(process.quiet), obtain_jars(process.quiet))
    directory = Home(running.cluster.home).node(1)
    second = subprocess.run(
        [*runtime.command("-Xmx256m"), BROKER, str(directory / "server.properties")],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert second.returncode == 1
    assert process.status(running.cluster.home, timeout_s=10).state is State.RUNNING
    assert "not-for-agencies" in topics(running.cluster.admin_config())


def test_a_killed_broker_comes_back_with_its_data_and_its_ports(home: Path) -> None:
    first = process.start(home, quick=True, owner_pid=os.getpid())
    create_topic(first.cluster, "kept")
    producer = Producer({**first.cluster.admin_config(), **QUIET, "acks": "all"})
    for number in range(500):
        producer.produce("kept", str(number).encode())
    assert producer.flush(30) == 0
    pid, _ = only(first)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: process.status(home).state is State.STOPPED, 10)

    second = process.start(home, quick=True, owner_pid=os.getpid())
    assert second.cluster == first.cluster
    assert only(second)[0] != pid
    consumer = Consumer(
        {
            **second.cluster.admin_config(),
            **QUIET,
            "group.id": "reader",
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe(["kept"])
    values: list[bytes | None] = []

    def all_read() -> bool:
        values.extend(message.value() for message in consumer.consume(500, 0.5))
        return len(values) >= 500

    wait_until(all_read, 60)
    consumer.close()
    assert values == [str(number).encode() for number in range(500)]


def test_the_broker_ends_when_its_owner_is_killed(home: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from services.hub.broker import process\n"
        "process.start(Path(sys.argv[1]), quick=True, owner_pid=os.getpid())\n"
        "print('ready', flush=True); time.sleep(300)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert owner.stdout is not None
        with owner.stdout as output:
            assert output.readline() == "ready\n"
        found = record.read(Home(home).record)
        assert found is not None
        (node,) = found.nodes
        assert node.alive
    finally:
        owner.kill()
        owner.wait()
    wait_until(lambda: not node.alive, 30)
    wait_until(lambda: may_be_held(Home(home).node(1) / "lock"), 10)


def test_a_taken_port_is_said_and_nothing_is_left_running(home: Path) -> None:
    fresh = record.new(1)
    fresh.save(Home(home).made().record)
    with socket.socket() as other:
        other.bind(("127.0.0.1", fresh.nodes[0].ports.scram))
        other.listen()
        with pytest.raises(InUse, match=f"Port {fresh.nodes[0].ports.scram}"):
            process.start(home)
    assert process.status(home).state is State.STOPPED


def test_a_broker_that_cannot_start_says_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> Path:
        directory = lay_out(*arguments)
        (directory / "pem" / "broker.pem").write_text("no key")
        return directory

    monkeypatch.setattr("services.hub.broker.process.lay_out", broken)
    with pytest.raises(StartFailed, match="ended by itself") as failed:
        process.start(home)
    assert "ERROR" in str(failed.value)
    assert process.status(home).state is State.STOPPED


def test_a_wrong_password_is_an_authentication_error(running: Running) -> None:
    config = running.cluster.agency_config("prison")
    assert "not-for-agencies" not in topics(config)
    error = first_error({**config, "sasl.password": "wrong"})
    assert error.code() == KafkaError._AUTHENTICATION


def test_an_agency_without_credentials_at_the_broker_is_not_let_in(running: Running) -> None:
    error = first_error(running.cluster.agency_config("nobody"))
    assert error.code() == KafkaError._AUTHENTICATION


@pytest.mark.parametrize("listener", ["bootstrap_scram", "bootstrap_mtls", "bootstrap_internal"])
def test_nobody_is_served_without_tls(running: Running, listener: str) -> None:
    assert refused({"bootstrap.servers": getattr(running.cluster, listener)})


def test_a_password_is_never_taken_in_the_clear(running: Running) -> None:
    config = running.cluster.agency_config("prison")
    assert refused({**config, "security.protocol": "SASL_PLAINTEXT"})


@pytest.mark.parametrize("listener", ["bootstrap_mtls", "bootstrap_internal"])
def test_a_certificate_is_required_where_certificates_are_used(
    running: Running, listener: str
) -> None:
    assert refused(
        {
            "bootstrap.servers": getattr(running.cluster, listener),
            "security.protocol": "SSL",
            "ssl.ca.location": str(running.cluster.ca),
        }
    )


def test_a_service_and_an_agency_are_let_in_and_shown_nothing(running: Running) -> None:
    cluster = running.cluster
    for config in (
        cluster.service_config("admission"),
        cluster.agency_certificate_config("prison"),
    ):
        assert topics(config) == set()


def test_an_unknown_unit_is_refused(running: Running) -> None:
    cluster = running.cluster
    pair = with_subject(cluster.home, "hub-strangers", "prison")
    assert refused(by_certificate(cluster, cluster.bootstrap_mtls, pair))
    log = Home(cluster.home).node(1) / "logs" / "server.log"
    wait_until(lambda: "Failed to map name for 'CN=prison,OU=hub-strangers'" in log.read_text(), 10)


def test_units_do_not_pass_at_each_others_listeners(running: Running) -> None:
    cluster = running.cluster
    admin = (cluster.admin_certificate, cluster.admin_key)
    agency = issue(Home(cluster.home), "prison", Unit.AGENCY)
    assert refused(by_certificate(cluster, cluster.bootstrap_mtls, admin))
    assert refused(by_certificate(cluster, cluster.bootstrap_internal, agency))


def test_an_agency_called_like_the_administrator_is_not_the_administrator(running: Running) -> None:
    cluster = running.cluster
    pair = with_subject(cluster.home, "hub-agency", "hub-admin")
    assert topics(by_certificate(cluster, cluster.bootstrap_mtls, pair)) == set()


def test_the_sessions_shared_broker_answers(cluster: Cluster) -> None:
    assert AdminClient({**cluster.admin_config(), **QUIET}).list_topics(timeout=10).brokers
