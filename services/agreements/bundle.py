"""The folder that is all an agency needs to take part: where, as whom, what, in which schema."""

from __future__ import annotations

import json
from pathlib import Path

from schemas.catalogue import BY_KIND
from services.agreements import epochs
from services.agreements.compile import Agency
from services.agreements.epochs import Epoch
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import Revoked
from services.hub.broker.private import private_directory, write_private
from services.runtime.installed import in_use
from services.runtime.names import Names
from services.runtime.schema_store import committed


def folder_of(cluster: Cluster, slug: str) -> Path:
    """Where an agency's folder is; a prefix keeps the folders of installations apart."""
    installation = cluster.names.agency_user(slug).removeprefix("agency-")
    return cluster.home / "agencies" / installation


def write(cluster: Cluster, agency: Agency) -> Path:
    """The agency's folder, as its agreement stands now.

    Schemas of earlier views stay: what is unread in the inbox was written by them. Those of views
    to come are there before anything is written by them; it says nothing by a schema to come.
    """
    adopted = in_use(cluster.home)
    folder = hand_over(cluster, agency.slug)
    told = topics(agency, cluster.names, adopted, epochs.read(cluster.home))
    _kept(folder / "topics.json", json.dumps(told, indent=2))
    kept = private_directory(folder / "schemas")
    for schema_id, schema in schemas(agency, adopted).items():
        _kept(kept / f"{schema_id}.avsc", json.dumps(schema, indent=2))
    return folder


def hand_over(cluster: Cluster, slug: str) -> Path:
    """The agency's folder with whom to trust, and as whom to come; not that if it is revoked."""
    folder = private_directory(folder_of(cluster, slug))
    authority = _kept(folder / "ca.pem", cluster.ca.read_text())
    client = folder / "client.properties"
    try:
        config = {**cluster.agency_config(slug), "ssl.ca.location": str(authority.resolve())}
    except Revoked:
        client.unlink(missing_ok=True)
        return folder
    _kept(client, "".join(f"{key}={value}\n" for key, value in config.items()))
    return folder


def _kept(path: Path, content: str) -> Path:
    """The file with this content, untouched if it has it: its age says since when."""
    if path.is_file() and path.read_text() == content:
        return path
    return write_private(path, content)


def topics(agency: Agency, names: Names, adopted: int, epoch: Epoch) -> dict[str, object]:
    """Where the agency speaks, by which schemas of those up to `adopted`, and where it listens.

    With it, in which epoch its inbox is.
    """
    says = {}
    for kind in agency.says:
        fact = BY_KIND[kind].fact
        schema_id = committed().latest(fact, adopted).schema_id
        says[kind] = {"topic": names.said(agency.slug, fact), "schema_id": schema_id}
    return {
        "says": says,
        "inbox": names.inbox(agency.slug),
        "dead": names.dead(agency.slug),
        "inbox_epoch": _epoch(epoch, names.inbox(agency.slug)),
        "group": names.agency_user(agency.slug),
        # The broker holds whole batches to the limit, so a client has to keep them small.
        "largest_batch_bytes": agency.agreement.limits.largest_message_bytes // 2,
    }


def _epoch(epoch: Epoch, inbox: str) -> dict[str, object]:
    """With it an offset is a place for ever.

    Opened by a restore, what to say again; by a withdrawal, which offsets are gone: whoever fetched
    what stood there forgets what is not told again.
    """
    told: dict[str, object] = {"number": epoch.of(inbox)}
    gone = epoch.withdrawn.get(inbox)
    if gone is not None:
        at = gone.opened_at.isoformat()
        told["withdrawn"] = {"from": gone.begins, "before": gone.end, "at": at}
    if epoch.opened_at is not None and epoch.say_again_since is not None:
        told["opened_at"] = epoch.opened_at.isoformat()
        told["first_offset"] = epoch.first_offsets.get(inbox, 0)
        told["say_again_since"] = epoch.say_again_since.isoformat()
    return told


def schemas(agency: Agency, adopted: int) -> dict[int, object]:
    """What the agency needs to read its notices and to say what it says, by id."""
    said = (committed().latest(BY_KIND[kind].fact, adopted) for kind in agency.says)
    granted = (view for grant in agency.grants.values() for view in grant.views.values())
    unasked = (view for views in agency.unasked.values() for view in views.values())
    views = (*granted, *unasked)
    return {
        **{stored.schema_id: stored.schema for stored in said},
        **{view.schema_id: view.schema for view in views},
    }
