"""What has a page of its own in the law as it is read, by which rules, and how its days count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from schemas.milestone import Milestone
from schemas.register import Duty
from services.hub.register.cases import OF
from services.hub.register.cases_of_changes import OF_DUTY
from services.hub.register.examples import Example, Kind
from services.hub.register.readiness import MILESTONES
from services.hub.register.words import DUTIES


class Counting(Enum):
    """How days are counted (domain rules R-DT-1 to R-DT-3)."""

    WITH = "beginning with the day itself, which is day 1"
    AFTER = "after the day itself, which is day 0"
    BEFORE = "back from the day itself, which is day 0"
    WORKING_AFTER = "in working days after the day itself, which is day 0"
    WORKING_BEFORE = "in working days back from the day itself, which is day 0"


@dataclass(frozen=True, slots=True)
class Topic:
    """One page."""

    about: Duty | Milestone | str
    """Its file is called by this."""
    rules: tuple[str, ...]
    counting: Counting | None = None
    """None: no clock runs, and there is no picture."""
    drawn: tuple[str, Kind] | None = None
    """Of which rule, or which duty by its value, which example is the picture's."""

    @property
    def name(self) -> str:
        """Of its file."""
        return self.about.value if isinstance(self.about, Duty | Milestone) else self.about

    @property
    def title(self) -> str:
        """As a practitioner says it."""
        if isinstance(self.about, Duty):
            return DUTIES[self.about][0]
        return MILESTONES[self.about] if isinstance(self.about, Milestone) else TITLES[self.about]

    @property
    def example(self) -> Example | None:
        """What the picture is made from."""
        if self.drawn is None:
            return None
        whose, kind = self.drawn
        return next(one for one in OF.get(whose) or OF_DUTY[Duty(whose)] if one.kind is kind)


TITLES: Mapping[str, str] = MappingProxyType(
    {
        "notification": "who is subject to notification, and for how long",
        "review": "review of indefinite notification",
        "category": "the category under the arrangements",
        "recall": "the form of a recall, and the end of a fixed term",
        "breach": "a possible breach, and what an officer decides about it",
        "not-commenced": "passed, not commenced: the Crime and Policing Act 2026",
        "watched": "what is watched, and when it is called to mind",
    }
)
_AHEAD = ("changes_foreseen", "early_days", "advance_days")
_YES, _EDGE = Kind.POSITIVE, Kind.BOUNDARY


def _change(duty: Duty, *more: str) -> Topic:
    bearing = ("change_days", "changes_watched", *more, "pauses")
    return Topic(duty, bearing, Counting.WITH, (duty.value, _EDGE))


TOPICS: tuple[Topic, ...] = (
    Topic(
        "notification",
        (
            *("months", "halved", "indefinite_from_months", "ten_years_above_months"),
            *("training_divisor", "orders_prolong", "orders_bind_at_once", "breaches_bind"),
            "taking_back",
        ),
        Counting.WITH,
        ("months", _YES),
    ),
    Topic(
        Duty.INITIAL_NOTIFICATION,
        ("initial_days", "earlier_event_lasts", "pauses"),
        Counting.WITH,
        ("pauses", _EDGE),
    ),
    Topic(
        Duty.ANNUAL_NOTIFICATION,
        ("extras", "resume_days", "remind_days", "pauses"),
        Counting.AFTER,
        ("resume_days", _YES),
    ),
    Topic(
        Duty.WEEKLY_NOTIFICATION,
        ("weekly_days", "resume_days", "remind_days", "pauses"),
        Counting.AFTER,
        ("weekly_days", _YES),
    ),
    _change(Duty.NAME_NOTIFICATION, *_AHEAD),
    Topic(
        Duty.HOME_NOTIFICATION,
        ("change_days", *_AHEAD, "pauses"),
        Counting.WITH,
        ("change_days", _EDGE),
    ),
    Topic(
        Duty.PREMISES_NOTIFICATION,
        ("qualifying_days", "qualifying_months", "change_days", *_AHEAD, "pauses"),
        Counting.WITH,
        ("qualifying_days", _EDGE),
    ),
    _change(Duty.RELEASE_NOTIFICATION),
    _change(Duty.CHILD_HOUSEHOLD_NOTIFICATION, *_AHEAD),
    _change(Duty.FINANCE_NOTIFICATION, *_AHEAD),
    _change(Duty.IDENTITY_DOCUMENT_NOTIFICATION, *_AHEAD),
    Topic(
        Duty.CHANGE_WITHDRAWAL,
        ("withdraw_days", *_AHEAD),
        Counting.WITH,
        ("withdraw_days", _EDGE),
    ),
    Topic(
        Duty.TRAVEL_NOTIFICATION,
        ("travel_days", "travel_from_days", "travel_hours", "travel_by_the_date"),
        Counting.BEFORE,
        ("travel_days", _EDGE),
    ),
    Topic(
        Duty.TRAVEL_CHANGE_NOTIFICATION,
        ("travel_change_hours", "travel_change_date_hours"),
    ),
    Topic(Duty.RETURN_NOTIFICATION, ("return_days",), Counting.AFTER, ("return_days", _EDGE)),
    Topic(
        Duty.ORDER_NOTIFICATION,
        ("order_days", "orders_notified", "replacing_order_asks", "order_changes"),
        Counting.WITH,
        ("order_days", _EDGE),
    ),
    Topic(
        "review",
        ("review_adult_months", "review_child_months", "review_after_release")
        + ("review_again_months", "orders_block_review", "review_since")
        + ("review_appeal_days", "review_gap_months"),
        Counting.WITH,
        ("review_child_months", _EDGE),
    ),
    Topic(
        "category",
        (
            *("category_order", "category_2_from_months", "category_2_orders"),
            *("category_2_counts_suspended", "category_2_lasts_with"),
            *("category_4_since", "category_4_from_months", "category_4_from_age"),
            *("part_4_months", "part_4_long_from_months", "part_4_middle_from_months"),
            "referred_categories",
        ),
    ),
    Topic(
        Milestone.IDENTIFICATION,
        ("identification_days",),
        Counting.AFTER,
        ("identification_days", _YES),
    ),
    Topic(
        Milestone.RESCREENING,
        ("rescreening_days",),
        Counting.AFTER,
        ("rescreening_days", _YES),
    ),
    Topic(
        "recall",
        (
            *("fixed_term_below_months", "fixed_term_bars", "transitional_bars", "barred_form"),
            *("youth_below_months", "youth_bars", "referred_form", "form_level", "form_law"),
            *("adult_fixed_days", "short_below_months", "short_fixed_days", "long_fixed_days"),
            *("curfew_term", "phased"),
        ),
        Counting.WITH,
        ("short_fixed_days", _YES),
    ),
    Topic(
        Milestone.RECALL_FORM,
        ("recall_form_days",),
        Counting.WORKING_AFTER,
        ("recall_form_days", _EDGE),
    ),
    Topic(
        Milestone.LEVEL_SET,
        ("level_months", "told_late_days"),
        Counting.BEFORE,
        ("level_months", _EDGE),
    ),
    Topic(
        Milestone.FORM_J,
        ("form_j_weeks", "told_late_days"),
        Counting.BEFORE,
        ("form_j_weeks", _EDGE),
    ),
    Topic(Milestone.ZONES_LIVE, ("zones_days",), Counting.BEFORE, ("zones_days", _YES)),
    Topic(
        Milestone.ABSENCE_NOTICE,
        ("absence_notice_days",),
        Counting.WORKING_BEFORE,
        ("absence_notice_days", _EDGE),
    ),
    Topic(
        Milestone.PAROLE_REFERRAL,
        ("parole_referral_days", "determined_days"),
        Counting.WITH,
        ("parole_referral_days", _EDGE),
    ),
    Topic(
        Milestone.PAROLE_HEARING,
        ("parole_hearing_weeks",),
        Counting.AFTER,
        ("parole_hearing_weeks", _EDGE),
    ),
    Topic(
        Milestone.PAROLE_DECISION,
        ("parole_decision_days",),
        Counting.AFTER,
        ("parole_decision_days", _EDGE),
    ),
    Topic(
        Milestone.PAROLE_REVIEW,
        ("parole_review_months",),
        Counting.AFTER,
        ("parole_review_months", _YES),
    ),
    Topic(
        Milestone.VICTIM_REFERRAL,
        ("victim_months", "victim_referral_days"),
        Counting.WORKING_AFTER,
        ("victim_referral_days", _EDGE),
    ),
    Topic(
        Milestone.VICTIM_CONTACT,
        ("victim_months", "victim_contact_days"),
        Counting.WORKING_AFTER,
        ("victim_contact_days", _YES),
    ),
    Topic(
        Milestone.RETENTION_REVIEW,
        ("retention_months",),
        Counting.WITH,
        ("retention_months", _YES),
    ),
    Topic(
        Milestone.REVIEW_DECISION,
        ("review_decision_days",),
        Counting.AFTER,
        ("review_decision_days", _EDGE),
    ),
    Topic(Duty.NAME_AHEAD_NOTIFICATION, ("name_ahead_days", "commences")),
    Topic(Duty.AWAY_NOTIFICATION, ("away_over_days", "away_hours", "commences")),
    Topic("not-commenced", ("commences", "name_ahead_days", "away_over_days", "away_hours")),
    Topic("breach", ("breach_decisions", "missed_stays")),
    Topic(
        "watched",
        ("duties", "remind_days", "deadline_steps", "milestones", "milestone_remind_days"),
    ),
)
"""In the order of the index; a test holds that every rule, duty and milestone has a page."""
