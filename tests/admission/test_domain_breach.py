"""That an officer decides about a possible breach, at the door: who may, and what follows."""

from typing import Any

import pytest

from schemas.log import ActRefused, Decided
from schemas.register import BreachDecided, BreachOutcome, BreachReason
from services.agreements.acts import ACTS, deadline_of
from services.agreements.replay import UNDECIDED, Replay
from services.hub.simulation import people
from services.hub.simulation.people import Invented
from tests.admission.at_the_door import agreements
from tests.admission.test_domain_acts import ADOPTED, HERE, known
from tests.makers import NOON, a_breach_decision

DEADLINE = "5b0c9a3e-8f5e-8d1b-9c55-0123456789ab"
OF_THE_POLICE = Invented(9, people.LEAD.role, "derbyshire-police")


def act(outcome: str, person: Any, *signers: Invented, subject: str = DEADLINE) -> Decided:
    values = {"at": NOON, "installation": HERE, "person_id": person}
    return people.decided("breach", outcome, subject, *signers, **values)


@pytest.mark.parametrize("outcome", list(BreachOutcome))
def test_what_a_lead_officer_decides_is_let_in_with_what_follows(outcome: BreachOutcome) -> None:
    door, person = known()
    decided = act(outcome, person, people.LEAD)
    assert door.say(decided) == "decided"
    _, follow = door.log
    assert isinstance(follow, BreachDecided)
    assert (follow.deadline_ref, follow.outcome) == (DEADLINE, outcome)
    assert follow.reasons == (BreachReason(ACTS["breach", outcome].reasons[0]),)
    assert (follow.agency, follow.source, follow.occurred_at) == ("probation", "deploy", NOON)
    assert (follow.caused_by, follow.person_id) == (decided.event_id, decided.person_id)
    assert door.say(decided) == "repeat"
    assert len(door.log) == 2


@pytest.mark.parametrize(
    ("signers", "reason"),
    [
        ((people.CO_ORDINATOR,), "role-may-not"),
        ((people.ON_CALL,), "role-may-not"),
        ((people.OF_HOUSING,), "role-may-not"),
        ((OF_THE_POLICE,), "not-enrolled"),
        ((people.LEAD, people.CO_ORDINATOR), "not-as-many-as-it-takes"),
    ],
)
def test_nobody_else_decides_and_that_it_was_asked_stands_in_the_log(
    signers: tuple[Invented, ...], reason: str
) -> None:
    door, person = known()
    assert door.say(act("found", person, *signers)) == f"refused-{reason}"
    (told,) = door.log
    assert isinstance(told, ActRefused)
    assert (told.what, told.outcome, told.reason) == ("breach", "found", reason)


@pytest.mark.parametrize("subject", ["7", DEADLINE.upper(), DEADLINE.replace("-", ""), "x" * 36])
def test_what_is_no_number_of_a_deadline_is_refused(subject: str) -> None:
    door, person = known()
    decided = act("excused", person, people.LEAD, subject=subject)
    assert deadline_of(decided) is None
    assert door.say(decided) == "refused-no-such-deadline"


def test_of_nobody_the_hub_knows_nothing_is_decided() -> None:
    door, _ = known()
    assert door.say(act("found", None, people.LEAD)) == "refused-nobody"


def test_a_reason_of_the_other_outcome_is_none() -> None:
    door, person = known()
    asked = act("found", person, people.LEAD)
    assert set(ACTS["breach", "found"].reasons).isdisjoint(ACTS["breach", "excused"].reasons)
    assert {*ACTS["breach", "found"].reasons, *ACTS["breach", "excused"].reasons} == {
        reason.value for reason in BreachReason
    }
    other = asked.model_copy(update={"reasons": ("mistaken",)})
    assert door.say(other).startswith("refused-")
    assert not any(isinstance(fact, BreachDecided) for fact in door.log)


# -- proved again from the log


def test_a_decision_is_proved_and_one_that_nobody_took_is_found() -> None:
    door, person = known()
    door.say(act("found", person, people.LEAD))
    decided, follow = door.log
    assert isinstance(follow, BreachDecided)

    def wrong(*log: Any) -> list[str]:
        replay = Replay(lambda _: agreements(), HERE)
        return [replay.take(fact) for fact in log]

    assert wrong(ADOPTED, decided, follow) == [""] * 3
    assert wrong(ADOPTED, a_breach_decision())[-1] == UNDECIDED
    for change in (
        {"deadline_ref": "another"},
        {"outcome": BreachOutcome.EXCUSED},
        {"reasons": (BreachReason.MISTAKEN,)},
        {"agency": "prison"},
        {"person_id": None},
    ):
        assert wrong(ADOPTED, decided, follow.model_copy(update=change))[-1] == "another-act"
