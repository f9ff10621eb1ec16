"""An agency tries itself against a running hub: one in order passes, each fault is named."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from time import monotonic
from typing import Any

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
    known = _page(hub)
    assert known["not_seen"] == []
    nobody = a_receipt(source="dwp", person_ref="p-" + "1" * 32)
    hub.say(tmp_path, nobody)
    eventually(lambda: len(_mistakes(hub)) > 0, 60, "it came back")
    (mistake,) = _mistakes(hub)  # trials are none
    assert (mistake["code"], mistake["field"]) == ("unknown-reference", "person_ref")
    assert mistake["last_place"].startswith(hub.cluster.names.said("dwp", NoticeReceipted))
    assert "reference" in mistake["mend"]
    inbox = _page(hub)["inbox"]
    assert inbox["epoch"] == 1
    assert 0 <= inbox["first"] <= inbox["end"]
    secret = hub.cluster.agency_config("dwp")["sasl.password"]
    assert str(secret) not in json.dumps(_page(hub))


def test_its_papers_are_written_beside_its_credentials(hub: Hub) -> None:
    code, told = run("agency", "export", "dwp", "--home", str(hub.home))
    folder = Path(told["folder"])
    assert code == 0
    assert json.loads((folder / "asyncapi.json").read_bytes())["asyncapi"] == "3.0.0"
    assert (folder / "client.properties").is_file()
    said = hub.client("dwp", "say", str(_as_line(folder)))
    assert said.returncode == 0, said.stderr


def _as_line(folder: Path) -> Path:
    """The sample of a receipt as the example client takes it."""
    path = folder / "samples" / "says" / "notice.notice-receipted.json"
    line = folder / "line.jsonl"
    line.write_text(json.dumps(json.loads(path.read_bytes())), "utf-8")
    return line


def _page(hub: Hub) -> dict[str, Any]:
    code, told = run("agency", "show", "dwp", "--home", str(hub.home))
    assert code == 0
    return told


def _mistakes(hub: Hub) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _page(hub)["refusals"]
    return found


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
    asked = AdminClient(hub.cluster.admin_config()).create_acls([live.acl(right)])
    for future in asked.values():
        future.result(timeout=WAIT_S)
    eventually(lambda: _shown(hub, right.name), 15, "the right is there")


def _take(hub: Hub, right: Binding) -> None:
    asked = AdminClient(hub.cluster.admin_config()).delete_acls([live.exactly(right)])
    for future in asked.values():
        future.result(timeout=WAIT_S)
    eventually(lambda: not _shown(hub, right.name), 15, "the right is gone")


def _shown(hub: Hub, topic: str) -> bool:
    admin = AdminClient({**hub.cluster.agency_config("dwp"), "log_level": 0})
    return topic in admin.list_topics(timeout=WAIT_S).topics
