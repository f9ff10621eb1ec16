"""The rendered files: what the broker is told, and that process and container are told the same."""

from pathlib import Path

import pytest

from services.hub.broker import render
from services.hub.broker.faults import StartFailed
from services.hub.broker.layout import Home
from services.hub.broker.ports import Ports

PORTS = Ports(20001, 20002, 20003, 20004)
THREE = [PORTS, Ports(20011, 20012, 20013, 20014), Ports(20021, 20022, 20023, 20024)]


def properties(text: str) -> dict[str, str]:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def local(*ports: Ports, number: int = 1) -> dict[str, str]:
    place = render.here(Path("/srv/hub"))
    return properties(render.server_properties(place, number, ports or [PORTS]))


def test_a_peer_is_known_by_its_unit_and_no_rule_lets_a_stranger_pass() -> None:
    told = local()
    rules = {key: value for key, value in told.items() if key.endswith("mapping.rules")}
    assert rules == {
        "listener.name.controller.ssl.principal.mapping.rules": (
            "RULE:^CN=([a-z0-9-]+),OU=hub-platform$/$1/"
        ),
        "listener.name.internal.ssl.principal.mapping.rules": (
            "RULE:^CN=([a-z0-9-]+),OU=hub-platform$/$1/"
        ),
        "listener.name.mtls.ssl.principal.mapping.rules": (
            "RULE:^CN=([a-z0-9-]+),OU=hub-agency$/agency-$1/,"
            "RULE:^CN=([a-z0-9-]+),OU=hub-service$/service-$1/"
        ),
    }


def test_nothing_is_open_that_is_not_granted() -> None:
    told = local()
    assert told["allow.everyone.if.no.acl.found"] == "false"
    assert told["super.users"] == "User:broker;User:hub-admin"
    assert "PLAINTEXT" not in told["listener.security.protocol.map"]
    assert told["listener.name.scram.connections.max.reauth.ms"] == "60000"
    assert "listener.name.mtls.connections.max.reauth.ms" not in told


def test_the_append_time_is_the_brokers_own() -> None:
    assert local()["log.message.timestamp.type"] == "LogAppendTime"


def test_the_metadata_log_is_apart_so_that_the_broker_locks_it() -> None:
    told = local()
    assert told["log.dirs"] == "/srv/hub/data"
    assert told["metadata.log.dir"] == "/srv/hub/meta"


def test_it_listens_on_the_loopback_address_only() -> None:
    listeners = local()["listeners"].split(",")
    assert [listener.split("://")[1].split(":")[0] for listener in listeners] == ["127.0.0.1"] * 4


def test_three_nodes_vote_and_replicate() -> None:
    told = local(*THREE, number=2)
    assert told["node.id"] == "2"
    assert told["controller.quorum.voters"] == (
        "1@localhost:20001,2@localhost:20011,3@localhost:20021"
    )
    assert "controller.quorum.bootstrap.servers" not in told
    assert (told["default.replication.factor"], told["min.insync.replicas"]) == ("3", "2")
    assert "--standalone" not in render.format_args(render.here(Path("/x")), "id", single=False)


def test_a_path_with_letters_java_would_misread_is_escaped() -> None:
    place = render.here(Path("/srv/öffentlich\\x"))
    told = properties(render.server_properties(place, 1, [PORTS]))
    assert told["log.dirs"] == "/srv/\\u00f6ffentlich\\u005cx/data"


def test_a_path_with_a_comma_is_refused_before_it_becomes_two_directories() -> None:
    with pytest.raises(StartFailed, match="comma"):
        render.here(Path("/srv/a,b"))


def test_every_file_of_a_node_is_its_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").made()
    directory = render.lay_out(home, render.CONTAINER, 1, [PORTS], "id")
    files = [path for path in directory.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {
        "server.properties",
        "log4j2.properties",
        "format.args",
        "broker.pem",
        "ca.pem",
    }
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_process_and_a_container_are_told_the_same_but_for_where_things_are() -> None:
    inside = properties(render.server_properties(render.CONTAINER, 1, [PORTS]))
    outside = local()
    moved = {
        key: value.replace("/srv/hub/data", "/tmp/hub/data")
        .replace("/srv/hub/meta", "/tmp/hub/meta")
        .replace("/srv/hub/pem", "/hub/pem")
        for key, value in outside.items()
    }
    moved["listeners"] = moved["listeners"].replace("127.0.0.1", "0.0.0.0")
    assert inside == moved
    assert inside["advertised.listeners"] == outside["advertised.listeners"]


def test_agencies_prove_themselves_again_each_minute_or_as_often_as_asked() -> None:
    name, place = "listener.name.scram.connections.max.reauth.ms", render.here(Path("/srv/hub"))
    assert local()[name] == "60000"
    often = render.server_properties(place, 1, [PORTS], reauthenticate_s=5)
    assert properties(often)[name] == "5000"
