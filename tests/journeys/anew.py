"""People made known to a running hub, what agencies were shown, and workers whose rows go."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from schemas.eligibility import ConvictionRecorded
from schemas.register import RequirementOpened
from services.agreements.versions import Versions
from services.hub import start
from services.hub.rebuild import by_itself
from tests import makers
from tests.journeys.hub import Hub


def convicted(hub: Hub, folder: Path, first: int) -> list[ConvictionRecorded]:
    """Ten people become known."""
    now = datetime.now(UTC)
    numbers = range(first, first + 10)
    people = [makers.a_conviction(identifiers=(makers.a_pnc(n),), occurred_at=now) for n in numbers]
    hub.say(folder, *people)
    return people


def opened(hub: Hub) -> int:
    """Of how many requirements the police were told."""
    return len(hub.told("derbyshire-police", RequirementOpened))


def shown(hub: Hub) -> dict[str, list[bytes | None]]:
    """Every record of every inbox about somebody, by its notice's own id."""
    slugs = Versions(hub.home / "agreements").latest().agencies
    return {slug: [record.header("ce_id") for record in hub.of_somebody(slug)] for slug in slugs}


def workers(service: str) -> tuple[str, str]:
    return f"{service}-1", f"{service}-2"


def made_anew_by_itself(hub: Hub, service: str) -> bool:
    last = by_itself.last(hub.home, service)
    assert last is None or not last.failed, last
    return last is not None and last.ended


def well(hub: Hub, service: str) -> bool:
    states = {one.name: one.because for one in start.running(hub.home)}
    return not any(states[worker] for worker in workers(service))


def times_in_log(hub: Hub, facts: list[ConvictionRecorded]) -> list[int]:
    log = hub.recorded().log()
    ids = Counter(record.header("ce_id") for part in log.values() for record in part)
    return [ids[str(fact.event_id).encode()] for fact in facts]
