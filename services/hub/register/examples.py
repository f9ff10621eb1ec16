"""Three examples of each rule: one it applies to, one on its edge, one it does not reach.

They are run: `shows` is a line of what `hub register show`, or `hub register release`, says of that
person on that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import Fact
from services.hub.register import readiness, review_words, words
from services.hub.register.lookup import Found
from services.registry.domain import as_of
from services.registry.rules import Rules


class Kind(StrEnum):
    """What an example shows of its rule."""

    POSITIVE = "applies"
    BOUNDARY = "on the edge"
    NEGATIVE = "does not reach"


@dataclass(frozen=True, slots=True)
class Example:
    """What is told of an invented person, and what the register says of them on a day."""

    kind: Kind
    facts: tuple[Fact, ...]
    on: date
    shows: str


def lines(example: Example, rules: Rules) -> tuple[str, ...]:
    """What the register says on that day, a line for each."""
    register = as_of(example.facts, example.on, rules)
    if register is None:
        return ("nothing is known",)
    deadlines = tuple(words.deadlines(register, rules))
    duties = (f"{what}: {due}, {stands}" for what, due, stands, _ in deadlines)
    category = f"category {register.category or 'none'}"
    known = {what for what, *_ in deadlines}
    not_owed = (f"no duty: {what}" for what, _ in words.DUTIES.values() if what not in known)
    review = words.review(register, example.on, rules) or ("no review", "")
    asked = (told for told, _ in review_words.reviews(register, example.on, rules))
    requirement = words.requirement(register, example.on)
    release = _of_release(Found(register, rules, example.on))
    return (requirement[0], review[0], *asked, category, *duties, *not_owed, *release)


def _of_release(found: Found) -> Iterator[str]:
    shown = readiness.readiness(found, with_victims=True)
    for one in shown:
        yield f"{one.what}: {words.said(one.by) if one.by else 'no day'}, {one.stands}"
    there = {one.what for one in shown}
    yield from (
        f"no milestone: {what}" for what in readiness.MILESTONES.values() if what not in there
    )


def three(*examples: tuple[tuple[Fact, ...], date, str]) -> tuple[Example, ...]:
    """What is told, the day, and what is shown then, one for each kind."""
    return tuple(Example(kind, *one) for kind, one in zip(Kind, examples, strict=True))
