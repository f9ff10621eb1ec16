"""An agency's folder: all that its bridge needs to know of the hub."""

import json
from pathlib import Path

import pytest

from schemas.base import FieldClass
from schemas.risk import Urgency
from schemas.tracking import ZoneSet
from services.agreements.views import Shown, View, view_of
from services.bridge.bundle import Bundle
from services.runtime import wire
from services.runtime.faults import Stop, Unreadable
from services.runtime.schema_store import SchemaStore
from tests.makers import NOTICE, a_tamper, a_zone

CLASSES = frozenset({FieldClass.REFERENCE, FieldClass.LOCATION, FieldClass.MONITORING})


def a_view() -> View:
    view = view_of("em", ZoneSet, Shown(CLASSES))
    assert view is not None
    return view


def a_folder(folder: Path) -> Path:
    (folder / "schemas").mkdir(parents=True)
    (folder / "client.properties").write_text(
        "# made by hub\nbootstrap.servers = localhost:1\nssl.ca.location=ca.pem\n\nempty=\n"
    )
    said = {"tracking.position": {"topic": "from.em.position", "schema_id": 1}}
    topics = {"says": said, "inbox": "to.em", "dead": "dead.em", "group": "agency-em"}
    (folder / "topics.json").write_text(json.dumps(topics))
    return folder


def encoded(view: View) -> bytes:
    store = SchemaStore()
    store.register(view.schema_id, view.schema)
    record = view.show(a_zone(), notice_ref=NOTICE, person_ref="r", urgency=Urgency.ROUTINE)
    return wire.encode_view(view.schema_id, record, store)


def test_the_folder_says_where_and_what(tmp_path: Path) -> None:
    bundle = Bundle.read(a_folder(tmp_path))
    assert bundle.client["bootstrap.servers"] == "localhost:1"
    assert bundle.client["ssl.ca.location"] == str(tmp_path / "ca.pem")
    assert bundle.says == {"tracking.position": "from.em.position"}
    assert (bundle.inbox, bundle.group) == ("to.em", "agency-em")


def test_a_notice_is_read_by_the_view_in_the_folder(tmp_path: Path) -> None:
    bundle, view = Bundle.read(a_folder(tmp_path)), a_view()
    with pytest.raises(Unreadable, match="unknown-schema"):
        bundle.notice(encoded(view))
    (tmp_path / "schemas" / f"{view.schema_id}.avsc").write_text(json.dumps(view.schema))
    bundle.look_again()
    notice = bundle.notice(encoded(view))
    assert (notice.notice_ref, notice.person_ref, notice.about) == (
        NOTICE,
        "r",
        "tracking.zone-set",
    )
    assert notice.told["zone"] == "exclusion"
    assert notice.told["in_force_from"] == a_zone().in_force_from
    assert "protects_victim" not in notice.told


@pytest.mark.parametrize("value", [b"", b"\0\0\0\0\1", b"nonsense"])
def test_what_is_no_notice_is_unreadable(tmp_path: Path, value: bytes) -> None:
    with pytest.raises(Unreadable):
        Bundle.read(a_folder(tmp_path)).notice(value)


def test_a_fact_is_no_notice(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        Bundle.read(a_folder(tmp_path)).notice(wire.encode(a_tamper()))


@pytest.mark.parametrize("missing", ["client.properties", "topics.json"])
def test_without_its_files_a_bridge_does_not_start(tmp_path: Path, missing: str) -> None:
    (a_folder(tmp_path) / missing).unlink()
    with pytest.raises(Stop, match="no usable agency folder"):
        Bundle.read(tmp_path)


def test_a_folder_of_something_else_is_none(tmp_path: Path) -> None:
    (a_folder(tmp_path) / "topics.json").write_text("{}")
    with pytest.raises(Stop):
        Bundle.read(tmp_path)


def test_it_knows_before_which_offset_the_hub_withdrew_notices_as_the_folder_says_now(
    tmp_path: Path,
) -> None:
    bundle = Bundle.read(a_folder(tmp_path))
    assert bundle.withdrawn_before() == 0
    topics = json.loads((tmp_path / "topics.json").read_text())
    topics["inbox_epoch"] = {"number": 2, "withdrawn": {"from": 3, "before": 9, "at": "then"}}
    (tmp_path / "topics.json").write_text(json.dumps(topics))
    assert bundle.withdrawn_before() == 9
