"""What people decide, at the door: let in once, signed by whom it takes, with what follows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schemas.log import (
    ActRefused,
    AgreementsAdopted,
    Decided,
    HoldLifted,
    RulesAdopted,
    SchemasAdopted,
)
from services.admission.domain import acts
from services.admission.domain.desk import Desk
from services.admission.domain.relearn import relearn
from services.admission.rules import Rules
from services.agreements.acts import FRESH
from services.agreements.compile import Agreements
from services.agreements.replay import UNDECIDED, Replay
from services.hub.simulation import people
from services.hub.simulation.people import Invented
from tests.admission.at_the_door import HERS, REFERENCES, Door, a_door, agreements
from tests.makers import (
    NOON,
    a_held_person,
    a_lifting,
    agreements_adopted,
    rules_adopted,
    schemas_adopted,
)

HERE = REFERENCES.installation
ADOPTED = agreements_adopted(agreements().version)


def known() -> tuple[Door, Any]:
    """A door that knows one person, and has agreements in force."""
    door = a_door(HERS)
    assert door.say(ADOPTED) == "said-everywhere"
    door.log.clear()
    (person,) = [key.removeprefix("person:") for key in door.rows if key.startswith("person:")]
    return door, person


def release(person: Any, *signers: Invented, **fields: Any) -> Decided:
    values = {"at": NOON, "installation": HERE, "person_id": person, **fields}
    outcome, subject = values.pop("outcome", "release"), values.pop("subject", "risk-0-17")
    return people.decided("hold", outcome, subject, *signers, **values)


def kinds(door: Door) -> list[str]:
    return [type(fact).__name__ for fact in door.log]


@pytest.mark.parametrize(
    ("outcome", "who", "skipped"),
    [("release", people.ON_CALL, False), ("skip", people.LEAD, True)],
)
def test_an_act_is_let_in_and_what_follows_with_it(
    outcome: str, who: Invented, *, skipped: bool
) -> None:
    door, person = known()
    act = release(person, who, outcome=outcome)
    assert door.say(act) == "decided"
    stands, lifted = door.log
    assert stands == act.model_copy(update={"recorded_at": NOON})
    assert isinstance(lifted, HoldLifted)
    assert (lifted.service, lifted.failed_at, lifted.skipped) == ("risk", 17, skipped)
    assert (lifted.person_id, lifted.decided_by) == (act.person_id, who.actor)
    assert (lifted.caused_by, lifted.recorded_at) == (act.event_id, NOON)
    assert door.returned == []


def test_an_act_carried_twice_counts_once() -> None:
    door, person = known()
    act = release(person, people.ON_CALL)
    assert [door.say(act), door.say(act)] == ["decided", "repeat"]
    assert kinds(door) == ["Decided", "HoldLifted"]
    other = release(person, people.CO_ORDINATOR)
    assert other.event_id == act.event_id
    assert door.say(other) == "refused-decided-already"


def test_what_is_not_signed_by_whom_it_takes_is_refused_and_that_is_a_fact() -> None:
    door, person = known()
    act = release(person, people.CONTACT)
    assert door.say(act) == "refused-role-may-not"
    (refused,) = door.log
    assert isinstance(refused, ActRefused)
    assert (refused.what, refused.outcome, refused.reason) == ("hold", "release", "role-may-not")
    assert (refused.actor, refused.person_id) == (people.CONTACT.actor, None)
    assert [one.reason for one in door.returned] == ["role-may-not"]


def test_a_refusal_repeats_no_number_that_is_enrolled_nowhere() -> None:
    door, person = known()
    act = release(person, people.ON_CALL)
    stranger = act.by.model_copy(update={"actor": "M.Mustermann"})
    assert door.say(act.model_copy(update={"by": stranger})) == "refused-not-enrolled"
    (refused,) = door.log
    assert isinstance(refused, ActRefused)
    assert refused.actor is None


def test_nobody_but_who_carries_them_says_acts_and_nobody_is_told_of_others_letters() -> None:
    door, person = known()
    act = release(person, people.ON_CALL)
    from_police = act.model_copy(update={"source": "derbyshire-police"})
    assert door.say(from_police) == "refused-not-agreed"
    assert door.say(act, part="level-set") == "refused-wrong-topic"
    assert door.log == []


def test_a_lifting_that_nobody_decided_is_refused() -> None:
    door, person = known()
    assert door.say(a_lifting(person_id=person)) == "refused-not-agreed"
    assert door.log == []


@pytest.mark.parametrize("subject", ["risk-0", "risk-0-x", "nothing"])
def test_a_hold_there_cannot_be_is_not_lifted(subject: str) -> None:
    door, person = known()
    act = release(person, people.ON_CALL, subject=subject)
    assert door.say(act) == "refused-no-such-hold"
    assert kinds(door) == ["ActRefused"]


def test_of_nobody_the_hub_knows_nothing_is_decided() -> None:
    door, _ = known()
    stranger = a_held_person().event_id
    assert door.say(release(stranger, people.ON_CALL)) == "refused-nobody"


def test_an_act_that_is_no_longer_remembered_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    door, person = known()
    monkeypatch.setattr(acts, "ACTS_REMEMBERED", 1)
    first, second = (release(person, people.ON_CALL, subject=f"risk-0-{n}") for n in (1, 2))
    assert [door.say(act) for act in (first, second, second)] == ["decided", "decided", "repeat"]
    assert len(door.rows["heard:acts"].state.said) == 1
    door.at = NOON + FRESH + timedelta(seconds=1)
    assert door.say(first) == "refused-stale"


def test_what_is_remembered_is_learned_again_from_the_log() -> None:
    door, person = known()
    door.say(release(person, people.ON_CALL))
    anew = Door()
    for fact in door.log:
        desk = Desk(anew, anew.rules)
        relearn(desk, fact)
        anew.rows.update({k: row for k, row in desk.decision("").others.items() if row})
    assert anew.rows == {"heard:acts": door.rows["heard:acts"]}


# -- adoptions


def wider() -> Agreements:
    """As in force, and one more may act."""
    more = Invented(99, people.ON_CALL.role, "prison")
    return people.enrol(agreements(), *people.EVERYBODY, more)


def two_versions(before: Agreements, after: Agreements) -> Door:
    """A door with the one in force, to which the other is known."""
    door = Door()
    known = {one.version: one for one in (before, after)}
    door.rules = Rules(before, REFERENCES, known.__getitem__)
    assert door.say(agreements_adopted(before.version)) == "said-everywhere"
    door.log.clear()
    door.log_facts.clear()
    return door


def widening(version: str, *signers: Invented) -> Decided:
    return people.decided("agreements", "widen", version, *signers, at=NOON, installation=HERE)


def test_agreements_widen_by_two_and_narrow_by_nobody() -> None:
    door = two_versions(agreements(), wider())
    assert door.say(agreements_adopted(wider().version)) == "refused-takes-a-decision"
    (refused,) = door.log
    assert isinstance(refused, ActRefused)
    assert (refused.what, refused.outcome) == ("agreements", "widen")
    act = widening(wider().version, people.GOVERNS, people.GOVERNS_TOO)
    assert door.say(act) == "decided"
    (adopted,) = door.log_facts
    assert isinstance(adopted, AgreementsAdopted)
    assert (adopted.version, adopted.caused_by) == (wider().version, act.event_id)
    back = two_versions(wider(), agreements())
    assert back.say(agreements_adopted(agreements().version)) == "said-everywhere"


def test_one_is_not_enough_to_widen() -> None:
    door = two_versions(agreements(), wider())
    act = widening(wider().version, people.GOVERNS)
    assert door.say(act) == "refused-not-as-many-as-it-takes"
    assert door.log_facts == []


def test_the_first_are_enrolled_without_and_never_again() -> None:
    nobody = people.enrol(agreements(), Invented(98, people.CONTACT.role, "derby-housing"))
    door = two_versions(nobody, agreements())
    assert door.say(agreements_adopted(agreements().version)) == "said-everywhere"
    back = two_versions(agreements(), nobody)
    assert back.say(agreements_adopted(nobody.version)) == "refused-takes-a-decision"


def test_newer_schemas_are_adopted_by_somebody() -> None:
    door, _ = known()
    assert door.say(schemas_adopted(40)) == "said-everywhere"
    assert door.say(schemas_adopted(41)) == "refused-takes-a-decision"
    act = people.decided("schemas", "adopt", "41", people.ON_CALL, at=NOON, installation=HERE)
    assert door.say(act) == "decided"
    assert isinstance(door.log_facts[-1], SchemasAdopted)
    word = people.decided("schemas", "adopt", "x", people.ON_CALL, at=NOON, installation=HERE)
    assert door.say(word) == "refused-no-such-version"


def test_other_rules_are_adopted_by_two() -> None:
    door, _ = known()
    assert door.say(rules_adopted("2026-3")) == "said-everywhere"
    assert door.say(rules_adopted("2026-4")) == "refused-takes-a-decision"
    alone = people.decided("rules", "adopt", "2026-4", people.LEAD, at=NOON, installation=HERE)
    assert door.say(alone) == "refused-not-as-many-as-it-takes"
    both = people.decided(
        "rules", "adopt", "2026-4", people.LEAD, people.CO_ORDINATOR, at=NOON, installation=HERE
    )
    assert door.say(both) == "decided"
    fact = door.log_facts[-1]
    assert isinstance(fact, RulesAdopted)
    assert (fact.version, fact.caused_by) == ("2026-4", both.event_id)
    assert door.say(rules_adopted("2026-2")) == "refused-takes-a-decision"


# -- proved again


def replayed(*facts: Any) -> list[str]:
    """What is wrong with each, in a log that begins with the agreements in force."""
    known = {one.version: one for one in (agreements(), wider())}
    replay = Replay(known.__getitem__, HERE)
    assert replay.take(ADOPTED) == ""
    return [replay.take(fact) for fact in facts]


def test_the_log_proves_what_the_door_let_in() -> None:
    door, person = known()
    door.say(release(person, people.ON_CALL))
    assert replayed(*door.log) == ["", ""]


def test_a_log_in_which_somebody_helped_themselves_does_not() -> None:
    door, person = known()
    door.say(release(person, people.ON_CALL))
    act, lifted = door.log
    assert isinstance(act, Decided)
    assert isinstance(lifted, HoldLifted)
    other = act.by.model_copy(update={"actor": people.CO_ORDINATOR.actor})
    assert replayed(act.model_copy(update={"by": other}), lifted) == ["not-enrolled", UNDECIDED]
    assert replayed(lifted) == [UNDECIDED]
    assert replayed(act, act) == ["", "decided-already"]
    assert replayed(act, lifted.model_copy(update={"skipped": True})) == ["", "another-act"]
    assert replayed(act, lifted.model_copy(update={"failed_at": 18})) == ["", "another-act"]
    late = act.model_copy(update={"recorded_at": NOON + FRESH + timedelta(seconds=1)})
    assert replayed(late) == ["stale"]
    assert replayed(agreements_adopted(wider().version)) == [UNDECIDED]
    assert replayed(schemas_adopted(1), schemas_adopted(2)) == ["", UNDECIDED]
    versions = ("2026-2", "2026-3", "2026-4", "2026-4", "2026-3")
    assert replayed(*map(rules_adopted, versions)) == ["", "", UNDECIDED, "", UNDECIDED]


def test_a_log_of_before_anybody_was_enrolled_is_taken_as_it_is() -> None:
    before = people.enrol(agreements(), Invented(98, people.CONTACT.role, "nowhere"))
    replay = Replay({before.version: before}.__getitem__, HERE)
    assert replay.take(agreements_adopted(before.version)) == ""
    assert replay.take(a_lifting()) == ""
    assert replace(replay).decided == {}
