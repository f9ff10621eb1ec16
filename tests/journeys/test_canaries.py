"""A thousand canary tokens through a whole hub on a real broker: nowhere but where they belong."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import randbelow, token_hex

import click
import pytest
from click.testing import CliRunner
from confluent_kafka.admin import AdminClient

from services.agreements.broker_plan import desired
from services.agreements.compile import Agreements
from services.agreements.versions import Versions
from services.hub import start
from services.hub.cli import main
from services.runtime.records import Record
from services.runtime.topics import Reader
from tests.canaries import Canaries, told_of
from tests.journeys.hub import Hub, eventually

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
PEOPLE = 70
PARTNERS = ("dwp", "derby-housing", "prison", "em", "mental-health-trust", "amber-valley-housing")
COMMANDS = (("status",), ("held", "list"), ("doctor",))
OF_DEVICES = ("admission", "tracking")
"""What is said of devices finds its person by the device's number, so their rows have it as key."""


def test_tokens_stand_nowhere_but_where_they_belong(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canaries, first = Canaries(token_hex(4)), 1_000_000 + randbelow(8_000_000)
    on_case = {first + n: PARTNERS[n % len(PARTNERS)] for n in range(PEOPLE)}
    said = [
        canaries.in_place(fact, number)
        for number, partner in on_case.items()
        for fact in told_of(number, partner)
    ]
    assert len(canaries.planted) >= 1000
    hub.say(tmp_path, *said)
    known = Versions(hub.home / "agreements").latest()
    eventually(lambda: len(told(hub, canaries, "probation")) > 4 * PEOPLE, 120, "leads are told")
    hub.at_rest(120)
    records = {topic: list(part) for topic, part in everything(hub, known)}
    assert beside_values(hub, canaries, records) == {}
    assert in_foreign_inboxes(hub, canaries, on_case, known) == {}
    assert in_files_and_pages(hub, canaries) == {}
    letters = records[hub.cluster.names.dead("probation")]
    assert sum(bool(canaries.in_bytes(letter.value)) for letter in letters) == 0  # a level: no text
    ahead = records[hub.cluster.names.dead("derby-housing")]
    assert sum(bool(canaries.in_bytes(letter.value)) for letter in ahead) >= PEOPLE
    with capsys.disabled():
        total = sum(map(len, records.values()))
        click.echo(
            f"\n{len(canaries.planted)} tokens, {total} records in {len(records)} topics: "
            "0 in keys, headers, foreign inboxes, logs, pages"
        )
    planted = hub.home / "logs" / "planted.log"
    leaked = next(iter(canaries.planted))
    planted.write_text(f'{{"message": "told", "who": "{leaked}"}}\n')
    try:
        assert in_files_and_pages(hub, canaries) == {planted.name: {leaked}}
    finally:
        planted.unlink()


def everything(hub: Hub, known: Agreements) -> Iterator[tuple[str, Iterator[Record]]]:
    """Every record of every topic of the hub, as whoever deploys can read it."""
    config = {**hub.cluster.admin_config(), "log_level": 0}
    there = AdminClient(config).list_topics(timeout=30).topics
    with closing(Reader(config)) as reader:
        for topic in sorted(desired(known, hub.cluster.names).topics):
            yield topic, reader.read(topic, len(there[topic].partitions))


def beside_values(
    hub: Hub, canaries: Canaries, records: dict[str, list[Record]]
) -> dict[str, set[str]]:
    """Tokens in keys and headers, those of dead letters too, by topic."""
    found = {}
    for topic, stands in records.items():
        beside = [part for one in stands for header in one.headers for part in header]
        tokens = canaries.in_bytes(*(one.key for one in stands), *beside)
        if topic in map(hub.cluster.names.rows, OF_DEVICES):
            tokens = {t for t in tokens if not canaries.planted[t].path.endswith(":device_ref")}
        found[topic] = tokens
    return {topic: tokens for topic, tokens in found.items() if tokens}


def in_foreign_inboxes(
    hub: Hub, canaries: Canaries, on_case: dict[int, str], known: Agreements
) -> dict[str, set[str]]:
    """By agency, what stands in its inbox that it may not know."""
    found = {
        agency: canaries.not_for(agency, told(hub, canaries, agency), on_case, known)
        for agency in known.agencies
    }
    return {agency: tokens for agency, tokens in found.items() if tokens}


def told(hub: Hub, canaries: Canaries, agency: str) -> set[str]:
    """The tokens in that inbox."""
    inbox = hub.recorded().source(hub.cluster.names.inbox(agency))
    return canaries.in_bytes(*(record.value for record in inbox))


def in_files_and_pages(hub: Hub, canaries: Canaries) -> dict[str, set[str]]:
    """Tokens in logs, in what each process serves, and in what commands say."""
    found = {
        path.name: canaries.in_bytes(path.read_bytes())
        for path in (hub.home / "logs").rglob("*")
        if path.is_file()
    }
    for process in start.running(hub.home):
        for page in ("health", "metrics"):
            url = f"http://127.0.0.1:{process.port}/{page}"
            with urllib.request.urlopen(url, timeout=30) as answer:
                found[f"{process.name}/{page}"] = canaries.in_bytes(answer.read())
    for words in COMMANDS:
        said = CliRunner().invoke(main, [*words, "--home", str(hub.home)])
        found[" ".join(words)] = canaries.in_bytes(said.output)
    assert any(name.endswith("/metrics") for name in found)
    return {place: tokens for place, tokens in found.items() if tokens}
