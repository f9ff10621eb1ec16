"""How to reach which cluster, and as whom; secrets come into being only where they may."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.hub.broker import jvm, pids, private, probe, process, record, watchdog
from services.hub.broker.cluster import Cluster
from services.hub.broker.commands import broker
from services.hub.broker.faults import InUse, NameRefused, NotSetUp
from services.hub.broker.layout import Home
from services.hub.broker.ports import Ports
from services.hub.broker.process import State
from services.hub.broker.record import Node, Record

RECORD = Record("id", (Node(1, Ports(20001, 20002, 20003, 20004)),), "17.0.15", "4.3.1")
EXTERNAL = {
    "HUB_BOOTSTRAP_SERVERS": "kafka.example:9093",
    "HUB_BOOTSTRAP_MTLS": "kafka.example:9094",
    "HUB_CA": "/etc/hub/ca.pem",
    "HUB_ADMIN_CERT": "/etc/hub/admin.pem",
    "HUB_ADMIN_KEY": "/etc/hub/admin.key",
}


@pytest.fixture
def local(tmp_path: Path) -> Cluster:
    home = tmp_path / "home"
    RECORD.save(Home(home).made().record)
    return Cluster.load(home, {})


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_service_comes_by_certificate_which_is_made_here(local: Cluster) -> None:
    config = local.service_config("admission")
    assert config["bootstrap.servers"] == "localhost:20004"
    assert config["security.protocol"] == "SSL"
    assert str(config["ssl.certificate.location"]).endswith("/pki/service/admission.pem")
    assert Path(str(config["ssl.key.location"])).exists()


def test_an_agency_comes_by_password_which_is_made_once_and_kept(local: Cluster) -> None:
    config = local.agency_config("prison")
    assert config["sasl.username"] == "agency-prison"
    assert config["security.protocol"] == "SASL_SSL"
    assert len(str(config["sasl.password"])) >= 40
    assert local.agency_config("prison") == config
    path = local.home / "secrets" / "agency-prison"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert str(config["sasl.password"]) not in repr(local)


def test_an_agency_is_the_same_principal_by_certificate(local: Cluster) -> None:
    config = local.agency_certificate_config("prison")
    assert str(config["ssl.certificate.location"]).endswith("/pki/agency/prison.pem")


def test_the_administrator_comes_by_certificate_on_the_inner_listener(local: Cluster) -> None:
    config = local.admin_config()
    assert config["bootstrap.servers"] == "localhost:20002"
    assert str(config["ssl.certificate.location"]).endswith("/pki/platform/hub-admin.pem")


@pytest.mark.parametrize("slug", ["hub-admin", "broker", "../x", "A"])
def test_no_agency_has_a_super_users_name_nor_a_path(local: Cluster, slug: str) -> None:
    for way in (local.agency_config, local.agency_certificate_config, local.service_config):
        with pytest.raises(NameRefused):
            way(slug)


def test_nothing_started_is_an_error_that_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotSetUp, match="hub broker start"):
        Cluster.load(tmp_path / "none", {})


def test_the_environment_names_another_cluster(local: Cluster) -> None:
    cluster = Cluster.load(local.home, EXTERNAL)
    assert not cluster.local
    assert cluster.admin_config()["bootstrap.servers"] == "kafka.example:9094"
    inner = Cluster.load(local.home, {**EXTERNAL, "HUB_BOOTSTRAP_ADMIN": "kafka.example:9095"})
    assert inner.admin_config()["bootstrap.servers"] == "kafka.example:9095"


def test_every_missing_name_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(NotSetUp, match="HUB_BOOTSTRAP_MTLS, HUB_CA, HUB_ADMIN_CERT, HUB_ADMIN_KEY"):
        Cluster.load(tmp_path, {"HUB_BOOTSTRAP_SERVERS": "kafka.example:9093"})


def test_nothing_is_made_for_a_cluster_that_is_not_ours(tmp_path: Path) -> None:
    cluster = Cluster.load(tmp_path, EXTERNAL)
    for way in (cluster.agency_config, cluster.agency_certificate_config, cluster.service_config):
        with pytest.raises(NotSetUp, match="issues it"):
            way("prison")


def test_the_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    RECORD.save(tmp_path / "broker.json")
    assert record.read(tmp_path / "broker.json") == RECORD
    assert record.read(tmp_path / "absent.json") is None


def test_a_new_cluster_has_its_own_id_and_ports_no_one_else_uses() -> None:
    one, other = record.new(3), record.new(1)
    assert one.cluster_id != other.cluster_id
    assert len(one.cluster_id) == 22
    ports = [port for node in one.nodes for port in vars(node.ports).values()]
    assert len(set(ports)) == 12


def test_data_whose_record_was_lost_keeps_its_id(tmp_path: Path) -> None:
    assert jvm.stored_cluster_id(tmp_path) is None
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "meta.properties").write_text("node.id=1\ncluster.id=abc=\nversion=1\n")
    assert jvm.stored_cluster_id(tmp_path) == "abc="
    assert record.new(1, "abc=").cluster_id == "abc="


def test_ready_means_that_each_address_answered_for_itself(
    local: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"up:1": [3, 3, 3], "back:2": [0, 2, 3], "dead:3": [0] * 9}

    class Told:
        def __init__(self, cluster: Cluster) -> None:
            self.answers = iter(answers[cluster.bootstrap_internal])

        def answering(self, _: float) -> int:
            return next(self.answers)

    monkeypatch.setattr(probe, "Probe", Told)
    assert probe.ready(local, ["up:1", "back:2"], 3, lambda: True, allow_s=20)
    assert not probe.ready(local, ["up:1", "dead:3"], 3, lambda: True, allow_s=0.3)
    assert not probe.ready(local, ["up:1"], 3, lambda: False, allow_s=20)


def test_a_process_is_told_by_id_and_start_time() -> None:
    child = sleeper()
    since = pids.started(child.pid)
    assert pids.alive(child.pid, since)
    assert not pids.alive(child.pid, "0")
    child.kill()
    while pids.started(child.pid) is not None:  # dead, though not yet collected
        continue
    child.wait()
    assert not pids.alive(child.pid, since)
    assert not pids.alive(None, None)


def test_a_stale_record_never_ends_a_stranger(tmp_path: Path) -> None:
    stranger = sleeper()
    home = Home(tmp_path).made()
    RECORD.with_node(Node(1, RECORD.nodes[0].ports, stranger.pid, "0")).save(home.record)
    assert not process.stop(tmp_path).was_running
    assert process.status(tmp_path).state is State.STOPPED
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_one_that_does_not_end_in_time_is_killed() -> None:
    stubborn = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            "print(1, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    assert stubborn.stdout is not None
    with stubborn.stdout as output:
        output.readline()
    since = pids.started(stubborn.pid)
    assert since is not None
    assert not watchdog.end([(stubborn.pid, since)], grace_s=0.2)
    assert stubborn.wait() == -signal.SIGKILL


def test_the_watchdog_ends_the_broker_when_its_owner_is_gone() -> None:
    owner, kept = sleeper(), sleeper()
    named = [f"{child.pid}:{pids.started(child.pid)}" for child in (owner, kept)]
    guard = subprocess.Popen([sys.executable, "-m", watchdog.__name__, *named])
    owner.kill()
    owner.wait()
    assert kept.wait(timeout=20) == -signal.SIGTERM
    assert guard.wait(timeout=20) == 0


def test_a_second_start_in_one_home_waits_for_nobody(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").made()
    descriptor = private.try_hold(home.brokers / ".start")
    assert descriptor is not None
    with pytest.raises(InUse, match="under way"):
        process.start(home.path)
    os.close(descriptor)


def test_the_command_says_that_nothing_was_started(tmp_path: Path) -> None:
    home = str(tmp_path / "none")
    shown = CliRunner().invoke(broker, ["status", "--home", home])
    assert shown.exit_code == 1
    assert "hub broker start" in shown.stdout
    asked = CliRunner().invoke(broker, ["status", "--home", home, "--json"])
    assert asked.exit_code == 1
    assert json.loads(asked.stdout)["state"] == "absent"
    stopped = CliRunner().invoke(broker, ["stop", "--home", home])
    assert stopped.exit_code == 0
    assert "not running" in stopped.stdout


def test_the_command_fails_with_the_reason_and_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_BROKER", "cloud")
    failed = CliRunner().invoke(broker, ["start", "--home", str(tmp_path / "home")])
    assert failed.exit_code == 1
    assert "HUB_BROKER is one of jars, docker, url" in failed.stderr


def test_with_an_external_cluster_there_is_nothing_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUB_BROKER", raising=False)
    monkeypatch.setenv("HUB_BOOTSTRAP_SERVERS", "kafka.example:9093")
    done = CliRunner().invoke(broker, ["start", "--home", str(tmp_path / "home")])
    assert done.exit_code == 0
    assert "nothing to start" in done.stderr
    assert not (tmp_path / "home").exists()
