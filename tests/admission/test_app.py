"""Bytes in; the log and the dead letters out."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.case import LevelSet
from schemas.catalogue import BY_KIND
from schemas.log import AgreementsAdopted, Tick
from services.agreements.needs import needs
from services.runtime import wire
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.speech import DEPTH, log_partition
from services.runtime.wire import Trigger
from tests.in_memory import NAMES, Hub, a_door, agreements
from tests.makers import (
    NOON,
    a_conviction,
    a_level,
    a_notice,
    a_pnc,
    a_tenancy,
    a_tick,
    agreements_adopted,
    an_alert,
    later,
)
from tests.strategies import facts

HERS = a_pnc(1)
CANARY = "Testperson-canary"
TENANCIES = NAMES.said("derby-housing", BY_KIND["housing.tenancy-started"].fact)


async def a_hub() -> Hub:
    hub = Hub()
    await hub.start()
    return hub


def in_log(hub: Hub) -> list[Record]:
    """Records of the log about somebody."""
    return [
        record
        for number in range(LOG_PARTITIONS)
        for record in hub.memory.topics.read(NAMES.log, number)
        if record.key is not None
    ]


async def test_a_fact_stands_in_the_log_under_its_person_with_its_headers() -> None:
    hub = await a_hub()
    said = a_conviction(identifiers=(HERS,))
    await hub.hear(said)
    (record,) = in_log(hub)
    fact = wire.decode(record.value or b"")
    assert fact.person_id is not None
    assert record.key == fact.person_id.bytes
    assert record.partition == log_partition(fact.person_id)
    assert fact == said.model_copy(update={"person_id": fact.person_id, "recorded_at": NOON})
    headers = {name: value.decode() for name, value in record.headers}
    assert headers["ce_id"] == str(said.event_id)
    assert headers["ce_type"] == "eligibility.conviction-recorded"
    assert headers["ce_source"] == "derbyshire-police"
    assert headers["ce_subject"] == str(fact.person_id)
    assert headers["content-type"] == "application/avro"
    trigger = Trigger.of(record.headers)
    assert trigger == Trigger(NAMES.said("derbyshire-police", type(said)), 0, 0, 0)
    assert headers[DEPTH] == "0"


async def test_the_clock_and_adoptions_stand_in_every_partition_before_anything_else() -> None:
    hub = await a_hub()
    for number in range(LOG_PARTITIONS):
        kinds = [wire.kind_of(r.headers) for r in hub.memory.topics.read(NAMES.log, number)]
        assert sorted(kinds[:2], key=str) == ["log.agreements-adopted", "log.rules-adopted"]
        assert kinds[2:] == ["log.tick"]


async def test_what_was_said_before_anything_was_adopted_is_taken_after_it() -> None:
    hub = Hub()
    await hub.memory.open()
    hub.memory.at(NOON)
    await hub.hear(a_conviction(identifiers=(HERS,)))
    assert hub.in_log() == []
    await hub.start()
    assert len(hub.in_log(type(a_conviction()))) == 1


async def test_a_dead_letter_is_untouched_and_says_why_where_and_when() -> None:
    hub = await a_hub()
    headers = (("ce_id", b"theirs"), ("x", b"\xff"))
    hub.put(TENANCIES, b"not a fact " + CANARY.encode(), headers)
    await hub.memory.settle()
    (dead,) = hub.dead("derby-housing")
    assert (dead.key, dead.value) == (b"key", b"not a fact " + CANARY.encode())
    assert dead.headers[:2] == headers
    assert dict(dead.headers[2:]) == {
        "hub_reason": b"no-frame",
        "hub_field": b"",
        "hub_topic": TENANCIES.encode(),
        "hub_offset": b"0",
        "hub_at": NOON.isoformat().encode(),
    }


async def test_what_is_wrong_is_named_by_field_and_never_by_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub = await a_hub()
    number = HERS.model_copy(update={"value": CANARY})
    await hub.hear(a_tenancy(identifiers=(number,)))
    (dead,) = hub.dead("derby-housing")
    added = dict(dead.headers[len(wire.headers_of(a_tenancy())) :])
    assert (added["hub_reason"], added["hub_field"]) == (b"format", b"identifiers.pnc")
    assert CANARY.encode() not in b"".join(added.values())
    assert CANARY not in caplog.text


async def test_a_letter_comes_back_to_its_own_sender_alone() -> None:
    hub = await a_hub()
    hub.put(TENANCIES, b"")
    await hub.memory.settle()
    assert [name for name in hub.memory.topics.names() if name.startswith("dead")] == [
        NAMES.dead("derby-housing")
    ]


# -- an agency's headers, and facts it may not say, have no effect


@pytest.mark.parametrize(
    "forged",
    [
        ("hub_trigger", b"x"),
        ("hub_trigger", b"\xff"),
        ("hub_trigger", f"{TENANCIES}|0|0|0".encode()),
        ("hub_trigger", b"hub.facts|0|999999|0"),
        (DEPTH, b"x"),
        (DEPTH, b"99"),
        ("ce_type", b"\xff"),
        ("ce_source", b"derbyshire-police"),
        ("ce_subject", b"somebody"),
    ],
)
async def test_headers_of_an_agency_mean_nothing(forged: tuple[str, bytes]) -> None:
    hub = await a_hub()
    await hub.hear(a_conviction(identifiers=(HERS,)))
    hub.say(a_tenancy(identifiers=(HERS,)), forged)
    hub.put(TENANCIES, b"nothing", (forged,))
    hub.say(a_tenancy(identifiers=(HERS,), tenancy_ref="two"), forged)
    await hub.memory.settle()
    assert len(hub.in_log(type(a_tenancy()))) == 2
    (dead,) = hub.dead("derby-housing")
    assert dead.headers[0] == forged
    assert [r.header(DEPTH) for r in in_log(hub)] == [b"0"] * 3


async def test_a_tick_in_an_agencys_topic_moves_no_clock() -> None:
    hub = await a_hub()
    await hub.hear(a_tenancy(identifiers=(HERS,)))
    hub.put(TENANCIES, wire.encode(a_tick(later(days=9), source="derby-housing")))
    hub.put(TENANCIES, wire.encode(a_tick(later(days=9))))
    await hub.memory.settle()
    assert len(hub.dead("derby-housing")) == 2
    assert {fact.occurred_at for fact in hub.in_log(Tick)} == {NOON}
    await hub.hear(a_conviction(identifiers=(HERS,)))
    assert len(hub.in_log(type(a_tenancy()))) == 1


async def test_agreements_adopted_in_an_agencys_topic_are_not_adopted() -> None:
    hub = await a_hub()
    for source in ("derby-housing", "deploy"):
        hub.put(TENANCIES, wire.encode(agreements_adopted("other", source=source)))
    await hub.hear(a_conviction(identifiers=(HERS,)))
    assert len(hub.dead("derby-housing")) == 2
    adopted = hub.in_log(AgreementsAdopted)
    assert {fact.source for fact in adopted} == {"deploy"}
    assert len(adopted) == LOG_PARTITIONS
    assert len(in_log(hub)) == 1


# -- what our services say


async def test_what_a_service_repeats_is_in_the_log_once() -> None:
    hub = await a_hub()
    await hub.hear(a_conviction(identifiers=(HERS,)))
    alert = an_alert(person_id=hub.in_log(type(a_conviction()))[0].person_id)
    trigger = Trigger(NAMES.log, 2, 7, 0)
    for _ in range(2):
        hub.say(alert, trigger.header(), (DEPTH, b"1"))
    await hub.memory.settle()
    assert len(hub.in_log(type(alert))) == 1
    assert in_log(hub)[-1].header(DEPTH) == b"1"


@pytest.mark.parametrize(("depth", "admitted"), [(8, True), (9, False)])
async def test_a_chain_of_causes_ends(depth: int, admitted: bool) -> None:
    hub = await a_hub()
    await hub.hear(a_conviction(identifiers=(HERS,)))
    alert = an_alert(person_id=hub.in_log(type(a_conviction()))[0].person_id)
    mark = Trigger(NAMES.log, 0, 7, 0).header()
    hub.say(alert, mark, (DEPTH, str(depth).encode()))
    await hub.memory.settle()
    assert (len(hub.in_log(type(alert))), len(hub.dead("risk"))) == (admitted, not admitted)


async def test_a_notice_of_somebody_the_hub_does_not_know_goes_back_to_notify() -> None:
    hub = await a_hub()
    await hub.hear(a_notice())
    assert len(hub.dead("notify")) == 1


# -- 72 hours


async def test_what_waited_is_let_in_by_a_conviction_and_forgotten_by_ticks() -> None:
    hub = await a_hub()
    await hub.hear(a_level(identifiers=(HERS,)))
    hub.memory.at(later(hours=71))
    await hub.hear(a_conviction(identifiers=(HERS,)))
    (level,) = hub.in_log(LevelSet)
    assert level.recorded_at == NOON
    other = a_pnc(2)
    await hub.hear(a_level(identifiers=(other,)))
    await hub.tick(later(hours=143))
    await hub.hear(a_conviction(identifiers=(other,)))
    assert len(hub.in_log(LevelSet)) == 1


async def test_of_somebody_forgotten_no_row_is_left() -> None:
    hub = await a_hub()
    before = set(hub.memory.rowlogs["admission"].rows[0])
    await hub.hear(a_level(identifiers=(HERS,)))
    assert len(hub.memory.rowlogs["admission"].rows[0]) == len(before) + 2
    await hub.tick(later(hours=72))
    count_of_the_day = {"waited:probation"}
    assert set(hub.memory.rowlogs["admission"].rows[0]) == before | count_of_the_day
    await hub.tick(later(hours=72 + 12))
    assert set(hub.memory.rowlogs["admission"].rows[0]) == before


async def test_no_number_stands_in_a_key_a_header_or_a_log_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub = await a_hub()
    await hub.hear(a_level(identifiers=(HERS,)), a_conviction(identifiers=(HERS,)))
    keys = [key.encode() for key in hub.memory.rowlogs["admission"].rows[0]]
    beside = [value for record in in_log(hub) for _, value in record.headers]
    record_keys = [record.key or b"" for record in in_log(hub)]
    assert HERS.value.encode() not in b"".join([*keys, *beside, *record_keys])
    assert HERS.value not in caplog.text


# -- opened again


async def test_opened_again_it_knows_whom_it_knew_and_what_it_heard() -> None:
    hub = await a_hub()
    await hub.hear(a_conviction(identifiers=(HERS,)), a_tenancy(identifiers=(HERS,)))
    await hub.memory.open()
    hub.say(a_tenancy(identifiers=(HERS,)))
    await hub.hear(a_level(identifiers=(HERS,)))
    assert len(in_log(hub)) == 3


async def test_when_a_letter_was_received_is_the_brokers_word() -> None:
    hub = await a_hub()
    hub.memory.at(datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC))
    await hub.hear(a_conviction(identifiers=(HERS,)))
    (fact,) = hub.in_log(type(a_conviction()))
    assert fact.recorded_at == datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC)


def test_it_needs_at_the_broker_what_the_agreements_give_it() -> None:
    door, given = a_door(), needs(agreements(), NAMES)["admission"]
    assert set(door.sources) == set(given.reads)
    assert set(door.writes) == set(given.writes)
    assert door.journaled is given.journaled
    assert door.partitions == given.row_partitions


# -- whatever comes


RECORDS = st.tuples(
    st.sampled_from(a_door().sources),
    st.one_of(
        st.binary(max_size=60),
        facts().map(wire.encode),
        facts().map(lambda fact: wire.encode(fact)[:-1]),
        facts().map(lambda fact: wire.encode(fact) + b"\0"),
    ),
)


@settings(max_examples=30)
@given(st.lists(RECORDS, min_size=1, max_size=12))
def test_any_bytes_in_any_topic_of_an_agency_are_admitted_returned_or_wait(
    records: list[tuple[str, bytes]],
) -> None:
    asyncio.run(_take(records))


async def _take(records: list[tuple[str, bytes]]) -> None:
    hub = await a_hub()
    for topic, value in records:
        if NAMES.said_by(topic)[0] != "deploy":
            hub.put(topic, value)
    await hub.memory.settle()
    await hub.hear(a_conviction(identifiers=(HERS,)))
    assert len(hub.in_log(type(a_conviction()))) == 1
