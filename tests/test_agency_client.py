"""The outsider's client: what it says is a fact of ours; what it cannot say, it says why."""

import ast
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from fastavro import schemaless_writer

from examples import agency_client
from examples.agency_client import (
    DONE,
    NO_CONNECTION,
    NOT_ALL,
    NOT_THERE,
    REFUSED,
    USAGE,
    Bundle,
    Unusable,
    framed,
    main,
    unframed,
)
from schemas.base import Fact
from schemas.materialise import AVRO, read_ids
from services.runtime import wire
from tests import makers

IDS = read_ids(AVRO)
VIEW = 1_717_821_961
RELEASE_DATE = "custody.release-date-set"
VIEW_SCHEMA = {
    "type": "record",
    "name": "ReleaseDateSetNotice",
    "fields": [
        {"name": "notice_ref", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "person_ref", "type": "string"},
        {"name": "about", "type": "string"},
        {
            "name": "urgency",
            "type": {"type": "enum", "name": "Urgency", "symbols": ["immediate", "same_day"]},
        },
        {"name": "act_by", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]},
        {
            "name": "told",
            "type": {
                "type": "record",
                "name": "ReleaseDateSet",
                "fields": [{"name": "release_on", "type": {"type": "int", "logicalType": "date"}}],
            },
        },
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle as the hub gives it, to an agency that may say everything."""
    (tmp_path / "schemas").mkdir()
    says = {}
    for name, number in IDS.items():
        kind = name.split("/")[0]
        text = (AVRO / f"{name}.avsc").read_text("utf-8")
        (tmp_path / "schemas" / f"{number}.avsc").write_text(text, "utf-8")
        says[kind] = {"topic": f"from.dwp.{kind.split('.')[1]}", "schema_id": number}
    (tmp_path / "schemas" / f"{VIEW}.avsc").write_text(json.dumps(VIEW_SCHEMA), "utf-8")
    topics = {"says": says, "inbox": "to.dwp", "dead": "dead.dwp", "group": "agency-dwp"}
    (tmp_path / "topics.json").write_text(json.dumps(topics), "utf-8")
    (tmp_path / "client.properties").write_text(
        "# given by the hub\nbootstrap.servers=localhost:1\nssl.ca.location=ca.pem\n", "utf-8"
    )
    return tmp_path


@pytest.fixture
def bundle(folder: Path) -> Bundle:
    return Bundle.read(folder)


def said(fact: Fact) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(fact.model_dump_json(exclude_none=True))
    return content


# -- what it says


@pytest.mark.parametrize("name", sorted(makers.examples()))
def test_what_it_says_of_a_fact_the_hub_reads_as_that_fact(name: str, bundle: Bundle) -> None:
    fact = makers.examples()[name]
    ours = wire.encode(fact)
    value = framed(bundle, wire.schema_id_of(ours), said(fact))
    assert wire.decode(value) == fact
    assert value == ours


def test_its_headers_are_those_of_the_hubs_own_senders(bundle: Bundle) -> None:
    fact = makers.a_rosh()
    number = IDS[f"{fact.kind()}/v1"]
    ours = {name: value.decode() for name, value in wire.headers_of(fact)}
    named = agency_client.headers(fact.kind(), number, said(fact))
    theirs = {name: cast("bytes", value).decode() for name, value in named}
    instants = (datetime.fromisoformat(headers.pop("ce_time")) for headers in (ours, theirs))
    assert set(instants) == {fact.occurred_at}
    assert theirs == ours


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("a field nobody knows", {"colour": "blue"}, "fact: 1 field"),
    ("a symbol nobody knows", {"overall": "blue"}, "fact.overall: not one of the symbols"),
    ("a symbol that is a number", {"overall": 7}, "fact.overall: not of the type"),
    ("an instant that is none", {"occurred_at": "blue"}, "fact.occurred_at: not of the type"),
    ("an id that is none", {"event_id": "blue"}, "fact.event_id: not of the type"),
    ("a text that is a number", {"tool": 7}, "fact: does not fit"),
    ("a list that is none", {"identifiers": 7}, "fact.identifiers: not of the type"),
    ("a part that is none", {"identifiers": ["blue"]}, r"fact.identifiers\[0\]"),
    ("no answer to a question", {"tool": None}, "fact: does not fit"),
]


@pytest.mark.parametrize(("change", "told"), [row[1:] for row in WRONG], ids=[r[0] for r in WRONG])
def test_what_does_not_fit_is_told_by_field_and_never_by_value(
    change: dict[str, Any], told: str, bundle: Bundle
) -> None:
    fact = makers.a_rosh()
    with pytest.raises(Unusable, match=told) as caught:
        framed(bundle, IDS[f"{fact.kind()}/v1"], {**said(fact), **change})
    assert "blue" not in str(caught.value)


def test_a_missing_field_is_missed(bundle: Bundle) -> None:
    fact = said(makers.a_rosh())
    del fact["tool"]
    with pytest.raises(Unusable, match="without default is missing"):
        framed(bundle, IDS["risk.rosh-assessed/v1"], fact)


# -- what it reads


def a_notice(**fields: Any) -> dict[str, Any]:
    told = {"release_on": makers.TODAY}
    head = {"notice_ref": makers.NOTICE, "person_ref": "p-1", "about": RELEASE_DATE}
    return {**head, "urgency": "same_day", "act_by": makers.NOON, "told": told, **fields}


def on_the_wire(bundle: Bundle, notice: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    schemaless_writer(out, bundle.schema(VIEW), notice)
    return b"\0" + VIEW.to_bytes(4, "big") + out.getvalue()


def test_it_reads_a_view_that_is_in_its_folder(bundle: Bundle) -> None:
    assert unframed(bundle, on_the_wire(bundle, a_notice())) == a_notice()


@pytest.mark.parametrize(
    "value", [b"", b"\0\0", b"\1\0\0\0\1", b"\0\0\0\0\0", b"\0\xff\xff\xff\xff"]
)
def test_what_it_cannot_read_it_says_without_the_content(value: bytes, bundle: Bundle) -> None:
    with pytest.raises(Unusable):
        unframed(bundle, value)


# -- how it is called


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["listen"],
        ["--bundle", "x"],
        ["--bundle", "x", "shout"],
        ["--bundle", "x", "say"],
        ["--bundle", "x", "try-read"],
        ["--bundle", "x", "listen", "--for", "0"],
        ["--bundle", "x", "listen", "--for", "inf"],
        ["--bundle", "x", "listen", "--for", "soon"],
        ["--bundle", "x", "listen", "--receipt", "maybe"],
        ["--bundle", "x", "catch-up"],
        ["--bundle", "x", "catch-up", "--since", "4711"],
        ["--bundle", "x", "catch-up", "--since", "1:-1"],
    ],
)
def test_wrong_arguments_are_usage(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == USAGE
    assert "usage:" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(command in told for command in ("say", "listen", "catch-up", "dead", "try-read"))


def test_a_folder_that_is_no_bundle_is_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--bundle", str(tmp_path), "dead"]) == USAGE
    assert "no usable bundle" in capsys.readouterr().err


def test_a_bundles_paths_are_relative_to_it_unless_absolute(folder: Path) -> None:
    assert Bundle.read(folder).client["ssl.ca.location"] == str(folder / "ca.pem")
    (folder / "client.properties").write_text("ssl.ca.location=/etc/ca.pem\n", "utf-8")
    assert Bundle.read(folder).client["ssl.ca.location"] == "/etc/ca.pem"


def test_it_knows_its_name_from_its_topics_with_or_without_a_prefix(folder: Path) -> None:
    assert Bundle.read(folder).slug == "dwp"
    topics = json.loads((folder / "topics.json").read_text("utf-8"))
    topics["says"] = {"a.b": {"topic": "t1.from.derby-housing.b", "schema_id": 1}}
    (folder / "topics.json").write_text(json.dumps(topics), "utf-8")
    assert Bundle.read(folder).slug == "derby-housing"


def test_it_stands_on_stock_libraries_alone() -> None:
    tree = ast.parse(Path(agency_client.__file__).read_text("utf-8"))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    roots = {name.split(".")[0] for name in imported} - set(sys.stdlib_module_names)
    assert roots == {"confluent_kafka", "fastavro"}


# -- how it speaks and listens, with the network played by the test


@dataclass
class Sent:
    """One record handed to the producer, and its answer to come."""

    topic: str
    value: bytes
    headers: list[tuple[str, Any]]


@dataclass
class Network:
    """Takes what is said, and brings what is told; `refuses` gives the broker's answer by topic."""

    bundle: Bundle
    refuses: dict[str, int] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    inbox: list["Brought"] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    fails: int | None = None
    commit_fails: int | None = None
    pending: list[Callable[[], None]] = field(default_factory=list)
    reads: list["Brought"] = field(default_factory=list)
    """What is left of what was asked for past any group."""
    emptied_at: int = 0

    def produce(self, topic: str, value: bytes, **named: Any) -> None:
        code = self.refuses.get(topic)
        error = None if code is None else KafkaError(code)
        if error is None:
            self.sent.append(Sent(topic, value, named["headers"]))
        self.pending.append(lambda: named["on_delivery"](error, None))

    def poll(self, _: float = 0) -> "Brought | None":
        if self.fails is not None:
            raise KafkaException(KafkaError(self.fails))
        while self.pending:
            self.pending.pop(0)()
        return self.reads.pop(0) if self.reads else None

    def flush(self, _: float) -> int:
        self.poll()
        return 0

    def subscribe(self, _: list[str]) -> None: ...

    def consume(self, count: int, timeout: float) -> list["Brought"]:
        self.poll()
        found, self.inbox = self.inbox[:count], self.inbox[count:]
        return found

    def commit(self, offsets: list[Any], asynchronous: bool) -> None:
        assert not self.pending, "committed before its receipts were confirmed"
        if self.commit_fails is not None:
            raise KafkaException(KafkaError(self.commit_fails))
        self.committed += [place.offset for place in offsets]

    def close(self) -> None: ...

    def list_topics(self, topic: str, timeout: float) -> Any:
        there = SimpleNamespace(error=None, partitions={0: None})
        return SimpleNamespace(topics={topic: there})

    def get_watermark_offsets(self, _: Any, timeout: float) -> tuple[int, int]:
        places = [one.place for one in self.inbox]
        return (places[0], places[-1] + 1) if places else (self.emptied_at, self.emptied_at)

    def assign(self, parts: list[Any]) -> None:
        since = max((part.offset for part in parts), default=0)
        self.reads = [one for one in self.inbox if one.place >= since]


@dataclass
class Brought:
    """One message of the inbox."""

    place: int
    content: bytes
    ce_id: str
    wrong: KafkaError | None = None

    def offset(self) -> int:
        return self.place

    def partition(self) -> int:
        return 0

    def topic(self) -> str:
        return "to.dwp"

    def value(self) -> bytes:
        return self.content

    def headers(self) -> list[tuple[str, bytes]]:
        return [("ce_id", self.ce_id.encode())]

    def error(self) -> KafkaError | None:
        return self.wrong


@pytest.fixture
def network(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Network:
    net = Network(bundle)
    monkeypatch.setattr(Bundle, "producer", lambda _: cast("Producer", net))
    monkeypatch.setattr(Bundle, "consumer", lambda _: cast("Consumer", net))
    return net


def run(folder: Path, *given: str) -> int:
    return main(["--bundle", str(folder), *given])


def lines(folder: Path, *content: object) -> str:
    path = folder / "lines.jsonl"
    texts = (c if isinstance(c, str) else json.dumps(c) for c in content)
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    return str(path)


def line(fact: Fact) -> dict[str, Any]:
    return {"kind": fact.kind(), "fact": said(fact)}


def test_every_line_is_said_and_counted(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = (makers.a_rosh(), makers.a_level())
    assert run(folder, "say", lines(folder, *map(line, facts))) == DONE
    assert [wire.decode(sent.value) for sent in network.sent] == list(facts)
    assert "acknowledged 2 · refused by broker 0 · unusable 0" in capsys.readouterr().out


def test_a_line_that_cannot_be_said_does_not_stop_the_others(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong: list[object] = ["{", [], {"kind": "a.b"}, {"kind": RELEASE_DATE}, {"fact": {}}]
    wrong += [{"kind": RELEASE_DATE, "raw_hex": "no"}, {"kind": [], "fact": {}}]
    path = lines(folder, *wrong, line(makers.a_level()))
    assert run(folder, "say", path, "--json") == NOT_ALL
    told = capsys.readouterr()
    counts = json.loads(told.out)
    assert (counts["acknowledged"], counts["unusable"]) == (1, len(wrong))
    assert told.err.count("line ") == len(wrong)


def test_bytes_are_said_as_they_are_and_as_often(folder: Path, network: Network) -> None:
    raw = {"kind": RELEASE_DATE, "raw_hex": "00ff", "times": 3}
    assert run(folder, "say", lines(folder, raw)) == DONE
    assert network.sent[0].value == b"\0\xff" * 3


def test_what_the_broker_refuses_is_counted_by_its_name(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.refuses["from.dwp.level-set"] = KafkaError.MSG_SIZE_TOO_LARGE
    path = lines(folder, line(makers.a_level()), line(makers.a_rosh()))
    assert run(folder, "say", path, "--json") == NOT_ALL
    assert json.loads(capsys.readouterr().out)["refusals"] == {"MSG_SIZE_TOO_LARGE": 1}


def test_a_topic_it_may_not_write_is_a_refusal(folder: Path, network: Network) -> None:
    network.refuses["from.dwp.level-set"] = KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert run(folder, "say", lines(folder, line(makers.a_level()))) == REFUSED


def test_a_wrong_password_ends_it_at_once(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.fails = KafkaError._AUTHENTICATION
    assert run(folder, "say", lines(folder, line(makers.a_level()))) == NO_CONNECTION
    assert "does not know this name and password" in capsys.readouterr().err


def test_only_what_is_hopeless_ends_it() -> None:
    agency_client.give_up(KafkaError(KafkaError._ALL_BROKERS_DOWN))
    for code in (KafkaError._AUTHENTICATION, KafkaError._SSL):
        with pytest.raises(KafkaException):
            agency_client.give_up(KafkaError(code))


def told(network: Network, place: int, number: str, **fields: Any) -> Brought:
    return Brought(place, on_the_wire(network.bundle, a_notice(**fields)), number)


def test_a_notice_is_shown_once_however_often_it_stands_there(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.inbox = [told(network, n, f"n{n // 2}") for n in range(4)]
    assert run(folder, "listen", "--for", "0.05", "--json") == DONE
    shown = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [notice["offset"] for notice in shown] == [0, 2]
    assert shown[0]["told"] == {"release_on": makers.TODAY.isoformat()}
    assert network.committed == [4]

    network.inbox = [told(network, 4, "n1")]
    assert run(folder, "listen", "--for", "0.05", "--json") == DONE
    assert not capsys.readouterr().out
    assert network.committed == [4, 5]


def test_a_notice_that_asks_for_an_answer_gets_one(folder: Path, network: Network) -> None:
    network.inbox = [told(network, 0, "a"), told(network, 1, "b", act_by=None)]
    assert run(folder, "listen", "--for", "0.05", "--receipt", "acted") == DONE
    (sent,) = network.sent
    fact = cast("Any", wire.decode(sent.value))
    assert (fact.notice_ref, fact.person_ref, fact.status) == (makers.NOTICE, "p-1", "acted")
    assert fact.source == "dwp"
    assert sent.topic == "from.dwp.notice-receipted"


def test_it_catches_up_from_a_place_on_and_changes_nothing(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.inbox = [told(network, n, f"n{n // 2}") for n in range(8)]
    for since, places in ((0, [0, 2, 4, 6]), (3, [3, 4, 6]), (7, [7]), (8, [])):
        assert run(folder, "catch-up", "--since", f"1:{since}", "--json") == DONE
        out, err = capsys.readouterr()
        shown = [json.loads(text) for text in out.splitlines()]
        assert [one["offset"] for one in shown] == places
        assert {one["epoch"] for one in shown} <= {1}
        assert "missing 0 · next 1:8" in err
    assert (network.sent, network.committed) == ([], [])


def test_what_its_inbox_no_longer_keeps_it_is_told_by_number(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.inbox = [told(network, n, f"n{n}") for n in range(5, 8)]
    assert run(folder, "catch-up", "--since", "1:2") == NOT_THERE
    assert "shown 3 · repeated 0 · missing 3 · next 1:8" in capsys.readouterr().err
    network.inbox, network.emptied_at = [], 9
    assert run(folder, "catch-up", "--since", "1:2") == NOT_THERE
    assert "shown 0 · repeated 0 · missing 7 · next 1:9" in capsys.readouterr().err


def test_what_was_not_read_in_time_is_said_by_the_exit_code(folder: Path, network: Network) -> None:
    network.inbox = [told(network, n, f"n{n}") for n in range(3)]
    network.assign = lambda parts: None  # type: ignore[method-assign]
    assert run(folder, "catch-up", "--since", "1:0", "--for", "0.05") == NOT_ALL


def test_a_place_of_an_inbox_before_a_restore_is_none_in_this_one(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.inbox = [told(network, n, f"n{n}") for n in range(3)]
    path = folder / "topics.json"
    topics = json.loads(path.read_text("utf-8")) | {"inbox_epoch": {"number": 2}}
    path.write_text(json.dumps(topics), "utf-8")
    assert run(folder, "catch-up", "--since", "1:0") == NOT_THERE
    out, err = capsys.readouterr()
    assert (out, "epoch 2" in err) == ("", True)
    assert run(folder, "catch-up", "--since", "2:0") == DONE


def test_what_could_not_be_answered_is_neither_committed_nor_forgotten(
    folder: Path, network: Network
) -> None:
    network.refuses["from.dwp.notice-receipted"] = KafkaError._MSG_TIMED_OUT
    network.inbox = [told(network, 0, "a")]
    assert run(folder, "listen", "--for", "0.05") == REFUSED
    assert not network.committed
    network.refuses.clear()
    network.inbox = [told(network, 0, "a")]
    assert run(folder, "listen", "--for", "0.05") == DONE
    assert network.committed == [1]


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        (KafkaError._TRANSPORT, DONE),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, REFUSED),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, REFUSED),
    ],
)
def test_a_broker_that_is_away_is_waited_for_and_a_refusal_is_not(
    code: int, ends: int, folder: Path, network: Network
) -> None:
    network.inbox = [Brought(0, b"", "", KafkaError(code))]
    assert run(folder, "listen", "--for", "0.05") == ends
    assert not network.committed


def test_a_commit_that_fails_is_said_by_the_next(folder: Path, network: Network) -> None:
    network.commit_fails = KafkaError._TIMED_OUT
    network.inbox = [told(network, 0, "a")]
    assert run(folder, "listen", "--for", "0.05") == DONE
    network.commit_fails = KafkaError.GROUP_AUTHORIZATION_FAILED
    network.inbox = [told(network, 1, "b")]
    assert run(folder, "listen", "--for", "0.05") == REFUSED


def test_the_same_answer_twice_is_the_same_fact(bundle: Bundle) -> None:
    answers = [agency_client.receipt(bundle, a_notice(), "read") for _ in range(2)]
    assert answers[0]["fact"]["event_id"] == answers[1]["fact"]["event_id"]


def test_it_can_listen_without_answering(folder: Path, network: Network) -> None:
    network.inbox = [told(network, 0, "a")]
    assert run(folder, "listen", "--for", "0.05", "--receipt", "none") == DONE
    assert not network.sent


def test_a_line_for_people_says_what_is_urgent_and_by_when(
    folder: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.inbox = [told(network, 7, "a")]
    run(folder, "listen", "--for", "0.05")
    shown = capsys.readouterr().out
    assert shown.split()[:4] == ["7", "same_day", RELEASE_DATE, "p-1"]
    assert "answer by 02 Mar 12:00" in shown
