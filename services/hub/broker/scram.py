"""The agencies' passwords, as the broker knows them."""

from collections.abc import Iterable

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from services.hub.broker.cluster import Cluster

ITERATIONS = 8192
WAIT_S = 30.0


def ensure_scram(cluster: Cluster, slugs: Iterable[str]) -> None:
    """The broker accepts each agency with the password in its secret file.

    Said again it changes nothing an agency would notice; sessions that stand go on.

    Raises:
        KafkaException: the broker refused or did not answer.
        NameRefused: no agency may be called so.
    """
    credential = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    changes: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(
            cluster.names.agency_user(slug),
            credential,
            cluster.ensure_agency_secret(slug).read_bytes(),
        )
        for slug in sorted(set(slugs))
    ]
    if not changes:
        return
    admin = AdminClient(cluster.admin_config())
    for future in admin.alter_user_scram_credentials(changes).values():
        future.result(timeout=WAIT_S)
