"""Facts that wait for their person: at most 72 hours, so many of one person and of one sender."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from schemas.base import Fact
from services.admission.domain.desk import Desk
from services.admission.domain.letters import Letter
from services.admission.domain.states import Waited, Waiting, Waits
from services.admission.rules import WAITING_A_DAY, WAITING_AT_MOST, WAITING_BYTES, WAITS_FOR


def wait(desk: Desk, fact: Fact, letter: Letter, keys: tuple[str, ...]) -> str:
    """The fact waits under each of these keys; where too much waits already, it is dropped."""
    waiting = {key: _letters(desk, key) for key in keys}
    one = Waits(
        number=letter.number,
        kind=fact.kind(),
        body=fact.model_dump_json(),
        recorded_at=letter.recorded_at,
        keys=keys,
    )
    if any(_full((*letters, one)) for letters in waiting.values()):
        return "waiting-full"
    today = _with_one_more(desk.get(f"waited:{letter.speaker}", Waited), letter.recorded_at.date())
    if today.facts > WAITING_A_DAY:
        return "waiting-full"
    over = datetime.combine(today.on + timedelta(days=1), time(), UTC) + WAITS_FOR
    desk.put(f"waited:{letter.speaker}", today, over)
    for key, letters in waiting.items():
        _keep(desk, key, (*letters, one))
    return "waiting"


def those_under(desk: Desk, keys: Iterable[str]) -> list[Waits]:
    """What waits under any of these keys, each once, in the order the broker received it."""
    found = {one.number: one for key in keys for one in _letters(desk, key)}
    return sorted(found.values(), key=lambda one: one.place)


def withdraw(desk: Desk, one: Waits) -> None:
    """It waits no more, under none of its keys."""
    for key in one.keys:
        letters = _letters(desk, key)
        left = tuple(other for other in letters if other.number != one.number)
        if left != letters:
            _keep(desk, key, left)


def until(letters: Iterable[Waits]) -> datetime | None:
    """When the first of them has waited long enough."""
    return min((one.recorded_at + WAITS_FOR for one in letters), default=None)


def _with_one_more(before: Waited | None, on: date) -> Waited:
    """The count never goes back a day, so that a backlog of yesterday's cannot begin it anew."""
    if before is None or before.on < on:
        return Waited(on=on, facts=1)
    return Waited(on=before.on, facts=before.facts + 1)


def _full(letters: tuple[Waits, ...]) -> bool:
    size = sum(len(one.body.encode()) for one in letters)
    return len(letters) > WAITING_AT_MOST or size > WAITING_BYTES


def _letters(desk: Desk, key: str) -> tuple[Waits, ...]:
    waiting = desk.get(key, Waiting)
    return () if waiting is None else waiting.letters


def _keep(desk: Desk, key: str, letters: tuple[Waits, ...]) -> None:
    desk.put(key, Waiting(letters=letters) if letters else None, until(letters))
