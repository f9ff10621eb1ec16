"""An agency's folder: complete, closed to others, and of this agency alone."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.agreements import bundle
from services.agreements.adopt import adopted
from services.agreements.apply import keep
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.runtime import wire
from services.runtime.names import Names
from services.runtime.schema_store import VIEW_IDS
from tests.agreements.makers import FILES, committed


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    authority = tmp_path / "authority.pem"
    authority.write_text("not a certificate\n")
    nowhere = "localhost:1"
    return Cluster(nowhere, nowhere, nowhere, authority, tmp_path / "hub", authority, authority)


def test_the_folder_is_all_an_outsider_needs(cluster: Cluster) -> None:
    agency = committed().agencies["derby-housing"]
    folder = bundle.write(cluster, agency)
    assert folder == cluster.home / "agencies" / "derby-housing"
    client = dict(
        line.split("=", 1) for line in (folder / "client.properties").read_text().splitlines()
    )
    assert client["sasl.username"] == "agency-derby-housing"
    assert Path(client["ssl.ca.location"]).read_text() == cluster.ca.read_text()
    topics = json.loads((folder / "topics.json").read_text())
    assert (topics["inbox"], topics["dead"]) == ("to.derby-housing", "dead.derby-housing")
    assert topics["group"] == "agency-derby-housing"
    said = topics["says"]["housing.tenancy-started"]
    assert said["topic"] == "from.derby-housing.tenancy-started"
    ids = {int(path.stem) for path in (folder / "schemas").iterdir()}
    granted = (view for grant in agency.grants.values() for view in grant.views.values())
    unasked = (view for views in agency.unasked.values() for view in views.values())
    views = {view.schema_id for view in (*granted, *unasked)}
    assert {number for number in ids if number in VIEW_IDS} == views
    assert {row["schema_id"] for row in topics["says"].values()} == ids - views


def test_nobody_but_the_owner_may_open_any_of_it(cluster: Cluster) -> None:
    folder = bundle.write(cluster, committed().agencies["dwp"])
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_folders_of_two_installations_do_not_meet(cluster: Cluster) -> None:
    agency = committed().agencies["dwp"]
    other = bundle.write(replace(cluster, names=Names("t1")), agency)
    assert other != bundle.write(cluster, agency)
    assert json.loads((other / "topics.json").read_text())["inbox"] == "t1.to.dwp"


def test_the_files_are_kept_under_the_version_the_log_will_name(cluster: Cluster) -> None:
    agreements = committed()
    keep(cluster, agreements, FILES)
    kept = Versions(cluster.home / "agreements").get(agreements.version)
    assert kept.version == agreements.version


def test_adopting_again_is_another_fact_and_reads_back() -> None:
    at = datetime(2026, 11, 26, tzinfo=UTC)
    one, later = adopted("v1", at), adopted("v1", at.replace(hour=1))
    assert one == adopted("v1", at)
    assert one.event_id != later.event_id
    assert wire.decode(wire.encode(one)) == one
