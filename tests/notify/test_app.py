"""The log in; inboxes and facts about notices out, through the door and back."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from schemas.custody import ReleaseDateSet
from schemas.log import PersonHeld
from schemas.notice import NoticeIssued, NoticeOverdue
from services.agreements.compile import Agreements, load
from services.agreements.needs import needs
from services.hub.simulation import people
from services.notify.app import build
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS
from services.runtime.outbox import MemoryOutbox
from services.runtime.records import Outgoings
from services.runtime.speech import DEPTH
from services.runtime.wire import Trigger
from tests.in_memory import NAMES, REFERENCES, Hub, agreements, everything, versions
from tests.makers import (
    NOON,
    a_conviction,
    a_joining,
    a_leaving,
    a_pnc,
    a_receipt,
    a_release_date,
    a_tenancy,
    a_zone,
    agreements_adopted,
    an_address_change,
    later,
)
from tests.notify.inboxes import CANARY, HERS, OUTSIDE, a_hub, fan_out, inboxes, release

# -- what an agency finds


async def test_a_notice_is_read_with_its_view_and_says_what_is_granted() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(release())
    (notice,) = hub.told("derby-housing")
    assert notice["about"] == "custody.release-date-set"
    assert notice["urgency"] == "same-day"
    assert notice["act_by"] == later(hours=24)
    told = notice["told"]
    assert isinstance(told, dict)
    assert told["prison_code"] == "ZZZ"
    assert told["recorded_at"] == NOON
    assert "source" not in told
    assert "event_id" not in told


async def test_beside_a_notice_stands_what_a_reader_needs_and_nothing_of_the_hubs_own() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(release())
    (record,) = hub.inbox("derby-housing")
    (notice,) = hub.told("derby-housing")
    headers = {name: value.decode() for name, value in record.headers}
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": str(notice["notice_ref"]),
        "ce_type": "custody.release-date-set",
        "ce_time": NOON.isoformat(),
        "ce_subject": notice["person_ref"],
        "ce_dataschema": headers["ce_dataschema"],
        "content-type": "application/avro",
    }
    assert record.key == str(notice["person_ref"]).encode()
    assert record.partition == 0


async def test_no_inbox_shows_a_place_in_the_log_or_how_deep_it_is() -> None:
    hub = await a_hub(*OUTSIDE)
    await hub.hear(release(), a_zone(identifiers=(HERS,)))
    for record in inboxes(hub):
        assert Trigger.of(record.headers) is None
        assert record.header(DEPTH) is None
        assert record.header("ce_source") is None


async def test_what_was_issued_stands_in_the_log_after_what_it_tells() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(release())
    issued = [fact for fact in hub.in_log(NoticeIssued) if isinstance(fact, NoticeIssued)]
    numbers = {one.notice_ref for one in issued if one.agency == "derby-housing"}
    assert numbers == {notice["notice_ref"] for notice in hub.told("derby-housing")}


async def test_of_two_housing_authorities_one_finds_it() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(release())
    assert hub.about("derby-housing") == ["custody.release-date-set"]
    assert hub.inbox("amber-valley-housing") == []


async def test_after_leaving_nothing_more_is_found() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(a_leaving("derby-housing", identifiers=(HERS,), occurred_at=later(hours=1)))
    await hub.hear(release(), a_tenancy(source="amber-valley-housing", identifiers=(HERS,)))
    assert hub.inbox("derby-housing") == []


# -- answered or not


async def test_answered_by_its_own_reference_a_notice_is_not_late() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(release())
    (notice,) = hub.told("derby-housing")
    receipt = a_receipt(
        source="derby-housing",
        person_ref=notice["person_ref"],
        notice_ref=notice["notice_ref"],
    )
    await hub.hear(receipt)
    await hub.tick(later(days=30))
    late = [fact.agency for fact in hub.in_log(NoticeOverdue) if isinstance(fact, NoticeOverdue)]
    assert "derby-housing" not in late
    assert "notice.notice-overdue" not in hub.about("derby-housing")


async def test_not_answered_it_is_late_once_and_told_to_itself_and_the_lead_bodies() -> None:
    hub = await a_hub("derby-housing", "amber-valley-housing")
    await hub.hear(release())
    await hub.tick(later(hours=23))
    assert hub.in_log(NoticeOverdue) == []
    for hours in (24, 25, 200):
        await hub.tick(later(hours=hours))
    own, elsewhere = hub.about("derby-housing"), hub.about("amber-valley-housing")
    steps = ["notice.notice-reminded", "notice.notice-overdue"]
    assert own == elsewhere == ["custody.release-date-set", *steps]
    of_derby = {notice["notice_ref"] for notice in hub.told("derby-housing")[:1]}
    for step in hub.told("derby-housing")[1:]:
        assert isinstance(step["told"], dict)
        assert {step["told"]["notice_ref"]} == of_derby
    chased = [n["told"] for n in hub.told("probation") if n["about"] == "notice.notice-overdue"]
    named = {told["agency"] for told in chased if isinstance(told, dict)}
    assert named >= {"derby-housing", "amber-valley-housing"}


# -- whatever breaks


class _Partly(MemoryOutbox):
    """Publishes so many records and then ends the process, once."""

    left = -1

    async def send(self, records: Outgoings) -> None:
        if self.left >= 0:
            await super().send(records[: self.left])
            self.left = -1
            raise ConnectionError
        await super().send(records)


@pytest.mark.parametrize("published", range(8))
async def test_killed_halfway_through_the_inboxes_everybody_is_told_and_nobody_of_something_else(
    published: int,
) -> None:
    hub = await a_hub("derby-housing", "dwp")
    hub.say(release())
    door, *others = hub.memory._lanes
    await hub.memory._step(door)
    for lane in others:
        lane.outbox = outbox = _Partly(hub.memory.topics)
        outbox.left = published
    with pytest.raises(ConnectionError):
        await hub.memory.settle()
    await hub.memory.open()
    await hub.memory.settle()
    for agency in ("derby-housing", "dwp", "probation", "derbyshire-police"):
        found = [r for r in hub.inbox(agency) if wire.kind_of(r.headers) == ReleaseDateSet.kind()]
        assert len({record.header("ce_id") for record in found}) == 1
        assert len({everything(record) for record in found}) == 1
    assert len(hub.in_log(NoticeIssued)) == len({f.event_id for f in hub.in_log(NoticeIssued)})


async def test_a_notice_nobody_can_write_holds_the_person_and_the_lead_bodies_are_told() -> None:
    known = agreements()
    kind = ReleaseDateSet.kind()
    torn = [
        replace(grant, views={0: replace(grant.view, _told=lambda fact: {"torn": CANARY})})
        if grant.agency == "derby-housing"
        else grant
        for grant in known._grants[kind]
    ]
    grants = MappingProxyType({**known._grants, kind: tuple(torn)})
    hub = await a_hub("derby-housing", "dwp", known=versions(replace(known, _grants=grants)))
    await hub.hear(release())
    assert "custody.release-date-set" not in hub.about("dwp")
    (held,) = hub.in_log(PersonHeld)
    assert isinstance(held, PersonHeld)
    assert (held.service, held.fault) == ("notify", "Unreadable")
    for lead in ("derbyshire-police", "probation"):
        assert hub.about(lead)[-1] == "log.person-held"
    await hub.hear(release(prison_code="YYY"))
    assert hub.about("dwp") == []


async def test_one_persons_fault_keeps_no_other_from_being_told() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(a_conviction(identifiers=(a_pnc(2),)))
    await hub.hear(a_joining("derby-housing", identifiers=(a_pnc(2),)))
    await hub.hear(release(), a_release_date(identifiers=(a_pnc(2),), prison_code="YYY"))
    assert len({notice["person_ref"] for notice in hub.told("derby-housing")}) == 2


# -- what is in force


def narrowed(folder: Path) -> Agreements:
    """The same agreements, but derby-housing is told of no release."""
    for path in (Path(__file__).parents[2] / "deploy" / "agreements").glob("*.yaml"):
        text = path.read_text()
        if path.stem == "derby-housing":
            text = text.replace("facts: [release-date-set]", "facts: []")
        (folder / path.name).write_text(text)
    return people.enrol(load(folder))


async def test_from_where_narrower_agreements_are_adopted_less_is_told(tmp_path: Path) -> None:
    after = narrowed(tmp_path)
    both = versions(agreements(), after)
    hub = Hub(build(NAMES, agreements().receivers, both, REFERENCES), known=both)
    await hub.start()
    await hub.hear(a_conviction(identifiers=(HERS,)))
    for agency in ("derby-housing", "amber-valley-housing"):
        await hub.hear(a_joining(agency, identifiers=(HERS,)))
    await hub.hear(release(), agreements_adopted(after.version), release(prison_code="YYY"))
    assert len(hub.inbox("derby-housing")) == 1
    assert len(hub.inbox("amber-valley-housing")) == 2


async def test_rules_this_worker_does_not_have_stop_it() -> None:
    hub = Hub(fan_out())
    with pytest.raises(Stop):
        await hub.start(rules="2999-1")


async def test_agreements_this_worker_does_not_have_stop_it() -> None:
    hub = await a_hub()
    with pytest.raises(Stop):
        await hub.hear(agreements_adopted("others"))


async def test_when_all_grants_have_run_out_nobody_is_told_anything() -> None:
    hub = await a_hub(*OUTSIDE)
    before = {receiver: len(hub.inbox(receiver)) for receiver in agreements().receivers}
    await hub.tick(
        max(g.ends_at for a in agreements().receivers.values() for g in a.grants.values())
    )
    await hub.hear(release(), a_zone(identifiers=(HERS,)), an_address_change(identifiers=(HERS,)))
    after = {receiver: len(hub.inbox(receiver)) for receiver in agreements().receivers}
    assert after == before
    assert len(hub.in_log(ReleaseDateSet)) == 1


def test_it_needs_at_the_broker_what_the_agreements_give_it() -> None:
    service, given = fan_out(), needs(agreements(), NAMES)["notify"]
    assert set(service.sources) == set(given.reads)
    assert set(service.writes) == set(given.writes)
    assert service.partitions == given.row_partitions == LOG_PARTITIONS
    assert service.journaled is given.journaled
