"""Whether how long a notice takes tells its reader that somebody it may not know is managed.

Two worlds, spell by spell: with each fact about a person whom the watcher knows, another body
speaks at the same moment of somebody else, once a stranger, once managed. What that does to the
watcher's own notices is all it could time: its letters are answered by the broker, and come back,
before anybody looks at whom they are about.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from statistics import median

from schemas.base import Fact, FactAboutPerson
from services.hub.broker.cluster import Cluster
from tests import makers
from tests.bench import load
from tests.bench.figures import Figure
from tests.bench.hub import Hub
from tests.bench.latency import SENDER, Road, Run, road_to, whole_line

WATCHER = "derby-childrens-care"
BUCKET_MS = 25
"""So far apart at most may the two worlds be. Source: local choice, see decision 11."""
PAIRS_PER_S = 20
HERS, MANAGED, STRANGERS = range(500, 600), range(600, 700), range(700, 800)
"""Numbers of invented people; those below are of the road itself."""
_HER_NUMBERS = frozenset(makers.a_pnc(who) for who in HERS)
_NUMBERS = count()


def figures(
    cluster: Cluster, spells: int, seconds: float, say: Callable[[str], None]
) -> Iterator[Figure]:
    """The median of the watcher's delay beside a managed person, less that beside a stranger."""
    hub = Hub.set_up(cluster, "secrecy")
    road = road_to(hub, WATCHER, hears=_of_hers)
    with whole_line(hub, say), road.watched():
        hub.say(SENDER, [_said(makers.a_conviction, who) for who in (*HERS, *MANAGED)])
        hub.say(SENDER, [_said(makers.a_joining, who, agency=WATCHER) for who in HERS])
        _spell(road, STRANGERS, seconds)  # the first is slow, whoever it is beside
        apart = []
        for number in range(1, spells + 1):
            others = (MANAGED, STRANGERS) if number % 2 else (STRANGERS, MANAGED)
            runs = {other: _spell(road, other, seconds) for other in others}
            managed, stranger = runs[MANAGED].ms(0.5), runs[STRANGERS].ms(0.5)
            say(f"  spell {number}: p50 {managed:.1f} ms beside managed, {stranger:.1f} beside not")
            apart.append(managed - stranger)
    yield Figure("two worlds: a notice later by", abs(median(apart)), "ms", BUCKET_MS)


def _spell(road: Road, others: Sequence[int], seconds: float) -> Run:
    return road.spell(_pairs(others, round(PAIRS_PER_S * seconds)), 2 * PAIRS_PER_S)


def _pairs(others: Sequence[int], how_many: int) -> Iterator[Fact]:
    """Of somebody else, and at once of her, of whom alone the watcher hears."""
    for number in range(how_many):
        yield _said(makers.an_address_change, others[number % len(others)])
        yield _said(makers.an_address_change, HERS[number % len(HERS)])


def _of_hers(fact: Fact) -> bool:
    return isinstance(fact, FactAboutPerson) and not _HER_NUMBERS.isdisjoint(fact.identifiers)


def _said(make: load.Maker, who: int, **fields: object) -> FactAboutPerson:
    return load.said(make, who, next(_NUMBERS), load.recently(), source=SENDER, **fields)
