"""Recalls at a hub: looked up in the log, asked for, and answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, get_args
from uuid import UUID

from schemas.base import Fact
from schemas.notice import NoticeIssued
from services.agreements import signing
from services.agreements.actors import Role
from services.agreements.acts import recall_number
from services.agreements.references import References
from services.agreements.signing import Asked, NobodyActs, decide
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.notice.incident import READ, Issued, Told, incident, older_than
from services.hub.policy.shown import fields_of
from services.notify.domain.notices import Unasked
from services.notify.rules import TOLD_AT_MOST
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS
from services.runtime.topics import Reader

_WHO_READS = "registry"
_WANTED = frozenset(fact.kind() for fact in READ)
OF_WHAT_WAS_TOLD = frozenset(fact.kind() for fact in get_args(Unasked))
"""What these say is that something told before is to be forgotten, or does not count."""
NO_SUCH_NOTICE = "no notice of that number was told, or not to that agency"


class Desk:
    """Reads with the rights of a service that reads the log, decides as whoever deploys."""

    def __init__(self, home: Path) -> None:
        self._cluster = Cluster.load(home)
        self._versions = Versions(self._cluster.home / "agreements")

    def told(self) -> Told:
        """All that the log has of notices.

        Raises:
            Unavailable: the broker does not answer.
        """
        told = Told()
        with closing(Reader(self._cluster.service_config(_WHO_READS))) as reader:
            for number in range(LOG_PARTITIONS):
                told.take(self._facts(reader, number))
        return told

    def _facts(self, reader: Reader, number: int) -> Iterator[Fact]:
        for record in reader.part(self._cluster.names.log, number):
            if wire.kind_of(record.headers) in _WANTED:
                yield wire.decode(record.value or b"")

    def recall(
        self, number: UUID, agency: str | None, aware_at: datetime | None, asked: Asked
    ) -> NoticeIssued:
        """The notice, which two people recall; the door has still to let that in.

        Raises:
            Stop: there is no such notice, or it cannot be recalled any more.
            NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes; nothing was done.
        """
        told = self.told()
        notice = _known(told, number).notice
        if agency not in (None, notice.agency):
            raise Stop(NO_SUCH_NOTICE)
        if notice.about in OF_WHAT_WAS_TOLD:
            raise Stop("that notice tells of earlier ones alone: recall the one that told too much")
        if number in told.back:
            raise Stop("that notice was recalled or taken back; how it stands: hub notice recalls")
        if older_than(told, notice) >= TOLD_AT_MOST:
            raise Stop("too much was told of that person since: the hub knows it no more")
        subject = recall_number(number, aware_at)
        decide(self._cluster, "notice", "recall", subject, asked, person_id=notice.person_id)
        return notice

    def until_told(self, number: UUID, within_s: float) -> None:
        """Its receiver is told to destroy it.

        Raises:
            Stop: the hub has not come to it.
        """
        until = monotonic() + within_s
        while number not in self.told().back:
            if monotonic() > until:
                raise Stop("decided, but not told yet; is the hub up? See: hub notice recalls")
            sleep(0.5)

    def answer(self, number: UUID, outcome: str, asked: Asked) -> None:
        """What was decided about reporting it to the Commissioner.

        Raises:
            Stop: it was not recalled, or that is decided.
            NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes; nothing was done.
        """
        told = self.told()
        if number not in told.recalled:
            raise Stop("that notice was not recalled; what was: hub notice recalls")
        if number in told.answers:
            raise Stop(f"that is decided: {told.answers[number].reporting.value}")
        person_id = told.recalled[number].person_id
        subject = recall_number(number)
        decide(self._cluster, "notice", outcome, subject, asked, person_id=person_id)

    def incident(self, number: UUID, actor: str, keys: Path) -> dict[str, Any]:
        """All there is to know of one recalled notice, for an officer who answers for it.

        Raises:
            NobodyActs: whoever asks is none.
            Stop: it was not recalled.
        """
        now, latest = datetime.now(UTC), self._versions.latest()
        agency, one = signing.shown_to_be(latest, actor, keys, now)
        governs = Role.INFORMATION_GOVERNANCE_OFFICER in one.roles
        if not (governs and latest.is_responsible_authority(agency)):
            raise NobodyActs(
                "It takes an information-governance officer of the Responsible Authority. "
                "Who is: hub actor list"
            )
        told = self.told()
        if number not in told.recalled:
            raise Stop("that notice was not recalled; what was: hub notice recalls")
        issued = _known(told, number)
        secret = (self._cluster.home / "secrets" / "references").read_bytes()
        person = issued.notice.person_id
        ref = "" if person is None else References(secret).ref(agency, person)
        return incident(told, number, ref, self._fields(issued), now)

    def _fields(self, issued: Issued) -> Iterator[dict[str, object]]:
        """What its receiver was shown, by path, class and how plainly; no values."""
        agency, about = issued.notice.agency, issued.notice.about
        receiver = self._versions.get(issued.agreements).receivers[agency]
        grant = receiver.grants.get(about)
        view = None if grant is None else grant.view_at(issued.schemas)
        for path, shown in fields_of(view.schema).items() if view is not None else ():
            yield {"field": path, "classes": sorted(shown.classes), "how": shown.how}


def _known(told: Told, number: UUID) -> Issued:
    found = told.issued.get(number)
    if found is None:
        raise Stop(NO_SUCH_NOTICE)
    return found
