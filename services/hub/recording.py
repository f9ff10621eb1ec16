"""The log as it was recorded: a backup's, or a hub's that runs.

Read with the rights of a service that reads the log anyway, or from the backup's own files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from schemas.log import AgreementsAdopted
from services.hub.backup import manifest, segments
from services.hub.backup.picture import Picture
from services.hub.broker.cluster import Cluster
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS, Names
from services.runtime.records import Record
from services.runtime.topics import Reader

_WHO_READS = "registry"


@dataclass(frozen=True)
class Recording:
    """The log by partition, each in its order."""

    names: Names
    log: Mapping[int, Sequence[Record]]

    @property
    def facts(self) -> int:
        """How many there are."""
        return sum(len(part) for part in self.log.values())

    def agreements(self) -> frozenset[str]:
        """The versions of the agreements that were ever in force.

        Raises:
            Unreadable: the log holds what this build cannot read.
        """
        adoptions = (
            wire.decode(record.value or b"")
            for part in self.log.values()
            for record in part
            if wire.kind_of(record.headers) == AgreementsAdopted.kind()
        )
        return frozenset(one.version for one in adoptions if isinstance(one, AgreementsAdopted))


def recorded(place: Path) -> Recording:
    """The log of the backup in that folder, or of the hub whose home it is.

    Raises:
        Stop: it is neither, or the backup's log is not what was written.
        BrokerFault, Unavailable: the hub's broker does not answer.
    """
    if (place / manifest.MANIFEST).is_file():
        return _of_backup(place)
    return _of_hub(place)


def _of_backup(folder: Path) -> Recording:
    held = manifest.load(folder)
    names = Names(held.prefix)
    for number in range(LOG_PARTITIONS):
        for one in held.of(names.log, number):
            if fault := segments.fault_of(folder, one):
                raise Stop(f"{one.file} ({one}) {fault}")
    picture = Picture(folder, held, names)
    return Recording(names, {n: list(picture.read(names.log, n)) for n in range(LOG_PARTITIONS)})


def _of_hub(home: Path) -> Recording:
    cluster = Cluster.load(home)
    with closing(Reader(cluster.service_config(_WHO_READS))) as reader:
        log = {n: list(reader.part(cluster.names.log, n)) for n in range(LOG_PARTITIONS)}
    return Recording(cluster.names, log)
