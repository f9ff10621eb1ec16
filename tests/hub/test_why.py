"""Why somebody was told or not: line, filter, class, fact and place; no more than one may know."""

import asyncio
from datetime import date
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from schemas.base import Fact
from schemas.custody import ReleaseDateSet
from schemas.log import ActRefused, Decided
from schemas.register import CategoryChanged
from services.agreements.actors import Enrolled, Role
from services.agreements.acts import recall_number
from services.agreements.compile import load
from services.agreements.signing import NobodyActs, enrol, shown_to_be
from services.hub.cli import main
from services.hub.simulation import people
from services.hub.why.answer import NO_SUCH_FACT, ONE_OF, UNKNOWN, Answer, Asker
from services.hub.why.question import OF_A_PERSON, OF_ANOTHER, Question
from services.notify.domain import judged
from services.runtime.decision import Context
from tests.agreements.makers import FILES
from tests.hub.asking import AT, ask, asker, told
from tests.in_memory import NAMES, REFERENCES, agreements
from tests.makers import (
    FAMILY_NAME,
    HOME,
    a_leaving,
    a_level,
    a_limit,
    a_release_date,
    a_taking_back,
    later,
)
from tests.notify.telling import Desk
from tests.two_worlds.day import BASE, CHILDS_ID, HER, HERS_ID, OTHER_ID, who_leaves
from tests.two_worlds.world import World, play

HERS: dict[str, Any] = {"identifiers": (HER,)}
PROBATION = asker("probation")
LATE_LIMIT = (100, a_limit("derbyshire-police", occurred_at=later(hours=100), **HERS))


@cache
def day(*more: tuple[float, Fact]) -> World:
    return asyncio.run(play([*BASE, *more]))


def asked(question: Question, who: Asker | None = PROBATION, world: World | None = None) -> Answer:
    return asyncio.run(ask(world or day(), who, question))


def absence(
    agency: str, fact: str, who: Asker | None = PROBATION, world: World | None = None
) -> Answer:
    ref = REFERENCES.ref(who.agency if who else "probation", HERS_ID)
    return asked(Question(agency=agency, fact=fact, person_ref=ref), who, world)


def in_log(kind: type[Fact], world: World | None = None) -> Fact:
    return next(one for one in (world or day()).hub.in_log(kind) if one.person_id == HERS_ID)


# -- what led to it


def test_a_notice_of_another_is_explained_by_line_class_and_place() -> None:
    answer = absence("dwp", "release-date-set")
    assert answer.found
    head, told_, *classes = answer.words[:5]
    first = next(t for t in told("probation", day()) if t.notice.about == ReleaseDateSet.kind())
    assert f"{NAMES.inbox('probation')}@{first.record.offset}" in head
    assert agreements().version in head
    assert told_.strip().startswith("dwp: told, routine, until 2029-03-31  [dwp.yaml:")
    assert any("of class custody: release_on" in line for line in classes)


def test_who_has_no_grant_is_said_not_to() -> None:
    answer = absence("dwp", "level-set")
    assert answer.found
    assert "no grant of its file names such facts  [dwp.yaml:" in answer.words[1]


def test_who_is_off_the_case_is_said_to_be_and_which_key_asks_for_it() -> None:
    left = (20, a_leaving("dwp", occurred_at=later(hours=20), **HERS))
    answer = absence("dwp", "release-date-set", world=day(left))
    told_, not_told = answer.words[1], answer.words[-1]
    assert "dwp: told" in told_
    assert "only of people on whose case it is" in not_told
    assert "(on_case)  [dwp.yaml:" in not_told


def test_of_somebody_who_left_it_is_said_that_they_did() -> None:
    world = day(*who_leaves("derby-housing"))
    changes = (one for one in world.hub.in_log() if isinstance(one, CategoryChanged))
    (left,) = (one for one in changes if one.category is None)
    assert left.person_id is not None
    ref = REFERENCES.ref("probation", left.person_id)
    before, after = (
        asked(Question(agency="derby-housing", fact=fact, person_ref=ref), world=world).words
        for fact in ("release-date-set", "address-changed")
    )
    assert [line for line in before if "derby-housing: told, " in line]
    why = "derby-housing: not told: the person is in no category any more"
    assert [line for line in after if why in line]


def test_a_filter_that_does_not_pass_is_named() -> None:
    answer = absence("derby-youth-offending", "release-date-set")
    assert "only of people under 18 where the fact stands (ages)" in answer.words[1]


def test_who_is_excluded_is_said_to_be_by_the_case_itself() -> None:
    limit = (1.2, a_limit(excluded=("derby-housing",), **HERS))
    answer = absence("derby-housing", "release-date-set", world=day(limit))
    assert "the case is limited, and it is excluded from it" in answer.words[1]


def test_what_was_said_before_one_joined_is_explained_by_the_joining() -> None:
    early = a_release_date(prison_code="EEE", occurred_at=later(hours=0.5), **HERS)
    answer = absence("dwp", "release-date-set", world=day((0.6, early)))
    assert "dwp: told when it joined the case" in answer.words[1]


def test_of_a_number_of_a_fact_everybody_is_said() -> None:
    answer = asked(Question(str(in_log(ReleaseDateSet).event_id)))
    assert answer.found
    named = {line.split(":")[0].strip() for line in answer.words if line.startswith("  ")}
    assert set(agreements().agencies) <= named


def test_a_notice_of_ones_own_is_explained_and_who_else_was_told() -> None:
    mine = next(t for t in told("probation", day()) if t.notice.about == ReleaseDateSet.kind())
    answer = asked(Question(str(mine.notice.notice_ref)))
    assert answer.words[0] == f"{mine.record.topic}@{mine.record.offset}"
    assert any("probation: told" in line for line in answer.words)


def test_a_notice_of_another_is_explained_for_that_one_alone() -> None:
    theirs = next(t for t in told("dwp", day()) if t.notice.about == ReleaseDateSet.kind())
    answer = asked(Question(str(theirs.notice.notice_ref)))
    assert answer.words[1].strip().startswith("dwp: told")
    assert not any("derby-housing" in line for line in answer.words)


def test_a_letter_of_ones_own_that_came_back_is_explained() -> None:
    letter = day().hub.dead("dwp")[0]
    number = (letter.header("ce_id") or b"").decode()
    answer = asked(Question(number), asker("dwp", Role.CONTACT))
    assert (letter.header("hub_reason") or b"").decode() in answer.words[1]


def an_act(*signers: Any, about: str = "agency-dwp") -> World:
    act = people.decided(
        *("credential", "reinstate", about, *signers),
        at=later(hours=30),
        installation=REFERENCES.installation,
    )
    return day((30, act))


@pytest.mark.parametrize("signers", [(people.GOVERNS, people.GOVERNS_TOO), (people.CONTACT,) * 2])
def test_an_act_and_a_refused_one_are_explained_to_who_could_sign_such(
    signers: tuple[Any, Any],
) -> None:
    world = an_act(*signers)
    fact = world.hub.in_log(Decided, ActRefused)[0]
    for who in (asker("probation", Role.ON_CALL), PROBATION):
        answer = asked(Question(str(fact.event_id)), who, world)
        assert "let a revoked principal in again" in answer.words[0]
        assert (", and refused: " in answer.words[0]) == isinstance(fact, ActRefused)
    for other in (None, asker("derby-housing"), asker("probation", Role.CONTACT)):
        assert asked(Question(str(fact.event_id)), other, world) == Answer(False, (UNKNOWN,))


def test_an_act_about_ones_own_agency_is_explained_to_it() -> None:
    world = an_act(people.GOVERNS, people.GOVERNS_TOO)
    number = str(world.hub.in_log(Decided)[0].event_id)
    assert asked(Question(number), asker("dwp", Role.CONTACT), world).found


def test_an_act_about_a_person_is_explained_to_who_signed_it_alone() -> None:
    act = people.decided(
        *("hold", "release", "risk-0-0", people.ON_CALL),
        at=later(hours=30),
        installation=REFERENCES.installation,
        person_id=HERS_ID,
    )
    world = day((30, act))
    number = Question(str(act.event_id))
    signed = Asker("derbyshire-police", frozenset({Role.ON_CALL}), people.ON_CALL.actor)
    assert "decide again for a held person" in asked(number, signed, world).words[0]
    for who in (asker("derbyshire-police", Role.ON_CALL), asker("prison")):
        assert asked(number, who, world) == Answer(False, (UNKNOWN,))


def test_without_a_person_the_files_answer_anybody() -> None:
    answer = asked(Question(agency="dwp", fact="release-date-set"), None)
    assert any("on whose case" in line and "dwp.yaml:" in line for line in answer.words)


# -- what does not count any more

LATER_RELEASE = a_release_date(prison_code="WWW", occurred_at=later(hours=50), **HERS)
BACK = (70, a_taking_back(LATER_RELEASE, occurred_at=later(hours=70), **HERS))


def test_of_a_notice_that_was_taken_back_it_says_so_and_until_when_it_is_kept() -> None:
    world = day((50, LATER_RELEASE), BACK)
    number = REFERENCES.notice("derby-housing", LATER_RELEASE.event_id)
    answer = asked(Question(str(number)), world=world)
    assert any("taken back (not-so): nothing of it is kept after" in one for one in answer.words)
    other = REFERENCES.notice("derby-housing", in_log(ReleaseDateSet).event_id)
    assert not any("taken back" in one for one in asked(Question(str(other)), world=world).words)


def test_its_receiver_reads_that_in_its_own_inbox() -> None:
    world = day((50, LATER_RELEASE), BACK)
    number = REFERENCES.notice("derby-housing", LATER_RELEASE.event_id)
    answer = asked(Question(str(number)), asker("derby-housing", Role.CONTACT), world)
    (line,) = (one for one in answer.words if "taken back" in one)
    assert NAMES.inbox("derby-housing") in line


def test_of_a_notice_that_was_recalled_it_says_that_it_is_to_be_destroyed() -> None:
    number = REFERENCES.notice("derby-housing", LATER_RELEASE.event_id)
    act = people.decided(
        *("notice", "recall", recall_number(number), people.GOVERNS, people.GOVERNS_TOO),
        at=later(hours=70),
        installation=REFERENCES.installation,
        person_id=HERS_ID,
    )
    world = day((50, LATER_RELEASE), (70, act))
    for who in (PROBATION, asker("derby-housing", Role.CONTACT)):
        answer = asked(Question(str(number)), who, world)
        assert any("recalled (wrong-person): to be destroyed" in one for one in answer.words)


# -- never more than one may know


@pytest.mark.parametrize("who", [PROBATION, asker("prison"), asker("derby-housing")])
def test_whom_one_may_not_know_and_who_does_not_exist_are_answered_alike(who: Asker) -> None:
    nobody = f"p-{uuid4().hex}"
    hidden = CHILDS_ID if who is PROBATION else OTHER_ID
    answers = {
        asked(Question(agency=agency, fact=fact, person_ref=ref), who)
        for ref in (nobody, REFERENCES.ref(who.agency, hidden), "no-reference")
        for agency in ("dwp", "derby-housing")
        if agency != who.agency
        for fact in ("release-date-set", "level-set")
    }
    assert answers == {Answer(False, (OF_ANOTHER,) if who.agency[0] == "d" else (UNKNOWN,))}


def test_what_one_was_not_told_of_somebody_known_is_answered_as_what_never_was() -> None:
    """The prison hears of her, but not of her release; nor did anybody offer her a home."""
    prison = asker("prison")
    assert absence("dwp", "tenancy-started", prison) == absence("dwp", "tenancy-offered", prison)
    assert absence("dwp", "tenancy-offered", prison) == Answer(False, (NO_SUCH_FACT,))


def test_who_may_not_know_all_that_conditions_look_at_is_not_told_which_failed() -> None:
    answer = absence("derby-youth-offending", "release-date-set", asker("prison"))
    assert answer.found  # it said so itself, of somebody it knows
    assert "your agency said it" in answer.words[0]
    assert ONE_OF in answer.words[1]


def test_who_may_not_know_any_more_is_answered_as_if_nothing_were() -> None:
    assert absence("dwp", "release-date-set").found
    assert absence("dwp", "release-date-set", world=day(LATE_LIMIT)) == Answer(False, (UNKNOWN,))


@pytest.mark.parametrize("who", [None, asker("probation", Role.ON_CALL)])
def test_who_is_on_call_or_nobody_sees_no_person(who: Asker | None) -> None:
    assert absence("dwp", "release-date-set", who) == Answer(False, (OF_A_PERSON,))
    number = str(in_log(ReleaseDateSet).event_id)
    assert asked(Question(number), who) == asked(Question(str(uuid4())), who)


@pytest.mark.parametrize(
    "who",
    [asker("probation", Role.CONTACT), asker("dwp"), asker("dwp", *Role)],
    ids=["a contact", "of another body", "of another body in every role"],
)
def test_of_another_agency_only_who_answers_for_all_may_ask(who: Asker) -> None:
    assert absence("derby-housing", "release-date-set", who) == Answer(False, (OF_ANOTHER,))
    number = str(in_log(ReleaseDateSet).event_id)
    assert asked(Question(number), who) == Answer(False, (UNKNOWN,))


def test_the_number_of_an_event_is_for_who_may_know_its_source() -> None:
    prison, told_ = asker("prison"), told("prison", day())
    level = next(one for one in told_ if one.notice.about == "case.level-set")
    fact = next(
        one
        for one in day().hub.in_log()
        if one.kind() == "case.level-set" and one.person_id == HERS_ID
    )
    assert level
    assert asked(Question(str(fact.event_id)), prison) == Answer(False, (UNKNOWN,))


def test_no_answer_holds_a_value_of_anybody() -> None:
    said = [
        "\n".join(absence(agency, fact).words)
        for agency in ("dwp", "derby-housing", "derbyshire-police")
        for fact in ("release-date-set", "address-changed", "conviction-recorded", "level-set")
    ]
    said += ["\n".join(asked(Question(str(in_log(ReleaseDateSet).event_id))).words)]
    for text in said:
        for value in (FAMILY_NAME, HOME.line, HOME.postcode, HER.value, str(HERS_ID)):
            assert value not in text


# -- what judges is what tells


def test_who_is_judged_to_be_told_is_who_is_told() -> None:
    desk = Desk()
    for fact in (a_level(3), a_release_date(), a_limit(excluded=("probation",)), a_level(2)):
        before = desk.case
        told_ = desk.told(fact)
        stands = desk.log[-1]
        context = Context(desk.rules, desk.now, {}, len(desk.log) - 1)
        judged_ = {g.agency for g, why in judged(before, stands, context) if why is None}
        assert judged_ == told_


# -- the command


def test_one_thing_is_asked_for_at_a_time() -> None:
    for words in ([], ["a-number", "--fact", "level-set"], ["--fact", "level-set"]):
        assert CliRunner().invoke(main, ["why", *words]).exit_code == 2


def test_who_asks_shows_the_key_that_is_enrolled(tmp_path: Any) -> None:
    actor, key = enrol(tmp_path / "keys")
    one = Enrolled(actor=actor, roles=(Role.CONTACT,), key=key, until=date(2099, 12, 31))
    known = people.enrol_in(load(FILES), "dwp", (one,))
    assert shown_to_be(known, actor, tmp_path / "keys", AT) == ("dwp", one)
    other, _ = enrol(tmp_path / "keys")
    (tmp_path / "keys" / f"{actor}.pem").write_bytes(
        (tmp_path / "keys" / f"{other}.pem").read_bytes()
    )
    with pytest.raises(NobodyActs):
        shown_to_be(known, actor, tmp_path / "keys", AT)
    with pytest.raises(NobodyActs):
        shown_to_be(known, other, tmp_path / "keys", AT)
