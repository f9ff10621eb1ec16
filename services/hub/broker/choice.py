"""Which broker is used: our own processes, a container, or a cluster that is there already.

`HUB_BROKER=jars|docker|url` decides. Without it `HUB_BOOTSTRAP_SERVERS` means that cluster, tests
use a container where an engine answers, and everything else runs its own processes.
"""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from services.hub.broker import process
from services.hub.broker.artifacts import Say
from services.hub.broker.cluster import EXTERNAL, Cluster
from services.hub.broker.faults import NotSetUp

ENGINE_WAIT_S = 3


class Kind(StrEnum):
    """The three brokers there are; each is a real one."""

    JARS = "jars"
    DOCKER = "docker"
    URL = "url"


def engine_answers(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a container engine answers here and now."""
    host = environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if host.startswith("unix://") and not _opens(host.removeprefix("unix://")):
        return False  # asked by ourselves first: docker's own client leaves the socket open
    import docker  # type: ignore[import-untyped]  # has no types; costs 0.3 s, so only when asked
    from docker.errors import DockerException  # type: ignore[import-untyped]  # likewise

    try:
        client = docker.from_env(timeout=ENGINE_WAIT_S)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except DockerException:
        return False


def _opens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ENGINE_WAIT_S)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def chosen(
    environ: Mapping[str, str] = os.environ,
    *,
    under_tests: bool = False,
    engine: Callable[[], bool] = engine_answers,
) -> Kind:
    """The broker to use.

    Raises:
        NotSetUp: the one asked for is unknown or not to be had.
    """
    asked_for = environ.get("HUB_BROKER")
    if asked_for:
        if asked_for not in set(Kind):
            raise NotSetUp(f"HUB_BROKER is one of {', '.join(Kind)}, not {asked_for!r}.")
        if asked_for == Kind.DOCKER and not engine():
            raise NotSetUp("HUB_BROKER=docker, but no container engine answers here.")
        if asked_for == Kind.URL and not environ.get(EXTERNAL):
            raise NotSetUp(f"HUB_BROKER=url needs {EXTERNAL}.")
        return Kind(asked_for)
    if environ.get(EXTERNAL):
        return Kind.URL
    return Kind.DOCKER if under_tests and engine() else Kind.JARS


@contextmanager
def broker_for_tests(
    home: Path, environ: Mapping[str, str] = os.environ, say: Say = process.quiet
) -> Iterator[Cluster]:
    """A cluster for the length of the block, owned by this process if it is started here."""
    kind = chosen(environ, under_tests=True)
    if kind is Kind.URL:
        yield Cluster.external(home, environ)
    elif kind is Kind.DOCKER:
        from services.hub.broker.container import broker_in_container  # 0.5 s, so only when used

        with broker_in_container(home) as cluster:
            yield cluster
    else:
        try:
            yield process.start(home, owner_pid=os.getpid(), say=say).cluster
        finally:
            process.stop(home)
