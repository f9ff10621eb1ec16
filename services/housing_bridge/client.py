"""How we reach the authority: its webhook, and what its answer means for the notice."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.base import Fact
from schemas.notice import Notice
from services.bridge.inbox import receipt
from services.bridge.rows import json_of
from services.bridge.webhook import Webhook
from services.housing_bridge.mapping import TAKEN, Outcome, message_of, outcome_in
from services.runtime.faults import Refused

log = logging.getLogger(__name__)

LONDON = ZoneInfo("Europe/London")


class Referrals:
    """Our side of the authority's webhook."""

    def __init__(
        self, agency: str, area_id: UUID, webhook: Webhook, clock: Callable[[], datetime]
    ) -> None:
        self._agency = agency
        self._area_id = area_id
        self._webhook = webhook
        self._clock = clock

    async def hand_over(self, notice: Notice) -> Sequence[Fact]:
        """The receipt of a notice the authority now has.

        Raises:
            Refused: it will never take this notice.
            Unavailable: it is away; the notice is handed over again under the same key.
        """
        now = self._clock()
        message = message_of(notice, self._area_id, now.astimezone(LONDON).date())
        answer = await self._webhook.post(str(notice.notice_ref), json.dumps(message).encode())
        outcome = _outcome(answer)
        return [
            receipt(
                self._agency,
                notice.notice_ref,
                notice.person_ref,
                outcome.status,
                at=now,
                reason=outcome.reason,
            )
        ]


def _outcome(answer: bytes) -> Outcome:
    """What a 2xx says. Whatever is in it, the authority has the notice: that much stands."""
    if not answer.strip():
        return TAKEN
    try:
        return outcome_in(json_of(answer))
    except Refused as refused:
        log.warning("An answer makes no sense", extra={"reason": refused.reason})
        return TAKEN
