"""A canary: told to every agency the way a notice is, and about nobody. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.notice import CanarySent
from schemas.risk import Urgency
from services.notify.domain.case import Case
from services.notify.domain.notices import Delivery, number_of, person_of
from services.notify.rules import Rules
from services.runtime.decision import Context, Decision


def sing(_: Case | None, fact: CanarySent, context: Context) -> Decision[Case]:
    """Every agency that is told anything finds one, by its own view, number and reference.

    No row is kept of it and no receipt is asked for; nor does the log say that it was issued.
    """
    return Decision(None, "canary", tuple(_canaries(fact, context.rules)))


def _canaries(fact: CanarySent, rules: Rules) -> Iterator[Delivery]:
    for agency, receiver in rules.agreements.agencies.items():
        view = receiver.unasked_at(fact.kind(), rules.schemas)
        if view is None:
            continue
        notice_ref = number_of(rules, agency, fact)
        person_ref = rules.references.ref(agency, person_of(fact))
        record = view.show(
            fact, notice_ref=notice_ref, person_ref=person_ref, urgency=Urgency.ROUTINE
        )
        yield Delivery(
            agency=agency,
            notice_ref=notice_ref,
            kind=fact.kind(),
            occurred_at=fact.occurred_at,
            person_ref=person_ref,
            schema_id=view.schema_id,
            record=record,
        )
