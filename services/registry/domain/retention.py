"""The review of the record once the arrangements have ended: whether it is still needed.

It begins on the first day on which the person is in no category any more, and is asked no more
once they come back. Leaving is not deletion: the record is kept until it is reviewed (R-RET-5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from schemas.milestone import Milestone
from services.registry.dates import last_day
from services.registry.domain.periods import Spell
from services.registry.domain.screening import stays_of
from services.registry.domain.state import Clock, Register, Stage
from services.registry.rules import Rules


def left_on(heard: Register, spells: Iterable[Spell], rules: Rules) -> date | None:
    """The first day in no category any more, which may be ahead; None: none is known.

    Follows from what was heard, whatever a Tick has shown. Somebody whose conviction was quashed
    left no day of their own: none is known.
    """
    stays = stays_of(heard, spells, rules)
    return stays[-1].over_on if stays else None


def retention_clocks(heard: Register, spells: Iterable[Spell], rules: Rules) -> Iterator[Clock]:
    """The review, in so many months beginning with the first day out; ahead until then.

    Source: R-RET-2, R-RET-3, from general knowledge, unconfirmed; see decision 26.
    """
    since = left_on(heard, spells, rules)
    if since is not None:
        due_on = last_day(since, months=rules.release.retention_months.on(since))
        clock = Clock.of_milestone(Milestone.RETENTION_REVIEW, since, due_on)
        yield clock.model_copy(update={"stage": Stage.AHEAD, "opens_on": since})
