"""How the law on the form of a recall and its referral is read by version 2026-5: off the texts.

Read as the Acts and orders stand in a public collection of them, not as they are published today:
a lawyer has to read them again before the hub is used on anybody (decision 29).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from schemas.custody import RecallForm
from services.registry.readings import always, from_day_to_day
from services.registry.release_rules import (
    FOLLOWED,
    SAYS_ALSO,
    SAYS_BARRED,
    SAYS_BARS,
    SAYS_BELOW,
    SAYS_DETERMINED,
    SAYS_LAW,
    SAYS_LEVEL,
    SAYS_OF_YOUTH,
    SAYS_REFERRED,
    SAYS_YOUTH,
    SENTENCING_ACT_2026,
    SHORT_TERMS_MANDATORY,
    UP_TO_FOUR_YEARS,
    Bar,
    LevelOf,
    Reach,
)

_REFERRED = frozenset({Bar.REFERRED})
_OF_2025 = _REFERRED | {Bar.TERRORIST, Bar.CATEGORY_4, Bar.LEVEL, Bar.NEW_CHARGE}
_OF_2024 = _REFERRED | {Bar.LEVEL, Bar.SERIOUS_CHARGE}
_OF_YOUTHS = _OF_2024 | {Bar.UNDER_18}
_OF_2012 = "CJA 2003 s.255A by LASPO 2012 s.114, read back before it; R-RCL-2"
_UNSETTLED = "whether s.255A(4ZA) reached a youth's sentence meanwhile is not settled; R-RCL-8"
PUT_RIGHT = replace(
    FOLLOWED,
    fixed_term_below_months=from_day_to_day(
        (date.min, 0, f"{SAYS_BELOW}: none, it was a choice", _OF_2012, True),
        (
            SHORT_TERMS_MANDATORY,
            12,
            SAYS_BELOW,
            "CJA 2003 s.255A(4)(a)(ii) by SI 2024/408 art.2; R-RCL-2",
            False,
        ),
        (
            UP_TO_FOUR_YEARS,
            48,
            SAYS_BELOW,
            "CJA 2003 s.255A(4ZA) by SI 2025/833, whose first day was not seen; R-RCL-3",
            False,
        ),
        (
            SENTENCING_ACT_2026,
            None,
            f"{SAYS_BELOW}, whatever its length",
            "CJA 2003 s.255A(7)-(8); SI 2026/86 reg.3; R-RCL-4, R-RCL-7",
            False,
        ),
    ),
    fixed_term_bars=from_day_to_day(
        (date.min, _REFERRED, f"{SAYS_BARS}; of anybody else it was a choice", _OF_2012, True),
        (
            SHORT_TERMS_MANDATORY,
            _OF_2024,
            f"{SAYS_BARS}; who serves an adult's sentence is 18 or over",
            "CJA 2003 s.255A(4)(a), (4A) by SI 2024/408 art.2; R-RCL-2",
            False,
        ),
        (
            UP_TO_FOUR_YEARS,
            _OF_2025,
            SAYS_BARS,
            "CJA 2003 s.255A(4ZA) by SI 2025/833, whose first day was not seen; R-RCL-3",
            False,
        ),
        (
            SENTENCING_ACT_2026,
            _OF_2025 | {Bar.PARTICULAR_CONCERN, Bar.FOREIGN_POWER},
            SAYS_BARS,
            "CJA 2003 s.255A(8)(b)-(k); R-RCL-7",
            False,
        ),
    ),
    transitional_bars=from_day_to_day(
        (date.min, frozenset(), f"{SAYS_ALSO}: none yet", "R-RCL-7", True),
        (
            SENTENCING_ACT_2026,
            frozenset({Bar.DISCRETIONARY, Bar.REPATRIATED}),
            SAYS_ALSO,
            "CJA 2003 s.255A(8)(l), Sch.19B, Sch.20B, in the words of make-recall-decision: "
            "not checked; R-RCL-7",
            True,
        ),
    ),
    barred_form=from_day_to_day(
        (date.min, None, f"{SAYS_BARRED}: a choice", _OF_2012, True),
        (
            SHORT_TERMS_MANDATORY,
            None,
            f"{SAYS_BARRED}: a choice, by the risk of serious harm",
            "CJA 2003 s.255A(4)(b) by SI 2024/408 art.2; R-RCL-3",
            False,
        ),
        (
            SENTENCING_ACT_2026,
            RecallForm.STANDARD,
            SAYS_BARRED,
            "CJA 2003 s.255A(7)(b); R-RCL-7",
            False,
        ),
    ),
    youth_below_months=from_day_to_day(
        (date.min, 0, f"{SAYS_YOUTH}: none, it was a choice", _OF_2012, True),
        (
            SHORT_TERMS_MANDATORY,
            12,
            SAYS_YOUTH,
            "CJA 2003 s.255A(4)(a)(ii) by SI 2024/408 art.2; R-RCL-8",
            False,
        ),
        (UP_TO_FOUR_YEARS, 12, SAYS_YOUTH, _UNSETTLED, True),
        (SENTENCING_ACT_2026, 12, SAYS_YOUTH, "CJA 2003 s.255A(2)(a), (4)(a)(ii); R-RCL-8", False),
    ),
    youth_bars=from_day_to_day(
        (
            date.min,
            _REFERRED,
            f"{SAYS_OF_YOUTH}; of anybody else too",
            _OF_2012,
            True,
        ),
        (
            SHORT_TERMS_MANDATORY,
            _OF_YOUTHS,
            SAYS_OF_YOUTH,
            "CJA 2003 s.255A(4)(a), (4A) by SI 2024/408 art.2; R-RCL-8",
            False,
        ),
        (UP_TO_FOUR_YEARS, _OF_YOUTHS, SAYS_OF_YOUTH, _UNSETTLED, True),
        (SENTENCING_ACT_2026, _OF_YOUTHS, SAYS_OF_YOUTH, "CJA 2003 s.255A(2)-(6); R-RCL-8", False),
    ),
    referred_form=always(
        RecallForm.STANDARD,
        SAYS_REFERRED,
        "CJA 2003 s.255A(3), (8)(j), s.255C(1); before 31 Mar 2026 s.255A(2); R-RCL-7, R-RCL-8",
    ),
    form_level=from_day_to_day(
        (
            date.min,
            LevelOf.RECALL,
            f"{SAYS_LEVEL}; of one set that day and one before it that which bars",
            "CJA 2003 s.255A(4)(a)(iv), (4ZA): is being managed, read as on the recall; R-RCL-10",
            True,
        ),
        (
            SENTENCING_ACT_2026,
            LevelOf.RECALL,
            f"{SAYS_LEVEL}; of one set that day and one before it that which bars, a local choice",
            "CJA 2003 s.255A(8)(i), of a youth s.255A(3)-(4)(a)(iv); R-RCL-10",
            False,
        ),
    ),
    form_law=always(
        Reach.CUSTODY, SAYS_LAW, "Sentencing Act 2026 s.33(14); SI 2026/86 reg.4; R-RCL-6"
    ),
    recall_form_days=always(
        2,
        "working days, after the level changed upon a recall, in which a person looks at it again: "
        "the Secretary of State may determine that there is no automatic release",
        "CJA 2003 s.255BA(5)-(9); R-RCL-10: no source gives a number",
        local=True,
    ),
    parole_referral_days=always(
        28,
        "days, beginning with the return, at whose end a standard recall is referred to the Parole "
        "Board; at once if representations are made, of which the hub is not told",
        "CJA 2003 s.255C(4); R-PAR-1",
    ),
    determined_days=from_day_to_day(
        (date.min, None, f"not yet: {SAYS_DETERMINED}", "R-PAR-1, R-RCL-10", True),
        (
            SENTENCING_ACT_2026,
            1,
            SAYS_DETERMINED,
            "CJA 2003 s.255BA(5), (9)(b), s.255C(4)(b): once the 28 days are over, at once, an "
            "inference; R-PAR-1, R-RCL-10",
            True,
        ),
    ),
    parole_review_months=always(
        12,
        "months after a refusal in which it is reviewed again",
        "CJA 2003 s.256A, text not seen; R-PAR-1",
        local=True,
    ),
)
"""By version 2026-5: read off the texts (decision 29)."""
