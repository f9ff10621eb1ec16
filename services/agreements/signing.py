"""How somebody signs: private keys in their owner's folder, acts that wait for a second person.

A private key is a file only its owner may open, in a folder of theirs outside the repository. An
act that two people must sign waits beside the installation; the second says the same command.
"""

from __future__ import annotations

import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import ValidationError

from schemas.base import Fact, PersonId
from schemas.log import Decided, Signer
from services.agreements import acts
from services.agreements.actors import Enrolled, unpadded
from services.agreements.acts import ACTS, FRESH, Act
from services.agreements.adopt import adopted, tell
from services.agreements.compile import Agreements, ends_at
from services.agreements.references import References
from services.agreements.versions import ADOPTED, Versions
from services.agreements.widening import takes_two
from services.hub.broker.cluster import Cluster
from services.hub.broker.private import private_directory, write_private
from services.runtime.faults import Fault, Refused, Unavailable

KEYS = Path("~/.config/hub/actors")
"""Where somebody's own keys are, unless they say otherwise."""
keys_option = click.option(
    "--keys",
    type=click.Path(file_okay=False, path_type=Path),
    default=KEYS,
    show_default=True,
    envvar="HUB_ACTOR_KEYS",
    help="Your own folder of private keys; never one in a repository.",
)
_LIST = "Who is enrolled: hub actor list"


@dataclass(frozen=True)
class Asked:
    """Who says that they act, with keys from where, and why."""

    actors: tuple[str, ...] = ()
    keys: Path = KEYS
    reasons: tuple[str, ...] = ()


class NobodyActs(Fault):
    """An act that takes a person was asked for without one."""


class NotYet(Fault):
    """Signed, but not by all it takes; nothing was done."""


class NotAllowed(Fault):
    """Refused; that it was asked is in the log."""


def acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that acts for somebody: `--as`, `--keys` and `--reason` are its `asked`."""

    @wraps(command)
    def asked(
        *args: Any,  # noqa: ANN401
        actors: tuple[str, ...],
        keys: Path,
        reasons: tuple[str, ...],
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        return command(*args, asked=Asked(actors, keys, reasons), **options)

    for option in (
        click.option(
            "--reason", "reasons", multiple=True, metavar="WORD", help="Why: hub actor acts."
        ),
        keys_option,
        click.option(
            "--as",
            "actors",
            multiple=True,
            metavar="ACTOR",
            envvar="HUB_ACTOR",
            help="Who acts (HUB_ACTOR); again for a second person.",
        ),
    ):
        asked = option(asked)
    return asked


def new_actor() -> str:
    """A number nobody has."""
    return f"a-{secrets.token_hex(6)}"


def enrol(keys: Path) -> tuple[str, str]:
    """A new identity: its number, and its public key; the private one is in that folder."""
    actor = new_actor()
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(private_directory(keys.expanduser()) / f"{actor}.pem", pem)
    return actor, unpadded(_public(private))


def decide(
    cluster: Cluster,
    what: str,
    outcome: str,
    subject: str,
    asked: Asked,
    *,
    person_id: PersonId | None = None,
) -> Decided | None:
    """The act, signed by all it takes and known to the broker; one refused is told of too.

    None where nobody is enrolled yet and the act asks for people only once somebody is.

    Raises:
        NobodyActs, NotYet, NotAllowed: nothing may be done.
        KafkaException: the broker refused or did not answer.
    """
    fact = allowed(cluster, what, outcome, subject, asked, person_id=person_id)
    if fact is not None:
        tell(cluster, fact)
    return fact


def allowed(
    cluster: Cluster,
    what: str,
    outcome: str,
    subject: str,
    asked: Asked,
    *,
    person_id: PersonId | None = None,
) -> Decided | None:
    """As `decide`, but the broker is told by the caller, of what was not refused.

    Raises:
        NobodyActs, NotYet, NotAllowed: nothing may be done.
        KafkaException: the broker refused or did not answer.
    """
    agreements = Versions(cluster.home / "agreements").latest()
    if not acts.anybody(agreements) and not ACTS[what, outcome].from_the_first:
        return None
    fact, refusal = signed(cluster.home, what, outcome, subject, asked, person_id=person_id)
    if refusal is not None:
        tell(cluster, fact)
        raise refusal
    return fact


def adoption(cluster: Cluster, after: Agreements, asked: Asked) -> Fact:
    """What is said so that these agreements come into force: an act of two, where they widen.

    Raises:
        NobodyActs, NotYet, NotAllowed: they widen, and it is not signed as that takes.
    """
    wider = widening(cluster.home, after)
    if not wider:
        return adopted(after.version, datetime.now(UTC))
    try:
        fact, refusal = signed(cluster.home, "agreements", "widen", after.version, asked)
    except (NobodyActs, NotYet) as missing:
        lines = (*(f"^ wider: {line}" for line in wider), str(missing))
        raise type(missing)("\n".join(lines)) from None
    if refusal is not None:
        tell(cluster, fact)
        raise refusal
    return fact


def widening(home: Path, after: Agreements) -> list[str]:
    """What two people have to agree to before these agreements come into force, in words."""
    before = Versions(home / "agreements").adopted()
    return [] if before is None else takes_two(before, after)


def say_adopted(cluster: Cluster, fact: Fact, version: str) -> None:
    """The broker has it, and that it has is known here.

    Raises:
        KafkaException: the broker refused or did not answer.
    """
    tell(cluster, fact)
    write_private(private_directory(cluster.home / "agreements") / ADOPTED, version)


def signed(
    home: Path,
    what: str,
    outcome: str,
    subject: str,
    asked: Asked,
    *,
    person_id: PersonId | None = None,
) -> tuple[Decided, NotAllowed | None]:
    """The act as it was signed, and why it does not count, by the agreements applied last.

    Raises:
        NobodyActs, NotYet: it is not signed by all it takes.
    """
    desk = Desk(Versions(home / "agreements").latest(), installation(home), home / "acts")
    return signed_at(desk, ACTS[what, outcome], subject, asked, person_id=person_id)


@dataclass(frozen=True)
class Desk:
    """Where something is signed."""

    agreements: Agreements
    """Those by which it counts."""
    installation: str
    """For which it counts."""
    waiting: Path
    """Where an act waits for its second signature."""


def signed_at(
    desk: Desk, act: Act, subject: str, asked: Asked, *, person_id: PersonId | None = None
) -> tuple[Decided, NotAllowed | None]:
    """The act as it was signed, and why it does not count, by the agreements of that desk.

    Raises:
        NobodyActs, NotYet: it is not signed by all it takes.
    """
    agreements, now = desk.agreements, datetime.now(UTC)
    if not asked.actors:
        raise NobodyActs(_who_may(act, agreements, subject, now))
    if set(asked.reasons) - set(act.reasons):
        raise NobodyActs(f"A reason to {act.words} is one of: {', '.join(act.reasons)}")
    draft = acts.unsigned(
        act, subject, now, desk.installation, reasons=asked.reasons, person_id=person_id
    )
    waiting = _Waiting(desk.waiting)
    fact = waiting.same_as(draft, now) or draft
    for actor in asked.actors:
        agency, one = _enrolled(agreements, actor)
        able = acts.able(agreements, act, now, subject)
        role = next((may.role for may in able if may.actor == actor), str(one.roles[0]))
        signer = Signer(actor=actor, role=role, agency=agency, proof="-")
        fact = acts.sign(fact, signer, _proof(fact, one, asked.keys.expanduser(), waiting))
    if act.people > 1 and fact.second is None:
        waiting.keep(fact)
        raise NotYet(
            f"Signed by one of {act.people}; nothing was done. Another person now runs the same "
            f"command with --as ACTOR, within {FRESH.total_seconds() / 3600:.0f} hours."
        )
    waiting.done(fact)
    try:
        acts.check(fact, now, agreements, fact.installation)
    except Refused as refused:
        return fact, NotAllowed(
            f"{fact.by.actor} may not {act.words}: {refused}. That it was asked is recorded. "
            "Who may: hub actor acts"
        )
    return fact, None


def installation(home: Path) -> str:
    """For which installation is signed.

    Raises:
        Unavailable: there is none yet.
    """
    try:
        return References((home / "secrets" / "references").read_bytes()).installation
    except FileNotFoundError:
        raise Unavailable(f"no hub was set up in {home}; run: hub up --home {home}") from None


def _enrolled(agreements: Agreements, actor: str) -> tuple[str, Enrolled]:
    """The identity, and in whose file."""
    for slug, agency in agreements.agencies.items():
        for one in agency.agreement.actors:
            if one.actor == actor:
                return slug, one
    raise NobodyActs(f"Nobody is enrolled under that number. {_LIST}")


def _proof(fact: Decided, one: Enrolled, keys: Path, waiting: _Waiting) -> Callable[[bytes], str]:
    if one.key is not None:
        return lambda said: _by_key(keys / f"{one.actor}.pem", said)
    return lambda said: _by_token(keys / f"{one.actor}.jwt", said, fact, waiting)


def shown_to_be(
    agreements: Agreements, actor: str, keys: Path, at: datetime
) -> tuple[str, Enrolled]:
    """In whose file that identity is enrolled, and as what, once its own key has shown it to be it.

    Raises:
        NobodyActs: it is not enrolled, or no more, or the key is another; or it shows tokens, which
            are made for one act each.
    """
    slug, one = _enrolled(agreements, actor)
    if at >= ends_at(one.until):
        raise NobodyActs(f"That enrolment has ended. {_LIST}")
    if one.key is None:
        raise NobodyActs("Who signs in with a token cannot ask yet: enrol a key beside it")
    if unpadded(_public(_private(keys.expanduser() / f"{actor}.pem"))) != one.key:
        raise NobodyActs(f"That key is not the one enrolled. {_LIST}")
    return slug, one


def _by_key(file: Path, said: bytes) -> str:
    return unpadded(_private(file).sign(said))


def _private(file: Path) -> Ed25519PrivateKey:
    if not file.is_file():
        raise NobodyActs(f"No key of yours is at {file}: say where with --keys")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise NobodyActs(f"Others can open {file}; a key is its owner's alone: chmod 600")
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NobodyActs(f"{file} holds no private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NobodyActs(f"{file} holds no Ed25519 key")
    return key


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _by_token(file: Path, said: bytes, fact: Decided, waiting: _Waiting) -> str:
    """The token in that file; until one made for this act is there, the act waits unsigned."""
    token = file.read_text().strip() if file.is_file() else ""
    if token and file.stat().st_mtime >= fact.occurred_at.timestamp():
        return token
    waiting.keep(fact)
    raise NotYet(
        f"Sign in with scope openid and nonce {acts.nonce(said)}, put the ID token into {file}, "
        "and run the same command again."
    )


class _Waiting:
    """Acts that wait for a signature; each a file of its own, and none older than a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def same_as(self, draft: Decided, now: datetime) -> Decided | None:
        """The one that decides the same, if one waits."""
        for file in sorted(self._folder.glob("*.json")):
            fact = _read(file)
            if fact is None or now - fact.occurred_at > FRESH:
                file.unlink(missing_ok=True)
            elif _matter(fact) == _matter(draft):
                return fact
        return None

    def keep(self, fact: Decided) -> None:
        write_private(
            private_directory(self._folder) / f"{fact.event_id}.json", fact.model_dump_json()
        )

    def done(self, fact: Decided) -> None:
        (self._folder / f"{fact.event_id}.json").unlink(missing_ok=True)


def _matter(fact: Decided) -> tuple[object, ...]:
    return fact.what, fact.outcome, fact.subject, fact.person_id, fact.installation


def _read(file: Path) -> Decided | None:
    with suppress(ValidationError, OSError):
        return Decided.model_validate_json(file.read_bytes())
    return None


def _who_may(act: Act, agreements: Agreements, subject: str, now: datetime) -> str:
    able = sorted({signer.actor for signer in acts.able(agreements, act, now, subject)})
    many = "Two people have" if act.people > 1 else "Somebody has"
    start = f"{many} to answer for that: say who with --as ACTOR, or HUB_ACTOR."
    if len(able) < act.people:
        return f"{start} Not enough people are enrolled who may: hub actor enrol"
    return f"{start} Who may {act.words}: {', '.join(able)}. {_LIST}"
