"""Invented facts for tests: each maker gives one that is in order, any field of it overridable.

What an agency says names the invented person by number, as before the door; `admitted` is the same
fact as it stands in the log. What our services say already carries the person. Ids follow from the
content: made twice alike, it is the same fact.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from schemas import (
    case,
    custody,
    eligibility,
    housing,
    log,
    milestone,
    notice,
    register,
    risk,
    supervision,
    tracking,
    victim,
)
from schemas.base import (
    Fact,
    FactAboutPerson,
    Identifier,
    IdentifierType,
    PersonId,
    derived_id,
    sourced_id,
)
from schemas.catalogue import BY_KIND

F = TypeVar("F", bound=Fact)

FAMILY_NAME = "Testperson"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday."""
TODAY = NOON.date()
PERSON = PersonId(UUID("00000000-0000-8000-8000-00000000beef"))
PNC = Identifier(type=IdentifierType.PNC, value="2001/0000001Q")
CAUSE = UUID("00000000-0000-8000-8000-00000000cafe")
NOTICE = UUID("00000000-0000-8000-8000-0000000000aa")
HOME = register.Address(line="1 Example Street", postcode="ZZ99 9ZZ", council_code="E06000015")
SQUARE = (
    tracking.Point(longitude_deg=-1.480, latitude_deg=52.920),
    tracking.Point(longitude_deg=-1.470, latitude_deg=52.920),
    tracking.Point(longitude_deg=-1.470, latitude_deg=52.930),
    tracking.Point(longitude_deg=-1.480, latitude_deg=52.930),
)
"""About 670 m by 1100 m."""

EXAMPLES = Path(__file__).parent.parent / "schemas" / "examples"


def a_person(number: int) -> PersonId:
    """Another invented person for each number."""
    return PersonId(derived_id(PERSON, "test.person", str(number)))


def a_pnc(number: int) -> Identifier:
    """The PNC number of `a_person(number)`, its check letter right."""
    letter = "ZABCDEFGHJKLMNPQRTUVWXY"[int(f"01{number:07}") % 23]
    return Identifier(type=IdentifierType.PNC, value=f"2001/{number:07}{letter}")


def later(**span: float) -> datetime:
    """So long after `NOON`, for example `later(hours=2)`."""
    return NOON + timedelta(**span)


def admitted(fact: F, person: PersonId = PERSON, at: datetime | None = None) -> F:
    """The fact as it stands in the log: with the person, and received when it happened or `at`."""
    update = {"person_id": person, "recorded_at": at or fact.occurred_at}
    return type(fact).model_validate({**fact.__dict__, **update})


def a_conviction(**fields: Any) -> eligibility.ConvictionRecorded:
    return _made(
        eligibility.ConvictionRecorded,
        fields,
        source="derbyshire-police",
        family_name=FAMILY_NAME,
        given_names="Exemplar",
        born_on=date(1980, 1, 31),
        convicted_on=TODAY,
        disposal=eligibility.Disposal.IMPRISONMENT,
        term_months=30,
        schedule_3=True,
    )


def a_sentence(months: int = 30, **fields: Any) -> eligibility.Sentence:
    """Imprisonment for so long, decided `TODAY`, unless said otherwise."""
    disposal = eligibility.Disposal.IMPRISONMENT
    defaults = {"relevant_on": TODAY, "disposal": disposal, "schedule_3": True}
    return eligibility.Sentence(**{"term_months": months, **defaults, **fields})


def a_revision(
    sentence: eligibility.Sentence | None = None, **fields: Any
) -> eligibility.ConvictionRevised:
    defaults = {"sentence_ref": "sentence-1", "revised_on": TODAY, "sentence": sentence}
    return _made(eligibility.ConvictionRevised, fields, source="derbyshire-police", **defaults)


def a_prevention_order(**fields: Any) -> register.PreventionOrderMade:
    order = register.PreventionOrder.SEXUAL_HARM_PREVENTION
    defaults = {"order_ref": "order-1", "order": order, "made_on": TODAY}
    return _made(register.PreventionOrderMade, fields, source="derbyshire-police", **defaults)


def a_notification_order(**fields: Any) -> register.NotificationOrderMade:
    defaults = {"order_ref": "order-1", "made_on": TODAY, "sentence": a_sentence()}
    return _made(register.NotificationOrderMade, fields, source="derbyshire-police", **defaults)


def a_notification_notice(**fields: Any) -> register.NotificationNoticeGiven:
    defaults = {"order_ref": "notice-1", "given_on": TODAY, "sentence": a_sentence()}
    return _made(register.NotificationNoticeGiven, fields, source="derbyshire-police", **defaults)


def another_order(
    order: register.OtherOrder = register.OtherOrder.SEXUAL_RISK, **fields: Any
) -> register.OtherOrderMade:
    defaults = {"order_ref": "order-1", "order": order, "made_on": TODAY}
    return _made(register.OtherOrderMade, fields, source="derbyshire-police", **defaults)


def an_order_change(
    step: register.OrderStep = register.OrderStep.SERVED, **fields: Any
) -> register.OrderChanged:
    defaults = {"order_ref": "order-1", "step": step, "changed_on": TODAY}
    return _made(register.OrderChanged, fields, source="derbyshire-police", **defaults)


def a_notification(**fields: Any) -> register.NotificationMade:
    kind = register.NotificationKind.INITIAL
    defaults = {"notification": kind, "made_on": TODAY, "home": HOME}
    return _made(register.NotificationMade, fields, source="derbyshire-police", **defaults)


def an_address_change(**fields: Any) -> register.AddressChanged:
    return _made(
        register.AddressChanged, fields, source="derbyshire-police", moved_on=TODAY, home=HOME
    )


def a_change(
    circumstance: register.Circumstance = register.Circumstance.NAME, **fields: Any
) -> register.CircumstanceChanged:
    defaults = {"circumstance": circumstance, "changed_on": TODAY}
    return _made(register.CircumstanceChanged, fields, source="derbyshire-police", **defaults)


def a_travel_notice(**fields: Any) -> register.TravelNotified:
    defaults = {"journey_ref": "journey-1", "made_at": NOON, "departs_at": later(days=20)}
    return _made(register.TravelNotified, fields, source="derbyshire-police", **defaults)


def a_travel_change(**fields: Any) -> register.TravelChanged:
    defaults = {"journey_ref": "journey-1", "changed_at": NOON}
    return _made(register.TravelChanged, fields, source="derbyshire-police", **defaults)


def an_absence_from_home(**fields: Any) -> custody.AwayFromHome:
    leaves_at = later(days=20)
    defaults = {
        "absence_ref": "absence-1",
        "leaves_at": leaves_at,
        "until": (leaves_at + timedelta(days=7)).date(),
    }
    return _made(custody.AwayFromHome, fields, source="derbyshire-police", **defaults)


def a_review_asked(**fields: Any) -> register.ReviewAsked:
    defaults = {"asked_on": TODAY}
    return _made(register.ReviewAsked, fields, source="derbyshire-police", **defaults)


def a_review(**fields: Any) -> register.ReviewDecided:
    defaults = {"decided_on": TODAY, "lifted": False}
    return _made(register.ReviewDecided, fields, source="derbyshire-police", **defaults)


def a_breach(
    breach: register.Breached = register.Breached.NOTIFICATION, **fields: Any
) -> register.BreachProved:
    defaults = {"breach": breach, "proved_on": TODAY}
    return _made(register.BreachProved, fields, source="derbyshire-police", **defaults)


def a_level(level: int = 2, **fields: Any) -> case.LevelSet:
    return _made(case.LevelSet, fields, source="probation", level=level, set_on=TODAY)


def a_transfer(agency: str = "derbyshire-police", **fields: Any) -> case.LeadTransferred:
    ground = case.Ground.AGREED
    return _made(case.LeadTransferred, fields, source="probation", agency=agency, ground=ground)


def a_joining(agency: str = "derby-housing", **fields: Any) -> case.AgencyJoinedCase:
    defaults = {"agency": agency, "role": case.CaseRole.MEMBER}
    return _made(case.AgencyJoinedCase, fields, source="probation", **defaults)


def a_leaving(agency: str = "derby-housing", **fields: Any) -> case.AgencyLeftCase:
    return _made(case.AgencyLeftCase, fields, source="probation", agency=agency)


def a_lead(agency: str = "probation", **fields: Any) -> case.LeadSettled:
    return _derived(case.LeadSettled, fields, source="notify", agency=agency)


def a_limit(*restricted_to: str, **fields: Any) -> case.LimitedAccessSet:
    """Told only to those named, if any are; `excluded` as a field."""
    only = restricted_to or None
    return _made(case.LimitedAccessSet, fields, source="probation", restricted_to=only)


def a_rosh(overall: risk.Rosh = risk.Rosh.HIGH, **fields: Any) -> risk.RoshAssessed:
    return _made(risk.RoshAssessed, fields, source="probation", overall=overall, tool="OASys-4.1")


def a_release_date(**fields: Any) -> custody.ReleaseDateSet:
    return _made(
        custody.ReleaseDateSet,
        fields,
        source="prison",
        release_on=TODAY + timedelta(days=42),
        release=custody.ReleaseKind.LICENCE,
        prison_code="ZZZ",
    )


def a_release(**fields: Any) -> custody.Released:
    return _made(
        custody.Released,
        fields,
        source="prison",
        released_on=TODAY,
        release=custody.ReleaseKind.LICENCE,
        prison_code="ZZZ",
    )


def a_presence(
    presence: custody.Presence = custody.Presence.IN_CUSTODY, **fields: Any
) -> custody.PresenceChanged:
    defaults = {"presence": presence, "since_on": TODAY}
    return _made(custody.PresenceChanged, fields, source="derbyshire-police", **defaults)


def a_recall_to_custody(**fields: Any) -> custody.RecalledToCustody:
    """Of an adult, and nothing stands in the way of a fixed term."""
    free = {
        "terrorist": False,
        "foreign_power": False,
        "referred_before_release": False,
        "repatriated_for_murder": False,
        "particular_concern": False,
        "discretionary_conditional": False,
        "category_4": False,
        "serious_charge": False,
        "under_18": False,
    }
    return _made(
        custody.RecalledToCustody,
        fields,
        source="probation",
        recall_ref="recall-1",
        recalled_on=TODAY,
        group=custody.SentenceGroup.ADULT_DETERMINATE,
        term_months=24,
        new_charge=custody.NewCharge.NONE,
        **free,
    )


def a_return(**fields: Any) -> custody.ReturnedToCustody:
    defaults = {"recall_ref": "recall-1", "returned_on": TODAY}
    return _made(custody.ReturnedToCustody, fields, source="prison", **defaults)


def an_absence(**fields: Any) -> custody.AbsenceAgreed:
    defaults = {
        "absence_ref": "absence-1",
        "notified_on": TODAY,
        "leaves_on": TODAY + timedelta(days=14),
        "back_on": TODAY + timedelta(days=16),
    }
    return _made(custody.AbsenceAgreed, fields, source="prison", **defaults)


def a_parole_step(
    step: custody.ParoleStep = custody.ParoleStep.REFERRED, **fields: Any
) -> custody.ParoleStepTaken:
    defaults = {"step": step, "taken_on": TODAY}
    return _made(custody.ParoleStepTaken, fields, source="prison", **defaults)


def a_record_review(**fields: Any) -> case.RecordReviewed:
    return _made(case.RecordReviewed, fields, source="derbyshire-police", reviewed_on=TODAY)


def a_form_j(**fields: Any) -> case.FormJSettled:
    defaults = {"sent": True, "settled_on": TODAY}
    return _made(case.FormJSettled, fields, source="probation", **defaults)


def a_victim_step(
    step: victim.VictimStep = victim.VictimStep.REFERRED, **fields: Any
) -> victim.VictimStepTaken:
    defaults = {"step": step, "taken_on": TODAY}
    return _made(victim.VictimStepTaken, fields, source="probation", **defaults)


def a_licence(**fields: Any) -> supervision.SupervisionSet:
    defaults = {
        "supervision_ref": "licence-1",
        "supervision": supervision.Supervision.LICENCE,
        "begins_on": TODAY,
        "until": TODAY + timedelta(days=365),
    }
    return _made(supervision.SupervisionSet, fields, source="probation", **defaults)


def a_licence_ended(**fields: Any) -> supervision.SupervisionEnded:
    defaults = {"supervision_ref": "licence-1", "ended_on": TODAY}
    return _made(supervision.SupervisionEnded, fields, source="probation", **defaults)


def a_referral(category: int = 3, **fields: Any) -> eligibility.ReferralAccepted:
    defaults = {"referral_ref": "referral-1", "category": category, "decided_on": TODAY}
    return _made(eligibility.ReferralAccepted, fields, source="probation", **defaults)


def a_referral_rejected(**fields: Any) -> eligibility.ReferralRejected:
    defaults = {"referral_ref": "referral-2", "category": 3, "decided_on": TODAY}
    return _made(eligibility.ReferralRejected, fields, source="probation", **defaults)


def a_deregistration(**fields: Any) -> eligibility.Deregistered:
    defaults = {"referral_ref": "referral-1", "decided_on": TODAY}
    return _made(eligibility.Deregistered, fields, source="probation", **defaults)


def a_zone(**fields: Any) -> tracking.ZoneSet:
    return _made(
        tracking.ZoneSet,
        fields,
        source="probation",
        zone_ref="zone-1",
        zone_version=1,
        zone=tracking.ZoneKind.EXCLUSION,
        outline=SQUARE,
        in_force_from=NOON - timedelta(days=1),
    )


def a_zone_ending(**fields: Any) -> tracking.ZoneEnded:
    return _made(tracking.ZoneEnded, fields, source="probation", zone_ref="zone-1")


def a_fitting(**fields: Any) -> tracking.TagFitted:
    return _made(tracking.TagFitted, fields, source="em", device_ref="device-1")


def a_removal(**fields: Any) -> tracking.TagRemoved:
    return _made(tracking.TagRemoved, fields, source="em", device_ref="device-1")


def a_position(
    longitude_deg: float = -1.475, latitude_deg: float = 52.925, **fields: Any
) -> tracking.Position:
    return _made(
        tracking.Position,
        fields,
        source="em",
        device_ref="device-1",
        point=tracking.Point(longitude_deg=longitude_deg, latitude_deg=latitude_deg),
        precision_m=6,
        mechanism=tracking.Mechanism.GPS,
    )


def a_tamper(**fields: Any) -> tracking.TagTampered:
    strap = tracking.Tamper.STRAP
    return _made(tracking.TagTampered, fields, source="em", device_ref="device-1", tamper=strap)


def a_zone_entry(**fields: Any) -> tracking.ZoneEntered:
    return _made(
        tracking.ZoneEntered,
        fields,
        source="tracking",
        caused_by=CAUSE,
        device_ref="device-1",
        zone_ref="zone-1",
        zone_version=1,
        depth_m=14,
        precision_m=6,
        mechanism=tracking.Mechanism.GPS,
    )


def a_zone_exit(**fields: Any) -> tracking.ZoneLeft:
    return _made(
        tracking.ZoneLeft,
        fields,
        source="tracking",
        caused_by=CAUSE,
        device_ref="device-1",
        zone_ref="zone-1",
        zone_version=1,
    )


def a_tenancy_offer(**fields: Any) -> housing.TenancyOffered:
    defaults = {"tenancy_ref": "tenancy-1", "offered_on": TODAY, "home": HOME}
    return _made(housing.TenancyOffered, fields, source="derby-housing", **defaults)


def a_tenancy(**fields: Any) -> housing.TenancyStarted:
    defaults = {"tenancy_ref": "tenancy-1", "started_on": TODAY, "home": HOME}
    return _made(housing.TenancyStarted, fields, source="derby-housing", **defaults)


def a_tenancy_end(**fields: Any) -> housing.TenancyEnded:
    reason = housing.TenancyEnd.NOTICE_BY_TENANT
    defaults = {"tenancy_ref": "tenancy-1", "ended_on": TODAY, "reason": reason}
    return _made(housing.TenancyEnded, fields, source="derby-housing", **defaults)


def a_requirement(**fields: Any) -> register.RequirementOpened:
    return _derived(
        register.RequirementOpened,
        fields,
        source="registry",
        begins_on=TODAY,
        basis=register.Basis.INDEFINITE_TERM,
        rules_version="2026-1",
    )


def a_requirement_end(**fields: Any) -> register.RequirementEnded:
    return _derived(register.RequirementEnded, fields, source="registry", ended_on=TODAY)


def a_category(category: int | None = 1, **fields: Any) -> register.CategoryChanged:
    return _derived(register.CategoryChanged, fields, source="registry", category=category)


def a_deadline(**fields: Any) -> register.DeadlineOpened:
    return _derived(
        register.DeadlineOpened,
        fields,
        source="registry",
        deadline_ref="deadline-1",
        duty=register.Duty.INITIAL_NOTIFICATION,
        due_on=TODAY + timedelta(days=2),
        rule="R-NOT-20",
    )


def a_deadline_met(**fields: Any) -> register.DeadlineMet:
    return _derived(
        register.DeadlineMet,
        fields,
        source="registry",
        deadline_ref="deadline-1",
        duty=register.Duty.INITIAL_NOTIFICATION,
        met_on=TODAY,
    )


def a_deadline_missed(**fields: Any) -> register.DeadlineMissed:
    return _derived(
        register.DeadlineMissed,
        fields,
        source="registry",
        deadline_ref="deadline-1",
        duty=register.Duty.INITIAL_NOTIFICATION,
        due_on=TODAY - timedelta(days=1),
        possible_breach=True,
        noticed_at=NOON,
    )


def a_deadline_reminded(**fields: Any) -> register.DeadlineReminded:
    return _derived(
        register.DeadlineReminded,
        fields,
        source="registry",
        deadline_ref="deadline-1",
        duty=register.Duty.ANNUAL_NOTIFICATION,
        due_on=TODAY + timedelta(days=28),
        noticed_at=NOON,
    )


def a_deadline_cancelled(**fields: Any) -> register.DeadlineCancelled:
    return _derived(
        register.DeadlineCancelled,
        fields,
        source="registry",
        deadline_ref="deadline-1",
        duty=register.Duty.INITIAL_NOTIFICATION,
        due_on=TODAY - timedelta(days=1),
        ground=register.CancelGround.NOT_SUBJECT,
        turn=2,
    )


def a_breach_decision(
    outcome: register.BreachOutcome = register.BreachOutcome.FOUND, **fields: Any
) -> register.BreachDecided:
    return _derived(
        register.BreachDecided,
        fields,
        source="deploy",
        deadline_ref="deadline-1",
        outcome=outcome,
        reasons=(register.BreachReason.NOT_NOTIFIED,),
        agency="derbyshire-police",
    )


def a_milestone(**fields: Any) -> milestone.MilestoneDeadline:
    return _derived(
        milestone.MilestoneDeadline,
        fields,
        source="registry",
        deadline_ref="deadline-2",
        milestone=milestone.Milestone.PAROLE_REFERRAL,
        owed_by=milestone.Owner.PRISON,
        stage=milestone.MilestoneStage.OPENED,
        due_on=TODAY + timedelta(days=28),
        rule="R-PAR-1",
        local=False,
    )


def a_milestone_missed(**fields: Any) -> milestone.MilestoneMissed:
    return _derived(
        milestone.MilestoneMissed,
        fields,
        source="registry",
        deadline_ref="deadline-2",
        milestone=milestone.Milestone.PAROLE_REFERRAL,
        owed_by=milestone.Owner.PRISON,
        due_on=TODAY - timedelta(days=1),
        local=False,
        noticed_at=NOON,
    )


def a_victim_deadline(**fields: Any) -> victim.VictimDeadline:
    return _derived(
        victim.VictimDeadline,
        fields,
        source="registry",
        deadline_ref="deadline-3",
        milestone=milestone.Milestone.VICTIM_REFERRAL,
        owed_by=milestone.Owner.PROBATION,
        stage=milestone.MilestoneStage.OPENED,
        due_on=TODAY + timedelta(days=14),
        rule="R-VIC-2",
        local=True,
    )


def an_alert(**fields: Any) -> risk.AlertRaised:
    return _derived(
        risk.AlertRaised,
        fields,
        source="risk",
        alert_ref="alert-1",
        urgency=risk.Urgency.IMMEDIATE,
        reasons=(risk.Reason.VICTIM_ZONE,),
    )


def an_alert_closing(**fields: Any) -> risk.AlertClosed:
    closing = risk.Closing.LEFT_ZONE
    return _derived(risk.AlertClosed, fields, source="risk", alert_ref="alert-1", closing=closing)


def a_notice(agency: str = "probation", **fields: Any) -> notice.NoticeIssued:
    return _derived(
        notice.NoticeIssued,
        fields,
        source="notify",
        notice_ref=NOTICE,
        agency=agency,
        about=risk.AlertRaised.kind(),
        urgency=risk.Urgency.IMMEDIATE,
        act_by=later(minutes=15),
    )


def a_receipt(**fields: Any) -> notice.NoticeReceipted:
    status = notice.ReceiptStatus.COLLECTED
    fields.setdefault("identifiers", ())
    fields.setdefault("person_ref", "person-1")
    return _made(
        notice.NoticeReceipted, fields, source="probation", notice_ref=NOTICE, status=status
    )


def a_taking_back(of: Fact, **fields: Any) -> notice.FactTakenBack:
    """Its source says that it is not so."""
    defaults = {"fact_ref": of.event_id, "mistake": notice.Mistake.NOT_SO}
    return _made(notice.FactTakenBack, fields, source=of.source, **defaults)


def a_recall(notice_ref: UUID = NOTICE, **fields: Any) -> notice.NoticeRecalled:
    return _derived(
        notice.NoticeRecalled,
        fields,
        source="deploy",
        notice_ref=notice_ref,
        mistake=notice.Mistake.WRONG_PERSON,
        aware_at=NOON,
        agency="probation",
    )


def a_recall_answer(notice_ref: UUID = NOTICE, **fields: Any) -> notice.RecallAnswered:
    defaults = {"notice_ref": notice_ref, "reporting": notice.Reporting.REPORTED}
    return _derived(notice.RecallAnswered, fields, source="deploy", **defaults)


def an_overdue_notice(agency: str = "probation", **fields: Any) -> notice.NoticeOverdue:
    defaults = {"notice_ref": NOTICE, "agency": agency, "act_by": later(minutes=15)}
    return _derived(notice.NoticeOverdue, fields, source="notify", **defaults)


def a_reported_notice(agency: str = "probation", **fields: Any) -> notice.NoticeReported:
    defaults = {"receiver": "dwp", "matter_ref": NOTICE, "act_by": later(minutes=15)}
    desk = {"role": "lead-officer", "mailbox": "desk@body.example.invalid"}
    standing = notice.Standing.NOT_ACTED_ON
    whose = {"agency": agency, "standing": standing}
    return _derived(notice.NoticeReported, fields, source="notify", **defaults, **desk, **whose)


def a_tick(now: datetime = NOON, **fields: Any) -> log.Tick:
    return _made(log.Tick, {"occurred_at": now, **fields}, source="clock", now=now)


def rules_adopted(version: str = "2026-1", **fields: Any) -> log.RulesAdopted:
    return _made(log.RulesAdopted, fields, source="deploy", version=version)


def agreements_adopted(version: str = "agreements-1", **fields: Any) -> log.AgreementsAdopted:
    return _made(log.AgreementsAdopted, fields, source="deploy", version=version)


def schemas_adopted(highest: int, **fields: Any) -> log.SchemasAdopted:
    return _made(log.SchemasAdopted, fields, source="deploy", version=str(highest))


def a_build_adopted(version: str = "build-1", **fields: Any) -> log.BuildAdopted:
    return _made(log.BuildAdopted, fields, source="deploy", version=version)


def a_held_person(service: str = "risk", **fields: Any) -> log.PersonHeld:
    return _derived(
        log.PersonHeld, fields, source=service, service=service, fault="ZeroDivisionError"
    )


def a_lifting(**fields: Any) -> log.HoldLifted:
    defaults = {"service": "risk", "failed_at": 0, "skipped": False, "decided_by": "on-call-1"}
    return _made(log.HoldLifted, fields, source="deploy", person_id=PERSON, **defaults)


def examples() -> dict[str, Fact]:
    """The committed examples by `<kind>/<case>`."""
    return {
        f"{path.parent.name}/{path.stem}": BY_KIND[path.parent.name].fact.model_validate_json(
            path.read_bytes()
        )
        for path in sorted(EXAMPLES.glob("*/*.json"))
    }


def a_fact(kind: str) -> Fact:
    """The first committed example of that kind."""
    path = min((EXAMPLES / kind).glob("*.json"))
    return BY_KIND[kind].fact.model_validate_json(path.read_bytes())


def _derived(kind: type[F], fields: dict[str, Any], **defaults: Any) -> F:
    return _made(kind, fields, person_id=PERSON, caused_by=CAUSE, **defaults)


def _made(kind: type[F], fields: dict[str, Any], **defaults: Any) -> F:
    if issubclass(kind, FactAboutPerson):
        defaults["identifiers"] = (PNC,)
    values = {"occurred_at": NOON, **defaults, **fields}
    if "event_id" in values:
        return kind(**values)
    draft = kind(event_id=CAUSE, **values)
    number = draft.model_dump_json(exclude={"person_id", "recorded_at"})
    return kind(event_id=sourced_id(draft.source, kind.kind(), number), **values)
