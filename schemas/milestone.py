"""Facts of what agencies have to do by when: for release, recall, parole, and who is managed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import Fact, FieldClass, Instant, Ref, has


class Milestone(StrEnum):
    """What an agency has to do by a deadline; never a duty of the person."""

    LEVEL_SET = "level-set"  # the level of management, before release
    FORM_J = "form-j"  # sent to Jobcentre Plus, or none is needed
    ZONES_LIVE = "zones-live"  # on a fitted tag
    ABSENCE_NOTICE = "absence-notice"
    RECALL_FORM = "recall-form"  # decided anew, since the level changed after the recall (R-RCL-10)
    PAROLE_REFERRAL = "parole-referral"  # R-PAR-1
    PAROLE_HEARING = "parole-hearing"  # R-PAR-2
    PAROLE_DECISION = "parole-decision"  # R-PAR-2
    PAROLE_REVIEW = "parole-review"  # R-PAR-1
    VICTIM_REFERRAL = "victim-referral"  # R-VIC-2
    VICTIM_CONTACT = "victim-contact"  # R-VIC-2
    RETENTION_REVIEW = "retention-review"  # whether the record is still needed: R-RET-2, R-RET-3
    IDENTIFICATION = "identification"  # a level or a lead, after sentence: domain rules 1.7
    RESCREENING = "re-screening"  # whether to go on, once no category applies any more (R-MAP-6)
    REVIEW_DECISION = "review-decision"  # of notification without end, once asked for (R-REV-6)


class Owner(StrEnum):
    """In which role a milestone is owed: a role, and no agency by name."""

    LEAD = "lead-body"  # whichever body leads the case
    PROBATION = "probation-service"
    PRISON = "prison-service"
    PAROLE_BOARD = "parole-board-panel"
    VICTIM_LIAISON = "victim-liaison-officer"
    POLICE = "police"


class MilestoneStage(StrEnum):
    """How a deadline stands."""

    OPENED = "opened"  # or told anew with another last day
    MET = "met"
    MISSED = "missed"
    FELL_AWAY = "fell-away"  # asked no more: released, moved, or put right


class MilestoneDeadline(Fact):
    """A deadline of a named role began, moved, was met or fell away; missed is another fact."""

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    milestone: Annotated[Milestone, has(FieldClass.CUSTODY, "What has to be done.")]
    owed_by: Annotated[Owner, has(FieldClass.MANAGEMENT, "In which role it is owed.")]
    stage: Annotated[MilestoneStage, has(FieldClass.MANAGEMENT, "How it stands.")]
    due_on: Annotated[date, has(FieldClass.CUSTODY, "The last local day to do it.")]
    done_on: Annotated[
        date | None, has(FieldClass.CUSTODY, "Where met: the local day it was done.")
    ] = None
    late: Annotated[bool, has(FieldClass.MANAGEMENT, "Done after the last day.")] = False
    remind_on: Annotated[
        date | None, has(FieldClass.CUSTODY, "From this local day on it is to be called to mind.")
    ] = None
    rule: Annotated[Ref, has(FieldClass.PROVENANCE, "The rule that set it, as R-PAR-1.")]
    local: Annotated[
        bool, has(FieldClass.MANAGEMENT, "A local standard: no confirmed law sets the day.")
    ]


class MilestoneMissed(Fact):
    """The last day of a deadline of a named role is over, and it was not done."""

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    milestone: Annotated[Milestone, has(FieldClass.CUSTODY, "What had to be done.")]
    owed_by: Annotated[Owner, has(FieldClass.MANAGEMENT, "In which role it is owed.")]
    due_on: Annotated[date, has(FieldClass.CUSTODY, "The last day there was.")]
    local: Annotated[
        bool, has(FieldClass.MANAGEMENT, "A local standard: no confirmed law sets the day.")
    ]
    noticed_at: Annotated[
        Instant, has(FieldClass.REFERENCE, "The tick of the hub's clock that showed it.")
    ]
