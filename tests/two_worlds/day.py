"""One synthetic day as agencies say it, and the secrets by which a second day may differ from it.

`HER` is known to all and every agency is on her case, and on that of the `CHILD`. `OTHER` is spoken
of by those who may not know that anybody is managed; only a secret makes them a managed person.
`STRANGER` is never known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
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
from schemas.eligibility import Disposal
from schemas.log import Decided
from schemas.notice import Withheld
from services.admission.domain.people import first_told_by
from services.agreements.acts import ACTS, of_grant, recall_number
from services.agreements.compile import Agreements
from services.hub.simulation import people
from services.hub.simulation.world import POISON
from services.runtime.speech import log_partition
from tests.in_memory import REFERENCES, agreements, changed
from tests.makers import (
    HOME,
    TODAY,
    a_breach,
    a_change,
    a_conviction,
    a_deadline_cancelled,
    a_deadline_reminded,
    a_deregistration,
    a_fitting,
    a_form_j,
    a_joining,
    a_leaving,
    a_level,
    a_licence,
    a_licence_ended,
    a_limit,
    a_milestone,
    a_milestone_missed,
    a_notification,
    a_notification_notice,
    a_notification_order,
    a_parole_step,
    a_pnc,
    a_position,
    a_presence,
    a_prevention_order,
    a_recall_to_custody,
    a_receipt,
    a_record_review,
    a_referral,
    a_referral_rejected,
    a_release,
    a_release_date,
    a_removal,
    a_return,
    a_review,
    a_review_asked,
    a_revision,
    a_rosh,
    a_taking_back,
    a_tamper,
    a_tenancy,
    a_tenancy_end,
    a_tenancy_offer,
    a_transfer,
    a_travel_change,
    a_travel_notice,
    a_victim_deadline,
    a_victim_step,
    a_zone,
    a_zone_ending,
    an_absence,
    an_absence_from_home,
    an_address_change,
    an_order_change,
    another_order,
    later,
)

HER, OTHER, STRANGER, CHILD = a_pnc(1), a_pnc(2), a_pnc(3), a_pnc(4)
TENANT = Identifier(type=IdentifierType.HOUSING, value="T-1")
TENANT_2 = Identifier(type=IdentifierType.HOUSING, value="T-2")
LEADS = ("derbyshire-police", "probation")
"""They may know everybody who is managed."""
PARTNERS = tuple(sorted(set(agreements().agencies) - set(LEADS)))
"""They may know those on whose case they are."""
HOURS = (0, 24, 29, 48, 100, 130, 200)
"""When the clock ticks: past the times to act by and past 72 hours."""

Said = tuple[float, Fact]
"""Hours into the day, and what is said then."""

HERS: tuple[Said, ...] = (
    (0, a_conviction(identifiers=(HER,))),
    *((1, a_joining(agency, identifiers=(HER,))) for agency in PARTNERS),
    (1.5, a_level(2, identifiers=(HER,))),
    (2, a_zone(identifiers=(HER,))),
    (3, a_fitting(identifiers=(HER,), occurred_at=later(hours=2), device_ref="device-1")),
    (4, a_release_date(identifiers=(HER,))),
    (5, an_address_change(identifiers=(HER,), source="probation")),
    (6, a_tenancy(identifiers=(HER,), source="amber-valley-housing")),
    (6.2, a_tenancy(identifiers=(HER,), tenancy_ref="hers")),
    (29.5, a_position(device_ref="device-1", occurred_at=later(hours=29))),
    (30, a_tamper(device_ref="device-1", occurred_at=later(hours=29))),
    (40, a_release_date(identifiers=(HER,), prison_code="YYY")),
    (45, a_zone_ending(identifiers=(HER,), occurred_at=later(hours=45))),
    (60, a_leaving("dwp", identifiers=(HER,), occurred_at=later(hours=60))),
    (61, a_release(identifiers=(HER,), occurred_at=later(hours=61))),
)
_BORN = a_conviction(identifiers=(CHILD,), born_on=TODAY.replace(year=TODAY.year - 15))
CHILDS: tuple[Said, ...] = (
    (0, _BORN),
    *((1, a_joining(agency, identifiers=(CHILD,))) for agency in PARTNERS),
    (4.2, a_release_date(identifiers=(CHILD,), prison_code="CCC")),
)
CHILDS_ID = first_told_by(_BORN)
_GUESSED = UUID(int=7)
"""An event's id that two agencies give, one of them in order to find out about the other's."""
HERS_ID = first_told_by(a_conviction(identifiers=(HER,)))
HERS_REF = REFERENCES.ref("derby-housing", HERS_ID)
PROBES: tuple[Said, ...] = (
    (2.5, a_tenancy(identifiers=(OTHER,), tenancy_ref="probe")),
    (2.6, a_tenancy(identifiers=(OTHER,), tenancy_ref="probe")),
    (8, a_tenancy(identifiers=(OTHER, TENANT), tenancy_ref="learn")),
    (9, a_tenancy_end(identifiers=(TENANT,), tenancy_ref="learn")),
    (9.5, a_tenancy(identifiers=(OTHER,), person_ref=HERS_REF, tenancy_ref="by-reference")),
    (10, a_tenancy(identifiers=(OTHER,), event_id=_GUESSED, tenancy_ref="one")),
    (11, a_tenancy(identifiers=(OTHER,), event_id=_GUESSED, tenancy_ref="two")),
    (12, a_tenancy(identifiers=(OTHER,), occurred_at=later(days=3), tenancy_ref="soon")),
    (13, a_fitting(identifiers=(OTHER,), device_ref="device-9")),
    (14, a_tamper(device_ref="device-9", occurred_at=later(hours=13.5))),
    (15, a_receipt(source="dwp", identifiers=(OTHER,), person_ref=None)),
    (16, a_receipt(source="dwp", person_ref="p-" + "0" * 32)),
    (17, a_receipt(source="derby-childrens-care", identifiers=(OTHER,) * 21, person_ref=None)),
    (18, an_address_change(identifiers=(OTHER,), source="amber-valley-housing")),
    (19, a_level(3, identifiers=(OTHER,), source="dwp")),
)
"""What those who may not know the other person say of them, in every world: letters that pass,
letters that come back, letters sent twice, ids guessed. What ties two people
together is in `TIES`."""
BASE = (*HERS, *CHILDS, *PROBES)


@dataclass(frozen=True, slots=True)
class Secret:
    """What is so in the second world alone."""

    kind: str
    """The kind of fact that is in the hub by it."""
    said: tuple[Said, ...]
    about: str
    hidden_from: tuple[str, ...]
    """Who may know nothing of it; who says some of it knows that much, and no more."""

    @property
    def name(self) -> str:
        """As tests and failures call it."""
        return f"{self.about}:{self.kind}"

    def own(self, agency: str) -> tuple[Said, ...]:
        """What of it that agency says itself, and so says in both worlds."""
        return tuple(one for one in self.said if one[1].source == agency)


# -- one more managed person

_THEM: dict[str, Any] = {"identifiers": (OTHER,)}
_HERS_IS = log_partition(HERS_ID)
_BY_PARTITION = {
    log_partition(first_told_by(one)): one
    for one in (a_conviction(given_names=f"Exemplar {n}", **_THEM) for n in range(40))
}
KNOWN_ANYWHERE: tuple[Said, ...] = tuple((0.5, one) for one in _BY_PARTITION.values())
"""The other person becomes known, once in each part of the log."""
KNOWN: Said = (0.5, _BY_PARTITION[_HERS_IS])
"""In hers, where who works on one works on both."""
OTHER_ID = first_told_by(_BY_PARTITION[_HERS_IS])
_ZONE: Said = (2, a_zone(zone_ref="zone-9", **_THEM))
_DEVICE: dict[str, Any] = {"device_ref": "device-8"}
_FITTED: Said = (3, a_fitting(occurred_at=later(hours=2), **_DEVICE, **_THEM))
_INSIDE: Said = (5, a_position(occurred_at=later(hours=4.9), **_DEVICE))
_OUTSIDE: Said = (6, a_position(longitude_deg=-1.4, occurred_at=later(hours=5.9), **_DEVICE))
_TAMPER: Said = (7, a_tamper(occurred_at=later(hours=6.9), **_DEVICE))
_RELEASE: Said = (5, a_release(occurred_at=later(hours=5), **_THEM))
_HELD: Said = (20, a_rosh(tool=POISON, **_THEM))
_NOTIFIED: Said = (20, a_notification(occurred_at=later(hours=20), **_THEM))
_LONG_AGO: dict[str, Any] = {"disposal": Disposal.CAUTION, "term_months": 0}
_OVER: Said = (0.5, a_conviction(convicted_on=TODAY.replace(year=2023), **_LONG_AGO, **_THEM))


def _release(person: PersonId) -> Decided:
    """Somebody lets risk decide again for them."""
    return people.decided(
        "hold",
        "release",
        "risk-0-0",
        people.ON_CALL,
        at=later(hours=21),
        installation=REFERENCES.installation,
        person_id=person,
    )


_WRONG: Said = (4, a_level(3, occurred_at=later(hours=3), **_THEM))
_TAKEN_BACK: Said = (6, a_taking_back(_WRONG[1], occurred_at=later(hours=6), **_THEM))


def _of_a_notice(outcome: str, of: UUID, person: PersonId, hours: int) -> Decided:
    """Two people decide about the notice by which the police were told of that fact."""
    subject = recall_number(REFERENCES.notice("derbyshire-police", of))
    may = (people.GOVERNS, people.GOVERNS_TOO)
    at, here = later(hours=hours), REFERENCES.installation
    signers = may[: ACTS["notice", outcome].people]
    return people.decided(
        "notice", outcome, subject, *signers, at=at, installation=here, person_id=person
    )


_RECALLED: tuple[Said, ...] = (
    _WRONG,
    (6, _of_a_notice("recall", _WRONG[1].event_id, OTHER_ID, 6)),
)
_ANSWERED: Said = (8, _of_a_notice("reported", _WRONG[1].event_id, OTHER_ID, 8))

_DECIDED: Said = (
    6,
    people.decided(
        "breach",
        "found",
        "00000000-0000-8000-8000-0000000000dd",
        people.LEAD,
        at=later(hours=6),
        installation=REFERENCES.installation,
        person_id=OTHER_ID,
    ),
)

_LEADS: Said = (4, a_joining("probation", role=case.CaseRole.LEAD, **_THEM))
_BRIEFLY: tuple[Said, ...] = (
    (3, a_joining("prison", **_THEM)),
    (3.5, a_level(1, **_THEM)),
    (4, a_leaving("prison", occurred_at=later(hours=4), **_THEM)),
)

MORE = changed("derbyshire-police", "identity, custody]", "identity, custody, location]")
"""Agreements of before these: the police were told more of a release."""


def _withheld(agency: str, *told: str) -> Said:
    """An agreement narrowed, and of what its agency was told of them some was read."""
    return 30, Withheld(
        event_id=sourced_id("deploy", Withheld.kind(), agency),
        occurred_at=later(hours=30),
        source="deploy",
        person_id=OTHER_ID,
        agency=agency,
        before=MORE.version,
        of_hold=False,
        notices=(),
        told=told,
    )


_NARROWED = (_withheld("derbyshire-police", custody.Released.kind()),)
_WAITS = people.decided(
    "inbox",
    "suspend",
    of_grant("derbyshire-police", custody.ReleaseDateSet.kind()),
    people.CO_ORDINATOR,
    at=later(hours=3.8),
    installation=REFERENCES.installation,
)
_SUSPENDED: tuple[Said, ...] = (
    (3.8, _WAITS),
    (
        3.9,
        log.GrantSuspended(
            event_id=sourced_id("deploy", log.GrantSuspended.kind(), "day"),
            occurred_at=later(hours=3.9),
            source="deploy",
            caused_by=_WAITS.event_id,
            agency="derbyshire-police",
            about=custody.ReleaseDateSet.kind(),
            waits=True,
        ),
    ),
    (4.5, a_release_date(prison_code="RRR", **_THEM)),
)
"""What the police would be told of when they are released waits."""
_RESUMED: Said = (
    31,
    notice.NoticesResumed(
        event_id=sourced_id("deploy", notice.NoticesResumed.kind(), "day"),
        occurred_at=later(hours=31),
        source="deploy",
        person_id=OTHER_ID,
        agency="derbyshire-police",
        before=MORE.version,
        of_hold=False,
        notices=(),
        told=(),
    ),
)

_ABOUT_THEM: dict[str, Any] = {"person_id": OTHER_ID}
"""Of what the register says by rules that are not in force yet: put into its mouth."""
_MANAGED: dict[type[Fact], tuple[Said, ...]] = {
    eligibility.ConvictionRecorded: (),
    eligibility.ConvictionRevised: ((4, a_revision(**_THEM)),),
    register.PreventionOrderMade: ((4, a_prevention_order(**_THEM)),),
    register.NotificationNoticeGiven: ((4, a_notification_notice(**_THEM)),),
    register.NotificationOrderMade: ((4, a_notification_order(**_THEM)),),
    register.OtherOrderMade: ((4, another_order(**_THEM)),),
    register.OrderChanged: ((4, an_order_change(**_THEM)),),
    register.NotificationMade: (_NOTIFIED,),
    register.CircumstanceChanged: ((4, a_change(**_THEM)),),
    register.TravelNotified: ((4, a_travel_notice(**_THEM)),),
    register.TravelChanged: ((4, a_travel_change(**_THEM)),),
    custody.AwayFromHome: ((4, an_absence_from_home(**_THEM)),),
    register.ReviewAsked: ((4, a_review_asked(**_THEM)),),
    register.ReviewDecided: ((4, a_review(**_THEM)),),
    register.BreachProved: ((4, a_breach(**_THEM)),),
    custody.PresenceChanged: ((4, a_presence(**_THEM)),),
    custody.RecalledToCustody: ((4, a_recall_to_custody(**_THEM)),),
    custody.ReturnedToCustody: ((4, a_return(**_THEM)),),
    custody.AbsenceAgreed: ((4, an_absence(**_THEM)),),
    custody.ParoleStepTaken: ((4, a_parole_step(**_THEM)),),
    case.RecordReviewed: ((4, a_record_review(**_THEM)),),
    case.FormJSettled: ((4, a_form_j(**_THEM)),),
    eligibility.ReferralAccepted: ((4, a_referral(**_THEM)),),
    eligibility.ReferralRejected: ((4, a_referral_rejected(**_THEM)),),
    eligibility.Deregistered: ((4, a_deregistration(**_THEM)),),
    supervision.SupervisionSet: ((4, a_licence(**_THEM)),),
    supervision.SupervisionEnded: ((4, a_licence_ended(**_THEM)),),
    victim.VictimStepTaken: ((4, a_victim_step(**_THEM)),),
    register.AddressChanged: ((5, an_address_change(source="probation", **_THEM)),),
    register.RequirementOpened: (),
    register.RequirementEnded: (_OVER,),
    register.CategoryChanged: (),
    register.DeadlineOpened: (_RELEASE,),
    register.DeadlineMet: (_RELEASE, _NOTIFIED),
    register.DeadlineMissed: (_RELEASE,),
    register.DeadlineReminded: ((4, a_deadline_reminded(**_ABOUT_THEM)),),
    register.DeadlineCancelled: ((4, a_deadline_cancelled(**_ABOUT_THEM)),),
    register.BreachDecided: (_DECIDED,),
    milestone.MilestoneDeadline: ((4, a_milestone(**_ABOUT_THEM)),),
    milestone.MilestoneMissed: ((4, a_milestone_missed(**_ABOUT_THEM)),),
    victim.VictimDeadline: ((4, a_victim_deadline(**_ABOUT_THEM)),),
    case.LevelSet: ((4, a_level(3, event_id=_GUESSED, **_THEM)),),
    case.LimitedAccessSet: ((4, a_limit(*LEADS, excluded=("dwp",), **_THEM)),),
    case.LeadTransferred: (_LEADS, (4.2, a_transfer(**_THEM))),
    case.LeadSettled: (_LEADS,),
    case.SharingEnded: _BRIEFLY,
    case.SharingNarrowed: _NARROWED,
    case.AgencyJoinedCase: ((4, a_joining("probation", **_THEM)),),
    case.AgencyLeftCase: ((4, a_leaving("probation", **_THEM)),),
    custody.ReleaseDateSet: ((4.5, a_release_date(prison_code="QQQ", **_THEM)),),
    custody.Released: (_RELEASE,),
    housing.TenancyOffered: ((4, a_tenancy_offer(tenancy_ref="theirs", **_THEM)),),
    housing.TenancyStarted: ((5, a_tenancy(tenancy_ref="theirs", **_THEM)),),
    housing.TenancyEnded: ((6, a_tenancy_end(tenancy_ref="theirs", **_THEM)),),
    risk.RoshAssessed: ((4, a_rosh(**_THEM)),),
    risk.AlertRaised: (_FITTED, _TAMPER),
    risk.AlertClosed: (_ZONE, _FITTED, _INSIDE, _OUTSIDE),
    tracking.ZoneSet: (_ZONE,),
    tracking.ZoneEnded: (_ZONE, (4, a_zone_ending(zone_ref="zone-9", **_THEM))),
    tracking.TagFitted: (_FITTED,),
    tracking.TagRemoved: (_FITTED, (8, a_removal(occurred_at=later(hours=8), **_DEVICE, **_THEM))),
    tracking.TagTampered: (_FITTED, _TAMPER),
    tracking.Position: (_FITTED, _OUTSIDE),
    tracking.ZoneEntered: (_ZONE, _FITTED, _INSIDE),
    tracking.ZoneLeft: (_ZONE, _FITTED, _INSIDE, _OUTSIDE),
    notice.NoticeIssued: (),
    notice.NoticeReceipted: ((4, a_receipt(person_ref=None, **_THEM)),),
    notice.NoticeReminded: (_FITTED, _TAMPER),
    notice.NoticeOverdue: (_FITTED, _TAMPER),
    notice.Withheld: (_withheld("prison"),),
    notice.NoticeReported: (_FITTED, _TAMPER),
    notice.NoticeWaiting: _SUSPENDED,
    notice.NoticesResumed: (_RESUMED,),
    notice.FactTakenBack: (_WRONG, _TAKEN_BACK),
    notice.NoticeTakenBack: (_WRONG, _TAKEN_BACK),
    notice.NoticeRecalled: _RECALLED,
    notice.RecallAnswered: (*_RECALLED, _ANSWERED),
    notice.RecallDeadline: _RECALLED,
    log.PersonHeld: (_HELD,),
    log.HoldLifted: (_HELD, (21, _release(OTHER_ID))),
}
"""By kind of fact, what makes the hub hold one of that kind about the other person."""


def _managed() -> Iterator[Secret]:
    for fact, said in _MANAGED.items():
        known = () if _OVER in said else (KNOWN,)
        hidden = tuple(one for one in PARTNERS if said is not _BRIEFLY or one != "prison")
        yield Secret(fact.kind(), (*known, *said), "managed", hidden)


def everything_of_them() -> tuple[Said, ...]:
    """All that makes the other person known or is said of them, but for what a rule fails on.

    Nor does any partner come onto the case.
    """
    said = {one[1].event_id: one for secret in _managed() for one in secret.said}
    return tuple(one for one in said.values() if one not in (_HELD, _OVER, *_BRIEFLY))


# -- one more thing about her


def of_her() -> dict[str, tuple[Said, ...]]:
    """What is said of the other person, said of her instead, by the kind of fact that brings."""
    return _of_known(HER, HERS_ID)


def of_the_child() -> dict[str, tuple[Said, ...]]:
    """The same, said of the child."""
    return _of_known(CHILD, CHILDS_ID)


LIMITED: Said = (1.2, a_limit(*LEADS, identifiers=(HER,)))
"""Before anything is told of her, her case is for the lead bodies alone."""
EXCLUDED: Said = (1.2, a_limit(excluded=("derby-housing",), identifiers=(HER,)))


def _of_known(who: Identifier, number: PersonId) -> dict[str, tuple[Said, ...]]:
    """But for a limit of who may know, which takes away and brings nothing."""
    return {
        fact.kind(): tuple((hours, _said_of(who, number, one)) for hours, one in said)
        for fact, said in _MANAGED.items()
        if said
        and said not in ((_OVER,), _BRIEFLY, _NARROWED, _SUSPENDED)
        and fact is not case.LimitedAccessSet
    }


_OF_MILESTONES = milestone.MilestoneDeadline | milestone.MilestoneMissed | victim.VictimDeadline


def _said_of(who: Identifier, number: PersonId, fact: Fact) -> Fact:
    whose = f"of {who.value}"
    of_them: dict[str, Any] = {"event_id": derived_id(fact.event_id, whose)}
    if isinstance(fact, notice.FactTakenBack):
        of_them["fact_ref"] = derived_id(fact.fact_ref, whose)
    if isinstance(fact, FactAboutPerson):
        return fact.model_copy(update={**of_them, "identifiers": (who,)})
    if isinstance(fact, Decided) and fact.what == "notice":
        wrong = derived_id(_WRONG[1].event_id, whose)
        hours = 6 if fact.outcome == "recall" else 8
        return _of_a_notice(fact.outcome, wrong, number, hours)
    if isinstance(fact, Decided | log.GrantSuspended) and fact.person_id is None:
        return fact
    if isinstance(fact, Decided):
        return _release(number)
    if isinstance(fact, Withheld | _OF_MILESTONES):
        return fact.model_copy(update={**of_them, "person_id": number})
    return fact


# -- the same said of her, but for one word


def zone_of_hers(*, protects_victim: bool) -> tuple[Said, ...]:
    """A zone, and that she is in it."""
    zone = a_zone(
        zone_ref="zone-9",
        identifiers=(HER,),
        event_id=_GUESSED,
        protects_victim=protects_victim,
    )
    return (2, zone), *(
        (hours, _said_of(HER, HERS_ID, one)) for hours, one in (_FITTED, _INSIDE, _OUTSIDE)
    )


def release_of_hers(*more: Identifier) -> tuple[Said, ...]:
    """When she is released, with more of her numbers."""
    numbers = (HER, *more)
    return ((20, a_release_date(identifiers=numbers, prison_code="WWW", event_id=_GUESSED)),)


def move_of_hers(line: str) -> tuple[Said, ...]:
    """Where she lives from now on."""
    home = HOME.model_copy(update={"line": line})
    moved = an_address_change(source="probation", identifiers=(HER,), event_id=_GUESSED, home=home)
    return ((20, moved),)


# -- who comes onto the case of the other person, and goes

_OF_THEIRS: tuple[Said, ...] = (
    KNOWN,
    (2, a_release_date(prison_code="AAA", **_THEM)),
    (3, a_tenancy(source="derby-housing", tenancy_ref="stands", **_THEM)),
    (3.5, a_zone(zone_ref="zone-8", **_THEM)),
)


def on_their_case(agency: str, *more: Said) -> tuple[Said, ...]:
    """The agency joins, leaves and comes back, with that said too."""
    times = ((20, a_joining), (30, a_leaving), (40, a_joining))
    moves = ((hours, _a_move(maker, agency, hours)) for hours, maker in times)
    return (*_OF_THEIRS, *moves, *more)


def others_on_it(agency: str) -> tuple[Said, ...]:
    """Every other partner comes, before, between and after; some go."""
    others = [one for one in PARTNERS if one != agency]
    hours = (10.0, 25.0, 35.0, 45.0)
    come = tuple(
        (hours[n % 4], _a_move(a_joining, one, hours[n % 4])) for n, one in enumerate(others)
    )
    return (*come, (50.0, _a_move(a_leaving, others[0], 50.0)))


def left_said_by(agency: str, source: str) -> tuple[Said, ...]:
    """It joins, and leaves on that source's word."""
    left = _a_move(a_leaving, agency, 30, source=source, event_id=_GUESSED)
    return (*_OF_THEIRS, (20, _a_move(a_joining, agency, 20)), (30, left))


def _while_away() -> tuple[Said, ...]:
    at = {"occurred_at": later(hours=32), **_THEM}
    over: dict[str, Any] = {"occurred_at": later(hours=35), **_THEM}
    zone = {"zone_ref": "zone-between"}
    return (
        (32, a_release_date(prison_code="BBB", **at)),
        (32.1, a_zone(**zone, **at)),
        (35, a_zone_ending(**zone, **over)),
        (36, a_release_date(prison_code="CCC", occurred_at=later(hours=36), **_THEM)),
    )


*WHILE_AWAY, LAST_WORD = _while_away()
"""What is said between its leaving and its coming back: what is over by then, and what stands."""


def _a_move(maker: Callable[..., Fact], agency: str, hours: float, **fields: Any) -> Fact:
    return maker(agency, occurred_at=later(hours=hours), **_THEM, **fields)


def who_leaves(*on_it: str) -> tuple[Said, ...]:
    """The other person is free of notification, and in no category, from the second day on.

    Those are on their case, and what is live of them is said before and after.
    """
    relevant = (TODAY + timedelta(days=1)).replace(year=TODAY.year - 2)
    cautioned = a_conviction(
        convicted_on=relevant, disposal=Disposal.CAUTION, term_months=0, **_THEM
    )
    after: dict[str, Any] = {"occurred_at": later(hours=40), **_THEM}
    return (
        (0.5, cautioned),
        (1, a_joining("probation", role="lead", occurred_at=later(hours=1), **_THEM)),
        *((2.0, _a_move(a_joining, agency, 2)) for agency in on_it),
        (3, a_release_date(prison_code="AAA", occurred_at=later(hours=3), **_THEM)),
        (40, a_release_date(prison_code="BBB", **after)),
        (40.1, an_address_change(source="probation", **after)),
        (40.2, a_zone(zone_ref="zone-after", **after)),
    )


# -- what ties two people together

_AWAY = HOME.model_copy(update={"council_code": "E07000032"})
_MOVED: Said = (
    20,
    an_address_change(
        source="probation", identifiers=(HER,), occurred_at=later(hours=10), home=_AWAY
    ),
)

TIES: dict[str, tuple[str, tuple[Said, ...]]] = {
    "two people in one letter": (
        "amber-valley-housing",
        ((7, a_tenancy(identifiers=(OTHER, HER), tenancy_ref="both")),),
    ),
    "two people in one letter of its own": (
        "derby-housing",
        ((7, a_tenancy(identifiers=(OTHER, HER), occurred_at=later(hours=20))), _MOVED),
    ),
    "its own number for two people": (
        "derby-housing",
        (
            (7, a_tenancy(identifiers=(OTHER, TENANT_2), tenancy_ref="theirs-2")),
            (8, a_tenancy(identifiers=(TENANT_2,), person_ref=HERS_REF, tenancy_ref="hers-2")),
            (9, a_tenancy(identifiers=(TENANT_2,), occurred_at=later(hours=20))),
            _MOVED,
        ),
    ),
    "a device of hers on somebody else": (
        "prison",
        ((20, a_fitting(device_ref="device-1", occurred_at=later(hours=19), **_THEM)),),
    ),
    "two people in one letter of the Responsible Authority's": (
        "prison",
        ((20, a_release_date(identifiers=(OTHER, HER))),),
    ),
}
"""What ties the other person to her, and who can then tell whether that one is managed."""


# -- somebody else's word: of nobody the hub knows, or of a kind that is granted to nobody


_MAKERS: tuple[Callable[..., Fact], ...] = (
    a_notification,
    an_address_change,
    a_level,
    a_transfer,
    a_travel_notice,
    a_joining,
    a_leaving,
    a_limit,
    a_rosh,
    a_release_date,
    a_release,
    a_zone,
    a_zone_ending,
    a_fitting,
    a_removal,
    a_position,
    a_tamper,
    a_tenancy_offer,
    a_tenancy,
    a_tenancy_end,
    a_receipt,
)


def _elsewhere(known: Agreements) -> Iterator[Secret]:
    """What one agency says here is nobody else's to know, nor is that it spoke at all."""
    for speaker, agency in known.agencies.items():
        others = tuple(other for other in known.agencies if other != speaker)
        for maker in _MAKERS:
            said = (10.0, _of(STRANGER, speaker, maker))
            if said[1].kind() in agency.says:
                yield Secret(said[1].kind(), (said,), f"stranger-to-{speaker}", others)
        refused = (10.0, _of(HER, speaker, a_receipt, occurred_at=later(days=9)))
        yield Secret(refused[1].kind(), (refused,), f"refused-to-{speaker}", others)


def _of(person: Identifier, speaker: str, maker: Callable[..., Fact], **fields: Any) -> Fact:
    if maker in (a_position, a_tamper):
        return maker(source=speaker, device_ref="device-7", **fields)
    if maker is a_receipt:
        fields["person_ref"] = None
    return maker(source=speaker, identifiers=(person,), **fields)


def secrets(known: Agreements) -> tuple[Secret, ...]:
    """All of them."""
    return (*_managed(), *_elsewhere(known))


def cases(known: Agreements) -> list[tuple[str, Secret]]:
    """Every agency with every secret it may not know."""
    return [(agency, secret) for secret in secrets(known) for agency in secret.hidden_from]
