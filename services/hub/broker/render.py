"""The files a broker is started from; process and container run the very same ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from services.hub.broker.artifacts import DEPLOY
from services.hub.broker.certificates import broker_keystore
from services.hub.broker.faults import StartFailed
from services.hub.broker.layout import Home
from services.hub.broker.ports import LOOPBACK, Ports
from services.hub.broker.private import private_directory, write_private

PROPERTIES, LOGGING, FORMAT, KEYS = "server.properties", "log4j2.properties", "format.args", "pem"
REAUTHENTICATE_S = 60
"""After this time a session by password proves itself anew; a withdrawn password ends it then."""


@dataclass(frozen=True)
class Place:
    """Where the broker sees its files: all that differs between process and container."""

    root: str
    data: str
    bind: str = LOOPBACK


def here(directory: Path) -> Place:
    """A process of this machine.

    Raises:
        StartFailed: the broker cannot be given such a path.
    """
    if "," in str(directory):
        raise StartFailed(f"The broker takes a comma in {directory} for two directories.")
    return Place(str(directory), str(directory))


CONTAINER = Place("/hub", "/tmp/hub", "0.0.0.0")  # noqa: S104, S108  # inside the container only


def server_properties(
    place: Place, number: int, ports: Sequence[Ports], reauthenticate_s: int = REAUTHENTICATE_S
) -> str:
    """The settings of node `number` of `len(ports)`."""
    single = len(ports) == 1
    addresses = [f"localhost:{node.controller}" for node in ports]
    voters = ",".join(f"{n}@{address}" for n, address in enumerate(addresses, start=1))
    mine = ports[number - 1]
    template = Template((DEPLOY / f"{PROPERTIES}.template").read_text())
    return template.substitute(
        node=number,
        quorum=f"controller.quorum.bootstrap.servers={addresses[0]}"
        if single
        else f"controller.quorum.voters={voters}",
        root=_escaped(place.root),
        data=_escaped(place.data),
        bind=place.bind,
        controller=mine.controller,
        internal=mine.internal,
        scram=mine.scram,
        mtls=mine.mtls,
        replicas=min(3, len(ports)),
        in_sync=1 if single else 2,
        session_ms=3000 if single else 9000,
        heartbeat_ms=500 if single else 2000,
        reauthenticate_ms=reauthenticate_s * 1000,
    )


def format_args(place: Place, cluster_id: str, *, single: bool) -> str:
    """How the storage is made, one argument a line."""
    lines = ["format", *(["--standalone"] if single else []), "-t", cluster_id]
    return "\n".join([*lines, "-c", f"{place.root}/{PROPERTIES}"]) + "\n"


def lay_out(
    home: Home,
    place: Place,
    number: int,
    ports: Sequence[Ports],
    cluster_id: str,
    reauthenticate_s: int = REAUTHENTICATE_S,
) -> Path:
    """The node's directory with everything its start needs."""
    directory = lay_keys(home, number).parent
    write_private(directory / LOGGING, (DEPLOY / LOGGING).read_bytes())
    properties = server_properties(place, number, ports, reauthenticate_s)
    write_private(directory / PROPERTIES, properties)
    write_private(directory / FORMAT, format_args(place, cluster_id, single=len(ports) == 1))
    return directory


def lay_keys(home: Home, number: int) -> Path:
    """The node's folder with its certificate and whom it trusts, as they are in this home now."""
    keys = private_directory(home.node(number) / KEYS)
    write_private(keys / "broker.pem", broker_keystore(home))
    write_private(keys / "ca.pem", home.ca.read_bytes())
    return keys


def _escaped(path: str) -> str:
    r"""Java reads the file as Latin-1 and takes a backslash for an escape: both become `\u….`."""
    units = path.encode("utf-16-be")
    pairs = [int.from_bytes(units[n : n + 2], "big") for n in range(0, len(units), 2)]
    return "".join(
        chr(unit) if 0x20 <= unit < 0x7F and chr(unit) != "\\" else f"\\u{unit:04x}"
        for unit in pairs
    )
