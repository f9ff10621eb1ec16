"""On a real broker: a notice of the wrong person is recalled by two, destroyed, written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from schemas.base import Fact
from schemas.custody import ReleaseDateSet
from schemas.notice import (
    NoticeIssued,
    NoticeRecalled,
    NoticeReceipted,
    NoticeTakenBack,
    RecallDeadline,
    ReceiptStatus,
)
from services.agreements.bundle import folder_of
from services.agreements.references import References
from services.agreements.signing import installation as signed_for
from services.agreements.versions import Versions
from services.bridge.bundle import Bundle
from services.hub.actors.proof import prove
from services.hub.broker.cluster import Cluster
from services.hub.cli import main
from services.notify.app import build
from services.runtime import wire
from tests import makers
from tests.journeys.by_hand import KNOWN, SOMEBODY, Installation, put_up
from tests.journeys.hub import apart

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
AGENCY = "derby-housing"
OFFICER = "information-governance-officer"


@pytest.fixture
def installation(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    with apart(cluster) as mine, put_up(mine, tmp_path_factory, OFFICER, OFFICER) as there:
        monkeypatch.setattr(Cluster, "load", lambda _: mine)
        yield there


async def on(installation: Installation, *facts: Fact) -> None:
    """They are said; the door, notify, and the door again take what is new."""
    await installation.said(*facts)
    cluster = installation.cluster
    versions = Versions(cluster.home / "agreements")
    references = References((cluster.home / "secrets" / "references").read_bytes())
    receivers = sorted(versions.latest().receivers)
    await installation.work(build(cluster.names, receivers, versions, references))
    await installation.admit()


def found(installation: Installation, about: type[Fact]) -> list[dict[str, object]]:
    """What the agency finds, read by the schemas in its own folder."""
    cluster = installation.cluster
    bundle = Bundle.read(folder_of(cluster, AGENCY))
    inbox = installation.read(cluster.names.inbox(AGENCY), 1)
    notices = [wire.decode_view(record.value or b"", bundle.views) for record in inbox]
    return [one for one in notices if one["about"] == about.kind()]


def hub(*words: str, keys: Path, actor: str = "") -> Result:
    acting = ("--as", actor, "--keys", str(keys)) if actor else ()
    return CliRunner().invoke(main, ["notice", *words, *acting], env={"HUB_ACTOR": ""})


def test_a_notice_is_recalled_by_two_destroyed_confirmed_and_written_down(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    hers = {"occurred_at": now}
    asyncio.run(on(installation, KNOWN, makers.a_joining(AGENCY, **hers)))
    asyncio.run(on(installation, makers.a_release_date(**hers)))
    (wrong,) = found(installation, ReleaseDateSet)
    number, keys = str(wrong["notice_ref"]), installation.keys
    first, second = installation.others

    nobody = hub("recall", number, keys=keys)
    assert nobody.exit_code == 1
    assert first in nobody.output
    for_another = hub("recall", number, "--agency", "dwp", keys=keys, actor=first)
    assert (for_another.exit_code, installation.stands(NoticeRecalled)) == (1, [])
    alone = hub("recall", number, "--within", "0", keys=keys, actor=first)
    assert alone.exit_code == 1
    assert "Signed by one of 2" in alone.output
    both = hub("recall", number, "--within", "0", keys=keys, actor=second)
    assert "decided, but not told yet" in both.output
    asyncio.run(on(installation))

    (back,) = found(installation, NoticeTakenBack)
    told = back["told"]
    assert isinstance(told, dict)
    assert [str(one) for one in told["notice_refs"]] == [number]
    assert (told["destroy"], told["mistake"]) == (True, "wrong-person")
    (said,) = installation.stands(NoticeTakenBack)
    assert isinstance(said, NoticeTakenBack)
    assert said.agency == AGENCY
    (listed,) = json.loads(hub("recalls", "--json", keys=keys).output)
    assert (listed["standing"], listed["agency"], listed["hours"]) == ("waiting", AGENCY, "opened")
    again = hub("recall", number, keys=keys, actor=first)
    assert "was recalled or taken back" in again.output

    confirmed = makers.a_receipt(
        source=AGENCY,
        person_ref=back["person_ref"],
        notice_ref=back["notice_ref"],
        status=ReceiptStatus.ACTED,
        occurred_at=datetime.now(UTC),
    )
    asyncio.run(on(installation, confirmed))
    assert installation.stands(NoticeReceipted)
    assert hub("answer", number, "reported", keys=keys, actor=first).exit_code == 0
    asyncio.run(on(installation))
    hours = installation.stands(RecallDeadline)
    assert [one.stage for one in hours if isinstance(one, RecallDeadline)] == ["opened", "met"]
    (listed,) = json.loads(hub("recalls", "--json", keys=keys).output)
    assert (listed["standing"], listed["hours"]) == ("confirmed", "met")

    file = tmp_path / "incident.json"
    outsider = installation.actors["contact"]
    assert hub("incident", number, str(file), keys=keys, actor=outsider).exit_code == 1
    written = hub("incident", number, str(file), keys=keys, actor=first)
    assert written.exit_code == 0, written.output
    text = file.read_text()
    incident = json.loads(text)
    assert {one["actor"] for one in incident["recall"]["decided"]["signed_by"]} == {first, second}
    assert [one["status"] for one in incident["recall"]["told"]["receipts"]] == ["acted"]
    assert {one["field"] for one in incident["notice"]["fields"]} >= {"release_on"}
    assert "probation" in {one["agency"] for one in incident["others_told_the_same"]}
    for value in (KNOWN.family_name, makers.PNC.value, str(SOMEBODY)):
        assert value not in text
    assert file.stat().st_mode & 0o077 == 0

    versions = Versions(installation.cluster.home / "agreements")
    proof = prove(installation.cluster, versions, signed_for(installation.cluster.home))
    assert proof.wrong == ()
    with capsys.disabled():
        issued = len(installation.stands(NoticeIssued))
        click.echo(f"\n{issued} notices issued, one recalled, {len(proof.acts)} acts proved")
