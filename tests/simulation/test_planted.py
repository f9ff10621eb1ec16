"""Bugs planted one at a time, each of which the schedules find; else they would prove nothing.

Each is what somebody could really do wrong: in the loop, in the rows, in taking a partition.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from schemas.risk import AlertRaised
from services.bridge import inbox
from services.hub.simulation.broker import Broker, Place
from services.hub.simulation.command import simulate
from services.hub.simulation.play import play
from services.hub.simulation.ports import StepRowLog
from services.hub.simulation.shrink import shrunk
from services.hub.simulation.steps import Step
from services.hub.simulation.town import Town
from services.hub.simulation.verdict import verdict
from services.notify.domain import Case, Mention, canary, notices, taking_back
from services.runtime import batch
from services.runtime.batch import Lane
from services.runtime.history import MemoryHistory
from services.runtime.records import Record, RowBytes
from services.runtime.rows import META, Kept, Working
from tests.simulation.schedules import FILES, SCHEDULES, first_wrong

pytestmark = pytest.mark.timeout(600)
Plant = Callable[[pytest.MonkeyPatch], None]


def acknowledge_before_save(patch: pytest.MonkeyPatch) -> None:
    """How far a lane has come is durable before what it did on the way."""

    async def save(log: StepRowLog, partition: int, rows: RowBytes) -> None:
        place, holder = (log.service, partition), log.holds[partition]
        await Step("save", may_fail=True)
        log.broker.save(place, holder, {META: rows[META]})
        await Step("save", may_fail=True)
        log.broker.save(place, holder, rows)
        await Step("saved", may_fail=True)

    patch.setattr(StepRowLog, "save", save)


def accept_a_repeat(patch: pytest.MonkeyPatch) -> None:
    """What a writer of ours says again counts again."""
    patch.setattr(batch._Batch, "_heard_before", lambda *_: False)


def no_fencing(patch: pytest.MonkeyPatch) -> None:
    """Whoever held a partition once may write its rows for ever."""

    def check(_: Broker, __: Place, ___: int) -> None:
        return None

    patch.setattr(Broker, "check", check)


def apply_a_stale_row(patch: pytest.MonkeyPatch) -> None:
    """Recovery takes the value a row had before the last one."""
    save, take = Broker.save, StepRowLog.take
    before: dict[Broker, dict[tuple[Place, str], bytes]] = {}

    def note(broker: Broker, place: Place, holder: int, rows: RowBytes) -> None:
        stood = dict(broker.rows[place])
        save(broker, place, holder, rows)
        stale = {(place, key): stood[key] for key in rows if key in stood and key != META}
        before.setdefault(broker, {}).update(stale)

    async def recover(log: StepRowLog, partition: int) -> dict[str, bytes]:
        rows = await take(log, partition)
        place = (log.service, partition)
        stale = before.get(log.broker, {})
        return {key: stale.get((place, key), row) for key, row in rows.items()}

    patch.setattr(Broker, "save", note)
    patch.setattr(StepRowLog, "take", recover)


def skip_a_held_person(patch: pytest.MonkeyPatch) -> None:
    """A person's failing rule is passed over, and the person with it."""

    def hold(lane_batch: Any, key: str, row: Kept | None, *_: Any) -> None:
        working: Working = lane_batch.working
        working.put(key, row)

    patch.setattr(batch._Batch, "_hold", hold)


def tell_anew_by_chance(patch: pytest.MonkeyPatch) -> None:
    """Who joins is told what is current under a number that is another each time."""
    patch.setattr(notices, "derived_id", lambda *_: uuid4())


def look_back_at_the_first(patch: pytest.MonkeyPatch) -> None:
    """Of what was said before, whoever looks back is given what stands at the log's beginning."""
    read = MemoryHistory.read

    async def elsewhere(
        history: MemoryHistory, topic: str, partition: int, offsets: Sequence[int]
    ) -> Sequence[Record]:
        found = await read(history, topic, partition, offsets)
        return [replace(found[0], offset=record.offset) for record in found]

    patch.setattr(MemoryHistory, "read", elsewhere)


def take_back_from_who_is_still_there(patch: pytest.MonkeyPatch) -> None:
    """Who was told and has left the case since is not told that it does not count."""
    by_agency = taking_back._by_agency

    def still_there(case: Case, mentions: list[Mention]) -> list[tuple[str, list[Mention]]]:
        return [one for one in by_agency(case, mentions) if one[0] in case.on_case]

    patch.setattr(taking_back, "_by_agency", still_there)


def recall_from_whoever_comes_first(patch: pytest.MonkeyPatch) -> None:
    """A recall goes to somebody who was told something, whatever its number."""

    def first(case: Case, *_: object) -> tuple[Mention, str] | None:
        told = ((one, case.mentions.to(one)[0]) for one in case.mentions.said)
        return next(told, None)

    patch.setattr(taking_back, "_of_number", first)


def give_canaries_to_the_partner(patch: pytest.MonkeyPatch) -> None:
    """A bridge's courier hands a canary over as any notice."""
    patch.setattr(inbox, "CanarySent", AlertRaised)


def tell_a_canary_to_the_first_alone(patch: pytest.MonkeyPatch) -> None:
    """One agency finds the canary, and the silence of the others looks like peace."""
    canaries = canary._canaries
    patch.setattr(canary, "_canaries", lambda *of: list(canaries(*of))[:1])


PLANTS: tuple[Plant, ...] = (
    acknowledge_before_save,
    accept_a_repeat,
    no_fencing,
    apply_a_stale_row,
    skip_a_held_person,
    tell_anew_by_chance,
    look_back_at_the_first,
    take_back_from_who_is_still_there,
    recall_from_whoever_comes_first,
    give_canaries_to_the_partner,
    tell_a_canary_to_the_first_alone,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    seed, wrong = first_wrong(town, range(SCHEDULES))
    print(f"{plant.__name__}: found by schedule {seed + 1}: {wrong[0]}")  # noqa: T201


def test_saying_before_it_is_written_down_is_found(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more than asked for: the order of several sources has to be durable first."""

    async def no_journal(*_: object) -> None:
        await Step("write down")

    monkeypatch.setattr(Lane, "_write_down", no_journal)
    _, wrong = first_wrong(town, range(SCHEDULES))
    assert wrong


def test_a_failing_schedule_is_made_small_and_still_fails(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_a_stale_row(monkeypatch)
    seed, wrong = first_wrong(town, range(SCHEDULES))
    plan = town.plan(seed)
    small = shrunk(plan, lambda fewer: wrong[0] in verdict(play(fewer, town)))
    assert len(small.strikes) + len(small.sayings) < len(plan.strikes) + len(plan.sayings)
    assert small.strikes
    assert wrong[0] in verdict(play(small, town))


def test_the_command_tells_a_failing_story_and_ends_with_1(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_a_held_person(monkeypatch)
    seed, _ = first_wrong(town, range(SCHEDULES))
    done = CliRunner().invoke(simulate, ["--seed", str(seed), "--agreements", str(FILES)])
    assert done.exit_code == 1
    assert "WRONG:" in done.output
    assert f"Seed {seed}:" in done.output
