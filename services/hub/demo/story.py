"""The whole story: who there is, what is delivered in which order, and what must come of it.

    convictions   everybody becomes known
    agencies      who is on each case, and so may hear of it from here on
    cases         how each is managed, duties done, releases
    monitoring    devices fitted, zones set
    live          the day itself: positions, tampering, homes, releases, and what goes wrong

Each phase may be delivered all at once, but not before the one before has come to rest. The hub's
clock is to be started between `cases` and `live`: a register is loaded before its deadlines run.
`live` is written when it is to be delivered, so that what is live in it is live then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from schemas.base import Fact
from services.hub.demo.area import AreaSettings, read_area
from services.hub.demo.delivery import Expected, Phase, line_of, write_lines
from services.hub.demo.em_files import write_em_files
from services.hub.demo.housing_events import write_housing_events
from services.hub.demo.monitoring import write_activations, zones
from services.hub.demo.population import Population, populate
from services.hub.demo.statements import cases, convictions, joinings
from services.hub.demo.today import NEWCOMERS, of_today
from services.hub.demo.trouble import troubles
from services.hub.demo.wearers import Story as Walk
from services.hub.demo.wearers import Wearer, wearers

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Totals:
    """What must be true when the day is over."""

    people: int
    category_1: int
    category_2: int
    requirements: int
    """People subject to notification."""
    missed_duties: int
    zones_entered: int
    """Certainly and live."""
    zones_entered_late: int
    zones_left: int
    """Of either."""
    zones_perhaps: int
    """Coarse positions in a zone, of which nothing may come."""
    tampers: int
    tampers_late: int

    @property
    def alerts(self) -> int:
        """One of each entry, of each tampering and of each missed duty, late ones too."""
        entries = self.zones_entered + self.zones_entered_late
        return entries + self.tampers + self.tampers_late + self.missed_duties


@dataclass(frozen=True, slots=True)
class Story:
    """A generated story; `live` adds the last phase."""

    folder: Path
    seed: int
    population: Population
    wearers: tuple[Wearer, ...]
    phases: tuple[Phase, ...]
    totals: Totals

    @property
    def expected(self) -> Expected:
        """Over all phases written so far."""
        return sum((phase.expected for phase in self.phases), Expected())


def generate(
    folder: Path, size: str, seed: int, now: datetime, area: AreaSettings | None = None
) -> Story:
    """All five phases; byte for byte the same for the same size, seed and moment."""
    return live(prepare(folder, size, seed, now, area), now)


def prepare(
    folder: Path, size: str, seed: int, now: datetime, area: AreaSettings | None = None
) -> Story:
    """The first four phases."""
    area = area or read_area()
    today = now.astimezone(LONDON).date()
    population = populate(area, area.sizes[size], seed, today)
    worn = wearers(population, seed)
    phases = (
        _said(folder, "convictions", convictions(population)),
        _said(folder, "agencies", joinings(population, seed)),
        _said(folder, "cases", cases(population, seed)),
        _monitoring(folder, worn, now),
    )
    return Story(folder, seed, population, worn, phases, _totals(population, worn))


def live(story: Story, now: datetime) -> Story:
    """The story with its last phase, as it is at that moment of the same day."""
    expected = Expected()
    lines = [line_of(fact) for fact in of_today(story.population, story.wearers, now)]
    lines += troubles(story.population, now)
    deliveries = (
        *write_lines(story.folder, "live", lines, expected),
        *write_housing_events(story.folder, story.population, now, expected),
        *write_em_files(story.folder, story.wearers, now, story.seed, expected),
    )
    phase = Phase("live", deliveries, expected)
    return replace(story, phases=(*story.phases, phase))


def _said(folder: Path, name: str, facts: Iterable[Fact]) -> Phase:
    expected = Expected()
    return Phase(name, write_lines(folder, name, map(line_of, facts), expected), expected)


def _monitoring(folder: Path, worn: Sequence[Wearer], now: datetime) -> Phase:
    expected = Expected()
    deliveries = (
        *write_lines(folder, "monitoring", map(line_of, zones(worn, now)), expected),
        write_activations(folder, worn, now, expected),
    )
    return Phase("monitoring", deliveries, expected)


def _totals(population: Population, worn: Sequence[Wearer]) -> Totals:
    told = Counter(wearer.story for wearer in worn)
    registered = sum(person.registered for person in population.people) + NEWCOMERS
    return Totals(
        people=len(population.people) + NEWCOMERS,
        category_1=registered,
        category_2=len(population.people) + NEWCOMERS - registered,
        requirements=registered,
        missed_duties=sum(person.overdue for person in population.people),
        zones_entered=told[Walk.ENTERS] + told[Walk.PASSES] + told[Walk.LEAVES_HOME],
        zones_entered_late=told[Walk.ENTERED_LATE],
        zones_left=told[Walk.PASSES] + told[Walk.ENTERED_LATE],
        zones_perhaps=told[Walk.PERHAPS],
        tampers=told[Walk.STRAP] + told[Walk.MAINS] + told[Walk.HOME_UNIT_MOVED],
        tampers_late=told[Walk.ENTERED_LATE],
    )
