"""What each of the hub's own principals needs at the broker, derived from who says what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas.catalogue import BY_KIND, Entry, entry_of
from services.agreements import ours
from services.agreements.compile import Agreements
from services.runtime.names import LOG_PARTITIONS, Names


@dataclass(frozen=True)
class Needs:
    """What one of our principals reads and writes, and what it keeps at the broker."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    row_partitions: int = 0
    """Partitions of its changelog; none: it keeps no state."""

    @property
    def journaled(self) -> bool:
        """Several sources come in an order of chance, which has to be written down."""
        return len(self.reads) > 1


def needs(agreements: Agreements, names: Names) -> Mapping[str, Needs]:
    """By service or speaker, what it has to have at the broker and nothing beyond."""
    said = _said(agreements, names)
    raw, through_the_door = (
        tuple(sorted(topic for topic, entry in said.items() if entry.raw is wanted))
        for wanted in (True, False)
    )
    speakers = sorted({names.said_by(topic)[0] for topic in said})
    own = {who: tuple(names.said(who, fact) for fact in facts) for who, facts in ours.SAYS.items()}
    inboxes = tuple(names.inbox(receiver) for receiver in sorted(agreements.receivers))
    mine = tuple(names.inbox(who) for who in agreements.receivers if who not in agreements.agencies)
    dead = tuple(names.dead(speaker) for speaker in speakers)
    unfit = tuple(sorted({names.dead(names.said_by(topic)[0]) for topic in raw}))
    by_person = Needs((names.log,), row_partitions=LOG_PARTITIONS)
    return {
        "admission": Needs(through_the_door, (names.log, *dead), row_partitions=1),
        "registry": replace(by_person, writes=own["registry"]),
        "risk": replace(by_person, writes=own["risk"]),
        "notify": replace(by_person, writes=(*own["notify"], *inboxes)),
        "tracking": Needs((*raw, *mine), (*own["tracking"], *unfit), row_partitions=1),
        "clock": Needs(writes=own["clock"]),
        "deploy": Needs(writes=own["deploy"]),
    }


def _said(agreements: Agreements, names: Names) -> Mapping[str, Entry]:
    """Every `from.` topic, with the fact that is said there."""
    agencies = {
        names.said(slug, BY_KIND[kind].fact): BY_KIND[kind]
        for slug, agency in agreements.agencies.items()
        for kind in agency.says
    }
    services = {
        names.said(who, fact): entry_of(fact) for who, facts in ours.SAYS.items() for fact in facts
    }
    return {**agencies, **services}
