"""The outsider's client on the real broker: what it may, what it may not, and how soon it knows."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Producer

from schemas.risk import Urgency
from services.agreements.apply import apply
from services.hub.broker.cluster import Cluster
from services.hub.demo.delivery import Way
from services.hub.demo.story import generate
from services.hub.rotation import proof
from services.runtime import wire
from services.runtime.names import Names
from services.runtime.schema_store import VIEW_IDS, SchemaStore
from tests import makers

pytestmark = pytest.mark.journey

CLIENT = Path("examples/agency_client.py")
FILES = Path("deploy/agreements")
NOTICE = UUID("00000000-0000-8000-8000-0000000000aa")


@dataclass(frozen=True)
class Installation:
    """The committed agreements, applied under a prefix of its own."""

    cluster: Cluster
    folders: dict[str, Path]

    def run(self, agency: str, *given: str) -> subprocess.CompletedProcess[str]:
        """The client as that agency, in a process of its own."""
        return run(self.folders[agency], *given)


def run(folder: Path, *given: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CLIENT), "--bundle", str(folder), *given]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def hub(cluster: Cluster) -> Installation:
    mine = replace(cluster, names=Names(f"c{uuid4().hex[:6]}"))
    folders = dict(apply(mine, FILES).folders)
    for slug in ("dwp", "prison", "probation"):
        proof.let_in(mine.agency_config(slug))  # each node learns of a password by itself
    return Installation(mine, folders)


def test_a_generated_file_is_said_to_the_last_line(hub: Installation, tmp_path: Path) -> None:
    story = generate(tmp_path, "small", 7, datetime.now(UTC))
    expected = story.expected
    for phase in story.phases:
        for delivery in phase.deliveries:
            if delivery.way is Way.SAY and delivery.agency == "probation":
                ended = hub.run("probation", "say", str(delivery.file), "--json")
                assert ended.stdout, ended.stderr
                counts = json.loads(ended.stdout)
                said, big = phase.expected.said, phase.expected.refused_by_broker
                assert counts["acknowledged"] == said["probation"]
                assert counts["refused_by_broker"] == big["probation"]
                assert ended.returncode == (1 if big["probation"] else 0)
    assert expected.refused_by_broker == {"probation": 1}


def test_a_notice_is_shown_once_and_answered(hub: Installation) -> None:
    _tell(hub, "dwp", twice=True)
    ended = hub.run("dwp", "listen", "--for", "6", "--json")
    assert ended.returncode == 0, ended.stderr
    assert [json.loads(line)["notice_ref"] for line in ended.stdout.splitlines()] == [str(NOTICE)]
    assert "shown 1 · repeated 1 · receipts 1" in ended.stderr
    kept = hub.folders["dwp"] / "shown.txt"
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("topic", ["to.prison", "hub.facts", "dead.prison", "from.em.position"])
def test_what_is_for_others_is_refused_by_the_broker(hub: Installation, topic: str) -> None:
    ended = hub.run("dwp", "try-read", f"{hub.cluster.names.prefix}.{topic}")
    assert ended.returncode == 3
    assert "TOPIC_AUTHORIZATION_FAILED" in ended.stderr
    assert not ended.stdout


def test_its_own_dead_letters_may_be_read(hub: Installation) -> None:
    producer = Producer(hub.cluster.admin_config())
    named: list[tuple[str, str | bytes | None]] = [("hub_reason", b"no-frame")]
    producer.produce(hub.cluster.names.dead("prison"), b"as it was", headers=named)
    assert producer.flush(10) == 0
    ended = hub.run("prison", "dead", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["hub_reason"] == "no-frame"


def test_a_wrong_password_is_known_within_seconds(hub: Installation, tmp_path: Path) -> None:
    folder = _copy(hub.folders["dwp"], tmp_path)
    properties = folder / "client.properties"
    lines = properties.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("sasl.password")]
    properties.write_text("\n".join([*kept, "sasl.password=wrong"]), "utf-8")
    for command in (["listen", "--for", "30"], ["dead"]):
        begun = time.monotonic()
        ended = run(folder, *command)
        assert ended.returncode == 4
        assert "does not know this name and password" in ended.stderr
        assert time.monotonic() - begun < 15


def _copy(folder: Path, to: Path) -> Path:
    for path in folder.rglob("*"):
        if path.is_file():
            copy = to / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return to


def _tell(hub: Installation, agency: str, *, twice: bool) -> None:
    """A notice of a release date stands in the agency's inbox, perhaps twice."""
    store, number, fields, anew = SchemaStore(), 0, list[str](), {}
    for path in (hub.folders[agency] / "schemas").glob("*.avsc"):
        schema = json.loads(path.read_text("utf-8"))
        if int(path.stem) in VIEW_IDS and schema["name"] == "ReleaseDateSetNotice":
            number = int(path.stem)
            store.register(number, schema)
            told = next(field for field in schema["fields"] if field["name"] == "told")
            fields = [field["name"] for field in told["type"]["fields"]]
            anew = (
                {"anew": False} if "anew" in {field["name"] for field in schema["fields"]} else {}
            )
    fact = makers.admitted(makers.a_release_date())
    notice = {
        "notice_ref": NOTICE,
        "person_ref": "p-1",
        "about": fact.kind(),
        "urgency": Urgency.ROUTINE,
        "act_by": datetime.now(UTC),
        "told": {name: getattr(fact, name) for name in fields},
        **anew,
    }
    value = wire.encode_view(number, notice, store)
    head = wire.head(
        event_id=NOTICE, kind=fact.kind(), occurred_at=fact.occurred_at, schema_id=number
    )
    headers: list[tuple[str, str | bytes | None]] = [(name, text) for name, text in head]
    producer = Producer(hub.cluster.admin_config())
    for _ in range(2 if twice else 1):
        producer.produce(hub.cluster.names.inbox(agency), value, headers=headers)
    assert producer.flush(10) == 0
