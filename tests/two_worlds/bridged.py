"""A world in which one agency comes to the hub through its own bridge, and what that answers."""

import json
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from schemas.base import Fact
from schemas.notice import Notice
from services.bridge.door import MemoryDoor
from services.bridge.inbox import MemoryInbox
from services.bridge.process import Bridge
from services.housing_bridge.settings import HousingBridgeSettings
from services.hub.feed import deliver
from services.runtime import wire
from tests.bridge.kit import eventually
from tests.em_bridge.rows import a_position_row, an_activation_row, an_event_row
from tests.em_bridge.test_app import Provider
from tests.housing_bridge.events import a_decision, a_move, a_start, an_end, an_offer
from tests.housing_bridge.test_app import Authority
from tests.in_memory import Hub, agreements
from tests.two_worlds.day import OTHER, Said
from tests.two_worlds.world import World, play, services

HOUSING = ("amber-valley-housing", "derby-housing")
BRIDGED = (*HOUSING, "em")
PROBED_AT, COLLECTED_AT = (7.1, 150.0), (50.0, 160.0)
"""Hours into the day."""
_CHANGES = {"Date", "Hub-Signature"}
"""Headers that hold the time of the machine."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request to a bridge."""

    path: str
    body: bytes = b""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)


class Partner(Protocol):
    """An agency's own system, and its bridge."""

    bridge: Bridge
    door: MemoryDoor
    inbox: MemoryInbox

    def running(self) -> AbstractAsyncContextManager[Bridge]: ...
    def url(self) -> str: ...
    def secret(self) -> str: ...
    def tls(self) -> Any: ...
    async def collected(self) -> dict[str, bytes]: ...
    async def questions(self) -> Sequence[Question]: ...
    async def reports(self) -> dict[str, bytes]: ...


class IntoTheHub(MemoryDoor):
    """What a bridge says is heard in the hub at once."""

    def __init__(self, agency: str, hub: Hub) -> None:
        super().__init__(agency, _kinds(agency))
        self._hub = hub

    async def say(self, facts: Sequence[Fact]) -> None:
        await super().say(facts)
        await self._hub.hear(*facts)


def _kinds(agency: str) -> Collection[str]:
    return agreements().agencies[agency].says


class Housing(Authority):
    """One housing authority."""

    def __init__(self, folder: Path, agency: str) -> None:
        super().__init__(folder)
        self._agency = agency

    def settings(self) -> HousingBridgeSettings:
        return super().settings().model_copy(update={"agency": self._agency})

    async def collected(self) -> dict[str, bytes]:
        return {f"webhook {key}": json.dumps(body).encode() for key, body in self.got.items()}

    async def questions(self) -> Sequence[Question]:
        person = {"pncNumber": OTHER.value, "housingReference": "T-9"}
        said = [
            an_offer(person=person),
            a_start(person=person, eventReference="EV-3"),
            a_move(person={"housingReference": "T-9"}, eventReference="EV-4"),
            an_end(person={"housingReference": "T-9"}, eventReference="EV-5"),
            a_decision(personReference="p-" + "0" * 32),
            a_start(person={}, eventReference="EV-6"),
            a_start(person={"pncNumber": OTHER.value + "X"}, startedOn="yesterday"),
        ]
        return [Question("/v1/events", json.dumps(one).encode()) for one in [*said, said[0]]]

    async def reports(self) -> dict[str, bytes]:
        return {}


class Tags(Provider):
    """The tag provider."""

    async def collected(self) -> dict[str, bytes]:
        orders = self.settings.drop_dir / "partner" / "orders"
        return {f"order {path.name}": path.read_bytes() for path in sorted(orders.iterdir())}

    async def questions(self) -> Sequence[Question]:
        return [Question(f"/v1/{feed}", json.dumps(rows).encode()) for feed, rows in self._rows()]

    async def reports(self) -> dict[str, bytes]:
        files = [self.a_file(f"{feed}_a.jsonl", *rows) for feed, rows in self._rows()]
        found = await deliver(files, self.drop())
        return {f"report {one.file}": repr(one).encode() for one in found}

    def _rows(self) -> Iterable[tuple[str, list[dict[str, Any]]]]:
        yield "activation", [an_activation_row(pnc_id=OTHER.value, nomis_id=None)]
        yield "event", [an_event_row(), an_event_row(event_id="x")]
        yield "position", [a_position_row(), a_position_row(position_latitude="north")]


ANYWHERE = (
    Question(f"/v1/people/{OTHER.value.replace('/', '-')}", method="GET"),
    Question("/v1/nowhere", b"{}"),
    Question("/v1/events", b"{}", headers={"Content-Encoding": "gzip"}),
    Question("/v1/event", b"{}", headers={"Authorization": "Bearer wrong"}),
    Question("/v1/event", b"nonsense"),
)
"""Asked of every bridge."""


async def bridged(agency: str, folder: Path, said: Iterable[Said], hub: Hub | None = None) -> World:
    """The day, with the agency's bridge asked, read from and reporting in it."""
    world = World(hub or Hub(*services()))
    partner: Partner = Tags(folder) if agency == "em" else Housing(folder, agency)
    partner.door = IntoTheHub(agency, world.hub)
    answers = world.answers.setdefault(agency, [])

    async def probe() -> None:
        for question in (*await partner.questions(), *ANYWHERE):
            answers.append(await _ask(partner, question))
        answers.append(await partner.reports())

    async def collect() -> None:
        for record in world.hub.inbox(agency)[partner.inbox.committed :]:
            told = wire.decode_view(record.value or b"", world.hub.views)
            partner.inbox.put(Notice.model_validate(told))
        length = len(world.hub.inbox(agency))
        await eventually(lambda: partner.inbox.committed == length)
        answers.append(await partner.collected())
        answers.append(await _health(partner))

    async with partner.running():
        acts = [(hours, probe) for hours in PROBED_AT] + [
            (hours, collect) for hours in COLLECTED_AT
        ]
        await play(said, world.hub, acts)
    return world


async def _ask(partner: Partner, question: Question) -> dict[str, bytes]:
    shown = {"Authorization": f"Bearer {partner.secret()}", **question.headers}
    at = partner.url().split("/v1/")[0] + question.path
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            question.method, at, data=question.body, headers=shown, ssl=partner.tls()
        ) as response,
    ):
        body = await response.read()
        headers = {
            f"header {name}": value.encode()
            for name, value in response.headers.items()
            if name not in _CHANGES
        }
        status = {"status": b"%d" % response.status, "size": b"%d" % len(body), "body": body}
        return {f"{question.method} {part}": value for part, value in (status | headers).items()}


async def _health(partner: Partner) -> dict[str, bytes]:
    """The bridge's pages, but for when its counters began."""
    found = {}
    async with aiohttp.ClientSession() as session:
        for page in ("health", "metrics"):
            url = f"http://127.0.0.1:{partner.bridge.port('status')}/{page}"
            async with session.get(url) as response:
                lines = (await response.text()).splitlines(keepends=True)
        found[page] = "".join(line for line in lines if "_created" not in line).encode()
    return found
