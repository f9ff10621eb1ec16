"""The bare loop: what anybody would write with confluent-kafka and fastavro, and no more.

Consume at most 500 → decode → update a dict → encode → produce the record and its changelog entry
→ flush → commit. It knows no persons held, no rules, no fencing, no repeats, no views: it is the
floor of the figures, not an alternative. Runs as a process of its own, told its task on standard
input as one JSON object; says how it went on standard output.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, Producer
from confluent_kafka import TopicPartition as Place
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from schemas.materialise import AVRO, read_ids, versions

BATCH = 500
PATIENCE_S = 0.005
"""How long a batch waits to fill: `consume` takes all of it unless the batch is full."""
STATE = parse_schema(
    {
        "type": "record",
        "name": "Seen",
        "fields": [{"name": "facts", "type": "long"}, {"name": "last", "type": "string"}],
    }
)


@dataclass(frozen=True)
class Task:
    """What one loop does; all of it JSON."""

    config: dict[str, Any]
    source: str
    partitions: int
    target: str
    changelog: str
    group: str
    until: int = 0
    """Stop after so many records; 0: go on until ended."""
    said: float = 1.0
    """Records it says per record read, on average."""


@dataclass(frozen=True)
class Pace:
    """How it went, from the first batch on: start-up is not in it."""

    facts: int
    seconds: float
    cpu_s: float


class Loop:
    """One run over one topic."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._schemas = _schemas()
        self._state: dict[bytes, dict[str, Any]] = {}
        self._owed = 0.0
        self._consumer = Consumer(
            {
                **task.config,
                "group.id": task.group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )
        self._producer = Producer(
            {**task.config, "enable.idempotence": True, "linger.ms": 1, "acks": "all"}
        )

    def run(self) -> Pace:
        """Until the task is done."""
        self._consumer.assign(
            [Place(self._task.source, n, OFFSET_BEGINNING) for n in range(self._task.partitions)]
        )
        done, began, spent = 0, 0.0, 0.0
        while not self._task.until or done < self._task.until:
            batch = self._consumer.consume(BATCH, PATIENCE_S)
            if not batch:
                continue
            if not began:
                began, spent = time.perf_counter(), time.process_time()
            self._take(batch)
            done += len(batch)
        pace = Pace(done, time.perf_counter() - began, time.process_time() - spent)
        self._consumer.close()
        return pace

    def _take(self, batch: list[Message]) -> None:
        ends: dict[int, int] = {}
        for message in batch:
            if message.error() is not None:
                raise KafkaException(message.error())
            self._one(message)
            ends[message.partition() or 0] = (message.offset() or 0) + 1
        if self._producer.flush(30):
            raise TimeoutError("the broker did not take what the bare loop said")
        places = [Place(self._task.source, number, end) for number, end in ends.items()]
        self._consumer.commit(offsets=places, asynchronous=True)

    def _one(self, message: Message) -> None:
        value, key = message.value() or b"", message.key() or b""
        schema = self._schemas[int.from_bytes(value[1:5])]
        fact: Any = schemaless_reader(BytesIO(value[5:]), schema, None)
        state = self._state.setdefault(key, {"facts": 0, "last": ""})
        state["facts"] += 1
        state["last"] = str(fact["event_id"])
        fact["caused_by"] = fact["event_id"]
        kept = BytesIO()
        schemaless_writer(kept, STATE, state)
        self._owed += self._task.said
        while self._owed >= 1:
            self._owed -= 1
            said = BytesIO(value[:5])
            said.seek(5)
            schemaless_writer(said, schema, fact)
            headers = message.headers() or []
            self._producer.produce(self._task.target, said.getvalue(), key, headers=headers)
        self._producer.produce(self._task.changelog, kept.getvalue(), key)


def _schemas() -> dict[int, Any]:
    ids = read_ids(AVRO)
    return {
        ids[f"{kind}/v{n}"]: parse_schema(schema)
        for kind, every in versions(AVRO).items()
        for n, schema in enumerate(every, start=1)
    }


def main() -> None:
    """Do the task on standard input."""
    pace = Loop(Task(**json.loads(sys.stdin.readline()))).run()
    sys.stdout.write(json.dumps(asdict(pace)))


if __name__ == "__main__":
    main()
