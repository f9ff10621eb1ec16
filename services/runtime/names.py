"""Every topic, group and principal name, made here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.base import Fact, kebab

LOG_PARTITIONS = 4
"""Partitions of the log and of all state keyed by person; fixed at birth (design §2)."""

SERVICES = ("admission", "registry", "risk", "tracking", "notify")
"""The stateful services."""
SPEAKERS = ("clock", "deploy")
"""Our own principals that only say things: the clock, and whoever adopts rules or agreements."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one installation; `prefix` keeps several apart on one cluster."""

    prefix: str = ""
    """Empty, or lower-case letters and digits."""

    def _named(self, name: str, dash: str = ".") -> str:
        return f"{self.prefix}{dash}{name}" if self.prefix else name

    def said(self, speaker: str, fact: type[Fact]) -> str:
        """Where `speaker` says that fact; the name is the provenance."""
        return self._named(f"from.{speaker}.{kebab(fact.__name__)}")

    def said_by(self, topic: str) -> tuple[str, str]:
        """Speaker and last part of a `from.` topic's name.

        Raises:
            ValueError: not such a topic.
        """
        bare = topic.removeprefix(f"{self.prefix}.") if self.prefix else topic
        kind, speaker, part = bare.split(".")
        if kind != "from":
            raise ValueError("not a from. topic")
        return speaker, part

    @property
    def log(self) -> str:
        """The log of all admitted facts."""
        return self._named("hub.facts")

    def inbox(self, receiver: str) -> str:
        """Where a receiver finds its notices."""
        return self._named(f"to.{receiver}")

    def dead(self, speaker: str) -> str:
        """Where a sender finds what could not be admitted."""
        return self._named(f"dead.{speaker}")

    def app(self, service: str) -> str:
        """The service's application: its consumer group and the stem of its own topics."""
        return self._named(f"hub-{service}", "-")

    def rows(self, service: str) -> str:
        """The changelog of the service's state."""
        return f"{self.app(service)}-rows"

    def journal(self, service: str) -> str:
        """Which input a service with several sources took in which order."""
        return f"{self.app(service)}-journal"

    def transactional_id(self, service: str, partition: int) -> str:
        """Fences whoever wrote the rows of that partition before."""
        return f"{self.app(service)}-{partition}"

    def trial_id(self, service: str) -> str:
        """A transactional id that fences nobody: for trying whether the service may have one."""
        return f"{self.app(service)}-trial"

    def agency_user(self, agency: str) -> str:
        """An agency's principal without the `User:` in front; also its consumer group."""
        return f"agency-{self._named(agency, '-')}"

    def service_user(self, service: str) -> str:
        """One of our own services' principal without the `User:` in front."""
        return f"service-{self._named(service, '-')}"
