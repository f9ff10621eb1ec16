"""Invented people of the register, as the log tells of them."""

from schemas.base import Fact
from schemas.case import LimitedAccessSet
from services.hub.register.limits import Limits
from services.hub.register.people import Told
from services.registry.rules import RULES
from tests.makers import PERSON, a_person, admitted


def told(*facts: Fact, number: int | None = None, version: str = max(RULES)) -> Told:
    """One person of whom those were told; limits among them count for now."""
    person = PERSON if number is None else a_person(number)
    limits = Limits()
    for fact in facts:
        if isinstance(fact, LimitedAccessSet):
            limits.hear(fact)
    return Told(person, [admitted(fact, person) for fact in facts], limits, RULES[version])
