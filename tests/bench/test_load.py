"""What the benchmark feeds the services is something they take."""

from pathlib import Path

from services.agreements.compile import load as compiled
from services.agreements.references import References
from services.agreements.versions import Versions
from services.notify import app as notify
from services.registry import app as registry
from services.runtime.batch import Lane
from services.runtime.installed import build_fingerprint
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.outbox import MemoryOutbox, MemoryTopics
from services.runtime.rowlog import MemoryRowLog
from services.runtime.service import Service
from services.runtime.telemetry import Meters
from tests.bench import load
from tests.bench.hub import AGREEMENTS

NAMES = Names("bench")
FACTS = 400


async def _fed(service: Service, topics: MemoryTopics, partition: int) -> Meters:
    meters = Meters(service.name)
    outbox, rows = MemoryOutbox(topics), MemoryRowLog()
    lane = Lane(service, partition, outbox, rows, meters, build_fingerprint())
    await lane.open()
    await lane.run(topics.read(NAMES.log, partition))
    return meters


async def test_every_fact_of_the_invented_log_is_decided_and_nobody_is_held() -> None:
    agreements = compiled(AGREEMENTS)
    topics = MemoryTopics()
    for record in load.log(NAMES, agreements.version, 20, FACTS):
        topics.append(record)
    versions = Versions(Path("nowhere"), {agreements.version: agreements})
    references = References(bytes(32))
    services = (
        registry.build(NAMES),
        notify.build(NAMES, agreements.receivers, versions, references),
    )
    for service in services:
        decided = 0.0
        for partition in range(LOG_PARTITIONS):
            meters = await _fed(service, topics, partition)
            assert meters.registry.get_sample_value("hub_rows_held_total") == 0
            decided += sum(
                sample.value
                for metric in meters.registry.collect()
                for sample in metric.samples
                if sample.name == "hub_decisions_total"
            )
        assert decided == FACTS if service.name == "notify" else 0 < decided < FACTS


def test_a_log_of_the_same_size_holds_as_much_of_each_kind_wherever_it_is_cut() -> None:
    kinds = [dict(record.headers)["ce_type"] for record in load.log(NAMES, "x", 20, FACTS)][
        len(load.adoptions("x")) * LOG_PARTITIONS :
    ]
    first, second = kinds[: FACTS // 2], kinds[FACTS // 2 :]
    assert {kind: first.count(kind) for kind in kinds} == {
        kind: second.count(kind) for kind in kinds
    }


def test_told_together_each_has_the_same_history_in_every_part_of_the_log() -> None:
    records = list(load.log(NAMES, "x", 40, 800, together=20))[
        len(load.adoptions("x")) * LOG_PARTITIONS :
    ]
    keys = [record.key for record in records]
    assert {keys.count(key) for key in keys} == {20}
    assert not {*keys[:400]} & {*keys[400:]}
