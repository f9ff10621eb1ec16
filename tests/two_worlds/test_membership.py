"""Two worlds of a case one joins, leaves and comes back to: nothing of others, nor of between."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from schemas.case import AgencyJoinedCase, AgencyLeftCase
from services.notify.domain import Case, Delivery
from services.runtime.decision import Context, Decide, Decision
from services.runtime.service import Service
from tests.in_memory import NAMES, Hub
from tests.two_worlds import leaks
from tests.two_worlds.day import (
    BASE,
    LAST_WORD,
    LEADS,
    PARTNERS,
    WHILE_AWAY,
    Said,
    left_said_by,
    on_their_case,
    others_on_it,
)
from tests.two_worlds.world import Observed, differences, observed, play, rerouted

GRANTED_WHO_JOINS = ("prison",)
SAY_IT = {one.source for _, one in WHILE_AWAY}
BLIND = tuple(one for one in PARTNERS if one not in GRANTED_WHO_JOINS)


@cache
def seen(agency: str, said: tuple[Said, ...]) -> Observed:
    return observed(agency, asyncio.run(play([*BASE, *said])))


@pytest.mark.parametrize("agency", BLIND)
def test_who_joins_leaves_and_comes_back_cannot_tell_whether_anybody_else_is_on_the_case(
    agency: str,
) -> None:
    alone = on_their_case(agency)
    assert differences(seen(agency, alone), seen(agency, (*alone, *others_on_it(agency)))) == []


@pytest.mark.parametrize("agency", PARTNERS)
def test_who_left_cannot_tell_on_whose_word(agency: str) -> None:
    one, other = (seen(agency, left_said_by(agency, lead)) for lead in LEADS)
    assert differences(one, other) == []


@pytest.mark.parametrize("agency", [one for one in PARTNERS if one not in SAY_IT])
def test_who_comes_back_cannot_tell_what_was_so_between(agency: str) -> None:
    quiet = on_their_case(agency, LAST_WORD)
    busy = on_their_case(agency, LAST_WORD, *WHILE_AWAY)
    assert differences(seen(agency, quiet), seen(agency, busy)) == []


@pytest.mark.parametrize("agency", ["derby-housing", "amber-valley-housing", "dwp", "em"])
def test_all_of_that_is_of_an_agency_that_is_told_of_the_case(agency: str) -> None:
    told = seen(agency, on_their_case(agency))
    assert differences(seen(agency, ()), told)


# -- leaks that somebody could make


def told_only_if_first(notify: Service) -> Service:
    """Who joins is told what is current only where nobody else is on the case yet."""

    def changed(tell: Decide) -> Decide:
        def leaks(case: Case | None, fact: AgencyJoinedCase, context: Context) -> Decision[Case]:
            if case is not None and set(case.on_case) - {fact.agency}:
                case = case.model_copy(update={"current": ()})
            return tell(case, fact, context)

        return leaks

    return rerouted(notify, AgencyJoinedCase, changed)


def told_who_decided(notify: Service) -> Service:
    """The last notice is of the instant at which one of two bodies usually says such things."""

    def changed(tell: Decide) -> Decide:
        def leaks(case: Case | None, fact: AgencyLeftCase, context: Context) -> Decision[Case]:
            decision = tell(case, fact, context)
            if fact.source != "probation":
                return decision
            return replace(decision, facts=tuple(map(_at_midnight, decision.facts)))

        return leaks

    return rerouted(notify, AgencyLeftCase, changed)


def _at_midnight(thing: Any) -> Any:
    if not isinstance(thing, Delivery):
        return thing
    return replace(thing, occurred_at=thing.occurred_at.replace(hour=0))


def told_what_was(notify: Service) -> Service:
    """What was current once is kept as if it still were."""

    def changed(tell: Decide) -> Decide:
        def leaks(case: Case | None, fact: Any, context: Context) -> Decision[Case]:
            decision = tell(case, fact, context)
            if case is None or decision.state is None:
                return decision
            now = {one.offset for one in decision.state.current}
            gone = (one for one in case.current if one.offset not in now)
            kept = tuple(
                one._replace(which=f"{one.which}/{one.offset}")
                for one in gone
                if one.offset is not None
            )
            current = (*decision.state.current, *kept)
            return replace(decision, state=decision.state.model_copy(update={"current": current}))

        return leaks

    for route in notify.routes:
        notify = rerouted(notify, route.fact, changed) if _is_told(route.fact) else notify
    return notify


def _is_told(fact: type) -> bool:
    return fact.__name__ in {"ReleaseDateSet", "ZoneSet", "ZoneEnded"}


HOUSING = "derby-housing"
ALONE = on_their_case(HOUSING)


@pytest.mark.parametrize(
    ("leak", "one", "other"),
    [
        (told_only_if_first, ALONE, (*ALONE, *others_on_it(HOUSING))),
        (told_who_decided, left_said_by(HOUSING, LEADS[0]), left_said_by(HOUSING, LEADS[1])),
        (told_what_was, (*ALONE, LAST_WORD), (*ALONE, LAST_WORD, *WHILE_AWAY)),
    ],
    ids=["whether somebody else is on it", "who decided", "what was so between"],
)
async def test_a_planted_leak_is_found(
    leak: Callable[[Service], Service], one: tuple[Said, ...], other: tuple[Said, ...]
) -> None:
    def hub() -> Hub:
        return leaks.a_hub(notify=leak)

    worlds = [observed(HOUSING, await play([*BASE, *said], hub())) for said in (one, other)]
    found = differences(*worlds)
    assert [at for at in found if at.startswith(NAMES.inbox(HOUSING))]
