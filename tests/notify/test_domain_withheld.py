"""An agreement narrowed: what was unread is told again as far as it may be, the rest forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from schemas.base import Fact
from schemas.case import SharingNarrowed
from schemas.custody import ReleaseDateSet
from schemas.log import PersonHeld
from schemas.notice import (
    NoticeIssued,
    NoticeOverdue,
    NoticesResumed,
    NoticeWaiting,
    Withdrawn,
    Withheld,
)
from services.agreements.compile import Agreements, load
from services.notify.domain import Delivery, withdrawn_from, withheld
from services.notify.rules import LOCAL_STANDARD, Rules
from services.runtime.decision import Context
from tests.agreements.makers import a_file
from tests.in_memory import REFERENCES
from tests.makers import (
    NOON,
    PERSON,
    a_held_person,
    a_joining,
    a_leaving,
    a_level,
    a_recall,
    a_release_date,
    a_taking_back,
    admitted,
    later,
)
from tests.notify.telling import INVENTED, Desk, invented, only

RELEASE = "custody.release-date-set"
NARROWER = {
    "a class": ("classes: [reference, custody]", "classes: [reference]"),
    "the kind": ("facts: [release-date-set]", "facts: [level-set]"),
    "whom": ("    on_case: true\n", "    on_case: true\n    levels: [3]\n"),
    "the payload": ("    on_case: true\n", "    on_case: true\n    payload: empty\n"),
}


class Narrowing:
    """One person and one invented housing authority, whose agreement narrows."""

    def __init__(self, folder: Path, how: str) -> None:
        self.before, self.after = _compiled(folder / "before"), _compiled(folder / "after", how)
        self.desk = Desk(self.before)
        self.desk.say(a_joining(INVENTED))

    def tell(self, *facts: Fact) -> list[Delivery]:
        return [one for fact in facts for one in self.desk.hear(fact) if one.agency == INVENTED]

    def narrow(self, *unread: Delivery, told: tuple[str, ...] = ()) -> tuple[object, ...]:
        """Everything that follows from the withdrawal of these."""
        known = {self.before.version: self.before, self.after.version: self.after}
        self.desk.rules = Rules(self.after, REFERENCES, LOCAL_STANDARD, earlier=known.__getitem__)
        return self.withhold(self.fact(*unread, told=told))

    def fact(self, *unread: Delivery, told: tuple[str, ...] = ()) -> Withheld:
        return Withheld(
            event_id=UUID(int=8),
            occurred_at=NOON,
            source="deploy",
            agency=INVENTED,
            before=self.before.version,
            of_hold=False,
            notices=tuple(self._withdrawn(one) for one in unread),
            told=told,
        )

    def withhold(self, fact: Withheld) -> tuple[object, ...]:
        said = admitted(fact, PERSON, later(hours=1))
        self.desk.log.append(said)
        at = len(self.desk.log) - 1
        context = Context(self.desk.rules, None, {}, at, lambda to: [self.desk.log[n] for n in to])
        assert max(withdrawn_from(None, said), default=-1) < at
        return self.desk._keep(withheld(self.desk.case, said, context))

    def _withdrawn(self, notice: Delivery) -> Withdrawn:
        place = next(
            number
            for number, fact in enumerate(self.desk.log)
            if REFERENCES.notice(INVENTED, fact.event_id) == notice.notice_ref
        )
        return Withdrawn(notice_ref=notice.notice_ref, place=place, under=self.before.version)


def _compiled(folder: Path, how: str = "") -> Agreements:
    folder.mkdir()
    a_file(folder, *([NARROWER[how]] if how else ()))
    return load(folder)


def _forget(things: tuple[object, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for narrowed in only(SharingNarrowed, things):
        yield from ((one.about, one.classes) for one in narrowed.forget)


def test_an_unread_notice_is_told_again_under_its_number_without_the_class(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "a class")
    (notice,) = case.tell(a_release_date())
    things = case.narrow(notice)
    (again,) = only(Delivery, things)
    assert (again.notice_ref, again.person_ref) == (notice.notice_ref, notice.person_ref)
    assert "release_on" in notice.record["told"]
    assert "release_on" not in again.record["told"]
    (issued,) = only(NoticeIssued, things)
    assert issued.caused_by == UUID(int=8)


def test_the_time_to_answer_runs_on(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "a class")
    (notice,) = case.tell(a_release_date())
    (again,) = only(Delivery, case.narrow(notice))
    assert again.record["act_by"] == notice.record["act_by"]
    assert [one.notice_ref for one in case.desk.tick(later(hours=24))] == [notice.notice_ref]


def test_one_that_was_answered_is_not_waited_for_again(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "a class")
    (notice,) = case.tell(a_release_date())
    case.desk.answer(notice)
    (again,) = only(Delivery, case.narrow(notice))
    assert again.record["act_by"] is None
    assert case.desk.tick(later(hours=24 * 30)) == []


@pytest.mark.parametrize("how", ["the kind", "whom"])
def test_what_may_not_be_told_any_more_is_neither_told_nor_waited_for(
    tmp_path: Path, how: str
) -> None:
    case = Narrowing(tmp_path, how)
    (notice,) = case.tell(a_release_date())
    things = case.narrow(notice)
    assert things == ()
    assert case.desk.because == "withheld"
    assert case.desk.tick(later(hours=24 * 30)) == list[NoticeOverdue]()


def test_who_left_meanwhile_is_told_nothing_of_it_nor_to_forget_it(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "the kind")
    (notice,) = case.tell(a_release_date())
    case.narrow(notice)
    assert case.tell(a_leaving(INVENTED, occurred_at=later(hours=2))) == []


@pytest.mark.parametrize(
    ("how", "forgets"),
    [
        ("a class", (RELEASE, ("custody",))),
        ("the kind", (RELEASE, ())),
        ("whom", (RELEASE, ())),
        ("the payload", (RELEASE, ("custody",))),
    ],
)
def test_what_it_has_read_it_is_told_to_forget(
    tmp_path: Path, how: str, forgets: tuple[str, tuple[str, ...]]
) -> None:
    case = Narrowing(tmp_path, how)
    case.tell(a_release_date())
    things = case.narrow(told=(RELEASE,))
    assert list(_forget(things)) == [forgets]
    (notice,) = only(Delivery, things)
    assert notice.kind == SharingNarrowed.kind()
    assert notice.record["told"]["forget"][0]["by"] == later(hours=1 + 24 * 365).date()
    assert "agency" not in notice.record["told"]


def test_where_the_filter_still_lets_the_person_through_nothing_is_forgotten(
    tmp_path: Path,
) -> None:
    case = Narrowing(tmp_path, "whom")
    case.tell(a_level(3), a_release_date())
    assert case.narrow(told=(RELEASE,)) == ()


def test_what_was_told_on_joining_is_told_again_as_that(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "a class")
    case.desk = Desk(case.before)
    case.desk.say(a_release_date())
    (notice,) = case.tell(a_joining(INVENTED))
    fact = case.fact()
    withdrawn = Withdrawn(
        notice_ref=notice.notice_ref, place=1, joined=2, under=case.before.version
    )
    case.narrow()
    things = case.withhold(fact.model_copy(update={"notices": (withdrawn,)}))
    (again,) = only(Delivery, things)
    assert again.notice_ref == notice.notice_ref
    (issued,) = only(NoticeIssued, things)
    assert issued.anew


def test_what_was_never_told_is_not_told_because_somebody_says_it_was_withdrawn(
    tmp_path: Path,
) -> None:
    case = Narrowing(tmp_path, "a class")
    (notice,) = case.tell(a_release_date())
    case.desk.say(a_level(3))
    wrong = case._withdrawn(notice).model_copy(update={"place": len(case.desk.log) - 1})
    case.narrow()
    with pytest.raises(ValueError, match="never told"):
        case.withhold(case.fact().model_copy(update={"notices": (wrong,)}))


def test_it_shows_no_more_than_the_agreements_did_where_the_fact_stands(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "a class")
    (notice,) = case.tell(a_release_date())
    withdrawn = case._withdrawn(notice).model_copy(update={"under": case.after.version})
    case.narrow()
    case.desk.rules = Rules(case.before, REFERENCES, LOCAL_STANDARD, earlier=lambda _: case.after)
    (again,) = only(
        Delivery, case.withhold(case.fact().model_copy(update={"notices": (withdrawn,)}))
    )
    assert "release_on" not in again.record["told"]


def test_that_notify_holds_somebody_is_told_again_beside_the_row_that_is_held(
    tmp_path: Path,
) -> None:
    case = Narrowing(tmp_path, "a class")
    held = admitted(a_held_person("notify"), PERSON)
    assert isinstance(held, PersonHeld)
    fact = case.fact().model_copy(update={"of_hold": True})
    kept = case.desk.case
    case.narrow()
    case.withhold(fact)
    assert case.desk.case == kept


# -- what does not count any more


def test_what_was_taken_back_meanwhile_is_not_told_again(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "a class")
    fact, other = a_release_date(), a_release_date(prison_code="BBB")
    notice, stays = case.tell(fact, other)
    case.desk.say(a_taking_back(fact))
    things = case.narrow(notice, stays)
    assert [one.notice_ref for one in only(Delivery, things)] == [stays.notice_ref]


def test_a_notice_recalled_meanwhile_is_not_told_again(tmp_path: Path) -> None:
    case = Narrowing(tmp_path, "a class")
    notice, stays = case.tell(a_release_date(), a_release_date(prison_code="BBB"))
    case.desk.say(a_recall(notice.notice_ref))
    things = case.narrow(notice, stays)
    assert [one.notice_ref for one in only(Delivery, things)] == [stays.notice_ref]


def test_what_waits_and_is_taken_back_is_told_to_nobody_once_it_is_resumed(tmp_path: Path) -> None:
    desk = invented(tmp_path)
    desk.say(a_joining(INVENTED))
    usual = desk.rules
    desk.rules = replace(usual, suspended=frozenset({(INVENTED, ReleaseDateSet.kind())}))
    wrong, right = a_release_date(), a_release_date(prison_code="BBB")
    waits = [one for fact in (wrong, right) for one in only(NoticeWaiting, desk.say(fact))]
    assert [one.agency for one in waits] == [INVENTED, INVENTED]
    assert only(Delivery, desk.say(a_taking_back(wrong))) == []
    desk.rules = replace(usual, earlier=lambda _: usual.agreements)
    resumed = NoticesResumed(
        event_id=UUID(int=9),
        occurred_at=NOON,
        source="deploy",
        person_id=PERSON,
        agency=INVENTED,
        before=usual.agreements.version,
        of_hold=False,
        notices=tuple(one.notice for one in waits),
        told=(),
    )
    (told,) = desk.resume(resumed)
    assert told.notice_ref == waits[1].notice.notice_ref
    (issued,) = [one for one in desk.case.unanswered if one.agency == INVENTED]  # type: ignore[union-attr]
    assert issued.notice_ref == told.notice_ref
