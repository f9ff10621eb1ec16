"""What the broker holds now, read as the deploying principal.

The AdminClient is kept until its futures are done; nobody but a super user may read the rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)

from services.agreements.broker_plan import Binding, Scope, Topic
from services.hub.broker.cluster import ClientConfig
from services.runtime import quotas

T = TypeVar("T")
WAIT_S = 30.0
AT_ONCE = 200
"""Most of a kind asked of the broker at once: it refuses what makes more than 10,000 records."""
MAKES_S = 120.0
"""So long it may take to make them: of 8,000 topics each takes longer than the one before."""
RESOURCES: Mapping[str, ResourceType] = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional-id": ResourceType.TRANSACTIONAL_ID,
    "cluster": ResourceType.BROKER,
}
_RESOURCE_NAMES: Mapping[ResourceType, str] = {kind: name for name, kind in RESOURCES.items()}


@dataclass(frozen=True)
class Live:
    """The broker's side of the comparison."""

    topics: Mapping[str, Topic]
    """Only those of this installation, with their settings as they are."""
    allowed: frozenset[Binding]
    """Every right on the cluster, whoever gave it."""
    denied: frozenset[Binding]
    """Every refusal somebody set by hand."""
    elsewhere: frozenset[Binding] = frozenset()
    """Rights that hold from one host only; never ours, we write none such."""
    quotas: Mapping[str, int] = field(default_factory=dict)
    """Bytes a second, by user, whoever set them."""


def read(config: ClientConfig, scope: Scope) -> Live:
    """What the broker holds.

    Raises:
        KafkaException, Unavailable: it did not answer, or this is not the deploying principal.
    """
    admin = AdminClient({**config, "log_level": 0})
    found = admin.list_topics(timeout=WAIT_S).topics
    mine = {name: len(topic.partitions) for name, topic in found.items() if scope.topic(name)}
    configs = _configs(admin, sorted(mine))
    everything = AclBindingFilter(
        ResourceType.ANY,
        None,  # type: ignore[arg-type]  # any name; its types do not know that
        ResourcePatternType.ANY,
        None,  # type: ignore[arg-type]  # any principal, likewise
        None,  # type: ignore[arg-type]  # any host, likewise
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    acls = admin.describe_acls(everything, request_timeout=WAIT_S).result(timeout=WAIT_S)
    denied = frozenset(_binding(a) for a in acls if a.permission_type is AclPermissionType.DENY)
    allowing = [a for a in acls if a.permission_type is AclPermissionType.ALLOW]
    return Live(
        topics={name: Topic(name, count, configs[name]) for name, count in mine.items()},
        allowed=frozenset(_binding(a) for a in allowing if a.host == "*"),
        denied=denied,
        elsewhere=frozenset(_binding(a) for a in allowing if a.host != "*"),
        quotas=quotas.read(config),
    )


def acl(binding: Binding) -> AclBinding:
    """The right as the broker is asked for it."""
    return AclBinding(*_parts(binding))


def exactly(binding: Binding) -> AclBindingFilter:
    """What finds that right and no other; never made of wildcards, for those remove everything."""
    return AclBindingFilter(*_parts(binding))


def _parts(
    binding: Binding,
) -> tuple[ResourceType, str, ResourcePatternType, str, str, AclOperation, AclPermissionType]:
    return (
        RESOURCES[binding.resource],
        binding.name,
        ResourcePatternType[binding.pattern.upper()],
        binding.principal,
        "*",
        AclOperation[binding.operation.upper().replace("-", "_")],
        AclPermissionType.ALLOW,
    )


def portions(items: Iterable[T]) -> Iterator[list[T]]:
    """In their order, never more than the broker does at once."""
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def wait(futures: Iterable[Future[Any]], but: int | None = None) -> None:
    """All that was asked of the broker is done.

    Raises:
        KafkaException: it refused something, for another reason than `but`.
    """
    for future in futures:
        try:
            future.result(timeout=MAKES_S)
        except KafkaException as refused:
            if but is None or refused.args[0].code() != but:
                raise


def _binding(found: AclBinding) -> Binding:
    return Binding(
        principal=found.principal,
        resource=_RESOURCE_NAMES[ResourceType(found.restype)],
        name=found.name,
        pattern=ResourcePatternType(found.resource_pattern_type).name.lower(),
        operation=AclOperation(found.operation).name.lower().replace("_", "-"),
    )


def _configs(admin: AdminClient, topics: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for some in portions(ConfigResource(ResourceType.TOPIC, name) for name in topics):
        for resource, future in admin.describe_configs(some, request_timeout=WAIT_S).items():
            settings = future.result(timeout=WAIT_S)
            found[resource.name] = {name: str(entry.value) for name, entry in settings.items()}
    return found
