#!/usr/bin/env python3
"""An agency's own client of the hub, made of stock libraries only: confluent-kafka and fastavro.

It needs the agency's bundle and nothing else of the hub's: `client.properties` (where the broker
is and who we are), `ca.pem` (whom we trust), `schemas/<id>.avsc` (what we may say and read) and
`topics.json` (where). Copy this file, or write the same in another language.

Exit codes: 0 done · 1 some lines could not be said · 2 wrong usage or file · 3 the broker refuses
· 4 no connection, wrong password or wrong certificate · 5 not all that was asked for is there.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from fastavro import parse_schema, schemaless_reader, schemaless_writer

DONE, NOT_ALL, USAGE, REFUSED, NO_CONNECTION, NOT_THERE = range(6)
RECEIPT = "notice.notice-receipted"
MAGIC = b"\0"
REFUSALS = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}
WHY = {
    KafkaError._AUTHENTICATION: "the broker does not know this name and password",
    KafkaError._SSL: "the broker's certificate is not of the authority in the bundle",
    KafkaError._TRANSPORT: "no broker answers there",
}
Headers = list[tuple[str, str | bytes | None]]
Client = TypeVar("Client", Producer, Consumer)
HOPELESS = {KafkaError._AUTHENTICATION, KafkaError._SSL}


class Unusable(Exception):
    """A file or a line that is not what it should be; names the place, never a value."""


@dataclass
class Bundle:
    """What the hub gave this agency."""

    folder: Path
    client: dict[str, Any]
    topics: dict[str, Any]
    schemas: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Bundle:
        """The bundle in that folder.

        Raises:
            Unusable: a file is missing or is not what it should be.
        """
        try:
            lines = (folder / "client.properties").read_text().splitlines()
            topics = json.loads((folder / "topics.json").read_text())
        except (OSError, ValueError) as fault:
            raise Unusable(f"no usable bundle in this folder: {type(fault).__name__}") from None
        pairs = (line.split("=", 1) for line in lines if "=" in line and line[0] not in "#!")
        client: dict[str, Any] = {key.strip(): value.strip() for key, value in pairs}
        if authority := client.get("ssl.ca.location"):
            client["ssl.ca.location"] = str(folder / authority)  # an absolute one stays as it is
        return cls(folder, client, topics)

    @property
    def slug(self) -> str:
        """The agency's name, as in the names of its topics."""
        said: dict[str, dict[str, str]] = self.topics["says"]
        return next(iter(said.values()))["topic"].split(".")[-2]

    @property
    def epoch(self) -> dict[str, Any]:
        """Which epoch the inbox is in; opened by a restore, since when to say again."""
        found: dict[str, Any] = self.topics.get("inbox_epoch", {"number": 1})
        return found

    def schema(self, number: int) -> Any:
        """The Avro schema of that id.

        Raises:
            Unusable: the bundle does not hold it.
        """
        if number not in self.schemas:
            try:
                text = (self.folder / "schemas" / f"{number}.avsc").read_text()
            except OSError:
                raise Unusable(f"schema {number} is not in the bundle") from None
            self.schemas[number] = parse_schema(json.loads(text))
        return self.schemas[number]

    def said(self, kind: object) -> tuple[str, int]:
        """Topic and schema id of a kind of fact.

        Raises:
            Unusable: the agreement does not let us say it.
        """
        row = self.topics["says"].get(kind) if isinstance(kind, str) else None
        if row is None:
            raise Unusable("kind: not among those the agreement lets us say")
        return row["topic"], int(row["schema_id"])

    def producer(self) -> Producer:
        """A producer that waits for every replica and never reorders."""
        safely = {"enable.idempotence": True, "message.max.bytes": 2_000_000}  # the broker decides
        # It decides on whole batches: one message too big must not take its neighbours with it.
        batch = {"batch.size": self.topics.get("largest_batch_bytes", 32_768)}
        return answered(Producer({**QUIET, **self.client, **safely, **batch}))

    def consumer(self) -> Consumer:
        """A consumer of our group that commits only what we tell it to."""
        ours = {"group.id": self.topics["group"], "enable.auto.commit": False}
        return answered(Consumer({**QUIET, **self.client, **ours, "auto.offset.reset": "earliest"}))


def give_up(error: KafkaError) -> None:
    """Ends the command at once where librdkafka would try for ever; raised out of `poll`."""
    if error.code() in HOPELESS:
        raise KafkaException(error)


QUIET = {"log_level": 0, "error_cb": give_up}
"""What is wrong is said once, by the exit code and one line, not by the library's own log."""


def answered(client: Client, seconds: float = 20) -> Client:
    """The same client, once the broker has answered it; later outages are waited for.

    Raises:
        KafkaException: wrong password or certificate, or no answer in that time.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            client.list_topics(timeout=0.5)
        except KafkaException:
            client.poll(0)  # raises the better reason, if there is one
            if time.monotonic() > until:
                raise
        else:
            return client


def to_avro(schema: Any, value: Any, path: str = "fact", named: Any = None) -> Any:
    """A JSON value as Avro wants it: dates and instants read, hyphens in symbols as underscores.

    Raises:
        Unusable: the value does not fit; names the field.
    """
    named = {} if named is None else named
    if isinstance(schema, list):
        if value is None and "null" in schema:
            return None
        return to_avro(next(s for s in schema if s != "null"), value, path, named)
    if isinstance(schema, str):
        return to_avro(named[schema], value, path, named) if schema in named else value
    if "name" in schema:
        named[schema["name"]] = schema
    try:
        return _shaped(schema, value, path, named)
    except (ValueError, TypeError, AttributeError):
        raise Unusable(f"{path}: not of the type its schema asks for") from None


def _shaped(schema: Mapping[str, Any], value: Any, path: str, named: Any) -> Any:
    match schema["type"], schema.get("logicalType"):
        case "record", _:
            fields = {f["name"]: f for f in schema["fields"]}
            if unknown := sorted(set(value) - set(fields)):
                raise Unusable(f"{path}: {len(unknown)} field(s) that its schema does not have")
            if any("default" not in f and n not in value for n, f in fields.items()):
                raise Unusable(f"{path}: a field without default is missing")
            return {
                n: to_avro(fields[n]["type"], v, f"{path}.{n}", named) for n, v in value.items()
            }
        case "array", _:
            items = enumerate(list(value))
            return [to_avro(schema["items"], v, f"{path}[{i}]", named) for i, v in items]
        case "enum", _:
            symbol = value.replace("-", "_")
            if symbol not in schema["symbols"]:
                raise Unusable(f"{path}: not one of the symbols")
            return symbol
        case _, "uuid":
            return UUID(value)
        case _, "date":
            return date.fromisoformat(value)
        case _, "timestamp-micros":
            return datetime.fromisoformat(value).astimezone(UTC)
        case _:
            return to_avro(schema["type"], value, path, named)


def framed(bundle: Bundle, number: int, fact: Mapping[str, Any]) -> bytes:
    """The fact in Confluent framing: a zero, the schema's id in four bytes, then Avro.

    Raises:
        Unusable: the fact does not fit its schema.
    """
    schema = bundle.schema(number)
    out = io.BytesIO(MAGIC + number.to_bytes(4, "big"))
    out.seek(0, io.SEEK_END)
    record = to_avro(schema, fact)
    try:
        schemaless_writer(out, schema, record)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise Unusable("fact: does not fit its schema") from None
    return out.getvalue()


def unframed(bundle: Bundle, value: bytes) -> dict[str, Any]:
    """The record in a framed message.

    Raises:
        Unusable: not framed, or of a schema the bundle does not hold.
    """
    if value[:1] != MAGIC or len(value) < 5:
        raise Unusable("a message without the framing")
    record = schemaless_reader(
        io.BytesIO(value[5:]), bundle.schema(int.from_bytes(value[1:5], "big"))
    )
    return dict(record) if isinstance(record, dict) else {}


def headers(kind: str, number: int, fact: Mapping[str, Any]) -> Headers:
    """CloudEvents 1.0, binary mode."""
    named = {
        "ce_specversion": "1.0",
        "ce_id": str(fact["event_id"]),
        "ce_type": kind,
        "ce_source": str(fact["source"]),
        "ce_time": str(fact["occurred_at"]),
        "ce_dataschema": f"urn:mappa-hub:schema:{number}",
        "content-type": "application/avro",
    }
    return [(name, text.encode()) for name, text in named.items()]


@dataclass
class Saying:
    """Sends facts and counts what became of each."""

    bundle: Bundle
    producer: Producer
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def say(self, line: Any) -> None:
        """Sends one line: `{"kind", "fact"}`, or bytes as they are: `{"kind", "raw_hex", "times"}`.

        Raises:
            Unusable: the line cannot be sent; nothing of it was.
        """
        if not isinstance(line, dict):
            raise Unusable("not an object")
        kind = line.get("kind")
        topic, number = self.bundle.said(kind)
        if "raw_hex" in line:
            self._send(topic, bytes.fromhex(str(line["raw_hex"])) * int(line.get("times") or 1), [])
            return
        fact = line.get("fact")
        if not isinstance(fact, dict) or not {"event_id", "source", "occurred_at"} <= set(fact):
            raise Unusable("fact: has no event_id, source or occurred_at")
        value = framed(self.bundle, number, fact)
        self._send(topic, value, headers(str(kind), number, fact))

    def _send(self, topic: str, value: bytes, named: Headers) -> None:
        while True:
            try:
                self.producer.produce(topic, value, headers=named, on_delivery=self._told)
            except BufferError:
                self.producer.poll(0.1)
                continue
            except KafkaException as fault:
                self._refused(fault.args[0])
            self.producer.poll(0)
            return

    def _told(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.counts["acknowledged"] += 1
        else:
            self._refused(error)

    def _refused(self, error: KafkaError) -> None:
        self.counts["refused_by_broker"] += 1
        self.refused[error.name()] += 1

    def wait(self, seconds: float = 330) -> None:
        """Returns when everything sent is answered; librdkafka gives each five minutes.

        Raises:
            KafkaException: it has not in that time.
        """
        until = time.monotonic() + seconds
        while self.producer.flush(0.2):  # short, so that an error callback can end it
            if time.monotonic() > until:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "no acknowledgement"))


def say(bundle: Bundle, options: argparse.Namespace) -> int:
    """Says every line of a file; a line that cannot be said does not stop the others."""
    saying = Saying(bundle, bundle.producer())
    try:
        text = options.file.read_text()
    except OSError as fault:
        raise Unusable(f"the file cannot be read: {type(fault).__name__}") from None
    for place, line in enumerate(text.splitlines(), 1):
        try:
            saying.say(json.loads(line))
        except (Unusable, ValueError) as fault:
            saying.counts["unusable"] += 1
            told = fault if isinstance(fault, Unusable) else "not JSON, or not hexadecimal"
            print(f"line {place}: {told}", file=sys.stderr)
    saying.wait()
    counts = {n: saying.counts[n] for n in ("acknowledged", "refused_by_broker", "unusable")}
    if options.json:
        print(json.dumps({**counts, "refusals": dict(saying.refused)}))
    else:
        print(" · ".join(f"{name.replace('_', ' ')} {n}" for name, n in counts.items()))
    if saying.refused:
        print(f"the broker refuses: {', '.join(sorted(saying.refused))}", file=sys.stderr)
        return REFUSED if set(saying.refused) & {"TOPIC_AUTHORIZATION_FAILED"} else NOT_ALL
    return NOT_ALL if counts["unusable"] else DONE


class Shown:
    """The ids of notices already shown, kept beside the bundle: a repeat is never shown twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch(mode=0o600)  # as closed as the password beside it
        self.ids = set(path.read_text().split())

    def add(self, ids: list[str]) -> None:
        """Remembers them, also after a restart."""
        self.ids.update(ids)
        with self.path.open("a") as file:
            file.writelines(f"{number}\n" for number in ids)


def receipt(bundle: Bundle, notice: Mapping[str, Any], status: str) -> dict[str, Any]:
    """The line that answers a notice; said again it is the same fact."""
    ref = str(notice["notice_ref"])
    fact = {
        "event_id": str(uuid5(NAMESPACE_URL, f"{bundle.slug}/{ref}/{status}")),
        "occurred_at": datetime.now(UTC).isoformat(),
        "source": bundle.slug,
        "person_ref": notice["person_ref"],
        "notice_ref": ref,
        "status": status,
    }
    return {"kind": RECEIPT, "fact": fact}


def listen(bundle: Bundle, options: argparse.Namespace) -> int:
    """Shows each notice once, answers those that ask for an answer, then commits."""
    shown = Shown(bundle.folder / "shown.txt")
    if since := bundle.epoch.get("say_again_since"):
        restored = f"the hub was restored: inbox epoch {bundle.epoch['number']}"
        print(f"{restored}; say again what you said since {since}", file=sys.stderr)
    saying = Saying(bundle, bundle.producer())
    counts: Counter[str] = Counter()
    with closed(bundle.consumer()) as consumer:
        consumer.subscribe([bundle.topics["inbox"]])
        for messages in batches(consumer, options.seconds):
            fresh: list[str] = []
            for message in messages:
                number = header(message, "ce_id")
                if number in shown.ids or number in fresh:
                    counts["repeated"] += 1
                    continue
                if is_canary(message):
                    counts["canaries"] += 1
                    continue
                notice = unframed(bundle, message.value() or b"")
                print(
                    as_json(bundle, message, notice) if options.json else as_line(message, notice),
                    flush=True,
                )
                fresh.append(number)
                if options.receipt != "none" and notice.get("act_by") is not None:
                    saying.say(receipt(bundle, notice, options.receipt))
            saying.wait()
            if saying.refused:
                break  # uncommitted: what could not be answered is brought again
            shown.add(fresh)
            counts["shown"] += len(fresh)
            commit(consumer, messages)
    counts["receipts"] = saying.counts["acknowledged"]
    told = " · ".join(f"{name} {counts[name]}" for name in ("shown", "repeated", "receipts"))
    print(told, file=sys.stderr)
    return REFUSED if saying.refused else DONE


def catch_up(bundle: Bundle, options: argparse.Namespace) -> int:
    """Shows every notice from a place on, each once; answers nothing, and leaves the group alone.

    Offsets have no gaps, so what is missing is known: it is older than the inbox keeps, or the
    place is one of an inbox that was restored since.
    """
    epoch, expected = options.since
    current = bundle.epoch["number"]
    if epoch != current:
        print(f"not of this inbox, which is in epoch {current}: try {current}:0", file=sys.stderr)
        return NOT_THERE
    inbox, shown = bundle.topics["inbox"], set[str]()
    with closed(bundle.consumer()) as consumer:
        ((first, end),) = kept(consumer, inbox, options.seconds).values()
    counts = Counter(missing=max(0, first - expected))
    expected = max(first, expected)
    for message in everything(bundle, inbox, options.seconds, expected):
        expected = (message.offset() or 0) + 1
        number = header(message, "ce_id")
        if number in shown:
            counts["repeated"] += 1
            continue
        if is_canary(message):
            continue
        shown.add(number)
        notice = unframed(bundle, message.value() or b"")
        print(as_json(bundle, message, notice) if options.json else as_line(message, notice))
    counts["shown"] = len(shown)
    told = " · ".join(f"{name} {counts[name]}" for name in ("shown", "repeated", "missing"))
    print(f"{told} · next {current}:{expected}", file=sys.stderr)
    if counts["missing"]:
        return NOT_THERE
    return DONE if expected >= end else NOT_ALL


def dead(bundle: Bundle, options: argparse.Namespace) -> int:
    """Shows what of ours the hub did not take, from the first to the last, and why."""
    reasons: Counter[str] = Counter()
    for message in everything(bundle, bundle.topics["dead"], options.seconds):
        told = {name: text for name, text in texts(message).items() if not name.startswith("ce_")}
        told.pop("content-type", None)
        reasons[next((text for name, text in told.items() if "reason" in name), "unstated")] += 1
        place = {"offset": message.offset(), "bytes": len(message.value() or b"")}
        if options.json:
            print(json.dumps({**place, **told, "ce_type": header(message, "ce_type")}))
        else:
            why = " ".join(f"{name}={text}" for name, text in sorted(told.items()))
            print(f"{place['offset']:>6} {header(message, 'ce_type') or '-'} {why}")
    print(" · ".join(f"{why} {n}" for why, n in reasons.most_common()) or "none", file=sys.stderr)
    return DONE


def try_read(bundle: Bundle, options: argparse.Namespace) -> int:
    """Tries to read a topic, past any consumer group, and shows what the broker answers."""
    count = sum(1 for _ in everything(bundle, options.topic, options.seconds))
    print(f"read {count} message(s)")
    return DONE


def everything(bundle: Bundle, topic: str, seconds: float, since: int = 0) -> Iterator[Message]:
    """Every message from `since` on that stands in the topic now, without a consumer group.

    Raises:
        KafkaException: the broker refuses, or does not answer in that time.
    """
    with closed(bundle.consumer()) as consumer:
        spans = kept(consumer, topic, seconds)
        left = {n: high for n, (low, high) in spans.items() if high > max(low, since)}
        parts = [TopicPartition(topic, n, max(spans[n][0], since)) for n in spans]
        consumer.assign([p for p in parts if p.partition in left])
        until = time.monotonic() + seconds
        while left and time.monotonic() < until:
            message = consumer.poll(0.2)
            if message is None:
                continue
            if error := message.error():
                raise KafkaException(error)
            yield message
            if (message.offset() or 0) + 1 >= left.get(message.partition() or 0, 0):
                left.pop(message.partition() or 0, None)


def kept(consumer: Consumer, topic: str, seconds: float) -> dict[int, tuple[int, int]]:
    """By partition, the first offset that is kept and the one after the last.

    Raises:
        KafkaException: the broker refuses, or does not answer in that time.
    """
    found = consumer.list_topics(topic, timeout=seconds).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    parts = [TopicPartition(topic, number) for number in found.partitions]
    return {p.partition: consumer.get_watermark_offsets(p, timeout=seconds) for p in parts}


def batches(consumer: Consumer, seconds: float | None) -> Iterator[list[Message]]:
    """What arrives, up to 500 at a time, for that long or for ever.

    A broker that is away is waited for: librdkafka's own codes, below zero, say no more than that.

    Raises:
        KafkaException: the broker refuses.
    """
    until = None if seconds is None else time.monotonic() + seconds
    while until is None or time.monotonic() < until:
        messages = consumer.consume(500, timeout=0.3)
        for message in messages:
            error = message.error()
            if error and (error.code() > 0 or error.fatal()):
                raise KafkaException(error)
        if brought := [message for message in messages if not message.error()]:
            yield brought


def commit(consumer: Consumer, messages: list[Message]) -> None:
    """The messages are done with; if that cannot be said now, the next commit says it.

    Raises:
        KafkaException: the broker refuses.
    """
    try:
        consumer.commit(offsets=ends(messages), asynchronous=False)
    except KafkaException as fault:
        if fault.args[0].code() in REFUSALS:
            raise


def ends(messages: list[Message]) -> list[TopicPartition]:
    """One past the last offset of each partition."""
    last = {(m.topic() or "", m.partition() or 0): (m.offset() or 0) + 1 for m in messages}
    return [TopicPartition(topic, number, offset) for (topic, number), offset in last.items()]


class closed:  # noqa: N801  # reads as a word, like contextlib.closing
    """Leaves the consumer group also when the command ends by an error."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer

    def __enter__(self) -> Consumer:
        return self.consumer

    def __exit__(self, *_: object) -> None:
        with suppress(KafkaException):  # whatever is wrong now, the work is done
            self.consumer.close()


def texts(message: Message) -> dict[str, str]:
    """The headers as text."""
    pairs: Any = message.headers() or []
    return {name: (value or b"").decode(errors="replace") for name, value in pairs}


def header(message: Message, name: str) -> str:
    """One header, or an empty text."""
    return texts(message).get(name, "")


def is_canary(message: Message) -> bool:
    """Whether it only shows that nothing is stuck: about nobody, and nothing to be done."""
    return header(message, "ce_type") == "notice.canary-sent"


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, date):  # also an instant
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def as_json(bundle: Bundle, message: Message, notice: Mapping[str, Any]) -> str:
    """The notice as one line of JSON, with its place: an offset is one only within its epoch."""
    place = {"epoch": bundle.epoch["number"], "offset": message.offset()}
    return json.dumps({**place, **plain(dict(notice))})


def as_line(message: Message, notice: Mapping[str, Any]) -> str:
    """The notice as one line for people."""
    by = f"answer by {notice['act_by']:%d %b %H:%M}" if notice.get("act_by") else ""
    told = json.dumps(plain(notice.get("told", {})))
    head = f"{message.offset():>6} {notice['urgency']:<9} {notice['about']:<30}"
    return f"{head} {notice['person_ref']} {by} {told}"


def arguments() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", type=Path, required=True, help="folder the hub gave the agency")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("say", help="say every line of a file")
    command.add_argument("file", type=Path, help='JSON lines: {"kind": "...", "fact": {...}}')
    command.add_argument("--json", action="store_true", help="print the counts as JSON")
    command.set_defaults(run=say)

    command = commands.add_parser("listen", help="show notices and answer them")
    command.add_argument("--for", dest="seconds", type=seconds, help="seconds; else until Ctrl-C")
    answers = ("collected", "read", "acted", "none")
    command.add_argument("--receipt", choices=answers, default="collected", help="how to answer")
    command.add_argument("--json", action="store_true", help="print notices as JSON lines")
    command.set_defaults(run=listen)

    command = commands.add_parser("catch-up", help="show notices again, from a place on")
    place = "EPOCH:OFFSET, as listen --json shows them; that notice and all after it"
    command.add_argument("--since", type=epoch_and_offset, required=True, help=place)
    command.add_argument("--for", dest="seconds", type=seconds, default=10, help="seconds at most")
    command.add_argument("--json", action="store_true", help="print notices as JSON lines")
    command.set_defaults(run=catch_up)

    command = commands.add_parser("dead", help="show what the hub did not take, and why")
    command.add_argument("--for", dest="seconds", type=seconds, default=10, help="seconds at most")
    command.add_argument("--json", action="store_true", help="print as JSON lines")
    command.set_defaults(run=dead)

    command = commands.add_parser("try-read", help="try to read a topic; shows the refusal")
    command.add_argument("topic")
    command.add_argument("--for", dest="seconds", type=seconds, default=10, help="seconds at most")
    command.set_defaults(run=try_read)
    return parser


def epoch_and_offset(text: str) -> tuple[int, int]:
    """A place in the inbox, as `1:4711`."""
    epoch, _, offset = text.partition(":")
    if not (epoch.isdecimal() and offset.isdecimal()):
        raise argparse.ArgumentTypeError("must be EPOCH:OFFSET, for example 1:4711")
    return int(epoch), int(offset)


def seconds(text: str) -> float:
    """A number of seconds above zero."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above zero")
    return number


def main(given: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = arguments().parse_args(given)
    try:
        code: int = options.run(Bundle.read(options.bundle), options)
        return code
    except Unusable as fault:
        print(f"agency_client: {fault}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return DONE
    except KafkaException as fault:
        error: KafkaError = fault.args[0]
        if error.code() in REFUSALS:
            print(f"agency_client: the broker refuses: {error.name()}", file=sys.stderr)
            return REFUSED
        why = WHY.get(error.code(), error.name())
        print(f"agency_client: no connection: {why}", file=sys.stderr)
        return NO_CONNECTION


if __name__ == "__main__":
    sys.exit(main())
