"""How we reach the provider: orders in a folder it collects from; removing one is its receipt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from schemas.base import Fact
from schemas.notice import Notice, ReceiptStatus
from services.bridge.door import Door
from services.bridge.drop import DropFolder
from services.bridge.inbox import receipt
from services.bridge.waiting import Backoff, patiently
from services.bridge.watch import Watch
from services.em_bridge.mapping import SOURCE, order_of


class Orders:
    """Our side of the provider's `orders/` folder."""

    def __init__(
        self,
        folder: DropFolder,
        door: Door,
        watch: Watch,
        backoff: Backoff,
    ) -> None:
        self._folder = folder
        self._door = door
        self._watch = watch
        self._backoff = backoff

    async def hand_over(self, notice: Notice) -> Sequence[Fact]:
        """The order lies in the folder; nobody has collected it yet, so there is no receipt.

        Raises:
            Refused: no order can be made of this notice.
        """
        self._folder.place_order(f"{notice.notice_ref}.json", order_of(notice))
        return ()

    async def say_collected(self) -> None:
        """For ever: what the provider removed, its system holds; then the file goes for good."""
        while True:
            self._folder.collected.clear()
            for path in self._folder.removed_orders():
                say = partial(self._door.say, [self._collected(path)])
                await patiently(say, "broker", self._watch, self._backoff)
                path.unlink()
            await self._folder.collected.wait()

    def _collected(self, path: Path) -> Fact:
        """Said again after a kill it is the same: its moment is the file's own."""
        order = json.loads(path.read_bytes())
        return receipt(
            SOURCE,
            UUID(path.stem),
            order["case_id"],
            ReceiptStatus.COLLECTED,
            at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        )
