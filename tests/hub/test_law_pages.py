"""The law as it is read: a page for each duty and clock, with its examples and a picture."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from schemas.milestone import Milestone
from schemas.register import Duty
from services.hub.register.clock_pictures import numbers, run_of
from services.hub.register.command import register
from services.hub.register.examples import Kind
from services.hub.register.law_pages import page, pages
from services.hub.register.picture import Row, drawn
from services.hub.register.topics import TOPICS, Counting, Topic
from services.registry.rules import RULES
from tests.house.source import REPO

LAW = REPO / "docs" / "law"
NEWEST = RULES[max(RULES)]
DRAWN = tuple(topic for topic in TOPICS if topic.drawn is not None)
WRITTEN_BY_HAND = {"cases.md", "in-words.md"}
SVG = "{http://www.w3.org/2000/svg}"
DAYS = {
    "initial-notification": 3,
    "name-notification": 3,
    "home-notification": 3,
    "premises-notification": 3,
    "release-notification": 3,
    "child-household-notification": 3,
    "finance-notification": 3,
    "identity-document-notification": 3,
    "change-withdrawal": 6,
    "weekly-notification": 7,
    "travel-notification": 7,
    "return-notification": 3,
    "order-notification": 3,
    "recall": 14,
    "recall-form": 2,
    "form-j": 42,
    "absence-notice": 5,
    "parole-referral": 28,
    "parole-hearing": 182,
    "parole-decision": 14,
    "victim-referral": 10,
    "victim-contact": 20,
    "identification": 3,
    "re-screening": 28,
    "review-decision": 84,
}
"""How many days the law gives, of those that are counted in days or weeks."""
NOT_COMMENCED = {Duty.NAME_AHEAD_NOTIFICATION.value, Duty.AWAY_NOTIFICATION.value}
"""Duties of an Act that is passed: nobody owes them yet."""
BY_DAYS = tuple(topic for topic in DRAWN if topic.name in DAYS)


# -- the pages


def test_the_pages_and_pictures_are_what_the_register_goes_by_and_no_other_is_there() -> None:
    written = {path.name: path.read_text("utf-8") for path in LAW.iterdir()}
    assert written.keys() - pages(NEWEST).keys() == WRITTEN_BY_HAND
    assert {name: written.get(name) for name in pages(NEWEST)} == pages(NEWEST)


def test_the_command_writes_them(tmp_path: Path) -> None:
    into = ["law", "--markdown", "--into", str(tmp_path / "law")]
    assert CliRunner().invoke(register, into).exit_code == 0
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "law").iterdir()}
    assert written == pages(NEWEST)


@pytest.mark.parametrize("more", [[], ["--markdown", "--json"], ["--markdown", "--version=2026-3"]])
def test_the_command_writes_nothing_else_into_a_folder(tmp_path: Path, more: list[str]) -> None:
    asked = CliRunner().invoke(register, ["law", "--into", str(tmp_path / "law"), *more])
    assert (asked.exit_code, (tmp_path / "law").exists()) == (2, False)


def test_a_page_of_older_rules_names_no_page_of_the_newest() -> None:
    asked = CliRunner().invoke(register, ["law", "--markdown", "--version", "2026-3"])
    assert asked.exit_code == 0
    assert "version 2026-3" in asked.output
    assert ".md)\n" not in asked.output


def test_every_rule_duty_and_milestone_has_its_page() -> None:
    assert {rule for topic in TOPICS for rule in topic.rules} == {n for n, _ in NEWEST.each()}
    assert {*Duty, *Milestone} <= {topic.about for topic in TOPICS}
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_page_shows_one_it_applies_to_one_on_the_edge_one_it_does_not_reach(topic: Topic) -> None:
    shown = page(topic, NEWEST)
    assert all(f"| {kind.value} |" in shown for kind in Kind)
    for name, one in NEWEST.each():
        if name in topic.rules:
            assert f"| {one.says} | " in shown
            assert f"| {one.source} | " in shown


@pytest.mark.parametrize(
    "topic",
    [
        topic
        for topic in TOPICS
        if isinstance(topic.about, Duty | Milestone) and topic.name not in NOT_COMMENCED
    ],
    ids=lambda topic: topic.name,
)
def test_two_examples_and_more_are_of_the_duty_itself(topic: Topic) -> None:
    named = [line for line in page(topic, NEWEST).splitlines() if f"| {topic.title}: " in line]
    assert len(named) >= 2


@pytest.mark.parametrize(
    "topic", [topic for topic in TOPICS if topic.name in NOT_COMMENCED], ids=lambda one: one.name
)
def test_of_a_duty_not_commenced_every_example_shows_that_nobody_owes_it(topic: Topic) -> None:
    shown = page(topic, NEWEST)
    assert "not commenced" in shown
    assert shown.count(f"| no duty: {topic.title} |") >= 3
    assert f"| {topic.title}: " not in shown


def test_each_link_leads_to_a_file() -> None:
    for path in LAW.glob("*.md"):
        for name in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
            assert (LAW / name).exists(), name


# -- the pictures


@pytest.mark.parametrize("topic", BY_DAYS, ids=lambda topic: topic.name)
def test_the_last_day_drawn_is_as_many_days_away_as_the_law_says(topic: Topic) -> None:
    assert topic.counting is not None
    run = run_of(topic, NEWEST)
    days = numbers(run, topic.counting)
    assert days[run.last_on] == DAYS[topic.name]
    assert sorted(days.values()) == list(range(1, DAYS[topic.name] + 1))


def test_all_that_is_drawn_is_counted_in_days_but_for_years_months_and_the_day_itself() -> None:
    others = {"notification", "review", "level-set", "parole-review", "annual-notification"}
    others |= {"zones-live", "retention-review"}
    assert {topic.name for topic in DRAWN} - DAYS.keys() == others
    plain = {topic.name for topic in TOPICS} - {topic.name for topic in DRAWN}
    in_hours = {"travel-change-notification"}
    not_commenced = {"not-commenced", *NOT_COMMENCED}
    assert plain == {"breach", "category", "watched"} | in_hours | not_commenced


def test_days_in_custody_have_no_number() -> None:
    topic = next(one for one in TOPICS if one.about is Duty.INITIAL_NOTIFICATION)
    days = numbers(run_of(topic, NEWEST), Counting.WITH)
    assert days == {date(2026, 3, 2): 1, date(2026, 3, 3): 2, date(2026, 6, 1): 3}


@pytest.mark.parametrize("topic", DRAWN, ids=lambda topic: topic.name)
def test_a_picture_says_in_words_what_it_shows_and_no_words_lie_over_others(topic: Topic) -> None:
    svg = ElementTree.fromstring(pages(NEWEST)[f"{topic.name}.svg"])  # noqa: S314  our own
    title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert title.text == topic.title
    assert desc is not None
    assert topic.example is not None
    assert topic.example.shows in (desc.text or "")
    boxes = list(_boxes(svg))
    assert len(boxes) >= 3
    for number, one in enumerate(boxes):
        assert 0 <= one[0] < one[1] <= 960
        assert not any(_over(one, other) for other in boxes[number + 1 :])


def test_words_that_lie_over_others_are_found() -> None:
    assert _over((10, 30, 50), (29, 40, 50))
    assert not _over((10, 30, 50), (30, 40, 50))
    assert not _over((10, 30, 50), (10, 30, 68))


def test_no_words_in_a_picture_are_read_as_marks() -> None:
    svg = drawn("a < b", (Row("told & <b>", mark=("told", date(2026, 3, 2))),))
    assert "told &amp; &lt;b&gt;" in svg
    assert ElementTree.fromstring(svg).findtext(f"{SVG}title") == "a < b"  # noqa: S314  our own


Box = tuple[float, float, float]


def _boxes(svg: ElementTree.Element) -> Iterator[Box]:
    """From where to where words reach, generously, and on which line they stand."""
    for text in svg.iter(f"{SVG}text"):
        small = "number" in text.get("class", "")
        width = len(text.text or "") * (6.2 if small else 7)
        x = float(text.get("x", "")) - (width / 2 if small else 0)
        yield x, x + width, float(text.get("y", ""))


def _over(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < 12
