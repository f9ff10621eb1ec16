"""Each value of the rules, altered, changes an answer: none is there that no test would miss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pytest

from services.hub.register.cases import OF
from services.hub.register.cases_of_changes import OF_DUTY
from services.hub.register.examples import Example, lines
from services.registry.act_2026 import NAMED_ONLY
from services.registry.dates import DAY
from services.registry.readings import Dated, Reading
from services.registry.rules import RULES, Rules
from tests.registry.person import NEWEST
from tests.registry.question import Question
from tests.registry.questions import questions

QUESTIONS = tuple(questions())
EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    **OF,
    **{str(duty): three for duty, three in OF_DUTY.items()},
}


RELEASE = RULES[NEWEST].release
THE_ACT, BESIDE = (
    RELEASE.fixed_term_bars.readings[-1].value,
    RELEASE.transitional_bars.readings[-1].value,
)
NOT_SEEN: Mapping[str, str] = {
    **{f"transitional_bars: reading 1: with {bar}": "a bar of the Act" for bar in THE_ACT},
    **{f"fixed_term_bars: reading 3: with {bar}": "a transitional bar" for bar in BESIDE},
    "halved: reading 0: with order": "no row of the table is an order",
    "halved: reading 1: with order": "no row of the table is an order",
    "changes_watched: reading 0: with return": "a return from abroad has rules of its own",
    "changes_watched: reading 1: with return": "a return from abroad has rules of its own",
    "changes_foreseen: reading 0: with return": "a return from abroad has rules of its own",
    "changes_foreseen: reading 1: with return": "a return from abroad has rules of its own",
    "category_order: 3 before 2": "category 3 counts only where no other applies",
    "category_2_lasts_with: with community-order": "no sentence of category 2 is served by it",
    "category_2_lasts_with: with post-sentence-supervision": "it prolongs no sentence",
    **{
        f"commences: {provision}: 1, not none": "named only, and not commenced"
        for provision in NAMED_ONLY
    },
}
"""What may be altered and nobody sees it, and why."""


@dataclass(frozen=True, slots=True)
class Altered:
    """The rules with one value of one reading put otherwise."""

    rule: str
    how: str
    rules: Any


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.asks)
def test_the_rules_answer_as_the_law_does(question: Question) -> None:
    assert question.by(RULES[NEWEST]) == question.answer


def test_whatever_is_altered_in_the_rules_changes_an_answer() -> None:
    as_they_are = Altered("", "", RULES[NEWEST])
    assert not _seen(as_they_are)
    all_ = list(altered(RULES[NEWEST]))
    unseen = {f"{one.rule}: {one.how}" for one in all_ if not _seen(one)}
    assert unseen == NOT_SEEN.keys()
    assert len(all_) > 250


def altered(rules: Any) -> Iterator[Altered]:
    """Each value of each reading put otherwise; each change of law a day earlier and later."""
    for field in fields(rules):
        rule = getattr(rules, field.name)
        found: Iterator[tuple[str, Any]]
        if isinstance(rule, Reading):
            found = ((how, replace(rule, value=value)) for how, value in otherwise(rule.value))
        elif isinstance(rule, Dated):
            found = _dated(rule)
        elif is_dataclass(rule):
            for one in altered(rule):
                yield replace(one, rules=replace(rules, **{field.name: one.rules}))
            continue
        else:
            continue
        for how, new in found:
            yield Altered(field.name, how, replace(rules, **{field.name: new}))


def _dated(rule: Dated[Any]) -> Iterator[tuple[str, Any]]:
    readings = rule.readings
    for place, reading in enumerate(readings):
        for how, value in otherwise(reading.value):
            new = (*readings[:place], replace(reading, value=value), *readings[place + 1 :])
            yield f"reading {place}: {how}", Dated(new)
    for place, (before, after) in enumerate(pairwise(readings), 1):
        # Where the law said the same before, no day can tell which of the two was in force.
        if before.value != after.value:
            for by in (-DAY, DAY):
                moved = (
                    replace(before, until=before.until + by),
                    replace(after, since=after.since + by),
                )
                new = (*readings[: place - 1], *moved, *readings[place + 1 :])
                yield f"reading {place} begins {by.days:+} day", Dated(new)


def otherwise(value: Any) -> Iterator[tuple[str, Any]]:
    """Every value that differs in one step."""
    if value is None:
        yield "1, not none", 1
    elif isinstance(value, bool):
        yield str(not value), not value
    elif isinstance(value, Enum):
        yield from ((str(one), one) for one in type(value) if one is not value)
    elif isinstance(value, date):
        yield from ((str(day), day) for day in (value - DAY, value + DAY))
    elif isinstance(value, int):
        yield from ((str(one), one) for one in (value + 1, value - 1) if one >= 0)
    elif isinstance(value, date):
        yield from ((str(one), one) for one in (value + DAY, value - DAY))
    elif isinstance(value, frozenset):
        yield from ((f"without {one}", value - {one}) for one in sorted(value))
        kinds = {type(one) for one in value if isinstance(one, Enum)}
        more = sorted((one for kind in kinds for one in kind if one not in value), key=str)
        yield from ((f"with {one}", value | {one}) for one in more)
    elif isinstance(value, tuple):
        for place in range(len(value) - 1):
            before, one, two, after = (
                value[:place],
                value[place],
                value[place + 1],
                value[place + 2 :],
            )
            yield f"{two} before {one}", (*before, two, one, *after)
    elif isinstance(value, Mapping):
        for key, of in value.items():
            for how, new in otherwise(of):
                yield f"{key}: {how}", MappingProxyType({**value, key: new})
    else:
        raise AssertionError(type(value))


def _seen(one: Altered) -> bool:
    """Whether an example or a question is answered otherwise, or cannot be any more."""
    mine = EXAMPLES.get(one.rule, ())
    rest = (example for rule, three in EXAMPLES.items() if rule != one.rule for example in three)
    if any(_shown_otherwise(example, one.rules) for example in mine):
        return True
    if any(_answered_otherwise(question, one.rules) for question in QUESTIONS):
        return True
    return any(_shown_otherwise(example, one.rules) for example in rest)


def _shown_otherwise(example: Example, rules: Rules) -> bool:
    try:
        return example.shows not in lines(example, rules)
    except (LookupError, TypeError, ValueError):
        return True


def _answered_otherwise(question: Question, rules: Rules) -> bool:
    try:
        return bool(question.by(rules) != question.answer)
    except (LookupError, TypeError, ValueError):
        return True
