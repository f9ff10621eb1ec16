"""What agencies have to do before a release, on a recall, in parole and for victims, and by when.

The day of release is the prison's word; these are counted from it. A milestone that is asked no
more, since the person was released or the day moved, is not among them: it falls away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from schemas.bank_holidays import BANK_HOLIDAYS
from schemas.milestone import Milestone, Owner
from schemas.victim import VictimStep
from services.registry.dates import working_day_after
from services.registry.domain.custody import Contact
from services.registry.domain.parole import parole_clocks, recall_clocks
from services.registry.domain.record import convictions_of
from services.registry.domain.releasing import absence_clocks, release_clocks
from services.registry.domain.state import Clock, Conviction, Register, Stage
from services.registry.domain.terms import CUSTODIAL, HOSPITAL
from services.registry.readings import Dated
from services.registry.release_rules import ReleaseRules
from services.registry.rules import Rules


@dataclass(frozen=True, slots=True)
class Owed:
    """By whom a milestone is owed, and where its last day stands."""

    by: Owner
    rule: str
    """Its id in the domain rules."""
    days: Callable[[Rules], Dated[int] | Dated[int | None]]
    """The rule that sets the day."""


OWED: Mapping[Milestone, Owed] = MappingProxyType(
    {
        Milestone.LEVEL_SET: Owed(Owner.LEAD, "R-LVL-4", lambda rules: rules.release.level_months),
        Milestone.FORM_J: Owed(Owner.LEAD, "R-AGY-1", lambda rules: rules.release.form_j_weeks),
        Milestone.ZONES_LIVE: Owed(Owner.LEAD, "R-EM-8", lambda rules: rules.release.zones_days),
        Milestone.ABSENCE_NOTICE: Owed(
            Owner.PRISON, "R-ROT-1", lambda rules: rules.release.absence_notice_days
        ),
        Milestone.RECALL_FORM: Owed(
            Owner.PROBATION, "R-RCL-10", lambda rules: rules.release.recall_form_days
        ),
        Milestone.PAROLE_REFERRAL: Owed(
            Owner.PRISON, "R-PAR-1", lambda rules: rules.release.parole_referral_days
        ),
        Milestone.PAROLE_HEARING: Owed(
            Owner.PAROLE_BOARD, "R-PAR-2", lambda rules: rules.release.parole_hearing_weeks
        ),
        Milestone.PAROLE_DECISION: Owed(
            Owner.PAROLE_BOARD, "R-PAR-2", lambda rules: rules.release.parole_decision_days
        ),
        Milestone.PAROLE_REVIEW: Owed(
            Owner.PRISON, "R-PAR-1", lambda rules: rules.release.parole_review_months
        ),
        Milestone.VICTIM_REFERRAL: Owed(
            Owner.PROBATION, "R-VIC-2", lambda rules: rules.release.victim_referral_days
        ),
        Milestone.VICTIM_CONTACT: Owed(
            Owner.VICTIM_LIAISON, "R-VIC-2", lambda rules: rules.release.victim_contact_days
        ),
        Milestone.RETENTION_REVIEW: Owed(
            Owner.LEAD, "R-RET-3", lambda rules: rules.release.retention_months
        ),
        Milestone.IDENTIFICATION: Owed(
            Owner.LEAD, "R-LEAD-1", lambda rules: rules.release.identification_days
        ),
        Milestone.REVIEW_DECISION: Owed(
            Owner.POLICE, "R-REV-6", lambda rules: rules.review.review_decision_days
        ),
        Milestone.RESCREENING: Owed(
            Owner.LEAD, "R-MAP-6", lambda rules: rules.release.rescreening_days
        ),
    }
)
"""Who owes what is a local choice where no source says so: see decisions 22 and 25."""
OF_VICTIMS = frozenset({Milestone.VICTIM_REFERRAL, Milestone.VICTIM_CONTACT})
"""Told to those alone who may know that there is somebody to contact."""


def milestones_of(heard: Register, rules: ReleaseRules) -> Iterator[Clock]:
    """All of them, each with how it stands as far as facts tell; each once."""
    found = (
        *release_clocks(heard, rules),
        *absence_clocks(heard, rules),
        *recall_clocks(heard, rules),
        *parole_clocks(heard, rules),
        *victim_clocks(heard, rules),
    )
    yield from {one.key: one for one in found}.values()


def is_local(milestone: Milestone, since: date, rules: Rules) -> bool:
    """Whether its last day is a local standard and no confirmed law."""
    return OWED[milestone].days(rules).reading_on(since).local


def victim_clocks(heard: Register, rules: ReleaseRules) -> Iterator[Clock]:
    """Referral and first contact, counted in working days from sentence.

    Of a conviction without a day of sentence from the relevant date: too early rather than never, a
    local choice, see decision 22.

    Source: R-VIC-1, R-VIC-2 (DVCVA 2004 s.35; Victims' Code, secondary).
    """
    for conviction in convictions_of(heard):
        if not of_the_scheme(conviction, rules):
            continue
        since = conviction.sentenced_on or conviction.convicted_on
        for milestone, days, steps in (
            (Milestone.VICTIM_REFERRAL, rules.victim_referral_days, tuple(VictimStep)),
            (Milestone.VICTIM_CONTACT, rules.victim_contact_days, _CONTACT),
        ):
            count = days.on(since)
            if count is not None:
                due_on = working_day_after(since, count, BANK_HOLIDAYS)
                clock = Clock.of_milestone(milestone, since, due_on)
                yield _stepped(clock, heard.contacts, steps)


def of_the_scheme(conviction: Conviction, rules: ReleaseRules) -> bool:
    """Whether the victim contact scheme is open.

    A sexual or violent offence, and a sentence of twelve months or more or a hospital order. The
    offence is the record's word: under either schedule.

    Source: DVCVA 2004 s.35; R-VIC-1.
    """
    if not (conviction.schedule_3 or conviction.schedule_15):
        return False
    if conviction.for_life or conviction.disposal in HOSPITAL:
        return True
    sentenced_on = conviction.sentenced_on or conviction.convicted_on
    least = (rules.victim_months.on(sentenced_on), 0)
    return conviction.disposal in CUSTODIAL and (conviction.months, conviction.days) >= least


_CONTACT = (VictimStep.CONTACTED, VictimStep.NOBODY)


def _stepped(clock: Clock, contacts: Iterable[Contact], steps: Iterable[VictimStep]) -> Clock:
    """As the steps since sentence leave it; that there is nobody to contact makes it needless."""
    answers = frozenset(steps)
    taken = [one for one in contacts if one.on >= clock.since and one.step in answers]
    done = min((one.on for one in taken if one.step is not VictimStep.NOBODY), default=None)
    if done is not None:
        return clock.settled(Stage.MET, done)
    if taken:
        return clock.settled(Stage.NOT_NEEDED, min(one.on for one in taken))
    return clock
