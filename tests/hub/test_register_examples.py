"""Each rule has three examples, and the register says of each what the page says it does."""

from datetime import timedelta

import pytest

from services.hub.register.cases import OF
from services.hub.register.cases_of_changes import OF_DUTY
from services.hub.register.examples import Example, Kind, lines
from services.hub.register.invented import told
from services.hub.register.making import NOBODY
from services.registry.rules import RULES
from tests.makers import FAMILY_NAME

NEWEST = RULES[max(RULES)]
EACH = tuple((whose, one) for of in (OF, OF_DUTY) for whose, three in of.items() for one in three)


@pytest.mark.parametrize(
    "example", [one for _, one in EACH], ids=[f"{whose}-{one.kind}" for whose, one in EACH]
)
def test_what_is_shown_on_that_day(example: Example) -> None:
    assert example.shows in lines(example, NEWEST)


def test_every_rule_has_one_it_applies_to_one_on_its_edge_and_one_it_does_not_reach() -> None:
    assert set(OF) == {name for name, _ in NEWEST.each()}
    each = (*OF.values(), *OF_DUTY.values())
    assert all([one.kind for one in three] == list(Kind) for three in each)


def test_an_example_is_of_days_that_were_told_of_by_its_own() -> None:
    for _, one in EACH:
        assert lines(Example(one.kind, (), one.on, ""), NEWEST) == ("nothing is known",)
        before = Example(one.kind, one.facts, one.on - timedelta(days=20_000), "")
        assert lines(before, NEWEST) == ("nothing is known",)


def test_the_people_in_them_are_invented_and_not_named_in_their_words() -> None:
    for _, one in EACH:
        for fact in one.facts:
            assert fact.person_id == NOBODY
            assert getattr(fact, "family_name", FAMILY_NAME) == FAMILY_NAME
            assert FAMILY_NAME not in told(fact)
