"""What every door owes, in whichever shape; inherited by a test of each."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import pytest

from schemas.base import Fact
from services.bridge.door import Door
from services.runtime.faults import Refused, Unavailable
from tests.makers import a_position, a_tamper, a_tenancy


class Site(Protocol):
    """A door of the tag provider's, and what a reader behind it sees."""

    door: Door

    async def stands(self) -> Sequence[Fact]:
        """What was said, in order, as a reader decodes it."""

    async def keys(self) -> Sequence[bytes]:
        """The keys it was said under."""

    async def go_away(self) -> None:
        """From here on the broker does not answer."""


class DoorContract:
    async def test_what_is_said_stands_there_in_order(self, site: Site) -> None:
        said = [a_position(), a_tamper()]
        await site.door.say(said[:1])
        await site.door.say(said[1:])
        assert list(await site.stands()) == said

    async def test_saying_it_again_says_the_same_fact(self, site: Site) -> None:
        await site.door.say([a_tamper()])
        await site.door.say([a_tamper()])
        assert len({fact.event_id for fact in await site.stands()}) == 1

    async def test_saying_nothing_is_nothing(self, site: Site) -> None:
        await site.door.say([])
        assert list(await site.stands()) == []

    async def test_what_is_not_agreed_is_refused_and_nothing_with_it(self, site: Site) -> None:
        with pytest.raises(Refused, match="not-agreed"):
            await site.door.say([a_tamper(), a_tenancy(source="em")])
        assert list(await site.stands()) == []

    async def test_nobody_speaks_for_another(self, site: Site) -> None:
        with pytest.raises(Refused, match="speaks-for-another"):
            site.door.check(a_tamper(source="prison"))

    async def test_while_the_broker_is_away_it_is_unavailable(self, site: Site) -> None:
        await site.go_away()
        with pytest.raises(Unavailable):
            await site.door.say([a_tamper()])

    async def test_no_key_holds_a_number_anybody_knows(self, site: Site) -> None:
        position = a_position(device_ref="990017")
        await site.door.say([position, a_position(device_ref="990017", event_id=UUID(int=9))])
        first, second = await site.keys()
        assert first == second
        assert b"990017" not in first
