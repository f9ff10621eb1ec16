"""What a backup holds, how it is known to be whole, and which moment of the hub it is."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from services.agreements import epochs
from services.agreements.bundle import topics as told_topics
from services.agreements.epochs import Epoch
from services.hub import start
from services.hub.backup import secrets as secret_file
from services.hub.backup import segments
from services.hub.backup.cut import Cut, cut
from services.hub.backup.manifest import (
    MANIFEST,
    Manifest,
    Topic,
    faults,
    installation_of,
    load,
    save,
)
from services.hub.backup.picture import Picture
from services.hub.backup.restore import checked
from services.hub.backup.segments import Segment
from services.hub.cli import main
from services.hub.processes import Layout
from services.runtime.faults import Stop
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Record
from services.runtime.wire import Trigger
from tests.in_memory import NAMES, agreements

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
SECRET = bytes(range(32))
POLICE = "from.derbyshire-police.conviction-recorded"
OPENED = "from.registry.requirement-opened"
ENTERED = "from.tracking.zone-entered"
POSITIONS = "from.em.position"
DOOR, WEARERS = NAMES.journal("admission"), NAMES.journal("tracking")


def a_record(offset: int, topic: str = POLICE, **fields: object) -> Record:
    given = {"timestamp_ms": NOW_MS, "key": b"k", "value": b"v", "headers": (("a", b"1"),)}
    return Record(topic, 0, offset, **{**given, **fields})  # type: ignore[arg-type]  # fields of it


def a_manifest(folder: Path, *held: Segment, end: int, gapless: bool = True) -> Manifest:
    (folder / "home").mkdir(exist_ok=True)
    return Manifest(
        installation=installation_of(SECRET),
        lineage="one/1",
        prefix="",
        epoch=1,
        run=1,
        began_at=NOW,
        made_at=NOW,
        topics={
            POLICE: Topic(configs={}, spans=((0, end),), gapless=gapless),
            NAMES.log: Topic(configs={}, spans=((0, 0),) * LOG_PARTITIONS, gapless=True),
            **{name: Topic(configs={}, spans=((0, 0),), gapless=False) for name in (DOOR, WEARERS)},
        },
        segments=held,
        rows=None,
        done={},
        files={},
    )


def a_backup(folder: Path) -> Manifest:
    """Ten records in two files."""
    (folder / "segments").mkdir()
    halves = [
        segments.write(folder, f"segments/{first}.avro", map(a_record, range(first, first + 5)))
        for first in (0, 5)
    ]
    manifest = a_manifest(folder, *filter(None, halves), end=10)
    save(folder, manifest)
    return manifest


def wrong(folder: Path) -> list[str]:
    return [line for line in faults(folder, load(folder)) if line]


@given(
    st.lists(
        st.tuples(
            st.none() | st.binary(),
            st.none() | st.binary(),
            st.lists(st.tuples(st.text(), st.binary())),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_records_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory,
    content: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]],
) -> None:
    folder = tmp_path_factory.mktemp("b")
    records = [
        a_record(n, key=key, value=value, headers=tuple(headers))
        for n, (key, value, headers) in enumerate(content)
    ]
    written = segments.write(folder, "one.avro", records)
    assert written is not None
    assert list(segments.read(folder, written)) == records
    assert (written.first, written.end, written.records) == (0, len(records), len(records))


def test_nothing_to_write_leaves_no_file(tmp_path: Path) -> None:
    assert segments.write(tmp_path, "none.avro", []) is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_closed_to_others(tmp_path: Path) -> None:
    a_backup(tmp_path)
    for path in (tmp_path / MANIFEST, *(tmp_path / "segments").iterdir()):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_fills_up_leaves_the_backup_of_before(tmp_path: Path) -> None:
    a_backup(tmp_path)

    def until_it_is_full() -> Iterator[Record]:
        yield a_record(10)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        segments.write(tmp_path, "segments/10.avro", until_it_is_full())
    assert not (tmp_path / "segments" / "10.avro").exists()
    assert wrong(tmp_path) == []


def test_a_whole_backup_has_no_faults(tmp_path: Path) -> None:
    a_backup(tmp_path)
    assert wrong(tmp_path) == []
    assert checked(tmp_path, lambda *_: None).records == 10


def test_one_flipped_bit_is_found_and_nothing_is_restored(tmp_path: Path) -> None:
    manifest = a_backup(tmp_path)
    file = tmp_path / manifest.segments[1].file
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    assert "bytes differ" in wrong(tmp_path)[0]
    with pytest.raises(Stop, match="another copy"):
        checked(tmp_path, lambda *_: None)


def test_a_torn_file_and_a_missing_one_are_found(tmp_path: Path) -> None:
    manifest = a_backup(tmp_path)
    torn, gone = (tmp_path / segment.file for segment in manifest.segments)
    torn.write_bytes(torn.read_bytes()[:-7])
    gone.unlink()
    assert "another length" in wrong(tmp_path)[0]
    assert "missing" in wrong(tmp_path)[1]


def test_a_gap_between_files_is_found_though_each_is_whole(tmp_path: Path) -> None:
    manifest = a_backup(tmp_path)
    save(tmp_path, manifest.model_copy(update={"segments": manifest.segments[1:]}))
    assert "does not reach" in wrong(tmp_path)[0]
    later = segments.write(tmp_path, "segments/7.avro", map(a_record, range(7, 10)))
    assert later is not None
    save(tmp_path, manifest.model_copy(update={"segments": (manifest.segments[0], later)}))
    assert "gap between" in wrong(tmp_path)[0]


def test_a_gap_within_a_file_is_found_but_where_markers_stand(tmp_path: Path) -> None:
    (tmp_path / "segments").mkdir()
    written = segments.write(tmp_path, "segments/0.avro", map(a_record, (0, 2, 4)))
    assert written is not None
    save(tmp_path, a_manifest(tmp_path, written, end=5))
    assert "gap within" in wrong(tmp_path)[0]
    save(tmp_path, a_manifest(tmp_path, written, end=6, gapless=False))
    assert wrong(tmp_path) == []


def test_a_first_backup_that_was_killed_half_way_is_none(tmp_path: Path) -> None:
    a_backup(tmp_path)
    (tmp_path / MANIFEST).unlink()
    done = CliRunner().invoke(main, ["backup", "verify", str(tmp_path)])
    assert done.exit_code == 1
    assert "no whole backup" in done.output


def test_a_torn_manifest_is_refused(tmp_path: Path) -> None:
    a_backup(tmp_path)
    whole = (tmp_path / MANIFEST).read_text()
    (tmp_path / MANIFEST).write_text(whole[: len(whole) // 2])
    with pytest.raises(Stop, match="not what this build writes"):
        load(tmp_path)


def test_verify_says_what_is_wrong_and_by_its_exit_code(tmp_path: Path) -> None:
    manifest = a_backup(tmp_path)
    well = CliRunner().invoke(main, ["backup", "verify", "--json", str(tmp_path)])
    assert well.exit_code == 0
    assert json.loads(well.stdout)["whole"]
    (tmp_path / manifest.segments[0].file).unlink()
    ill = CliRunner().invoke(main, ["backup", "verify", "--json", str(tmp_path)])
    assert ill.exit_code == 3
    assert len(json.loads(ill.stdout)["faults"]) == 1


def a_home(home: Path) -> Path:
    for name, content in (("pki/ca.key", b"key"), ("secrets/references", SECRET)):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    return home


def test_secrets_come_back_sealed_and_closed_by_their_passphrase_alone(tmp_path: Path) -> None:
    home, file, to = a_home(tmp_path / "home"), tmp_path / "s" / "secrets.age", tmp_path / "to"
    assert secret_file.keep(home, file, "a long passphrase") == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"key" not in file.read_bytes()
    for passphrase, said in (("", "--passphrase-file"), ("another", "another passphrase")):
        with pytest.raises(Stop, match=said):
            secret_file.lay(file, to, installation_of(SECRET), passphrase)
    assert not to.exists()
    assert secret_file.lay(file, to, installation_of(SECRET), "a long passphrase") == 2
    assert (to / "pki" / "ca.key").read_bytes() == b"key"
    assert (to / "pki").stat().st_mode & 0o777 == 0o700


def test_secrets_that_are_there_already_stay_as_they_are(tmp_path: Path) -> None:
    file, home = tmp_path / "s" / "secrets.tar.gz", a_home(tmp_path / "home")
    secret_file.keep(home, file)
    (home / "pki" / "ca.key").write_bytes(b"renewed since")
    assert secret_file.lay(file, home, installation_of(SECRET)) == 0
    assert (home / "pki" / "ca.key").read_bytes() == b"renewed since"


def test_secrets_of_another_installation_are_not_laid(tmp_path: Path) -> None:
    file = tmp_path / "s" / "secrets.tar.gz"
    secret_file.keep(a_home(tmp_path / "home"), file)
    with pytest.raises(Stop, match="another installation"):
        secret_file.lay(file, tmp_path / "to", installation_of(bytes(32)))
    assert not (tmp_path / "to").exists()


def test_damaged_secrets_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "s" / "secrets.tar.gz"
    secret_file.keep(a_home(tmp_path / "home"), file)
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(Stop, match="damaged"):
        secret_file.lay(file, tmp_path / "to", installation_of(SECRET))


def test_secrets_do_not_lie_beside_the_data(tmp_path: Path) -> None:
    inside = str(tmp_path / "b" / "secrets")
    done = CliRunner().invoke(
        main,
        ["backup", "take", "--home", str(tmp_path), "--secrets", inside, str(tmp_path / "b")],
    )
    assert done.exit_code == 1
    assert "beside the data" in done.output


@pytest.mark.parametrize("where", ["home", "nowhere"])
def test_a_restore_into_a_wrong_or_empty_home_is_refused_before_anything_is_started(
    tmp_path: Path, where: str
) -> None:
    folder, home = tmp_path / "b", tmp_path / where
    folder.mkdir()
    a_backup(folder)
    if where == "home":
        (a_home(home) / "secrets" / "references").write_bytes(bytes(32))
    done = CliRunner().invoke(main, ["restore", "--home", str(home), str(folder)])
    assert done.exit_code == 1
    assert ("another installation" if where == "home" else "stranger") in done.output
    assert not (home / "broker.json").exists()


def test_a_hub_half_restored_is_not_started(tmp_path: Path) -> None:
    (tmp_path / epochs.RESTORING).write_text("{}")
    with pytest.raises(Stop, match="hub restore again"):
        start.bring_up(tmp_path, tmp_path, lambda _: None, Layout())


def test_an_agencys_folder_says_in_which_epoch_its_inbox_is() -> None:
    agency = agreements().agencies["probation"]
    assert told_topics(agency, NAMES, 0, Epoch())["inbox_epoch"] == {"number": 1}
    opened = Epoch(
        number=2,
        opened_at=NOW,
        say_again_since=NOW - timedelta(hours=1),
        first_offsets={"to.probation": 7},
    )
    assert told_topics(agency, NAMES, 0, opened)["inbox_epoch"] == {
        "number": 2,
        "opened_at": "2026-03-02T12:00:00+00:00",
        "first_offset": 7,
        "say_again_since": "2026-03-02T11:00:00+00:00",
    }


def test_what_was_not_done_when_the_backup_began_is_said_again_too(tmp_path: Path) -> None:
    manifest = a_backup(tmp_path)
    done = {"hub-admission": {POLICE: {0: 4}}}
    picture = Picture(tmp_path, manifest.model_copy(update={"done": done}), NAMES)
    picked = picture.cut()
    assert picture.unfinished_since(picked) == NOW
    later = manifest.model_copy(update={"done": done, "began_at": NOW + timedelta(hours=1)})
    assert Picture(tmp_path, later, NAMES).unfinished_since(picked) == NOW
    everything = {"hub-admission": {POLICE: {0: 10}}}
    at_rest = Picture(tmp_path, later.model_copy(update={"done": everything}), NAMES)
    assert at_rest.unfinished_since(at_rest.cut()) == NOW + timedelta(hours=1)


# --- the cut ----------------------------------------------------------------------------------


def said(topic: str, offset: int, by: Trigger, partition: int = 0) -> Record:
    return Record(topic, partition, offset, NOW_MS, None, b"", (by.header(),))


def after(topic: str, offset: int, partition: int = 0) -> Trigger:
    return Trigger(topic, partition, offset, 0)


def taken(offset: int, *spans: tuple[str, int, int], journal: str = DOOR) -> Record:
    return Record(journal, 0, offset, NOW_MS, None, json.dumps(spans).encode())


def the_cut(
    *records: Record,
    done: Mapping[str, Mapping[str, Mapping[int, int]]] | None = None,
    tracking: Mapping[str, int] | None = None,
    horizon_ms: int = 0,
    ends: Mapping[str, list[int]] | None = None,
) -> Cut:
    """The cut of what those records and the topics behind them hold; the log has two partitions."""

    def read(topic: str, number: int) -> Iterable[Record]:
        return [one for one in records if (one.topic, one.partition) == (topic, number)]

    topics = {*(one.topic for one in records), NAMES.log, DOOR, WEARERS}
    found = {
        topic: [
            max((one.offset + 1 for one in read(topic, number)), default=0)
            for number in range(2 if topic == NAMES.log else 1)
        ]
        for topic in topics
    }
    return cut(NAMES, {**found, **(ends or {})}, read, done or {}, tracking or {}, horizon_ms)


def test_a_hub_at_rest_is_kept_whole() -> None:
    found = the_cut(
        taken(0, (POLICE, 0, 1)),
        taken(2, (OPENED, 0, 1)),
        said(NAMES.log, 0, after(POLICE, 0)),
        said(OPENED, 0, after(NAMES.log, 0)),
        said(NAMES.log, 1, after(OPENED, 0)),
        done={"registry": {NAMES.log: {0: 2, 1: 0}}, "admission": {POLICE: {0: 1}}},
    )
    assert found.log == {0: 2, 1: 0}
    assert found.said == {OPENED: 1}
    assert found.entries == 2
    assert found.done["registry"] == {NAMES.log: {0: 2, 1: 0}}


def test_what_the_door_wrote_after_the_last_batch_in_its_journal_is_cut_off() -> None:
    found = the_cut(
        taken(0, (POLICE, 0, 1)),
        said(NAMES.log, 0, after(POLICE, 0)),
        said(NAMES.log, 1, after(POLICE, 1)),
        done={"registry": {NAMES.log: {0: 2}}, "admission": {POLICE: {0: 1}}},
    )
    assert found.log[0] == 1
    assert found.done["registry"] == {NAMES.log: {0: 1}}


def test_what_was_said_of_the_log_that_is_cut_off_goes_with_it() -> None:
    found = the_cut(
        taken(0, (POLICE, 0, 1)),
        said(NAMES.log, 0, after(POLICE, 0)),
        said(NAMES.log, 1, after(POLICE, 1)),
        said(OPENED, 0, after(NAMES.log, 0)),
        said(OPENED, 1, after(NAMES.log, 1)),
    )
    assert found.said == {OPENED: 1}


def test_what_stood_behind_it_is_said_again_so_its_service_is_told_less() -> None:
    found = the_cut(
        taken(0, (POLICE, 0, 3)),
        said(NAMES.log, 0, after(POLICE, 0)),
        said(NAMES.log, 1, after(POLICE, 3)),
        *(said(NAMES.log, n, after(POLICE, n + 1), partition=1) for n in range(2)),
        said(OPENED, 0, after(NAMES.log, 0)),
        said(OPENED, 1, after(NAMES.log, 1)),
        said(OPENED, 2, after(NAMES.log, 1, partition=1)),
        done={"registry": {NAMES.log: {0: 2, 1: 2}}},
    )
    assert found.log == {0: 1, 1: 2}
    assert found.said == {OPENED: 1}
    assert found.done["registry"] == {NAMES.log: {0: 1, 1: 1}}


def test_what_tracking_said_after_its_rows_were_kept_ends_the_journal_of_the_door() -> None:
    found = the_cut(
        taken(0, (POLICE, 0, 1), (ENTERED, 0, 1)),
        taken(2, (POLICE, 1, 2), (ENTERED, 1, 2)),
        said(NAMES.log, 0, after(POLICE, 0)),
        said(NAMES.log, 1, after(ENTERED, 0)),
        said(NAMES.log, 2, after(POLICE, 1)),
        said(ENTERED, 0, after(POSITIONS, 4)),
        said(ENTERED, 1, after(POSITIONS, 9)),
        taken(0, (POSITIONS, 0, 5), journal=WEARERS),
        taken(2, (POSITIONS, 5, 10), journal=WEARERS),
        tracking={POSITIONS: 5},
    )
    assert found.said[ENTERED] == 1
    assert found.entries == 1
    assert found.steps == 1
    assert found.log[0] == 2


def test_the_last_batch_of_the_journal_is_not_sure_to_be_done() -> None:
    found = the_cut(
        taken(0, (POLICE, 0, 4)),
        taken(2, (OPENED, 0, 2)),
        taken(4, (POLICE, 4, 6), (OPENED, 2, 3), (POLICE, 6, 7)),
        *(said(OPENED, n, after(NAMES.log, 0)) for n in range(3)),
        said(NAMES.log, 0, after(POLICE, 6)),
        done={"admission": {POLICE: {0: 4}, OPENED: {0: 1}, "from.clock.tick": {0: 9}}},
    )
    assert found.log[0] == 1
    assert found.done["admission"] == {POLICE: {0: 4}, OPENED: {0: 1}, "from.clock.tick": {0: 9}}


def test_a_topic_the_journal_does_not_name_any_more_cuts_nothing() -> None:
    found = the_cut(
        taken(8, (POLICE, 40, 41)),
        said(NAMES.log, 0, after("from.prison.release-date-set", 3)),
        said(NAMES.log, 1, after(POLICE, 40)),
        done={"admission": {"from.prison.release-date-set": {0: 4}, POLICE: {0: 40}}},
    )
    assert found.log[0] == 2


def test_a_topic_whose_words_are_all_past_their_retention_cuts_nothing() -> None:
    found = the_cut(
        taken(8, (ENTERED, 3, 4)),
        said(NAMES.log, 0, after(ENTERED, 3)),
        ends={ENTERED: [4]},
        tracking={POSITIONS: 100},
    )
    assert found.entries == 1
    assert found.log[0] == 1
    assert found.said[ENTERED] == 4


def test_nothing_older_than_the_backup_is_ever_cut_off() -> None:
    with pytest.raises(Stop, match="take another backup"):
        the_cut(
            taken(0, (POLICE, 0, 1)),
            said(NAMES.log, 0, after(POLICE, 7)),
            horizon_ms=NOW_MS + 1,
        )


def test_a_log_the_door_did_not_write_is_refused() -> None:
    with pytest.raises(Stop, match="no service of the hub wrote"):
        the_cut(Record(NAMES.log, 0, 0, NOW_MS, None, b""))
