"""No byte of an inbox shows what its receiver is not granted."""

import pytest

from schemas.base import Fact
from schemas.custody import ReleaseDateSet
from schemas.register import Address
from tests.in_memory import agreements, everything
from tests.makers import (
    HOME,
    a_conviction,
    a_fitting,
    a_rosh,
    a_tamper,
    a_tenancy,
    a_zone,
    an_address_change,
    later,
)
from tests.notify.inboxes import CANARY, HERS, OUTSIDE, a_hub, inboxes, release

HIDDEN = Address(line=CANARY, postcode="ZZ99 9ZZ", council_code=HOME.council_code)
SECRETS = [
    (a_conviction(identifiers=(HERS,), family_name=CANARY), CANARY, OUTSIDE),
    (a_rosh(identifiers=(HERS,), tool=CANARY), CANARY, OUTSIDE),
    (a_fitting(identifiers=(HERS,), device_ref=CANARY), CANARY, OUTSIDE),
    (a_tamper(), "device-1", OUTSIDE),
    (
        an_address_change(identifiers=(HERS,), home=HIDDEN),
        CANARY,
        ("amber-valley-housing", "dwp", "em"),
    ),
    (an_address_change(identifiers=(HERS,)), HERS.value, ("derby-housing", "dwp", "em")),
    (a_tenancy(identifiers=(HERS,), home=HIDDEN), CANARY, ("derby-childrens-care", "dwp", "em")),
    (a_tenancy(identifiers=(HERS,)), HERS.value, OUTSIDE),
    (a_zone(identifiers=(HERS,), zone_ref=CANARY), CANARY, OUTSIDE[:-1]),
    (release(prison_code="QQZ"), "QQZ", ("em",)),
]


@pytest.mark.parametrize(("fact", "secret", "from_whom"), SECRETS)
async def test_a_value_of_a_class_that_is_not_granted_is_in_no_byte(
    fact: Fact, secret: str, from_whom: tuple[str, ...]
) -> None:
    hub = await a_hub(*OUTSIDE)
    await hub.hear(a_fitting(identifiers=(HERS,), occurred_at=later(hours=-1)), fact)
    assert any(type(one) is type(fact) for one in hub.in_log())
    for record in inboxes(hub, *from_whom):
        assert secret.encode() not in everything(record)


async def test_a_secret_is_found_where_it_is_granted() -> None:
    hub = await a_hub(*OUTSIDE)
    await hub.hear(an_address_change(identifiers=(HERS,), home=HIDDEN, source="probation"))
    for agency in ("derby-housing", "derby-childrens-care", "derbyshire-police"):
        assert CANARY.encode() in everything(hub.inbox(agency)[-1])


async def test_who_said_it_and_whom_the_hub_means_is_in_no_byte_outside() -> None:
    hub = await a_hub(*OUTSIDE)
    said = (release(), an_address_change(identifiers=(HERS,)), a_zone(identifiers=(HERS,)))
    await hub.hear(*said)
    person = hub.in_log(ReleaseDateSet)[0].person_id
    assert person is not None
    hidden = [person.bytes, str(person).encode(), person.hex.encode()]
    hidden += [secret for fact in hub.in_log() for secret in (str(fact.event_id).encode(),)]
    speakers = [*agreements().agencies, "registry", "notify"]
    hidden += [speaker.encode() for speaker in speakers if len(speaker) > 3]
    found = list(inboxes(hub, *OUTSIDE))
    assert len(found) >= 6
    for record in found:
        shown = everything(record)
        assert [one for one in hidden if one in shown] == []


async def test_two_receivers_who_compare_notes_share_no_number_of_person_or_notice() -> None:
    hub = await a_hub("derby-housing", "dwp")
    await hub.hear(release())
    (one,), (other,) = hub.told("derby-housing"), hub.told("dwp")
    assert one["person_ref"] != other["person_ref"]
    assert one["notice_ref"] != other["notice_ref"]
    first, second = hub.inbox("derby-housing")[0], hub.inbox("dwp")[0]
    assert first.key != second.key
    assert first.header("ce_id") != second.header("ce_id")


async def test_what_is_told_stands_in_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    hub = await a_hub(*OUTSIDE)
    await hub.hear(an_address_change(identifiers=(HERS,), home=HIDDEN))
    assert CANARY not in caplog.text
    assert HERS.value not in caplog.text
