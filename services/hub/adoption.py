"""Rules, schemas, build and agreements put in force, as whoever deploys says it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from schemas.base import Fact, sourced_id
from schemas.log import BuildAdopted, OfVersion, RulesAdopted, SchemasAdopted
from services.agreements import bundle, signing
from services.agreements.adopt import SPEAKER as DEPLOY
from services.agreements.adopt import tell
from services.agreements.signing import Asked
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import write_private
from services.hub.rules import in_force as rules_in_force
from services.runtime import installed
from services.runtime.faults import Stop
from services.runtime.schema_store import committed
from services.runtime.symptoms import Weight

NOBODY_ASKED = Asked()


def check_written(home: Path) -> None:
    """This build has the schemas by which facts are written.

    Raises:
        Stop: it has not.
    """
    for one in installed.written(installed.in_use(home), committed().highest):
        if one.weight is Weight.STOPS:
            raise Stop(str(one))


def adopt_schemas(cluster: Cluster, asked: Asked = NOBODY_ASKED) -> int:
    """Facts are written by the newest schemas this build has, and no build without them goes on.

    Returns the highest id of them.

    Raises:
        Stop: they are written by newer ones already.
        NobodyActs, NotAllowed: it is not signed by whom it takes; nothing was done.
        KafkaException: the broker refused or did not answer; run it again.
    """
    check_written(cluster.home)
    highest, act = committed().highest, None
    if installed.in_use(cluster.home) != highest:
        act = signing.allowed(cluster, "schemas", "adopt", str(highest), asked)
    write_private(cluster.home / installed.IN_USE, str(highest))
    if act is not None:
        tell(cluster, act)
    else:
        _tell(cluster, SchemasAdopted, str(highest), datetime.now(UTC))
    agreements = Versions(cluster.home / "agreements").latest()
    for agency in agreements.agencies.values():
        bundle.write(cluster, agency)
    return highest


def adopt_rules(cluster: Cluster, version: str, asked: Asked = NOBODY_ASKED) -> None:
    """Decisions follow those rules from here on, and `hub up` keeps to them.

    Raises:
        Stop: facts are not yet written by the schemas whose words they say.
        NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes; nothing was done.
        KafkaException: the broker refused or did not answer; run it again.
    """
    if installed.in_use(cluster.home) != committed().highest:
        raise Stop("other rules may say what is written by newer schemas: run hub schemas adopt")
    if version == rules_in_force.in_force(cluster.home):
        return
    act = signing.allowed(cluster, "rules", "adopt", version, asked)
    if act is not None:
        tell(cluster, act)
    else:
        _tell(cluster, RulesAdopted, version, datetime.now(UTC))
    rules_in_force.keep(cluster.home, version)


def adopt(cluster: Cluster, version: str, adoption: Fact) -> None:
    """Rules, build and agreements in force from here on; what is already changes nothing.

    A new installation writes by the newest schemas; another goes on writing as its earlier builds
    did, to which it may go back, until somebody adopts the new ones. So it is with rules.
    """
    if not (cluster.home / installed.INSTALLED).is_file():
        write_private(cluster.home / installed.IN_USE, str(committed().highest))
    now = datetime.now(UTC)
    if schemas := installed.in_use(cluster.home):
        _tell(cluster, SchemasAdopted, str(schemas), now)
    # The build before the rules: an earlier one may not have them, and its workers would end there.
    build = installed.build_fingerprint()
    offset = _tell(cluster, BuildAdopted, build, now)
    _tell(cluster, RulesAdopted, rules_in_force.keep(cluster.home), now)
    write_private(cluster.home / installed.INSTALLED, f"{build} {offset}")
    signing.say_adopted(cluster, adoption, version)


def _tell(cluster: Cluster, kind: type[OfVersion], version: str, now: datetime) -> int:
    event_id = sourced_id(DEPLOY, kind.kind(), f"{version}@{now.isoformat()}")
    return tell(cluster, kind(event_id=event_id, occurred_at=now, source=DEPLOY, version=version))
