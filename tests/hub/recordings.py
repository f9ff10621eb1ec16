"""A day of invented people as a backup keeps it, so that commands can be given its folder."""

from pathlib import Path

from services.hub.backup import segments
from services.hub.backup.manifest import Manifest, Topic, save
from services.runtime.names import LOG_PARTITIONS
from services.runtime.outbox import MemoryTopics
from tests.in_memory import NAMES
from tests.makers import NOON


def kept(topics: MemoryTopics, folder: Path) -> Path:
    """The log of a hub in memory as a backup of it; nothing else is in it."""
    (folder / "segments").mkdir(parents=True)
    parts = [topics.read(NAMES.log, number) for number in range(LOG_PARTITIONS)]
    held = [
        segments.write(folder, f"segments/{number}.avro", part) for number, part in enumerate(parts)
    ]
    manifest = Manifest(
        installation="invented",
        lineage="one/1",
        prefix="",
        epoch=1,
        run=1,
        began_at=NOON,
        made_at=NOON,
        topics={
            NAMES.log: Topic(configs={}, spans=tuple((0, len(p)) for p in parts), gapless=True)
        },
        segments=tuple(one for one in held if one is not None),
        rows=None,
        done={},
        files={},
    )
    save(folder, manifest)
    return folder
