"""The demo's files taken in as agencies, bridges and services would, without a broker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from examples.agency_client import Bundle, framed, headers
from schemas.base import Fact, PersonId
from schemas.catalogue import BY_KIND
from schemas.log import AgreementsAdopted, BuildAdopted, RulesAdopted, Tick
from schemas.materialise import AVRO, read_ids
from schemas.tracking import Position
from services.admission import app as admission
from services.agreements.compile import Agreements, load
from services.agreements.needs import needs
from services.agreements.references import References
from services.agreements.versions import Versions
from services.bridge.rows import rows_of_file
from services.em_bridge.mapping import Tolerances, feed_of, read_row
from services.housing_bridge.mapping import FieldsRefused, read_event
from services.hub.demo.delivery import Delivery, Way
from services.hub.demo.story import Story
from services.notify import app as notify
from services.registry import app as registry
from services.risk import app as risk
from services.runtime import wire
from services.runtime.faults import Refused
from services.runtime.memory import MemoryHub
from services.runtime.names import Names
from services.runtime.records import Outgoing
from services.runtime.schema_store import SchemaStore
from services.tracking import app as tracking

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAMES = Names()
LARGEST = 65_536
"""Bytes an agency's topic takes; the broker refuses what is longer."""


def client_of(agency: str, agreements: Agreements, folder: Path) -> Bundle:
    """The bundle an agency would be given, with the committed schemas."""
    says = [kind for kind in BY_KIND if agreements.may_say(agency, kind)]
    ids = read_ids(AVRO)
    rows = {
        kind: {"topic": NAMES.said(agency, BY_KIND[kind].fact), "schema_id": ids[f"{kind}/v1"]}
        for kind in says
    }
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for kind in says:
        text = (AVRO / kind / "v1.avsc").read_text("utf-8")
        (folder / "schemas" / f"{ids[f'{kind}/v1']}.avsc").write_text(text, "utf-8")
    topics = {
        "says": rows,
        "inbox": NAMES.inbox(agency),
        "dead": NAMES.dead(agency),
        "group": NAMES.agency_user(agency),
    }
    (folder / "topics.json").write_text(json.dumps(topics), "utf-8")
    (folder / "client.properties").write_text("ssl.ca.location=ca.pem\n", "utf-8")
    return Bundle.read(folder)


class World:
    """Every service over topics in memory; all that is delivered is counted."""

    def __init__(self, folder: Path) -> None:
        self.agreements = load(DEPLOY / "agreements")
        versions = Versions(folder, {self.agreements.version: self.agreements})
        self.references = References(b"demo" * 8)
        sources = needs(self.agreements, NAMES)["admission"].reads
        self.hub = MemoryHub(
            [
                admission.build(NAMES, sources, versions, self.references),
                registry.build(NAMES),
                risk.build(NAMES),
                tracking.build(NAMES, self.agreements, self.agreements.view_schemas),
                notify.build(NAMES, self.agreements.receivers, versions, self.references),
            ]
        )
        self.folder = folder
        self.said: Counter[str] = Counter()
        self.too_big: Counter[str] = Counter()
        self.positions: list[Position] = []
        self.rows: Counter[str] = Counter()
        self.rows_refused: Counter[str] = Counter()
        self.rows_not_for_the_hub = 0

    async def open(self, at: datetime) -> None:
        """Rules, agreements and build are adopted."""
        self.hub.at(at)
        await self.hub.open()
        adopted = ((RulesAdopted, "2026-2"), (AgreementsAdopted, self.agreements.version))
        for kind, version in (*adopted, (BuildAdopted, "memory")):
            self.say("deploy", kind(**_head("deploy", version, at), version=version))
            await self.hub.settle()

    async def tick(self, at: datetime) -> None:
        """The clock says what time it is."""
        self.hub.at(at)
        self.say("clock", Tick(**_head("clock", str(at), at), now=at))
        await self.hub.settle()

    def say(self, speaker: str, fact: Fact) -> None:
        """One fact stands in its topic."""
        named = tuple(wire.headers_of(fact))
        topic = NAMES.said(speaker, type(fact))
        self.hub.append(Outgoing(topic, None, wire.encode(fact), named))

    async def deliver(self, story: Story, phase: str, at: datetime) -> None:
        """All files of that phase, and everything that follows from them."""
        self.hub.at(at + timedelta(seconds=1))
        for delivery in next(p for p in story.phases if p.name == phase).deliveries:
            take = {Way.SAY: self._say_file, Way.EM: self._em_file, Way.HOUSING: self._housing}
            take[delivery.way](delivery, at)
        await self.hub.settle()

    def _say_file(self, delivery: Delivery, _: datetime) -> None:
        bundle = client_of(delivery.agency, self.agreements, self.folder / delivery.agency)
        for text in delivery.file.read_text("utf-8").splitlines():
            line = json.loads(text)
            topic, number = bundle.said(line["kind"])
            if "raw_hex" in line:
                value, named = bytes.fromhex(line["raw_hex"]) * line["times"], []
            else:
                value = framed(bundle, number, line["fact"])
                named = headers(line["kind"], number, line["fact"])
            if len(value) > LARGEST:
                self.too_big[delivery.agency] += 1
                continue
            self.said[delivery.agency] += 1
            encoded = tuple((name, _bytes(text)) for name, text in named)
            self.hub.append(Outgoing(topic, None, value, encoded))

    def _em_file(self, delivery: Delivery, at: datetime) -> None:
        feed = feed_of(delivery.file.name)
        assert feed is not None
        for _, content in rows_of_file(delivery.file):
            self.rows[feed] += 1
            try:
                if isinstance(content, Refused):
                    raise content
                taken = read_row(feed, content, at, Tolerances())
            except Refused as refused:
                self.rows_refused[f"{feed}:{refused.reason}:{refused.field}"] += 1
                continue
            self.rows_not_for_the_hub += bool(taken.because)
            for fact in taken.facts:
                self._bridged("em", fact)

    def _housing(self, delivery: Delivery, _: datetime) -> None:
        for text in delivery.file.read_text("utf-8").splitlines():
            self.rows["housing"] += 1
            try:
                fact = read_event(delivery.agency, json.loads(text))
            except FieldsRefused as refused:
                for field, reason in refused.fields:
                    self.rows_refused[f"housing:{reason}:{field}"] += 1
                continue
            assert isinstance(fact, Fact)
            self._bridged(delivery.agency, fact)

    def _bridged(self, agency: str, fact: Fact) -> None:
        if isinstance(fact, Position):
            self.positions.append(fact)
        else:
            self.said[agency] += 1
        self.say(agency, fact)

    def log(self) -> list[Fact]:
        """Every fact in the log, partition by partition."""
        records = (r for n in range(4) for r in self.hub.topics.read(NAMES.log, n))
        return [wire.decode(record.value or b"") for record in records]

    def people_told_of(self, agency: str) -> set[PersonId | None]:
        """Whom that agency's notices are about."""
        store = SchemaStore()
        for number, schema in self.agreements.view_schemas.items():
            store.register(number, schema)
        records = self.hub.topics.read(NAMES.inbox(agency))
        notices = [wire.decode_view(record.value or b"", store) for record in records]
        return {self.references.person(agency, notice["person_ref"]) for notice in notices}

    def dead(self, agency: str) -> Counter[str]:
        """That agency's dead letters by reason."""
        letters = self.hub.topics.read(NAMES.dead(agency))
        return Counter((letter.header("hub_reason") or b"").decode() for letter in letters)


def _head(speaker: str, number: str, at: datetime) -> dict[str, Any]:
    ident = uuid5(NAMESPACE_URL, f"{speaker}/{number}")
    return {"event_id": ident, "occurred_at": at, "source": speaker}


def _bytes(text: str | bytes | None) -> bytes:
    return text.encode() if isinstance(text, str) else text or b""


def lines_of(deliveries: Iterable[Delivery]) -> Iterator[tuple[Delivery, dict[str, Any]]]:
    """Every line of the files that are said line by line."""
    for delivery in deliveries:
        if delivery.way is Way.SAY:
            for text in delivery.file.read_text("utf-8").splitlines():
                yield delivery, json.loads(text)
