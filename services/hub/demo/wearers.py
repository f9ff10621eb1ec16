"""What each wearer of a tag does in the story, and the zone that was set for them.

Owns which walk crosses a zone for certain, which only perhaps, and which not; the fixes a device
makes of it are in `fixes.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from schemas.tracking import ZoneKind
from services.hub.demo import identifiers
from services.hub.demo.grid import Metres, distance_m
from services.hub.demo.population import Person, Population
from services.hub.demo.postcodes import Place

ZONE_RADIUS_M = 200.0
HOME_RADIUS_M = 300.0
NEAREST_M, FARTHEST_M = 4_000.0, 7_000.0
"""How far from home a zone is: farther than any position of a still device can err."""


class Story(StrEnum):
    """What a wearer does; each of the first twelve wearers does another thing."""

    ENTERS = "enters"
    """Walks into the zone and is there now."""
    PASSES = "passes"
    """Walks through the zone and out of it."""
    PERHAPS = "perhaps"
    """One coarse position in the zone, by cell; home all the time."""
    BESIDE = "beside"
    """Walks past the zone, outside it."""
    LEAVES_HOME = "leaves-home"
    """Walks out of a zone to stay in."""
    ENTERED_LATE = "entered-late"
    """Was in the zone sixty hours ago; the file arrives now."""
    STRAP = "strap"
    MAINS = "mains"
    HOME_UNIT_MOVED = "home-unit-moved"
    CLOCK_JUMPS = "clock-jumps"
    """The device's clock is wrong for a while."""
    STROLLS = "strolls"
    """Walks near home."""
    STAYS = "stays"


MORE = (
    *(Story.ENTERS, Story.ENTERS, Story.PASSES, Story.PASSES, Story.PERHAPS, Story.PERHAPS),
    *(Story.PERHAPS, Story.BESIDE, Story.STRAP, Story.MAINS, Story.CLOCK_JUMPS),
)
"""What the thirteenth and later wearers do, until the rest stroll or stay."""


@dataclass(frozen=True, slots=True)
class Wearer:
    """A person with a device, a zone and a story."""

    person: Person
    story: Story
    home: Metres
    zone_centre: Metres
    zone_radius_m: float
    zone: ZoneKind
    protects_victim: bool

    @property
    def number(self) -> int:
        """Its place among the wearers."""
        return self.person.wearer or 0

    @property
    def device(self) -> int:
        """The provider's number of the device."""
        return identifiers.device(self.person.number)

    @property
    def mdss(self) -> int:
        """The provider's number of the person."""
        return identifiers.mdss(self.person.number)

    @property
    def zone_ref(self) -> str:
        """The zone's own number, at the agency that set it."""
        return f"ZONE-9{self.person.number:05d}"


def story_of(place: int) -> Story:
    """What the wearer at that place does."""
    stories = (*Story, *MORE)
    return stories[place] if place < len(stories) else (Story.STROLLS, Story.STAYS)[place % 2]


def wearers(population: Population, seed: int) -> tuple[Wearer, ...]:
    """Every wearer, the same for the same population and seed."""
    draw = Random(f"wearers {seed}")  # noqa: S311  # a story, not a secret
    return tuple(_wearer(person, population.places, draw) for person in population.wearers)


def _wearer(person: Person, places: Sequence[Place], draw: Random) -> Wearer:
    place = person.wearer or 0
    story = story_of(place)
    home = (person.place.easting_m, person.place.northing_m)
    inside = story is Story.LEAVES_HOME
    return Wearer(
        person=person,
        story=story,
        home=home,
        zone_centre=home if inside else _far_enough(home, places, draw),
        zone_radius_m=HOME_RADIUS_M if inside else ZONE_RADIUS_M,
        zone=ZoneKind.INCLUSION if inside else ZoneKind.EXCLUSION,
        protects_victim=place % 2 == 0 and not inside,
    )


def _far_enough(home: Metres, places: Sequence[Place], draw: Random) -> Metres:
    while True:
        place = draw.choice(places)
        there = (place.easting_m, place.northing_m)
        if NEAREST_M <= distance_m(home, there) <= FARTHEST_M:
            return there
