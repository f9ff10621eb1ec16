"""An agency tries itself against a running hub: one in order passes, each fault is named."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from confluent_kafka.admin import AdminClient

from schemas.base import Fact, LogFact
from schemas.notice import NoticeReceipted
from services.agreements import live
from services.agreements.apply import configure
from services.agreements.broker_plan import Binding
from services.hub.broker.certificates import ensure
from services.hub.broker.layout import Home
from services.hub.cli import main
from services.runtime import wire
from services.runtime.names import LOG_PARTITIONS
from services.runtime.topics import Reader
from tests.journeys.hub import Hub, eventually
from tests.makers import a_receipt

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

WAIT_S = 15.0


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(main, [*arguments, "--json"])
    assert done.exit_code in (0, 1), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return done.exit_code, found


def tried(hub: Hub, slug: str, *more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and what is not well, by name."""
    code, told = run("conformance", slug, "--home", str(hub.home), *more)
    assert told["agency"] == slug
    return code, {one["check"]: one for one in told["checks"] if not one["well"]}


def in_log(hub: Hub) -> list[Fact]:
    """All that is in the log about anybody."""
    reader = Reader(hub.cluster.service_config("registry"))
    try:
        facts = [
            wire.decode(one.value or b"")
            for one in reader.read(hub.cluster.names.log, LOG_PARTITIONS)
        ]
    finally:
        reader.close()
    return [fact for fact in facts if not isinstance(fact, LogFact)]


def rows_of_the_door(hub: Hub) -> set[str]:
    """What the door keeps of anybody."""
    reader = Reader(hub.cluster.service_config("admission"))
    try:
        rows = reader.table(hub.cluster.names.rows("admission"))[0]
    finally:
        reader.close()
    return {key for key in rows if key.partition(":")[0] in {"id", "person", "wait", "waited"}}


def test_agencies_in_order_pass_and_leave_no_trace(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.at_rest()
    before, kept = in_log(hub), rows_of_the_door(hub)
    for slug in ("dwp", "em", "probation"):
        began = monotonic()
        code, wrong = tried(hub, slug)
        assert (code, wrong) == (0, {})
        with capsys.disabled():
            sys.stdout.write(f"\nconformance {slug}: {monotonic() - began:.1f} s\n")
    hub.at_rest()
    assert in_log(hub) == before
    assert rows_of_the_door(hub) == kept


def test_another_authority_is_named_and_nothing_more_is_tried(hub: Hub, tmp_path: Path) -> None:
    folder = copytree(hub.home / "agencies" / "dwp", tmp_path / "dwp")
    other = Home(tmp_path / "elsewhere")
    ensure(other)
    lines = (folder / "client.properties").read_text("utf-8").splitlines()
    kept = [one for one in lines if not one.startswith("ssl.ca.location")]
    text = "\n".join([*kept, f"ssl.ca.location={other.ca.resolve()}"])
    (folder / "client.properties").write_text(text, "utf-8")
    code, wrong = tried(hub, "dwp", "--folder", str(folder))
    assert code == 1
    assert [name.split()[0] for name in wrong] == ["TLS", "let"]
    assert "does not verify" in next(iter(wrong.values()))["seen"]


def test_a_right_that_is_missing_is_named(hub: Hub) -> None:
    topic = hub.cluster.names.said("dwp", NoticeReceipted)
    with without(hub, _right(hub, topic, "write")):
        code, wrong = tried(hub, "dwp")
    assert code == 1
    assert set(wrong) == {f"may write {topic}", "says notice.notice-receipted"}
    assert "missing" in wrong[f"may write {topic}"]["seen"]


def test_a_right_to_somebody_elses_topic_is_named(hub: Hub) -> None:
    foreign = hub.cluster.names.inbox("prison")
    with also(hub, _right(hub, foreign, "read")):
        code, wrong = tried(hub, "dwp")
    assert code == 1
    assert set(wrong) == {"is shown no other topic"}
    assert wrong["is shown no other topic"]["seen"] == foreign


def test_a_limit_that_is_off_is_named(hub: Hub) -> None:
    topic = hub.cluster.names.said("dwp", NoticeReceipted)
    configure(hub.cluster, {topic: {"max.message.bytes": "900000"}})
    try:
        code, wrong = tried(hub, "dwp")
    finally:
        configure(hub.cluster, {topic: {"max.message.bytes": "65536"}})
    assert code == 1
    assert set(wrong) == {f"size limit of {topic}"}


def test_the_page_shows_its_own_mistakes_and_how_far_it_has_come(hub: Hub, tmp_path: Path) -> None:
    assert _page(hub)["not_seen"] == []
    before = _mistaken_references(hub)
    letter = a_receipt(source="dwp", person_ref="p-" + "1" * 32, event_id=uuid4())
    hub.say(tmp_path, letter)
    eventually(lambda: _mistaken_references(hub) > before, 60, "it came back")
    assert _mistaken_references(hub) == before + 1
    topic = hub.cluster.names.said("dwp", NoticeReceipted)
    code, why = run("agency", "why", "dwp", str(letter.event_id), "--home", str(hub.home))
    assert (code, why["place"].split("@")[0]) == (0, hub.cluster.names.dead("dwp"))
    assert topic in why["words"][0]
    assert "reference" in why["words"][1]
    inbox = _page(hub)["inbox"]
    assert inbox["epoch"] == 1
    assert 0 <= inbox["first"] <= inbox["end"]
    secret = hub.cluster.agency_config("dwp")["sasl.password"]
    assert str(secret) not in json.dumps(_page(hub))


def test_its_papers_stand_beside_its_credentials_and_a_sample_said_as_it_is_comes_back(
    hub: Hub, tmp_path: Path
) -> None:
    code, told = run("agency", "export", "dwp", "--home", str(hub.home))
    folder, before = Path(told["folder"]), _mistaken_references(hub)
    assert code == 0
    assert json.loads((folder / "asyncapi.json").read_bytes())["asyncapi"] == "3.0.0"
    assert (folder / "client.properties").is_file()
    sample = folder / "samples" / "says" / "notice.notice-receipted.json"
    line = tmp_path / "line.jsonl"
    line.write_text(json.dumps(json.loads(sample.read_bytes())), "utf-8")
    said = hub.client("dwp", "say", str(line))
    assert said.returncode == 0, said.stderr
    eventually(lambda: _mistaken_references(hub) == before + 1, 60, "it came back")


def _page(hub: Hub) -> dict[str, Any]:
    code, told = run("agency", "show", "dwp", "--home", str(hub.home))
    assert code == 0
    return told


def _mistaken_references(hub: Hub) -> int:
    """How often dwp spoke of a reference that is nobody's; trials do not count."""
    mistakes = _page(hub)["refusals"]
    return sum(one["times"] for one in mistakes if one["code"] == "unknown-reference")


def _right(hub: Hub, topic: str, operation: str) -> Binding:
    principal = f"User:{hub.cluster.names.agency_user('dwp')}"
    return Binding(principal, "topic", topic, "literal", operation)


@contextmanager
def without(hub: Hub, right: Binding) -> Iterator[None]:
    """The right is taken away during the block."""
    _take(hub, right)
    try:
        yield
    finally:
        _give(hub, right)


@contextmanager
def also(hub: Hub, right: Binding) -> Iterator[None]:
    """The right is given during the block, by nobody's agreement."""
    _give(hub, right)
    try:
        yield
    finally:
        _take(hub, right)


def _give(hub: Hub, right: Binding) -> None:
    admin = AdminClient(hub.cluster.admin_config())  # its answers end with it
    for future in admin.create_acls([live.acl(right)]).values():
        future.result(timeout=WAIT_S)
    eventually(lambda: _shown(hub, right.name), 15, "the right is there")


def _take(hub: Hub, right: Binding) -> None:
    admin = AdminClient(hub.cluster.admin_config())
    for future in admin.delete_acls([live.exactly(right)]).values():
        future.result(timeout=WAIT_S)
    eventually(lambda: not _shown(hub, right.name), 15, "the right is gone")


def _shown(hub: Hub, topic: str) -> bool:
    admin = AdminClient({**hub.cluster.agency_config("dwp"), "log_level": 0})
    return topic in admin.list_topics(timeout=WAIT_S).topics
