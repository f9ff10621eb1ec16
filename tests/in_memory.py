"""The services in one process, over the agreements of this repository: bytes in, bytes out."""

from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from schemas.base import Fact
from services.admission.app import build as build_door
from services.agreements.compile import Agreements, load
from services.agreements.needs import needs
from services.agreements.references import References
from services.agreements.versions import Versions
from services.hub.simulation import people
from services.runtime import wire
from services.runtime.memory import MemoryHub
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Headers, Outgoing, Record
from services.runtime.schema_store import SchemaStore
from services.runtime.service import Service
from tests.makers import NOON, a_tick, agreements_adopted, rules_adopted, schemas_adopted

NAMES = Names()
REFERENCES = References(bytes(range(32)))
NOWHERE = Path("nowhere")


FILES = Path(__file__).parent.parent / "deploy" / "agreements"


@cache
def agreements() -> Agreements:
    """Those of this repository, with invented people who may act."""
    return people.enrol(load(FILES))


@cache
def changed(agency: str, old: str, new: str) -> Agreements:
    """The same, with a text of that agency's file replaced."""
    with TemporaryDirectory() as folder:
        files = Path(copytree(FILES, Path(folder) / "files"))
        file = files / f"{agency}.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        return people.enrol(load(files))


def versions(*known: Agreements) -> Versions:
    """All there are; those of this repository unless others are given."""
    return Versions(NOWHERE, {one.version: one for one in known or (agreements(),)})


def a_door(known: Versions | None = None) -> Service:
    """The door over everything the agreements of this repository let anybody say."""
    sources = needs(agreements(), NAMES)["admission"].reads
    return build_door(NAMES, sources, known or versions(), REFERENCES)


class Hub:
    """The door and whatever stands behind it; nothing is adopted before `start`."""

    def __init__(self, *services: Service, known: Versions | None = None) -> None:
        self.memory = MemoryHub([a_door(known), *services])

    @cached_property
    def views(self) -> SchemaStore:
        """What receivers read their inboxes by."""
        views = SchemaStore()
        for schema_id, schema in agreements().view_schemas.items():
            views.register(schema_id, schema)
        return views

    async def start(self, at: datetime = NOON, rules: str = "2026-2", schemas: int = 0) -> None:
        """Rules and agreements are adopted, and schemas if any, and the clock runs."""
        await self.memory.open()
        self.memory.at(at)
        if schemas:
            self.say(schemas_adopted(schemas))
        self.say(rules_adopted(rules))
        self.say(agreements_adopted(agreements().version))
        await self.tick(at)

    def say(self, fact: Fact, *headers: tuple[str, bytes]) -> None:
        """Its source says it, where it says such things."""
        topic = NAMES.said(fact.source, type(fact))
        beside = (*wire.headers_of(fact), *headers)
        self.memory.append(Outgoing(topic, None, wire.encode(fact), beside))

    def put(self, topic: str, value: bytes | None, headers: Headers = ()) -> None:
        """Anything at all stands in that topic."""
        self.memory.append(Outgoing(topic, b"key", value, headers))

    async def hear(self, *facts: Fact) -> None:
        """These are said one after another, and everything that follows from each."""
        for fact in facts:
            self.say(fact)
            await self.memory.settle()

    async def tick(self, now: datetime) -> None:
        """That moment comes."""
        self.memory.at(now)
        await self.hear(a_tick(now))

    def in_log(self, *kinds: type[Fact]) -> list[Fact]:
        """The facts in the log, of these kinds if any are named, partition by partition."""
        facts = (
            wire.decode(record.value or b"")
            for number in range(LOG_PARTITIONS)
            for record in self.memory.topics.read(NAMES.log, number)
        )
        return [fact for fact in facts if not kinds or isinstance(fact, kinds)]

    def inbox(self, agency: str) -> list[Record]:
        """What that receiver finds."""
        return self.memory.topics.read(NAMES.inbox(agency))

    def dead(self, speaker: str) -> list[Record]:
        """What came back to that sender."""
        return self.memory.topics.read(NAMES.dead(speaker))

    def told(self, agency: str) -> list[dict[str, object]]:
        """The notices in that inbox, read."""
        return [wire.decode_view(r.value or b"", self.views) for r in self.inbox(agency)]

    def about(self, agency: str) -> list[object]:
        """The kinds of fact that receiver was told of."""
        return [notice["about"] for notice in self.told(agency)]


def everything(record: Record) -> bytes:
    """All bytes of a record: key, value and headers."""
    beside = b"".join(name.encode() + value for name, value in record.headers)
    return (record.key or b"") + (record.value or b"") + beside
