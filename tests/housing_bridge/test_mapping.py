"""A housing authority's events: what they say, and by which fields they are refused."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact, Identifier, IdentifierType
from schemas.housing import TenancyEnd, TenancyEnded, TenancyOffered, TenancyStarted
from schemas.notice import Notice, ReceiptStatus
from schemas.register import AddressChanged
from schemas.risk import Urgency
from services.housing_bridge.mapping import (
    TAKEN,
    Decided,
    FieldsRefused,
    Outcome,
    message_of,
    outcome_in,
    read_event,
)
from services.runtime import wire
from services.runtime.faults import Refused
from tests.housing_bridge.events import Event, a_decision, a_move, a_start, an_end, an_offer
from tests.makers import HOME, NOTICE

AGENCY = "derby-housing"
AREA = UUID("6f1c2f6e-0a5b-4f5c-9a54-2d1f6d0b7c11")


def fact_of(event: Event) -> Fact:
    said = read_event(AGENCY, event)
    assert isinstance(said, Fact)
    assert wire.decode(wire.encode(said)) == said
    return said


def refusals(event: object) -> tuple[tuple[str, str], ...]:
    with pytest.raises(FieldsRefused) as refused:
        read_event(AGENCY, event)
    return refused.value.fields


def test_an_offer_says_to_whom_and_where() -> None:
    fact = fact_of(an_offer())
    assert isinstance(fact, TenancyOffered)
    assert (fact.source, fact.tenancy_ref, fact.offered_on) == (AGENCY, "TEN-1", date(2026, 3, 2))
    assert fact.home == HOME
    assert fact.occurred_at == datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert fact.identifiers == (
        Identifier(type=IdentifierType.HOUSING, value="DH-900001"),
        Identifier(type=IdentifierType.CRN, value="X900001"),
    )


def test_the_other_events_say_what_they_are() -> None:
    started, ended, moved = fact_of(a_start()), fact_of(an_end()), fact_of(a_move())
    assert isinstance(started, TenancyStarted)
    assert started.started_on == date(2026, 3, 2)
    assert isinstance(ended, TenancyEnded)
    assert (ended.ended_on, ended.reason) == (date(2026, 3, 2), TenancyEnd.NOTICE_BY_TENANT)
    assert isinstance(moved, AddressChanged)
    assert (moved.moved_on, moved.home) == (date(2026, 3, 1), HOME)


def test_an_event_has_one_id_however_often_it_is_sent_and_another_at_another_authority() -> None:
    once = fact_of(an_offer())
    assert fact_of(an_offer(extra="not read")) == once
    assert fact_of(an_offer(eventReference="EV-9")).event_id != once.event_id
    other = read_event("amber-valley-housing", an_offer())
    assert isinstance(other, Fact)
    assert other.event_id != once.event_id


def test_a_person_may_be_named_by_the_hubs_reference_alone() -> None:
    fact = fact_of(an_offer(person={"personReference": "ref-1"}))
    assert isinstance(fact, TenancyOffered)
    assert (fact.person_ref, fact.identifiers) == ("ref-1", ())


def test_every_end_of_a_tenancy_has_a_word() -> None:
    for reason in TenancyEnd:
        word = reason.value.upper().replace("-", "_")
        ended = fact_of(an_end(reason=word))
        assert isinstance(ended, TenancyEnded)
        assert ended.reason is reason


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ([], (("", "not-an-object"),)),
        ({}, (("eventType", "missing"),)),
        (an_offer(eventType="tenancy.dreamt"), (("eventType", "unknown-event"),)),
        (an_offer(eventType=7), (("eventType", "unknown-event"),)),
        (an_offer(person={}), (("person", "no-identifier"),)),
        (an_offer(person={"crn": "  "}), (("person.crn", "string-too-short"),)),
        (an_offer(person={"crn": 7}), (("person.crn", "string-type"),)),
        (an_offer(offeredOn="2026-02-30"), (("offeredOn", "not-a-day"),)),
        (an_offer(offeredOn="02/03/2026"), (("offeredOn", "not-a-day"),)),
        (an_offer(offeredOn=20260302), (("offeredOn", "not-a-day"),)),
        (an_offer(occurredAt="2026-03-02T11:00:00"), (("occurredAt", "not-an-instant"),)),
        (an_offer(occurredAt="2026-03-02T25:00:00Z"), (("occurredAt", "not-an-instant"),)),
        (an_offer(occurredAt="0001-01-01T00:00:00+23:59"), (("occurredAt", "not-an-instant"),)),
        (an_offer(tenancyReference="a b"), (("tenancyReference", "string-pattern-mismatch"),)),
        (an_end(reason="GONE"), (("reason", "enum"),)),
        (
            an_offer(address={"line": "", "postcode": "nowhere"}),
            (
                ("address.line", "string-too-short"),
                ("address.postcode", "not-a-postcode"),
                ("address.localAuthorityCode", "missing"),
            ),
        ),
        (
            an_offer(address={**an_offer()["address"], "postcode": 7}),
            (("address.postcode", "not-a-postcode"),),
        ),
        (a_decision(caseId="x"), (("caseId", "not-a-uuid"),)),
        (a_decision(caseId=7), (("caseId", "not-a-uuid"),)),
        (a_decision(status="PERHAPS"), (("status", "enum"),)),
        (
            a_decision(outcomeReason="NO_LOCAL_CONNECTION"),
            (("outcomeReason", "outcome-reason-not-applicable"),),
        ),
        (a_decision(outcomeReason=None), (("outcomeReason", "outcome-reason-required"),)),
    ],
)
def test_every_wrong_field_is_named_at_once(event: object, fields: object) -> None:
    assert refusals(event) == fields


def test_a_later_decision_is_the_receipt_of_our_notice() -> None:
    assert read_event(AGENCY, a_decision()) == Decided(
        notice_ref=UUID("00000000-0000-8000-8000-000000000001"),
        person_ref="ref-1",
        outcome=Outcome(ReceiptStatus.ACTED),
        at=datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({}, TAKEN),
        ([], TAKEN),
        ("ok", TAKEN),
        ({"status": "SUBMITTED"}, TAKEN),
        (
            {"status": "ACCEPTED", "outcomeReason": "PREVENTION_AND_RELIEF_DUTY"},
            Outcome(ReceiptStatus.ACTED),
        ),
        (
            {"status": "NOT_ACCEPTED", "outcomeReason": "NO_LOCAL_CONNECTION"},
            Outcome(ReceiptStatus.CANNOT_ACT, "no-local-connection"),
        ),
        (
            {"status": "WITHDRAWN", "withdrawalReason": "NOT_ELIGIBLE"},
            Outcome(ReceiptStatus.CANNOT_ACT, "not-eligible"),
        ),
        (
            {"status": "WITHDRAWN", "withdrawalReason": "OTHER", "withdrawalReasonOther": "…"},
            Outcome(ReceiptStatus.CANNOT_ACT, "other"),
        ),
    ],
)
def test_an_answer_says_what_the_authority_did(answer: object, outcome: Outcome) -> None:
    assert outcome_in(answer) == outcome


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "PERHAPS"},
        {"status": None},
        {"status": "ACCEPTED"},
        {"status": "ACCEPTED", "outcomeReason": "NO_LOCAL_CONNECTION"},
        {"status": "SUBMITTED", "outcomeReason": "PRIORITY_NEED"},
    ],
)
def test_an_answer_that_makes_no_sense_is_none(answer: object) -> None:
    with pytest.raises(Refused):
        outcome_in(answer)


def a_release_notice(**told: Any) -> Notice:
    return Notice(
        notice_ref=NOTICE,
        person_ref="ref-1",
        about="custody.release-date-set",
        urgency=Urgency.SAME_DAY,
        act_by=datetime(2026, 3, 3, 12, tzinfo=UTC),
        told={
            "identifiers": [{"type": "crn", "value": "X900001"}],
            "release_on": date(2026, 4, 27),
            "release": "licence",
            "prison_code": "LEI",
            **told,
        },
    )


def test_a_release_date_is_a_duty_to_refer_referral() -> None:
    assert message_of(a_release_notice(), AREA, date(2026, 3, 2)) == {
        "kind": "duty-to-refer",
        "noticeReference": str(NOTICE),
        "personReference": "ref-1",
        "about": "custody.release-date-set",
        "urgency": "same-day",
        "actBy": "2026-03-03T12:00:00Z",
        "dutyToRefer": {
            "caseId": str(NOTICE),
            "personReference": "ref-1",
            "localAuthorityAreaId": str(AREA),
            "submissionDate": "2026-03-02",
            "status": "SUBMITTED",
            "referenceNumber": f"HUB-{NOTICE}",
            "expectedReleaseDate": "2026-04-27",
            "standing": "NOT_STARTED",
            "expiresOn": "2026-08-31",
            "releaseType": "licence",
            "prisonCode": "LEI",
            "identifiers": [{"type": "crn", "value": "X900001"}],
        },
    }


def test_before_the_eight_weeks_a_referral_is_upcoming() -> None:
    message = message_of(a_release_notice(), AREA, date(2026, 3, 1))
    assert message["dutyToRefer"]["standing"] == "UPCOMING"


def test_what_is_not_granted_is_left_out() -> None:
    notice = a_release_notice()
    narrow = notice.model_copy(update={"told": {"release_on": date(2026, 4, 27)}, "act_by": None})
    message = message_of(narrow, AREA, date(2026, 3, 2))
    assert {"actBy", "saidAnew"}.isdisjoint(message)
    anew = narrow.model_copy(update={"anew": True})
    assert message_of(anew, AREA, date(2026, 3, 2)) == {**message, "saidAnew": True}
    assert {"releaseType", "prisonCode", "identifiers"}.isdisjoint(message["dutyToRefer"])
    blind = notice.model_copy(update={"told": {"release": "licence"}})
    assert message_of(blind, AREA, date(2026, 3, 2))["kind"] == "notice"


def test_any_other_notice_is_told_as_it_is() -> None:
    told = {
        "moved_on": date(2026, 3, 1),
        "occurred_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "home": {"council_code": "E06000015"},
        "reason": TenancyEnd.EVICTION,
        "notice_ref": UUID(int=7),
        "alerts": ("a", 1, True, None),
    }
    notice = a_release_notice().model_copy(
        update={"about": "register.address-changed", "told": told}
    )
    message = message_of(notice, AREA, date(2026, 3, 2))
    assert message["kind"] == "notice"
    assert message["told"] == {
        "movedOn": "2026-03-01",
        "occurredAt": "2026-03-01T12:00:00Z",
        "home": {"councilCode": "E06000015"},
        "reason": "eviction",
        "noticeRef": str(UUID(int=7)),
        "alerts": ["a", 1, True, None],
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
GOOD = [an_offer(), a_start(), an_end(), a_move(), a_decision()]


@given(st.sampled_from(GOOD), st.data())
def test_any_json_is_said_or_refused(good: Event, data: st.DataObject) -> None:
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(good)), JSON, max_size=3))
    event = data.draw(st.just({**good, **changed}) | JSON)
    outcome = outcome_for(event)
    if isinstance(outcome, Fact):
        assert wire.decode(wire.encode(outcome)) == outcome
    elif isinstance(outcome, FieldsRefused):
        assert all(reason for _, reason in outcome.fields)


@given(JSON)
def test_any_answer_is_an_outcome_or_refused(answer: object) -> None:
    try:
        outcome_in(answer)
    except Refused:
        return


def outcome_for(event: object) -> Fact | Decided | FieldsRefused:
    try:
        return read_event(AGENCY, event)
    except FieldsRefused as refused:
        return refused
