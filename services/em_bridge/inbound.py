"""How the provider reaches us: files over SFTP, and urgent rows over HTTPS; both mapped alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from aiohttp import web

from services.bridge.door import Door
from services.bridge.https import problem
from services.bridge.rows import Report, rows_of_body, rows_of_file, take_in
from services.bridge.watch import Watch
from services.em_bridge.mapping import Feed, Taken, Tolerances, feed_of, read_row
from services.runtime.faults import Refused


class Inbound:
    """Takes rows in, whichever way they came."""

    def __init__(
        self, door: Door, watch: Watch, tolerances: Tolerances, clock: Callable[[], datetime]
    ) -> None:
        self._door = door
        self._watch = watch
        self._tolerances = tolerances
        self._clock = clock

    async def take_file(self, path: Path) -> Report:
        """Every row of a dropped file is confirmed, counted or refused by number.

        Raises:
            Refused: its name does not say which feed it is of.
            Unavailable: the broker does not confirm; the file is taken again as a whole.
        """
        feed = feed_of(path.name)
        if feed is None:
            raise Refused("unknown-feed", "file")
        return await take_in(rows_of_file(path), self._reader(feed), self._door, self._watch)

    async def push(self, request: web.Request) -> web.Response:
        """`POST /v1/{feed}`: a JSON array or JSON lines; 202 with the report once confirmed."""
        try:
            feed = Feed(request.match_info["feed"])
        except ValueError:
            return problem(404, "unknown-feed")
        rows = rows_of_body(await request.read())
        report = await take_in(rows, self._reader(feed), self._door, self._watch)
        return web.json_response(report.as_json(), status=202)

    def _reader(self, feed: Feed) -> Callable[[object], Taken]:
        delivered_at = self._clock()
        return lambda row: read_row(feed, row, delivered_at, self._tolerances)
