"""What is done before a release, on a recall, in parole and for who comes and goes, by when.

Most of these numbers are guidance, secondary or a local standard, and say so: a lawyer reads them
on the page of the law before the hub is used on anybody. The release day itself comes from the
prison; only that of a fixed-term recall, which follows from the law alone, is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from schemas.custody import RecallForm
from schemas.milestone import Milestone
from services.registry.readings import Dated, Reading, always, from_day_to_day

SHORT_TERMS_MANDATORY = date(2024, 4, 2)
"""SI 2024/408 in force (art.1(2))."""
UP_TO_FOUR_YEARS = date(2025, 9, 2)
"""The order of 2025 in force: CJA 2003 s.255A(4ZA); the day itself is unconfirmed."""
SENTENCING_ACT_2026 = date(2026, 3, 31)
"""Sentencing Act 2026 ss.30-33 in force (SI 2026/86 reg.3)."""
SCREENING_BEGINS = date(2027, 1, 1)
"""From here on identification and re-screening are watched: who is loaded late is no backlog."""
VICTIMS_CODE = date(2021, 4, 1)
"""The Victims' Code of 2020 in force (from general knowledge)."""


class Bar(StrEnum):
    """What keeps somebody from a recall for a fixed term."""

    NEW_CHARGE = "recalled-on-a-new-charge"
    LEVEL = "level-2-or-3"
    CATEGORY_4 = "category-4"
    TERRORIST = "terrorist-or-national-security-offence"
    FOREIGN_POWER = "foreign-power-threat"
    REFERRED = "referred-to-the-board-before-release"
    REPATRIATED = "repatriated-for-murder"
    PARTICULAR_CONCERN = "sentence-of-particular-concern"
    DISCRETIONARY = "discretionary-conditional-release"
    SERIOUS_CHARGE = "charged-with-a-serious-offence"
    UNDER_18 = "under-18"
    TERM = "length-of-the-sentence"
    """Not of the short ones for which a fixed term is mandatory."""
    SENTENCE = "sort-of-sentence"
    """Extended or indeterminate: a standard recall only (R-RCL-8)."""


class LevelOf(StrEnum):
    """Which level of management decides the form of a recall."""

    RECALL = "immediately-before-the-recall"
    DECISION = "on-the-day-it-is-decided"


class Reach(StrEnum):
    """Which law the form of a recall goes by."""

    RECALL = "the-law-of-the-day-of-the-recall"
    CUSTODY = "the-act-of-2026-for-whoever-was-not-in-custody-before-it"


class CurfewTerm(StrEnum):
    """With what the fixed term of somebody recalled from home detention curfew ends."""

    LATER = "the-later-of-its-days-and-the-requisite-custodial-period"
    DAYS = "its-days-alone"


@dataclass(frozen=True)
class ReleaseRules:
    """One version of these rules."""

    milestones: Reading[frozenset[Milestone]]
    """Configuration: the milestones these rules watch."""
    milestone_remind_days: Reading[Mapping[Milestone, int]]
    """Configuration: how many days before its last a milestone is to be called to mind."""
    fixed_term_below_months: Dated[int | None]
    """None: whatever the length of the sentence."""
    fixed_term_bars: Dated[frozenset[Bar]]
    barred_form: Dated[RecallForm | None]
    """None: whoever decides chooses."""
    transitional_bars: Dated[frozenset[Bar]]
    """Of an adult, beside those above."""
    youth_below_months: Dated[int]
    youth_bars: Dated[frozenset[Bar]]
    referred_form: Dated[RecallForm | None]
    """None: as of whoever else is barred."""
    form_level: Dated[LevelOf]
    form_law: Dated[Reach]
    phased: Dated[Mapping[int, date]]
    """From so many days of sentence on, the day on which the Act of 2026 came in force."""
    adult_fixed_days: Dated[int | None]
    """None: by the length of the sentence, as of a youth."""
    short_below_months: Dated[int]
    short_fixed_days: Dated[int]
    long_fixed_days: Dated[int]
    curfew_term: Dated[CurfewTerm]
    recall_form_days: Dated[int]
    parole_referral_days: Dated[int]
    determined_days: Dated[int | None]
    """None: a determination moves no referral."""
    parole_hearing_weeks: Dated[int]
    parole_decision_days: Dated[int]
    parole_review_months: Dated[int]
    level_months: Dated[int]
    form_j_weeks: Dated[int]
    zones_days: Dated[int]
    told_late_days: Dated[int]
    absence_notice_days: Dated[int]
    victim_months: Dated[int]
    victim_referral_days: Dated[int | None]
    """None: there is no such clock yet."""
    victim_contact_days: Dated[int | None]
    retention_months: Dated[int]
    identification_days: Dated[int | None]
    """None: it is not watched yet."""
    rescreening_days: Dated[int | None]


_FOR_LAW_OF_2025 = frozenset({Bar.TERRORIST, Bar.CATEGORY_4, Bar.LEVEL, Bar.NEW_CHARGE})
SAYS_BELOW = "an adult's sentence of fewer months is recalled for a fixed term unless barred"
SAYS_BARS = "what keeps an adult from a fixed term; what is not known counts as if it did"
SAYS_BARRED = "the form of an adult's recall that no fixed term is mandatory for"
SAYS_OF_YOUTH = "what keeps a youth from a fixed term; then the form is a choice"
SAYS_YOUTH = "a youth's sentence of fewer months is recalled for a fixed term unless barred"
SAYS_REFERRED = "the form of the recall of whoever was referred to the Parole Board before release"
SAYS_ALSO = "what else keeps an adult from a fixed term, transitional cases"
SAYS_LEVEL = "the level of management that decides the form of a recall"
SAYS_DETERMINED = (
    "days, beginning with the day on which what was to be a fixed term was decided to be none, in "
    "which it is referred to the Parole Board, if the day of the return gives no later one"
)
SAYS_LAW = "by which law the form of a recall goes"
_SAYS_FIXED = "days of an adult's fixed term, beginning with the return to custody"
_SAYS_CURFEW = "of somebody recalled from home detention curfew the fixed term lasts until"
_SAYS_REFERRAL = "working days after sentence in which the victim contact scheme is told"
_SAYS_CONTACT = "working days after sentence in which a victim liaison officer makes contact"
_SAYS_IDENTIFIED = (
    "days after sentence in which somebody who came under the arrangements by it is on a case: a "
    "level is set, or a body leads"
)
_SAYS_SCREENED = (
    "days after the last category ended in which it is decided whether category 3 applies"
)
_FROM_HERE = "R-LEAD-1, R-MAP-6; the first day is a local choice, see decision 25"
_CODE = "R-VIC-2 (Victims' Code, secondary)"

AT_FIRST = ReleaseRules(
    milestones=Reading(
        frozenset(), "no milestone is watched by this version", "R-RCL-2", local=True
    ),
    milestone_remind_days=Reading(
        MappingProxyType({}), "no role is reminded by this version", "R-PAR-1", local=True
    ),
    fixed_term_below_months=from_day_to_day(
        (date.min, 0, f"{SAYS_BELOW}: none, it was a choice", "CJA 2003 s.255A; R-RCL-2", True),
        (SHORT_TERMS_MANDATORY, 12, SAYS_BELOW, "SI 2024/408; R-RCL-2", True),
        (UP_TO_FOUR_YEARS, 48, SAYS_BELOW, "CJA 2003 s.255A(4ZA); R-RCL-3", False),
        (
            SENTENCING_ACT_2026,
            None,
            f"{SAYS_BELOW}, whatever its length",
            "Sentencing Act 2026 ss.30-33; CJA 2003 s.255BA; R-RCL-4, R-RCL-7",
            False,
        ),
    ),
    fixed_term_bars=from_day_to_day(
        (date.min, _FOR_LAW_OF_2025, SAYS_BARS, "R-RCL-3, read back", True),
        (UP_TO_FOUR_YEARS, _FOR_LAW_OF_2025, SAYS_BARS, "CJA 2003 s.255A(4ZA); R-RCL-3", False),
        (
            SENTENCING_ACT_2026,
            _FOR_LAW_OF_2025
            | {
                Bar.REFERRED,
                Bar.REPATRIATED,
                Bar.PARTICULAR_CONCERN,
                Bar.DISCRETIONARY,
                Bar.FOREIGN_POWER,
            },
            SAYS_BARS,
            "R-RCL-7, from the code of make-recall-decision, not the Act",
            True,
        ),
    ),
    barred_form=from_day_to_day(
        (date.min, None, f"{SAYS_BARRED}: a choice", "CJA 2003 s.255A; R-RCL-3", True),
        (SENTENCING_ACT_2026, RecallForm.STANDARD, SAYS_BARRED, "R-RCL-7", True),
    ),
    transitional_bars=always(
        frozenset(), f"{SAYS_ALSO}: counted with the others by this version", "R-RCL-7", local=True
    ),
    youth_below_months=from_day_to_day(
        (date.min, 0, f"{SAYS_YOUTH}: none, it was a choice", "R-RCL-2, read back", True),
        (SHORT_TERMS_MANDATORY, 12, SAYS_YOUTH, "R-RCL-8; SI 2024/408", True),
    ),
    youth_bars=always(
        frozenset({Bar.SERIOUS_CHARGE, Bar.LEVEL}),
        SAYS_OF_YOUTH,
        "R-RCL-8, from the code of make-recall-decision",
        local=True,
    ),
    referred_form=always(
        None, f"{SAYS_REFERRED}: as of the others barred", "R-RCL-7, R-RCL-8", local=True
    ),
    form_level=always(LevelOf.DECISION, SAYS_LEVEL, "R-RCL-10, an inference", local=True),
    form_law=always(Reach.RECALL, SAYS_LAW, "R-RCL-6, an inference", local=True),
    phased=always(
        MappingProxyType(
            {
                0: SENTENCING_ACT_2026,
                1702: date(2026, 4, 14),
                2129: date(2026, 4, 21),
                2577: date(2026, 4, 28),
                3305: date(2026, 5, 5),
                4439: date(2026, 5, 12),
            }
        ),
        "from which length of sentence on which day the Act of 2026 reaches an adult who was in "
        "custody on a standard recall before it",
        "Sentencing Act 2026 s.33(14); SI 2026/86 reg.4(3); R-RCL-6",
    ),
    adult_fixed_days=from_day_to_day(
        (
            date.min,
            None,
            f"{_SAYS_FIXED}: by the length of the sentence",
            "CJA 2003 s.255B; R-RCL-2, R-RCL-9",
            False,
        ),
        (
            SENTENCING_ACT_2026,
            56,
            _SAYS_FIXED,
            "CJA 2003 s.255BA(2); Sentencing Act 2026 s.32(2); R-RCL-4, R-RCL-9",
            False,
        ),
    ),
    short_below_months=always(
        12,
        "where the fixed term goes by the length of the sentence, fewer months are short",
        "CJA 2003 s.255B; R-RCL-2, R-RCL-5",
    ),
    short_fixed_days=always(
        14,
        "days of the fixed term under a short sentence, beginning with the return",
        "CJA 2003 s.255B; R-RCL-2, R-RCL-9",
    ),
    long_fixed_days=always(
        28,
        "days of the fixed term under a longer one, beginning with the return",
        "CJA 2003 s.255B; R-RCL-2, R-RCL-9",
    ),
    curfew_term=from_day_to_day(
        (
            date.min,
            CurfewTerm.LATER,
            _SAYS_CURFEW,
            "CJA 2003 s.255B; R-RCL-4, read back: no text of the time found",
            True,
        ),
        (
            SENTENCING_ACT_2026,
            CurfewTerm.LATER,
            _SAYS_CURFEW,
            "CJA 2003 s.255BA(2)(b), s.255B(1B); R-RCL-4",
            False,
        ),
    ),
    recall_form_days=always(
        2,
        "working days, after the level changed upon a recall, in which a person looks at it again",
        "R-RCL-10: no source gives a number",
        local=True,
    ),
    parole_referral_days=always(
        29,
        "days, beginning with the return, in which a standard recall is referred to the Parole "
        "Board: the 28th after it",
        "CJA 2003 s.255C, text not seen; R-PAR-1",
        local=True,
    ),
    determined_days=always(None, f"not yet: {SAYS_DETERMINED}", "R-PAR-1, R-RCL-10", local=True),
    parole_hearing_weeks=always(
        26,
        "weeks after the referral in which the Parole Board hears it, if not decided on the papers",
        "R-PAR-2, secondary",
        local=True,
    ),
    parole_decision_days=always(
        14, "days after a hearing in which it is decided", "R-PAR-2", local=True
    ),
    parole_review_months=always(
        12,
        "months after a refusal in which it is reviewed again",
        "CJA 2003 s.255C, text not seen; R-PAR-1",
        local=True,
    ),
    level_months=always(
        6,
        "months before release by which the level of management is set",
        "R-LVL-4; MAPPA Guidance, unconfirmed",
        local=True,
    ),
    form_j_weeks=always(
        6,
        "weeks before release by which form J goes to Jobcentre Plus, or none is needed",
        "form J guidance; R-AGY-1",
        local=True,
    ),
    zones_days=always(
        0,
        "days before release by which zones in force then are live on a fitted tag: on the day",
        "R-EM-8: no source gives a number",
        local=True,
    ),
    told_late_days=always(
        5,
        "working days after a release was first told in which nothing before it is late",
        "R-RCL-9: no source gives a number",
        local=True,
    ),
    absence_notice_days=always(
        5,
        "working days before a temporary absence by which police and victim liaison have notice",
        "R-ROT-1, unconfirmed",
        local=True,
    ),
    victim_months=always(
        12,
        "a sentence of so many months or more for a sexual or violent offence, or a hospital "
        "order, is of the victim contact scheme",
        "DVCVA 2004 s.35; R-VIC-1",
    ),
    victim_referral_days=from_day_to_day(
        (date.min, None, f"not yet: {_SAYS_REFERRAL}", _CODE, True),
        (VICTIMS_CODE, 10, _SAYS_REFERRAL, _CODE, True),
    ),
    victim_contact_days=from_day_to_day(
        (date.min, None, f"not yet: {_SAYS_CONTACT}", _CODE, True),
        (VICTIMS_CODE, 20, _SAYS_CONTACT, _CODE, True),
    ),
    retention_months=always(
        120,
        "months, beginning with the first day in no category, within which it is reviewed whether "
        "the record is still needed",
        "R-RET-2, R-RET-3: from general knowledge, unconfirmed",
        local=True,
    ),
    identification_days=from_day_to_day(
        (date.min, None, f"not yet: {_SAYS_IDENTIFIED}", _FROM_HERE, True),
        (SCREENING_BEGINS, 3, _SAYS_IDENTIFIED, "R-LEAD-1, domain rules 1.7, unconfirmed", True),
    ),
    rescreening_days=from_day_to_day(
        (date.min, None, f"not yet: {_SAYS_SCREENED}", _FROM_HERE, True),
        (SCREENING_BEGINS, 28, _SAYS_SCREENED, "R-MAP-6: no source gives a number", True),
    ),
)
"""Law looked up by anybody; the versions before 2026-4 watch nothing of it."""
WATCHED = replace(
    AT_FIRST,
    milestones=Reading(
        frozenset(Milestone)
        - {
            Milestone.RETENTION_REVIEW,
            Milestone.IDENTIFICATION,
            Milestone.RESCREENING,
            Milestone.REVIEW_DECISION,
        },
        "the milestones watched by this version",
        "R-RCL-10 to R-ROT-1",
        local=True,
    ),
    milestone_remind_days=Reading(
        MappingProxyType(
            {
                Milestone.LEVEL_SET: 28,
                Milestone.FORM_J: 14,
                Milestone.ZONES_LIVE: 7,
                Milestone.PAROLE_REFERRAL: 14,
                Milestone.PAROLE_REVIEW: 112,
            }
        ),
        "days before its last day from which a milestone is to be called to mind; of a parole "
        "review the sixteen weeks it takes",
        "R-PAR-1; the others: no source gives a number",
        local=True,
    ),
)
"""By version 2026-4."""
FOLLOWED = replace(
    WATCHED,
    milestones=Reading(
        frozenset(Milestone),
        "the milestones watched by this version",
        "R-RCL-10 to R-ROT-1; R-LEAD-1; R-MAP-6; R-RET-2, R-RET-3; R-REV-6",
        local=True,
    ),
    milestone_remind_days=Reading(
        MappingProxyType({**WATCHED.milestone_remind_days.value, Milestone.RETENTION_REVIEW: 182}),
        WATCHED.milestone_remind_days.says,
        WATCHED.milestone_remind_days.source,
        local=True,
    ),
)
"""By version 2026-5, and beside it what `recall_readings` reads anew."""
