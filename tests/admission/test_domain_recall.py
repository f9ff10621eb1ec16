"""That a notice is recalled, at the door: two who may, and what follows from it."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.base import Fact
from schemas.log import Decided
from schemas.notice import Mistake, NoticeRecalled, RecallAnswered, Reporting
from services.agreements.acts import recall_number, recall_of
from services.agreements.replay import UNDECIDED, Replay
from services.hub.simulation import people
from services.hub.simulation.people import Invented
from tests.admission.at_the_door import agreements
from tests.admission.test_domain_acts import ADOPTED, HERE, known
from tests.makers import NOON, NOTICE, a_recall, a_recall_answer

BOTH = (people.GOVERNS, people.GOVERNS_TOO)
SUBJECT = recall_number(NOTICE)


def act(outcome: str, person: Any, *signers: Invented, subject: str = SUBJECT) -> Decided:
    values = {"at": NOON, "installation": HERE, "person_id": person}
    return people.decided("notice", outcome, subject, *signers, **values)


def test_a_recall_is_let_in_and_the_body_of_who_signed_first_answers_for_it() -> None:
    door, person = known()
    decided = act("recall", person, *BOTH)
    assert door.say(decided) == "decided"
    _, recalled = door.log
    assert isinstance(recalled, NoticeRecalled)
    assert (recalled.notice_ref, recalled.mistake) == (NOTICE, Mistake.WRONG_PERSON)
    assert (recalled.agency, recalled.aware_at) == ("derbyshire-police", NOON)
    assert (recalled.caused_by, recalled.person_id) == (decided.event_id, decided.person_id)
    assert door.say(decided) == "repeat"
    assert len(door.log) == 2


def test_the_hours_run_from_when_it_was_known_where_that_was_before() -> None:
    door, person = known()
    earlier = NOON - timedelta(hours=5)
    subject = recall_number(NOTICE, earlier)
    assert door.say(act("recall", person, *BOTH, subject=subject)) == "decided"
    (recalled,) = (one for one in door.log if isinstance(one, NoticeRecalled))
    assert recalled.aware_at == earlier


@pytest.mark.parametrize(
    ("signers", "reason"),
    [
        (BOTH[:1], "refused-not-as-many-as-it-takes"),
        ((people.LEAD, people.GOVERNS), "refused-role-may-not"),
        ((people.GOVERNS, people.OF_HOUSING), "refused-agency-may-not"),
    ],
)
def test_a_recall_takes_two_officers_of_the_responsible_authority(
    signers: tuple[Invented, ...], reason: str
) -> None:
    door, person = known()
    assert door.say(act("recall", person, *signers)) == reason
    assert not any(isinstance(fact, NoticeRecalled) for fact in door.log)


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("7", "no-such-notice"),
        (f"{NOTICE}:yesterday", "no-such-notice"),
        (f"{NOTICE}:", "no-such-notice"),
        (str(NOTICE).upper(), "no-such-notice"),
        (recall_number(NOTICE, NOON + timedelta(minutes=1)), "in-the-future"),
    ],
)
def test_what_is_no_number_of_a_notice_is_refused(subject: str, reason: str) -> None:
    door, person = known()
    assert door.say(act("recall", person, *BOTH, subject=subject)) == f"refused-{reason}"


def test_of_nobody_the_hub_knows_nothing_is_recalled() -> None:
    door, _ = known()
    assert door.say(act("recall", None, *BOTH)) == "refused-nobody"


@pytest.mark.parametrize(("outcome", "signers"), [("reported", BOTH[:1]), ("no-risk", BOTH)])
def test_what_is_decided_about_reporting_it_is_let_in(
    outcome: str, signers: tuple[Invented, ...]
) -> None:
    door, person = known()
    assert door.say(act(outcome, person, *signers)) == "decided"
    _, answer = door.log
    assert isinstance(answer, RecallAnswered)
    assert (answer.notice_ref, answer.reporting) == (NOTICE, Reporting(outcome))


def test_that_it_is_no_risk_is_nobodys_alone_to_say() -> None:
    door, person = known()
    refused = door.say(act("no-risk", person, *BOTH[:1]))
    assert refused == "refused-not-as-many-as-it-takes"


@pytest.mark.parametrize("aware_at", [None, NOON - timedelta(hours=1)])
def test_an_acts_subject_says_which_notice_and_since_when(aware_at: Any) -> None:
    decided = act("recall", None, *BOTH, subject=recall_number(NOTICE, aware_at))
    assert recall_of(decided) == (NOTICE, aware_at or NOON)


# -- proved again from the log


def _wrong(*log: Fact) -> list[str]:
    replay = Replay(lambda _: agreements(), HERE)
    return [replay.take(fact) for fact in log]


def test_what_follows_from_an_act_is_proved_and_what_does_not_is_found() -> None:
    door, person = known()
    door.say(act("recall", person, *BOTH))
    door.say(act("reported", person, *BOTH[:1]))
    decided, recalled, answered, answer = door.log
    assert _wrong(ADOPTED, decided, recalled, answered, answer) == [""] * 5
    assert _wrong(ADOPTED, a_recall(NOTICE), a_recall_answer(NOTICE))[1:] == [UNDECIDED] * 2
    other = recalled.model_copy(update={"notice_ref": decided.event_id})
    assert _wrong(ADOPTED, decided, other)[-1] == "another-act"
    swapped = answer.model_copy(update={"caused_by": decided.event_id})
    assert _wrong(ADOPTED, decided, swapped)[-1] == "another-act"
