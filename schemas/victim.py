"""Facts of victim contact: that a step was taken and by when one is due, never of whom.

No victim's data is in the hub. That there is somebody to contact is of a class of its own all the
same, so that only those are told who hold it (R-VIC-4).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import Fact, FactAboutPerson, FieldClass, Instant, Ref, has
from schemas.milestone import Milestone, MilestoneStage, Owner


class VictimStep(StrEnum):
    """What was done in the victim contact scheme (DVCVA 2004 ss.35-45)."""

    REFERRED = "referred"  # to the scheme
    CONTACTED = "contacted"  # by a victim liaison officer, who takes the choice to be told or not
    NOBODY = "nobody"  # to be contacted


class VictimStepTaken(FactAboutPerson):
    """A step was taken towards whoever may choose to be told of the person's sentence."""

    step: Annotated[VictimStep, has(FieldClass.VICTIM, "Which step.")]
    taken_on: Annotated[date, has(FieldClass.VICTIM, "The local day of it.")]


class VictimDeadline(Fact):
    """A deadline of victim contact began, moved, was met, was missed or fell away."""

    deadline_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The deadline's own number.")]
    milestone: Annotated[Milestone, has(FieldClass.VICTIM, "What has to be done.")]
    owed_by: Annotated[Owner, has(FieldClass.VICTIM, "In which role it is owed.")]
    stage: Annotated[MilestoneStage, has(FieldClass.VICTIM, "How it stands.")]
    due_on: Annotated[date, has(FieldClass.VICTIM, "The last local day to do it.")]
    done_on: Annotated[
        date | None, has(FieldClass.VICTIM, "Where met: the local day it was done.")
    ] = None
    late: Annotated[bool, has(FieldClass.VICTIM, "Done after the last day.")] = False
    rule: Annotated[Ref, has(FieldClass.PROVENANCE, "The rule that set it, as R-VIC-2.")]
    local: Annotated[
        bool, has(FieldClass.VICTIM, "A local standard: no confirmed law sets the day.")
    ]
    noticed_at: Annotated[
        Instant | None,
        has(FieldClass.REFERENCE, "Where missed: the tick of the hub's clock that showed it."),
    ] = None
