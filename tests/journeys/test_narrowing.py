"""An agreement narrows while its agency listens and facts come: cut, withdrawn, told again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from threading import Event, Thread
from typing import Any

import click
import pytest
from click.testing import CliRunner
from confluent_kafka import OFFSET_END, Consumer, KafkaError, TopicPartition

from schemas.case import SharingNarrowed
from schemas.custody import ReleaseDateSet
from services.agreements import epochs
from services.agreements.inboxes import KafkaInboxes
from services.agreements.references import References
from services.hub.cli import main
from services.hub.proofs import compare, lines
from services.runtime import wire
from tests import makers
from tests.journeys.hub import AGREEMENTS, Hub, eventually, meanwhile

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
AGENCY = "high-peak-housing"
WIDE = "classes: [reference, identity, custody]"
CUT_S = 2.0
"""A right taken away is effective on sessions that stand within so many seconds (design §2)."""


def agree(hub: Hub, files: Path) -> tuple[float, str]:
    """Those agreements come into force; seconds it took, and what was said."""
    began = time.monotonic()
    where = ("--home", str(hub.home), "--dir", str(files))
    done = CliRunner().invoke(main, ["agreements", "apply", *where], env={"HUB_ACTOR": ""})
    assert done.exit_code == 0, done.output
    return time.monotonic() - began, done.output


class Standing:
    """A session of the agency's own, held open at the end of its inbox."""

    def __init__(self, hub: Hub, agency: str) -> None:
        config = hub.cluster.agency_config(agency)
        self.inbox = hub.cluster.names.inbox(agency)
        self.refused_at: float | None = None
        self.read_at: list[float] = []
        self.over, self.ready = Event(), Event()
        self._consumer = Consumer({**config, "group.id": "none", "log_level": 0})
        self._thread = Thread(target=self._listen)

    def _listen(self) -> None:
        self._consumer.assign([TopicPartition(self.inbox, 0, OFFSET_END)])
        while not self.over.is_set():
            message = self._consumer.poll(0.05)
            error = None if message is None else message.error()
            if message is None:
                self.ready.set()
            elif error is None:
                self.read_at.append(time.monotonic())
            elif error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED and not self.refused_at:
                self.refused_at = time.monotonic()
        self._consumer.close()

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._thread.start()
        assert self.ready.wait(20)
        try:
            yield
        finally:
            self.over.set()
            self._thread.join()


def listen(hub: Hub) -> list[dict[str, Any]]:
    """What the agency's own client shows; it remembers what it showed before."""
    done = hub.client(AGENCY, "listen", "--for", "8", "--json", "--receipt", "none")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def releases(number: int, *codes: str) -> list[ReleaseDateSet]:
    at = datetime.now(UTC)
    pnc = makers.a_pnc(number)
    return [
        makers.a_release_date(identifiers=(pnc,), prison_code=code, occurred_at=at)
        for code in codes
    ]


def numbers(hub: Hub, facts: Sequence[ReleaseDateSet], agency: str = AGENCY) -> set[str]:
    """Under which the agency is told of these."""
    references = References((hub.home / "secrets" / "references").read_bytes())
    return {str(references.notice(agency, fact.event_id)) for fact in facts}


def test_who_is_granted_less_is_cut_off_and_what_it_had_not_read_comes_again_and_less(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = {"identifiers": (makers.a_pnc(1701),), "occurred_at": datetime.now(UTC)}
    hub.say(tmp_path, makers.a_conviction(**person))
    hub.say(tmp_path, makers.a_joining(AGENCY, **person))
    read, unread = releases(1701, "AAA", "BBB"), releases(1701, "CCC", "DDD", "EEE")
    hub.say(tmp_path, *read)
    inbox = hub.cluster.names.inbox(AGENCY)

    def stands(facts: Sequence[ReleaseDateSet]) -> bool:
        there = {record.header("ce_id") for record in hub.recorded().source(inbox)}
        return {number.encode() for number in numbers(hub, facts)} <= there

    eventually(lambda: stands(read), 60, "the first notices stand in the inbox")
    before = listen(hub)
    assert numbers(hub, read) <= {one["notice_ref"] for one in before}
    assert all("release_on" in one["told"] for one in before if one["about"].endswith("date-set"))
    hub.say(tmp_path, *unread)
    eventually(lambda: stands(unread), 60, "the others stand in the inbox")

    files = Path(copytree(AGREEMENTS, tmp_path / "agreements"))
    file = files / f"{AGENCY}.yaml"
    file.write_text(file.read_text().replace(WIDE, "classes: [reference, identity]"))
    shut_at, in_again_at = list[float](), list[float]()
    shut, let_in = KafkaInboxes.shut, KafkaInboxes.let_in

    def timed(inboxes: KafkaInboxes, agencies: Sequence[str]) -> None:
        shut_at.append(time.monotonic())
        shut(inboxes, agencies)

    def timed_too(inboxes: KafkaInboxes, agency: str) -> None:
        in_again_at.append(time.monotonic())
        let_in(inboxes, agency)

    monkeypatch.setattr(KafkaInboxes, "shut", timed)
    monkeypatch.setattr(KafkaInboxes, "let_in", timed_too)
    session, late = Standing(hub, AGENCY), list[ReleaseDateSet]()

    def more() -> None:
        facts = releases(1701, f"L{chr(65 + len(late) // 26)}{chr(65 + len(late) % 26)}")
        late.extend(facts)
        hub.say(tmp_path, *facts)

    try:
        with session.listening(), meanwhile(more):
            took_s, said = agree(hub, files)
            assert session.refused_at is not None
        cut_s = session.refused_at - shut_at[0]
        assert f"Granted less: {AGENCY}" in said
        assert cut_s <= CUT_S
        between = [at for at in session.read_at if session.refused_at < at < in_again_at[0]]
        assert between == []
        hub.at_rest()

        after, wanted = list[dict[str, Any]](), numbers(hub, (*unread, *late))
        for _ in range(4):  # a busy machine takes its time until the client has its partition
            after += listen(hub)
            if wanted <= {one["notice_ref"] for one in after}:
                break
        assert stands((*unread, *late))
        told = [one["notice_ref"] for one in (*before, *after)]
        assert len(told) == len(set(told))  # nobody is told twice
        again = {one["notice_ref"]: one for one in after}
        assert wanted <= again.keys()  # and nothing is lost
        dates = [one for one in after if one["about"] == ReleaseDateSet.kind()]
        assert all("release_on" not in one["told"] for one in dates)
        hers = {one["person_ref"] for one in before if one["notice_ref"] in numbers(hub, read)}
        less = [one for one in after if one["about"] == SharingNarrowed.kind()]
        (forget,) = (one for one in less if one["person_ref"] in hers)
        about = {one["about"]: one["classes"] for one in forget["told"]["forget"]}
        assert about == {ReleaseDateSet.kind(): ["custody"]}

        epoch = epochs.read(hub.home)
        kept = hub.of_somebody(AGENCY)
        assert kept[0].offset >= epoch.withdrawn[inbox].end
        assert {one["epoch"] for one in after} == {epoch.of(inbox)}
        shown = {wire.schema_id_of(record.value or b"") for record in kept}
        assert len(shown) == len({one["about"] for one in after})

        (notify,) = (one for one in hub.services() if one.name == "notify")
        proof = asyncio.run(compare(hub.recorded(), notify))
        assert proof.identical, list(lines([proof]))
    finally:
        agree(hub, AGREEMENTS)  # widening takes nobody where nobody is enrolled
    withdrawn = epoch.withdrawn[inbox]
    with capsys.disabled():
        click.echo(
            f"\nThe session that stood was refused {cut_s:.2f} s after the right was taken away; "
            f"{withdrawn.end - withdrawn.begins} notices were withdrawn and {len(dates)} of "
            f"{len(unread) + len(late)} told again or anew; all of it took {took_s:.1f} s."
        )
