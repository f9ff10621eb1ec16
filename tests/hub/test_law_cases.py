"""Three cases worked through on paper, beside what the register shows of them."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from schemas.base import Fact
from services.hub.register.invented import told
from services.hub.register.lookup import Found
from services.hub.register.readiness import readiness
from services.hub.register.release_command import print_readiness
from services.hub.register.showing import print_register
from services.registry.domain import as_of
from services.registry.rules import RULES
from tests.house.source import REPO
from tests.hub.worked_cases import AT_SIXTEEN, BY_ORDER, CONSECUTIVE

PAGE = REPO / "docs" / "law" / "cases.md"
NEWEST = RULES[max(RULES)]
CASES = (CONSECUTIVE, AT_SIXTEEN, BY_ORDER)


def shown(command: str, facts: Sequence[Fact], day: date) -> str:
    """What the command says of somebody of whom this was told, on that day."""
    row = as_of(facts, day, NEWEST)
    assert row is not None
    found, out = Found(row, NEWEST, day), StringIO()
    console = Console(file=out, width=120, highlight=False)
    if command == "show":
        print_register(found, console)
    else:
        print_readiness(found, readiness(found, with_victims=True), console)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _cases() -> list[str]:
    return re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]


OUTPUT = re.compile(
    r"`hub register (show|release)` on (\d+ \w+ \d{4}):\n\n```text\n(.*?)\n```", re.DOTALL
)


@pytest.mark.parametrize("number", range(3))
def test_what_stands_beside_a_case_is_what_is_shown(number: int) -> None:
    outputs = OUTPUT.findall(_cases()[number])
    assert len(outputs) >= 2
    assert _cases()[number].count("```text") == len(outputs)
    for command, on, text in outputs:
        day = datetime.strptime(on, "%d %B %Y").date()  # noqa: DTZ007  a day has no zone
        assert text == shown(command, CASES[number], day)


@pytest.mark.parametrize("number", range(3))
def test_what_is_told_in_a_case_stands_on_the_page(number: int) -> None:
    lines = re.findall(r"^- (\d+ \w{3} \d{4}.*)$", _cases()[number], flags=re.MULTILINE)
    assert lines == [told(fact) for fact in CASES[number]]


def test_a_day_before_all_that_was_told_shows_nobody() -> None:
    assert as_of(CONSECUTIVE, date(2026, 3, 2) - timedelta(days=1), NEWEST) is None
