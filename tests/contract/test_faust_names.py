"""Faust and aiokafka as `services/runtime` leans on them, pinned to the letter.

A changed function turns this red: read what changed, run the fault journeys, then renew the file
with `python -m tests.contract.test_faust_names`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # ships no types
from aiokafka.consumer.fetcher import Fetcher as AIOKafkaFetcher  # type: ignore[import-untyped]
from faust.app.base import App
from faust.assignor.partition_assignor import PartitionAssignor
from faust.tables.recovery import Recovery
from faust.transport import consumer
from faust.transport.drivers import aiokafka as driver
from mode import Service

AIOKafkaConsumer: Any = vars(driver)["aiokafka"].AIOKafkaConsumer
PINNED = Path(__file__).with_name("faust_names.json")

LEANED_ON: tuple[tuple[Any, str], ...] = (
    # The one hinge: Faust's fetcher runs our loop.
    (consumer.Fetcher, "_fetcher"),
    (consumer.Fetcher, "on_stop"),
    # Overridden, so their callers and what they did matter.
    (consumer.Consumer, "_drain_messages"),
    (consumer.Consumer, "on_partitions_revoked"),
    (consumer.Consumer, "on_partitions_assigned"),
    (consumer.Consumer, "wait_empty"),
    (consumer.Consumer, "on_stop"),
    (consumer.Consumer, "perform_seek"),
    (consumer.Consumer, "force_commit"),
    (consumer.Consumer, "commit"),
    (consumer.Consumer, "_commit_handler"),
    (consumer.Consumer, "_get_active_partitions"),
    (consumer.Consumer, "seek"),
    (consumer.Consumer, "verify_all_partitions_active"),
    (driver.AIOKafkaConsumerThread, "verify_event_path"),
    (Service, "crash"),
    (consumer.ThreadDelegateConsumer, "_getmany"),
    (consumer.ThreadDelegateConsumer, "_seek"),
    (consumer.ThreadDelegateConsumer, "_commit"),
    (consumer.ThreadDelegateConsumer, "assignment"),
    (consumer.ThreadDelegateConsumer, "highwater"),
    (driver.Consumer, "_new_consumer_thread"),
    (driver.AIOKafkaConsumerThread, "on_start"),
    (driver.AIOKafkaConsumerThread, "_create_worker_consumer"),
    (driver.AIOKafkaConsumerThread, "_commit"),
    (driver.AIOKafkaConsumerThread, "getmany"),
    (driver.AIOKafkaConsumerThread, "_fetch_records"),
    (driver.AIOKafkaConsumerThread, "seek"),
    (driver.AIOKafkaConsumerThread, "seek_to_beginning"),
    (driver.ConsumerRebalanceListener, "on_partitions_revoked"),
    (driver.ConsumerRebalanceListener, "on_partitions_assigned"),
    # Quotas are asked for through it: it has no public way.
    (AIOKafkaAdminClient, "_send_request"),
    (AIOKafkaAdminClient, "_send_to_controller"),
    # The order of calls around a rebalance and a stop.
    (App, "_on_partitions_revoked"),
    (App, "_on_partitions_assigned"),
    (App, "_stop_consumer"),
    (Recovery, "_resume_streams"),
    (Recovery, "_restart_recovery"),
    (PartitionAssignor, "_get_copartitioned_groups"),
    (PartitionAssignor, "_perform_assignment"),
    (AIOKafkaConsumer, "start"),
    # How long a fetch may wait is known when it is planned.
    (AIOKafkaFetcher, "_fetch_requests_routine"),
    (AIOKafkaFetcher, "_get_actions_per_node"),
)


def fingerprints() -> Iterator[tuple[str, str]]:
    """Each function's name and the hash of its source."""
    for owner, name in LEANED_ON:
        function = getattr(owner, name)
        function = getattr(function, "fun", function)  # Faust's own mark of a background task
        source = inspect.getsource(inspect.unwrap(function))
        yield f"{owner.__name__}.{name}", sha256(source.encode()).hexdigest()


def test_every_function_leaned_on_is_as_it_was_when_the_faults_were_tested() -> None:
    pinned = json.loads(PINNED.read_text())
    assert dict(fingerprints()) == pinned["functions"]


def test_the_versions_are_those_pinned() -> None:
    pinned = json.loads(PINNED.read_text())
    assert {name: version(name) for name in pinned["versions"]} == pinned["versions"]


def test_a_changed_function_would_be_noticed() -> None:
    pinned = json.loads(PINNED.read_text())["functions"]
    assert {**pinned, "Fetcher._fetcher": "other"} != dict(fingerprints())


def renew() -> None:
    """Write down what there is now."""
    names = ("faust-streaming", "aiokafka", "mode-streaming")
    found = {
        "versions": {name: version(name) for name in names},
        "functions": dict(fingerprints()),
    }
    PINNED.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    renew()
