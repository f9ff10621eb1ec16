"""The review of the record once the arrangements have ended: whether it is still needed.

It begins on the first day on which the person is in no category any more, and is asked no more
once they come back. Leaving is not deletion: the record is kept until it is reviewed (R-RET-5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from schemas.milestone import Milestone
from services.registry.dates import last_day
from services.registry.domain.screening import Stay
from services.registry.domain.state import Clock, Register, Stage
from services.registry.rules import Rules


def left_on(stays: Sequence[Stay]) -> date | None:
    """The first day in no category any more, which may be ahead; None: none is known.

    Follows from what was heard, whatever a Tick has shown. Somebody whose conviction was quashed
    left no day of their own: none is known.
    """
    return stays[-1].over_on if stays else None


def retention_clocks(heard: Register, stays: Sequence[Stay], rules: Rules) -> Iterator[Clock]:
    """The review, in so many months beginning with the first day out, and again with each review.

    The first is ahead until that day; a review on it is where the months begin anyway.

    Source: R-RET-2, R-RET-3, from general knowledge, unconfirmed; see decision 26.
    """
    since = left_on(stays)
    if since is None:
        return
    reviewed = [day for day in heard.records_reviewed if day > since]
    for begins_on, done_on in zip([since, *reviewed], [*reviewed, None], strict=True):
        due_on = last_day(begins_on, months=rules.release.retention_months.on(begins_on))
        clock = Clock.of_milestone(Milestone.RETENTION_REVIEW, begins_on, due_on)
        yield clock.ahead() if done_on is None else clock.settled(Stage.MET, done_on)
