"""Facts about notices: what the hub told whom, and what came back."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from schemas.base import Fact, FactAboutPerson, FieldClass, Instant, Part, Ref, Slug, has
from schemas.risk import Urgency


class NoticeIssued(Fact):
    """A notice was put into an agency's inbox."""

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The notice's number for its receiver.")]
    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Who was told.")]
    about: Annotated[Ref, has(FieldClass.REFERENCE, "The kind of fact told, as on the wire.")]
    urgency: Annotated[Urgency, has(FieldClass.REFERENCE, "How soon it asks to be looked at.")]
    act_by: Annotated[
        Instant | None, has(FieldClass.REFERENCE, "When a receipt is late; absent if none is due.")
    ] = None
    anew: Annotated[
        bool,
        has(FieldClass.REFERENCE, "True: said before it was on the case, told since it joined."),
    ] = False


class Withdrawn(Part):
    """A notice that was taken out of an inbox unread, or is not in it yet, and what it tells of."""

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The notice's number.")]
    place: Annotated[
        int, has(FieldClass.INTERNAL, "Where in the log the fact stands that it told of.", ge=0)
    ]
    joined: Annotated[
        int | None, has(FieldClass.INTERNAL, "Where its receiver joined, if told because of it.")
    ] = None
    under: Annotated[
        Ref, has(FieldClass.INTERNAL, "The agreements in force where the fact stands.")
    ]


class Withheld(Fact):
    """What an agency had not read was withdrawn, and is decided again: it is granted less.

    Or it was suspended, and somebody decided about what waited. Said for each person of whom the
    agency was told. Whoever deploys says so, after the agency was shut out of its inbox and before
    anything is taken out of it.
    """

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Whose inbox it was.")]
    before: Annotated[Ref, has(FieldClass.INTERNAL, "The agreements that were in force before.")]
    of_hold: Annotated[
        bool, has(FieldClass.INTERNAL, "True: of nothing but that notify itself holds the person.")
    ]
    notices: Annotated[
        tuple[Withdrawn, ...], has(FieldClass.INTERNAL, "What is withdrawn, as it was told.")
    ]
    told: Annotated[
        tuple[Ref, ...],
        has(FieldClass.INTERNAL, "The kinds of fact that it was told of the person and has read."),
    ]
    lapsed: Annotated[
        bool, has(FieldClass.INTERNAL, "True: somebody decided that none of it is told again.")
    ] = False


class NoticeWaiting(Fact):
    """A notice is not told yet, since the grant by which it would be is suspended."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Who is not told yet.")]
    about: Annotated[Ref, has(FieldClass.REFERENCE, "The kind of fact, as on the wire.")]
    notice: Annotated[Withdrawn, has(FieldClass.INTERNAL, "What would be told.")]


class NoticesResumed(Withheld):
    """What waited for a suspended grant is decided: told as far as it may be now, or it lapses.

    Said for each person by whoever deploys, once notify has taken the suspension's end.
    """


class ReceiptStatus(StrEnum):
    """What an agency did with a notice."""

    COLLECTED = "collected"
    READ = "read"
    ACTED = "acted"
    CANNOT_ACT = "cannot-act"


class NoticeReceipted(FactAboutPerson):
    """An agency says what it did with a notice."""

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The notice's number.")]
    status: Annotated[ReceiptStatus, has(FieldClass.REFERENCE, "What was done.")]
    reason: Annotated[
        Ref | None, has(FieldClass.REFERENCE, "A coded reason where it cannot act.")
    ] = None


class Standing(StrEnum):
    """How a notice stands that another body has to look after."""

    NOT_COLLECTED = "not-collected"
    NOT_ACTED_ON = "not-acted-on"
    CANNOT_ACT = "cannot-act"
    ANSWERED_LATE = "answered-late"


_MAILBOX = {"pattern": r"^[a-z][a-z0-9-]*@[a-z0-9.-]+$", "max_length": 100}
_ROLE = "In which role somebody has to look at it."
_DESK = "The role's mailbox that is watched at that hour; never a person's."


class NoticeReminded(Fact):
    """A notice was not collected yet: its receiver is reminded before it is late."""

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The notice's number.")]
    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Who is reminded.")]
    act_by: Annotated[Instant, has(FieldClass.REFERENCE, "When the receipt is late.")]
    role: Annotated[Slug, has(FieldClass.REFERENCE, _ROLE)]
    mailbox: Annotated[str, has(FieldClass.REFERENCE, _DESK, **_MAILBOX)]


class NoticeOverdue(Fact):
    """No receipt came in time: it is escalated at the agency, the lead bodies are told."""

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The notice's number.")]
    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Who has not answered.")]
    act_by: Annotated[Instant, has(FieldClass.REFERENCE, "When the receipt was due.")]
    role: Annotated[Slug | None, has(FieldClass.REFERENCE, _ROLE)] = None
    mailbox: Annotated[str | None, has(FieldClass.REFERENCE, _DESK, **_MAILBOX)] = None


class NoticeReported(Fact):
    """The body that answers for a case is told how a notice to another body stands."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Who is told.")]
    receiver: Annotated[Slug, has(FieldClass.MANAGEMENT, "Whose notice it is.")]
    matter_ref: Annotated[
        UUID, has(FieldClass.REFERENCE, "The same in all that is reported here of that notice.")
    ]
    standing: Annotated[Standing, has(FieldClass.MANAGEMENT, "How it stands.")]
    act_by: Annotated[Instant, has(FieldClass.REFERENCE, "When the receipt was due.")]
    reason: Annotated[
        Ref | None, has(FieldClass.MANAGEMENT, "Its coded reason where it cannot act.")
    ] = None
    role: Annotated[Slug, has(FieldClass.REFERENCE, _ROLE)]
    mailbox: Annotated[str, has(FieldClass.REFERENCE, _DESK, **_MAILBOX)]


class Mistake(StrEnum):
    """What was wrong with something that was said."""

    NOT_SO = "not-so"
    CORRECTED = "corrected"  # what is so is said as a fact of its own
    WRONG_PERSON = "wrong-person"
    TOO_MUCH = "too-much"  # right, but not its receiver's to know


class FactTakenBack(FactAboutPerson):
    """Whoever said something about the person says that it is not so.

    Nobody takes back another's word. A correction is said as the fact it is, beside this or alone.
    Source: UK GDPR Art. 5(1)(d), DPA 2018 s.38 (accuracy).
    """

    fact_ref: Annotated[UUID, has(FieldClass.PROVENANCE, "The `event_id` of what is taken back.")]
    mistake: Annotated[Mistake, has(FieldClass.REFERENCE, "What was wrong with it.")]


class NoticeTakenBack(Fact):
    """What notices told an agency does not count: it forgets it by that day, or destroys it now.

    To exactly those told, whatever they are granted since. Source: UK GDPR Art. 19, DPA 2018
    s.48 (each recipient is told of a rectification or erasure).
    """

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Who was told.")]
    notice_refs: Annotated[
        tuple[UUID, ...], has(FieldClass.REFERENCE, "The numbers by which it was told.")
    ]
    about: Annotated[Ref, has(FieldClass.REFERENCE, "The kind of fact told, as on the wire.")]
    mistake: Annotated[Mistake, has(FieldClass.REFERENCE, "What was wrong.")]
    by: Annotated[date, has(FieldClass.REFERENCE, "The last local day it may be kept.")]
    destroy: Annotated[
        bool,
        has(FieldClass.REFERENCE, "True: recalled; destroy it at once, and answer `acted`."),
    ]


class NoticeRecalled(Fact):
    """Two people decided that a notice is recalled: it told somebody what was not theirs to know.

    The door says so, of an act that is signed as it takes.
    """

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The number of the notice.")]
    mistake: Annotated[Mistake, has(FieldClass.REFERENCE, "What was wrong.")]
    aware_at: Annotated[
        Instant, has(FieldClass.REFERENCE, "When it was known: the hours are counted from there.")
    ]
    agency: Annotated[
        Slug, has(FieldClass.MANAGEMENT, "The body whose officer decided: it answers for it.")
    ]


class Reporting(StrEnum):
    """What was decided about telling the Information Commissioner of a breach."""

    REPORTED = "reported"
    NO_RISK = "no-risk"  # unlikely to result in a risk to anybody: nothing to report


class RecallAnswered(Fact):
    """Somebody says that the Commissioner was told of a recalled notice, or need not be.

    Source: UK GDPR Art. 33(1), DPA 2018 s.67.
    """

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The number of the notice.")]
    reporting: Annotated[Reporting, has(FieldClass.MANAGEMENT, "What was decided.")]


class RecallStage(StrEnum):
    """How it stands with the hours to tell the Commissioner."""

    OPENED = "opened"
    REMINDED = "reminded"
    MET = "met"
    LATE = "late"  # answered after it was over
    MISSED = "missed"


class RecallDeadline(Fact):
    """The hours in which a breach has to be reported: they began, run out, are over, or answered.

    Source: UK GDPR Art. 33(1), DPA 2018 s.67(1): 72 hours after becoming aware of it.
    """

    notice_ref: Annotated[UUID, has(FieldClass.REFERENCE, "The number of the recalled notice.")]
    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "The body that answers for it.")]
    due_at: Annotated[Instant, has(FieldClass.REFERENCE, "When the hours are over.")]
    stage: Annotated[RecallStage, has(FieldClass.MANAGEMENT, "How it stands.")]
    role: Annotated[Slug, has(FieldClass.REFERENCE, _ROLE)]
    mailbox: Annotated[str | None, has(FieldClass.REFERENCE, _DESK, **_MAILBOX)] = None


class CanarySent(Fact):
    """A canary: about an invented person, told to every agency, so that silence is a fault.

    Nobody is managed under it; whoever takes it in notes when, and gives it to nobody.
    """

    next_at: Annotated[Instant, has(FieldClass.REFERENCE, "When the next one is due.")]


class Notice(Part):
    """What a receiver finds in its inbox: the head, and its own view of a fact.

    `told` holds the granted fields by name; a field that is not granted is absent, never null.
    """

    notice_ref: UUID
    person_ref: Ref
    about: Ref
    urgency: Urgency
    act_by: Instant | None = None
    anew: bool = False
    """Whether it tells what was said before, because its receiver has joined the case."""
    told: dict[str, object]
