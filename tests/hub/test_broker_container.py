"""The container runs what the process runs; which of them is used is decided by the environment."""

import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import docker  # type: ignore[import-untyped]  # has no types
import pytest
from testcontainers.core import container as core
from testcontainers.core.config import testcontainers_config

from services.hub.broker import jvm, render
from services.hub.broker.choice import Kind, chosen, engine_answers
from services.hub.broker.container import HubKafka
from services.hub.broker.faults import NotSetUp
from services.hub.broker.java import Java
from services.hub.broker.layout import Home
from services.hub.broker.ports import Ports

PORTS = Ports(20001, 20002, 20003, 20004)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    """An engine that takes note and does nothing."""
    client = MagicMock()
    monkeypatch.setattr(core, "DockerClient", lambda **_: client)
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)
    return client


def launched(directory: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command line of the local process, not run."""
    seen: list[list[str]] = []

    def note(command: list[str], **_: object) -> SimpleNamespace:
        seen.append(command)
        return SimpleNamespace(pid=1)

    monkeypatch.setattr("services.hub.broker.jvm.subprocess.Popen", note)
    monkeypatch.setattr(jvm, "_children", {})
    runtime = jvm.Runtime(Java(Path("/usr/bin/java"), 17, "17.0.15"), Path("/jars"))
    jvm.launch(runtime, directory, lock=0, quick=False)
    return seen[0]


def test_the_container_runs_the_files_and_options_the_process_runs(
    tmp_path: Path, engine: MagicMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home").made()
    directory = render.lay_out(home, render.CONTAINER, 1, [PORTS], "an-id")
    HubKafka(directory, PORTS).start()
    (image,), made = engine.create.call_args
    local = launched(directory, monkeypatch)

    assert image == "apache/kafka:4.3.1"
    assert made["volumes"] == {str(directory): {"bind": "/hub", "mode": "ro"}}
    assert made["ports"] == {f"{port}/tcp": ("127.0.0.1", port) for port in vars(PORTS).values()}
    heap = made["environment"]["KAFKA_HEAP_OPTS"].split()
    tuning = made["environment"]["KAFKA_JVM_PERFORMANCE_OPTS"].split()
    assert set(heap + tuning) == {option for option in local if option.startswith("-X")}

    assert local[-2:] == [jvm.BROKER, str(directory / "server.properties")]
    script = made["command"][2]
    assert script.endswith("exec /opt/kafka/bin/kafka-server-start.sh /hub/server.properties")
    assert script.startswith("/opt/kafka/bin/kafka-storage.sh @/hub/format.args >/dev/null")
    logging = next(option for option in local if "log4j2" in option)
    assert made["environment"]["KAFKA_LOG4J_OPTS"] == logging.replace(f"//{directory}", "/hub")
    for named in ("server.properties", "format.args", "log4j2.properties"):
        assert (directory / named).exists()
    assert "/hub/server.properties" in (directory / "format.args").read_text().split()


def answers() -> bool:
    return True


def silent() -> bool:
    return False


@pytest.mark.parametrize(
    ("environ", "under_tests", "engine_is", "expected"),
    [
        ({}, False, answers, Kind.JARS),
        ({}, True, answers, Kind.DOCKER),
        ({}, True, silent, Kind.JARS),
        ({"HUB_BROKER": "jars"}, True, answers, Kind.JARS),
        ({"HUB_BROKER": "docker"}, False, answers, Kind.DOCKER),
        ({"HUB_BOOTSTRAP_SERVERS": "k:1"}, True, answers, Kind.URL),
        ({"HUB_BROKER": "jars", "HUB_BOOTSTRAP_SERVERS": "k:1"}, True, answers, Kind.JARS),
    ],
)
def test_the_environment_decides(
    environ: dict[str, str], under_tests: bool, engine_is: Callable[[], bool], expected: Kind
) -> None:
    assert chosen(environ, under_tests=under_tests, engine=engine_is) is expected


@pytest.mark.parametrize("asked_for", ["docker", "url", "cloud"])
def test_what_is_asked_for_and_not_to_be_had_is_an_error(asked_for: str) -> None:
    with pytest.raises(NotSetUp, match="HUB_BROKER"):
        chosen({"HUB_BROKER": asked_for}, engine=silent)


def test_no_engine_is_found_where_there_is_none(tmp_path: Path) -> None:
    assert not engine_answers({"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"})


def test_an_engine_that_answers_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = MagicMock()
    client.ping.return_value = True
    monkeypatch.setattr(docker, "from_env", lambda **_: client)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "docker.sock"))
        listener.listen()
        assert engine_answers({"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"})
    client.close.assert_called_once_with()
