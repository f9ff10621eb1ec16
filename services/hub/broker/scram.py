"""The agencies' passwords, as the broker knows them."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # there, but not in its types
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from services.hub.broker import passwords
from services.hub.broker.cluster import Cluster
from services.hub.broker.passwords import Slot

ITERATIONS = 8192
WAIT_S = 30.0
MECHANISMS = {
    Slot.SHA_512: ScramMechanism.SCRAM_SHA_512,
    Slot.SHA_256: ScramMechanism.SCRAM_SHA_256,
}


def ensure_scram(cluster: Cluster, slugs: Iterable[str]) -> None:
    """The broker accepts each agency with the passwords in its secret files; not a revoked one.

    Said again it changes nothing an agency would notice; sessions that stand go on.

    Raises:
        KafkaException: the broker refused or did not answer.
        NameRefused: no agency may be called so.
    """
    users = []
    for slug in sorted(set(slugs)):
        user = cluster.names.agency_user(slug)
        if passwords.standing(cluster.home, user).revoked_at is None:
            cluster.ensure_agency_secret(slug)
            users.append(user)
    for slot in Slot:  # apart: the broker changes a user once in one request
        have = [user for user in users if slot in passwords.filled(cluster.home, user)]
        _alter(cluster, [_upsertion(cluster, user, slot) for user in have])


def put(cluster: Cluster, user: str, slot: Slot) -> None:
    """The broker accepts the password in that slot's file.

    Raises:
        KafkaException: the broker refused or did not answer.
    """
    _alter(cluster, [_upsertion(cluster, user, slot)])


def drop(cluster: Cluster, users: Iterable[str], slots: Iterable[Slot] = Slot) -> None:
    """The broker knows no password of theirs in those slots; it did not have to know one.

    Raises:
        KafkaException: the broker refused or did not answer.
    """
    gone = sorted(set(users))
    for slot in slots:
        deletions: list[UserScramCredentialAlteration] = [
            UserScramCredentialDeletion(user, MECHANISMS[slot]) for user in gone
        ]
        _alter(cluster, deletions, but=KafkaError.RESOURCE_NOT_FOUND)


def known(admin: AdminClient, wait_s: float = WAIT_S) -> Mapping[str, frozenset[Slot]]:
    """Which slots the broker knows a password for, by user. Only the deploying principal may ask.

    Raises:
        KafkaException: the broker refused or did not answer.
    """
    asked = admin.describe_user_scram_credentials(request_timeout=wait_s)
    users = asked.result() if isinstance(asked, Future) else {}  # asked of all, it is a future
    of_mechanism = {mechanism: slot for slot, mechanism in MECHANISMS.items()}
    return {
        user: frozenset(of_mechanism[one.mechanism] for one in found.scram_credential_infos)
        for user, found in users.items()
    }


def _upsertion(cluster: Cluster, user: str, slot: Slot) -> UserScramCredentialUpsertion:
    info = ScramCredentialInfo(MECHANISMS[slot], ITERATIONS)
    password = passwords.file_of(cluster.home, user, slot).read_bytes()
    return UserScramCredentialUpsertion(user, info, password)


def _alter(
    cluster: Cluster, changes: list[UserScramCredentialAlteration], but: int | None = None
) -> None:
    if not changes:
        return
    admin = AdminClient(cluster.admin_config())
    answers = admin.alter_user_scram_credentials(changes, request_timeout=WAIT_S)
    for future in answers.values():
        try:
            future.result()
        except KafkaException as refused:
            if refused.args[0].code() != but:
                raise
