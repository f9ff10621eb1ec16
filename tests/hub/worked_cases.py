"""The facts of the three cases in docs/law/cases.md; the people are invented."""

from datetime import date, datetime

from schemas.custody import Presence, RecallForm
from schemas.eligibility import Disposal
from schemas.register import Circumstance
from schemas.victim import VictimStep
from services.hub.register.invented import (
    CHILD,
    JOURNEY,
    changed,
    convicted,
    journey,
    notified,
    ordered,
    released,
    served,
    there,
)
from services.hub.register.invented_release import (
    back,
    contact,
    levelled,
    planned,
    recalled,
)

CONVICTED = date(2026, 3, 2)
CONSECUTIVE = (
    convicted(CONVICTED, 18, sentence_ref="s-1", in_custody=True),
    convicted(CONVICTED, 12, sentence_ref="s-2", consecutive_to="s-1", in_custody=True),
    released(date(2027, 6, 1)),
    notified(date(2027, 6, 2)),
    changed(Circumstance.HOME, date(2027, 9, 10)),
    notified(date(2027, 9, 12), Circumstance.HOME),
    there(Presence.IN_CUSTODY, date(2028, 9, 1)),
    there(Presence.AT_LIBERTY, date(2028, 11, 1)),
)
AT_SIXTEEN = (
    convicted(
        CONVICTED,
        12,
        disposal=Disposal.DETENTION_AND_TRAINING,
        born_on=CHILD,
        in_custody=True,
    ),
    released(date(2026, 9, 1)),
    notified(date(2026, 9, 2)),
    journey(datetime(2026, 10, 17, 12), datetime(2026, 10, 26, 6, 30)),  # noqa: DTZ001  London
    there(Presence.ABROAD, date(2026, 10, 26), journey_ref=JOURNEY),
    there(Presence.AT_LIBERTY, date(2026, 11, 2)),
    notified(date(2026, 11, 4), Circumstance.RETURN),
)
RECALLED = date(2027, 7, 5)
BY_ORDER = (
    convicted(CONVICTED, 24, in_custody=True),
    ordered(CONVICTED, date(2041, 3, 1)),
    served(CONVICTED),
    contact(VictimStep.REFERRED, date(2026, 3, 9)),
    contact(VictimStep.CONTACTED, date(2026, 3, 23)),
    released(date(2027, 3, 1)),
    notified(date(2027, 3, 2)),
    levelled(date(2027, 4, 5), 1),
    recalled(RECALLED, 24, form=RecallForm.FIXED_TERM, decided_on=RECALLED),
    back(date(2027, 7, 7)),
    planned(date(2027, 7, 8), date(2027, 8, 31)),
    released(date(2027, 8, 31)),
)
