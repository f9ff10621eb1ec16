"""Fact × agency × case limit × field class: what is told is what the file's words say."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact, FieldClass, IdentifierType, LogFact
from schemas.catalogue import ENTRIES
from schemas.notice import CanarySent, NoticeIssued, NoticeReceipted
from schemas.risk import AlertRaised, Reason, Urgency
from schemas.tracking import Position
from services.agreements import compile as compiling
from services.agreements import views, whom
from services.agreements.compile import Grant, load
from services.agreements.model import AgeGroup, Payload, Redaction
from services.agreements.views import Shown, view_of
from services.agreements.whom import Whom
from services.notify.domain import Delivery
from services.runtime.schema_store import NEWEST
from tests.agreements.cells import CaseLimit, cell, class_at, files, leaves
from tests.agreements.makers import FILES, committed
from tests.in_memory import REFERENCES
from tests.makers import (
    NOTICE,
    PERSON,
    a_category,
    a_joining,
    a_level,
    a_limit,
    a_reported_notice,
    admitted,
    an_address_change,
    an_alert,
    an_overdue_notice,
    examples,
    later,
)
from tests.notify.telling import Desk

SIGNED = files(FILES)
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
BORN = {"adult": date(1980, 1, 31), "youth": date(2012, 1, 31), None: None}
LIMITS = (
    CaseLimit("on the case"),
    CaseLimit("not on it", on_case=False),
    CaseLimit("a child", age="youth"),
    CaseLimit("of no known age", age=None),
    CaseLimit("category 4", category=4),
    CaseLimit("category 4, named", category=4, named=True),
    CaseLimit("category 4, others named", category=4, named=False),
    CaseLimit("for named bodies, named", named=True),
    CaseLimit("for named bodies, others named", named=False),
    CaseLimit("excluded", excluded=True),
    CaseLimit("named and excluded", named=True, excluded=True),
    CaseLimit("in another area", area="E07000032"),
    CaseLimit("nothing known", age=None, area=None, category=None, level=None),
    CaseLimit("after the last day", at=date(2029, 4, 1)),
)
NEVER_TOLD = NoticeIssued | NoticeReceipted | LogFact | CanarySent
"""By no grant; a canary is told without one, and about nobody."""
TOLD = (
    *(one for one in examples().values() if not isinstance(one, NEVER_TOLD | Position)),
    an_alert(reasons=tuple(Reason)),
    an_alert(urgency=Urgency.ROUTINE),
    an_overdue_notice("dwp"),
    an_overdue_notice("derby-youth-offending"),
    a_reported_notice("derby-youth-offending"),
)
KINDS = {one.kind() for one in TOLD}


def desk(case: CaseLimit) -> Desk:
    """A desk that knows of the case what the limit says, of every agency alike."""
    known = Desk(committed(), None if case.age is None else BORN[case.age])
    known.rules = replace(known.rules, schemas=NEWEST)
    since = {"occurred_at": later(hours=1)}
    agencies = tuple(sorted(committed().receivers))
    named = {None: (), True: agencies, False: ("nobody-of-these",)}[case.named]
    facts: list[Fact] = [a_joining(one, **since) for one in agencies if case.on_case]
    if case.area is not None:
        home = an_address_change().home.model_copy(update={"council_code": case.area})
        facts.append(an_address_change(home=home, **since))
    if case.level is not None:
        facts.append(a_level(case.level, **since))
    if case.category is not None:
        facts.append(a_category(case.category, **since))
    if named or case.excluded:
        facts.append(a_limit(*named, excluded=agencies if case.excluded else (), **since))
    for one in facts:
        known.say(one)
    return known


def as_it_stands(fact: Fact, case: CaseLimit) -> Fact:
    """In the log, at the case's day; a word that would change the case says what it is anyway."""
    if fact.kind() == a_category().kind():
        fact = a_category(case.category)
    if fact.kind() == a_limit().kind():
        fact = a_limit()
    return admitted(fact, PERSON, datetime.combine(case.at, AT.timetz()))


def by_class(kind: type[Fact], shown: dict[str, Any]) -> dict[FieldClass, dict[str, Any]]:
    found: dict[FieldClass, dict[str, Any]] = {one: {} for one in FieldClass}
    for path, value in shown.items():
        found[class_at(kind, path)][path] = value
    return found


def told(notices: list[Delivery], agency: str, fact: Fact) -> dict[str, Any] | None:
    """What of that fact, and not of what is told anew because the agency joined by it."""
    number = REFERENCES.notice(agency, fact.event_id)
    mine = [one for one in notices if one.notice_ref == number]
    assert len(mine) <= 1
    return dict(leaves(mine[0].record["told"])) if mine else None


def wrong_cells(case: CaseLimit, tally: Counter[str]) -> Iterator[tuple[str, str, str]]:
    """Agency, kind and class where what is told is not what the words say."""
    known = desk(case)
    begun = known.case
    for fact in (as_it_stands(one, case) for one in TOLD):
        known.case = begun
        notices = known.hear(fact)
        for agency, signed in SIGNED.items():
            said, found = cell(signed, fact, case), told(notices, agency, fact)
            if (said is None) != (found is None):
                yield agency, fact.kind(), "told"
            wanted, shown = by_class(type(fact), said or {}), by_class(type(fact), found or {})
            for field_class in FieldClass:
                tally["shown" if shown[field_class] else "not shown"] += 1
                if shown[field_class] != wanted[field_class]:
                    yield agency, fact.kind(), field_class


@pytest.mark.parametrize("case", LIMITS, ids=lambda case: case.name)
def test_every_cell_is_as_the_words_of_the_file_say(
    case: CaseLimit, capsys: pytest.CaptureFixture[str]
) -> None:
    tally: Counter[str] = Counter()
    assert list(wrong_cells(case, tally)) == []
    assert sum(tally.values()) == len(SIGNED) * len(TOLD) * len(FieldClass)
    with capsys.disabled():
        sys.stdout.write(f"\n{case.name}: {sum(tally.values())} cells, {tally['shown']} shown")


@pytest.mark.parametrize(
    ("what", "name", "mistake", "where"),
    [
        (Whom, "stopped_by", lambda *_: None, "a child"),
        (Whom, "_limit", lambda *_: None, "excluded"),
        (Whom, "_limit", lambda *_: None, "category 4"),
        (whom, "age_group", lambda *_: AgeGroup.ADULT, "of no known age"),
        (Shown, "whole", property(lambda shown: frozenset(FieldClass)), "on the case"),
        (views, "_month", str, "on the case"),
        (Grant, "view_at", lambda *_: None, "on the case"),
    ],
)
def test_a_mistake_planted_in_what_compiles_or_applies_is_found(
    monkeypatch: pytest.MonkeyPatch, what: Any, name: str, mistake: Any, where: str
) -> None:
    monkeypatch.setattr(what, name, mistake)
    monkeypatch.setattr(compiling, "_of_file", compiling._of_file.__wrapped__)  # as if never read
    monkeypatch.setattr(sys.modules[__name__], "committed", lambda: load(FILES))
    case = next(one for one in LIMITS if one.name == where)
    assert list(wrong_cells(case, Counter()))


def test_every_kind_that_is_told_at_all_is_in_the_matrix() -> None:
    told_of = {e.kind for e in ENTRIES if not e.raw and not issubclass(e.fact, NEVER_TOLD)}
    assert told_of == KINDS


def test_what_is_never_told_is_in_no_file() -> None:
    silent = {e.topic_part for e in ENTRIES if e.kind not in KINDS}
    granted = {name for one in SIGNED.values() for g in one["receives"] for name in g["facts"]}
    assert silent & granted == set()


# -- every way to show a class, whether a file uses it or not


CLASSES = st.sets(st.sampled_from([one for one in FieldClass if one is not FieldClass.INTERNAL]))
HOW = st.dictionaries(
    st.sampled_from([one for one in FieldClass if one is not FieldClass.REFERENCE]),
    st.sampled_from(list(Redaction)),
    max_size=5,
)


@given(
    st.sampled_from(TOLD),
    CLASSES,
    HOW,
    st.sampled_from(list(Payload)),
    st.sets(st.sampled_from(list(IdentifierType))),
)
def test_whatever_is_granted_and_however_it_is_redacted_that_and_no_more_is_shown(
    fact: Fact,
    classes: set[FieldClass],
    redact: dict[FieldClass, Redaction],
    payload: Payload,
    known_by: set[IdentifierType],
) -> None:
    fact = admitted(fact, PERSON, AT)
    grant = {
        "facts": [next(e.topic_part for e in ENTRIES if e.kind == fact.kind())],
        "classes": sorted(one.value for one in classes),
        "redact": {one.value: how.value for one, how in redact.items()},
        "payload": payload.value,
        "on_case": True,
        "urgency": getattr(fact, "urgency", "routine"),
        "expires": date(2029, 3, 31),
    }
    signed = {
        "agency": "exampleshire",
        "kind": "duty-to-co-operate",
        "identifiers": [one.value for one in known_by],
        "receives": [grant],
    }
    whole = frozenset(c for c in classes if redact.get(c) is not Redaction.OMIT)
    shown = Shown(whole, redact, payload, frozenset(known_by))
    view = view_of("exampleshire", type(fact), shown)
    wanted = cell(signed, fact, CaseLimit("on the case"))
    if view is None:
        assert not wanted
        return
    record = view.show(fact, notice_ref=NOTICE, person_ref="p-1", urgency=Urgency.ROUTINE)
    assert dict(leaves(record["told"])) == wanted


def test_an_alert_shows_the_reasons_of_which_every_class_is_shown_whole() -> None:
    alert = an_alert(reasons=tuple(Reason))
    classes = frozenset({FieldClass.REFERENCE, FieldClass.VICTIM, FieldClass.MONITORING})
    for redact, seen in (
        ({}, {Reason.VICTIM_ZONE, Reason.ZONE, Reason.TAMPER, Reason.LEARNED_LATE}),
        ({FieldClass.VICTIM: Redaction.MASK}, {Reason.ZONE, Reason.TAMPER, Reason.LEARNED_LATE}),
    ):
        view = view_of("exampleshire", AlertRaised, Shown(classes, redact))
        assert view is not None
        record = view.show(alert, notice_ref=NOTICE, person_ref="p-1", urgency=Urgency.ROUTINE)
        assert set(record["told"]["reasons"]) == seen
