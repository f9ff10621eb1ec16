"""Which acts need a person, in which role, and how many; and whether a signed one counts. Pure.

What is signed is everything the act says, for whom it was signed, and in which role: so a signature
counts for one act, once, in one installation. Source: design §3; roles are a local choice, see
decision 12.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schemas.base import PersonId, sourced_id
from schemas.catalogue import BY_KIND
from schemas.log import Decided, GrantSuspended, Signer
from services.agreements import tokens
from services.agreements.actors import Enrolled, Role, SignIn, from_unpadded
from services.agreements.compile import Agency, Agreements, ends_at
from services.runtime.faults import Refused

FRESH = timedelta(hours=24)
"""How long after it was made an act may come to the door. Source: local choice, see decision 12."""
AHEAD = timedelta(minutes=5)
"""How far the clock of who signs may be ahead of the broker's. Source: as above."""
CARRIED_BY = "deploy"
"""Who carries every act to the door."""
_MOMENT = "%Y%m%dT%H%M%SZ"
_HOLD = re.compile(r"([a-z]+)-[0-9]{1,4}-([0-9]{1,18})")
CAME_WITH_A_BUILD = frozenset({"2026-1", "2026-2", "2026-3"})
"""Rules that no people adopted: `hub up` did, until there was `hub rules adopt`."""
NOBODY = Signer(actor="nobody", role="nobody", agency="nobody", proof="-")
"""Stands where nobody has signed yet."""


@dataclass(frozen=True)
class Act:
    """What one kind of act asks for."""

    what: str
    outcome: str
    words: str
    """As in "may …"."""
    roles: frozenset[Role]
    people: int
    reasons: tuple[str, ...]
    """Those it may be for; the first is meant where none is said."""
    own: bool = False
    """Also by people of the agency it is about; otherwise the Responsible Authority's alone."""
    from_the_first: bool = False
    """Refused also while nobody is enrolled at all; others are not yet asked for people then."""

    @property
    def name(self) -> str:
        """How it is called: matter and outcome."""
        return f"{self.what} {self.outcome}"


_RUNS = frozenset({Role.ON_CALL, Role.CO_ORDINATOR})
_ANSWERS = frozenset({Role.LEAD_OFFICER, Role.CO_ORDINATOR})
_GOVERNS = frozenset({Role.INFORMATION_GOVERNANCE_OFFICER})

_TABLE = (
    Act(
        "hold",
        "release",
        "let a service decide again for a held person",
        _RUNS,
        1,
        ("mended",),
        from_the_first=True,
    ),
    Act(
        "hold",
        "skip",
        "leave the fact a rule failed on out for good",
        _ANSWERS,
        1,
        ("cannot-be-decided", "known-to-be-wrong"),
        from_the_first=True,
    ),
    Act(
        "credential",
        "revoke",
        "shut a principal out",
        _RUNS | _GOVERNS,
        2,
        ("may-be-stolen", "misused", "agency-left", "exercise"),
        own=True,
    ),
    Act(
        "credential",
        "reinstate",
        "let a revoked principal in again",
        _RUNS | _GOVERNS,
        2,
        ("renewed", "exercise"),
    ),
    Act("schemas", "adopt", "write facts by newer schemas for good", _RUNS, 1, ("build-stays",)),
    Act("rules", "compare", "see whom other rules would affect", _ANSWERS, 1, ("law-changed",)),
    Act("rules", "adopt", "decide by other rules", _ANSWERS, 2, ("law-changed", "mistaken")),
    Act("agreements", "widen", "let somebody say or know more", _GOVERNS, 2, ("agreed",)),
    Act(
        "register",
        "consult",
        "look a person up in the register",
        _ANSWERS,
        1,
        ("supervision", "review", "request"),
        from_the_first=True,
    ),
    Act(
        "register",
        "list",
        "list whose duties are due, who leaves custody or who is in the register",
        _ANSWERS,
        1,
        ("supervision", "review", "request"),
        from_the_first=True,
    ),
    Act(
        "register",
        "count",
        "count who is managed",
        frozenset({Role.CO_ORDINATOR}),
        1,
        ("board", "review", "request"),
        own=True,
        from_the_first=True,
    ),
    Act(
        "inbox",
        "suspend",
        "let what an agency is told wait",
        _RUNS | _GOVERNS,
        1,
        ("being-looked-into", "incident", "asked-for", "exercise"),
        own=True,
    ),
    Act(
        "inbox",
        "release",
        "let it have what waited, as far as it still may",
        _ANSWERS | _GOVERNS,
        1,
        ("cleared", "exercise"),
    ),
    Act(
        "inbox",
        "skip",
        "leave out for good all that waited",
        _ANSWERS | _GOVERNS,
        2,
        ("told-otherwise", "agency-left", "exercise"),
    ),
    Act(
        "inbox",
        "expire",
        "leave out for good what waited since before a day",
        _ANSWERS | _GOVERNS,
        2,
        ("too-old", "exercise"),
    ),
    Act(
        "notice",
        "recall",
        "recall a notice that told what was not its receiver's to know",
        _GOVERNS,
        2,
        ("wrong-person", "too-much"),
        from_the_first=True,
    ),
    Act(
        "notice",
        "reported",
        "say that the Information Commissioner was told of a recalled notice",
        _GOVERNS,
        1,
        ("told-the-commissioner",),
        from_the_first=True,
    ),
    Act(
        "notice",
        "no-risk",
        "decide that a recalled notice is no risk to anybody, so that it is not reported",
        _GOVERNS,
        2,
        ("destroyed-unread", "recovered", "unlikely-to-harm"),
        from_the_first=True,
    ),
    Act(
        "breach",
        "found",
        "decide that a duty not done in time is a breach",
        frozenset({Role.LEAD_OFFICER}),
        1,
        ("not-notified", "notified-late", "false-information"),
        from_the_first=True,
    ),
    Act(
        "breach",
        "excused",
        "decide that a duty not done in time is excused",
        frozenset({Role.LEAD_OFFICER}),
        1,
        ("reasonable-excuse", "notified-elsewhere", "recorded-late", "mistaken"),
        from_the_first=True,
    ),
    Act("rows", "rebuild", "make a service's rows anew", _RUNS, 1, ("lost", "unreadable")),
    Act("copy", "restore", "put the hub of a copy in force", _RUNS, 2, ("lost", "exercise")),
)
ACTS = {(act.what, act.outcome): act for act in _TABLE}
"""By matter and outcome."""


def unsigned(
    act: Act,
    subject: str,
    at: datetime,
    installation: str,
    *,
    reasons: tuple[str, ...] = (),
    person_id: PersonId | None = None,
) -> Decided:
    """The act before anybody has signed it."""
    fact = Decided(
        event_id=UUID(int=0),
        occurred_at=at,
        source=CARRIED_BY,
        person_id=person_id,
        what=act.what,
        outcome=act.outcome,
        subject=subject,
        reasons=reasons or act.reasons[:1],
        installation=installation,
        by=NOBODY,
    )
    return fact.model_copy(update={"event_id": id_of(fact)})


def sign(fact: Decided, signer: Signer, prove: Callable[[bytes], str]) -> Decided:
    """The act with one more name under it; said again by who signed first, it stays as it is."""
    second = fact.by != NOBODY
    if second and fact.by.actor == signer.actor:
        return fact
    proof = prove(statement(fact, signer, second=second))
    proven = signer.model_copy(update={"proof": proof})
    return fact.model_copy(update={"second" if second else "by": proven})


def statement(fact: Decided, signer: Signer, *, second: bool) -> bytes:
    """The bytes that are signed; `proof` of the signer is not looked at."""
    said = {
        **_act(fact),
        "actor": signer.actor,
        "role": signer.role,
        "agency": signer.agency,
        "second": second,
    }
    return _canonical(said)


def nonce(said: bytes) -> str:
    """What a token has to hold as its `nonce` to be about that statement."""
    return sha256(said).hexdigest()


def id_of(fact: Decided) -> UUID:
    """The id of that act: of all it says, but not of who signed it."""
    number = blake2b(_canonical(_act(fact)), digest_size=16).hexdigest()
    return sourced_id(CARRIED_BY, Decided.kind(), number)


def _act(fact: Decided) -> dict[str, object]:
    return {
        "format": "mappa-hub/decided/1",
        "what": fact.what,
        "outcome": fact.outcome,
        "subject": fact.subject,
        "reasons": fact.reasons,
        "person": None if fact.person_id is None else str(fact.person_id),
        "at": fact.occurred_at.isoformat(),
        "installation": fact.installation,
        "source": fact.source,
    }


def _canonical(said: dict[str, object]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def hold_number(service: str, partition: int, failed_at: int) -> str:
    """What an act about a hold is about: nobody's number, only where the rule failed."""
    return f"{service}-{partition}-{failed_at}"


def hold_of(subject: str) -> tuple[str, str] | None:
    """The service that holds, and where its rule failed, as written; None: that is no hold."""
    found = _HOLD.fullmatch(subject)
    return None if found is None else (found[1], found[2])


def of_grant(agency: str, about: str, day: str = "") -> str:
    """What an act about one grant is about; with the day before which what waited expires."""
    return f"grant-{agency}:{BY_KIND[about].topic_part}{day and f':{day}'}"


def is_of_grant(subject: str, fact: GrantSuspended) -> bool:
    """Whether an act of that subject is about the grant which that fact names."""
    mine = of_grant(fact.agency, fact.about)
    return subject == mine or subject.startswith(f"{mine}:")


def is_about(subject: str, agency: str) -> bool:
    """Whether an act of that subject is about that agency, or about one grant of it."""
    return subject == f"agency-{agency}" or subject.startswith(f"grant-{agency}:")


def recall_number(notice_ref: UUID, aware_at: datetime | None = None) -> str:
    """What an act about a recall is about: the notice, and when it was known, if before the act."""
    known = "" if aware_at is None else f":{aware_at.astimezone(UTC):{_MOMENT}}"
    return f"{notice_ref}{known}"


def recall_of(act: Decided) -> tuple[UUID, datetime] | None:
    """The notice an act recalls, and when that was known to be wrong; None: it is no such act."""
    number, _, known = act.subject.partition(":")
    try:
        aware_at = datetime.strptime(known, _MOMENT).replace(tzinfo=UTC) if known else None
        found = UUID(number), aware_at or act.occurred_at
    except ValueError:
        return None
    return found if act.subject == recall_number(found[0], aware_at) else None


def deadline_of(act: Decided) -> str | None:
    """The deadline an act about a breach is about, as the register numbers it; None: it is none."""
    try:
        number = str(UUID(act.subject))
    except ValueError:
        return None
    return number if number == act.subject else None


def anybody(agreements: Agreements) -> bool:
    """Whether anybody is enrolled: from then on every act takes its people."""
    return any(agency.agreement.actors for agency in agreements.agencies.values())


def enrolled(agreements: Agreements, signer: Signer) -> tuple[Agency, Enrolled] | None:
    """The identity as its agency's file has it, or None."""
    agency = agreements.agencies.get(signer.agency)
    if agency is None:
        return None
    found = (one for one in agency.agreement.actors if one.actor == signer.actor)
    one = next(found, None)
    return None if one is None else (agency, one)


def able(agreements: Agreements, act: Act, at: datetime, subject: str = "") -> Iterator[Signer]:
    """Everybody who could sign that act at that moment, in each role that would do; no proofs."""
    for slug, agency in agreements.agencies.items():
        if not _may_decide(agreements, act, slug, subject):
            continue
        for one in agency.agreement.actors:
            if at < ends_at(one.until):
                for role in one.roles:
                    if role in act.roles:
                        yield Signer(actor=one.actor, role=role, agency=slug, proof="-")


def check(fact: Decided, at: datetime, agreements: Agreements, installation: str) -> Act:
    """The act, if it counts where it came at that moment under those agreements.

    Raises:
        Refused: it does not.
    """
    act = ACTS.get((fact.what, fact.outcome))
    if act is None:
        raise Refused("no-such-act", "outcome")
    if fact.event_id != id_of(fact) or fact.caused_by is not None:
        raise Refused("not-this-act", "event_id")
    if fact.installation != installation:
        raise Refused("another-installation", "installation")
    if at - fact.occurred_at > FRESH:
        raise Refused("stale", "occurred_at")
    if fact.occurred_at - at > AHEAD:
        raise Refused("in-the-future", "occurred_at")
    if not fact.reasons or not set(fact.reasons) <= set(act.reasons):
        raise Refused("no-reason", "reasons")
    if (fact.second is None) != (act.people == 1):
        raise Refused("not-as-many-as-it-takes", "second")
    _one_signs(act, fact, fact.by, at, agreements)
    if fact.second is not None:
        _one_signs(act, fact, fact.second, at, agreements)
        if fact.second.actor == fact.by.actor:
            raise Refused("same-person", "second.actor")
    return act


def _one_signs(
    act: Act, fact: Decided, signer: Signer, at: datetime, agreements: Agreements
) -> None:
    second = signer is fact.second
    place = "second" if second else "by"
    found = enrolled(agreements, signer)
    if found is None:
        raise Refused("not-enrolled", f"{place}.actor")
    agency, one = found
    if at >= ends_at(one.until):
        raise Refused("enrolment-ended", f"{place}.actor")
    if signer.role not in one.roles:
        raise Refused("role-not-held", f"{place}.role")
    if signer.role not in act.roles:
        raise Refused("role-may-not", f"{place}.role")
    if not _may_decide(agreements, act, signer.agency, fact.subject):
        raise Refused("agency-may-not", f"{place}.agency")
    said = statement(fact, signer, second=second)
    if not _proves(signer.proof, said, one, agency.agreement.sign_in, at):
        raise Refused("not-signed", f"{place}.proof")


def _may_decide(agreements: Agreements, act: Act, agency: str, subject: str) -> bool:
    """The Responsible Authority bodies decide about the hub; some acts an agency about itself."""
    if agreements.is_responsible_authority(agency):
        return True
    return act.own and is_about(subject, agency)


def _proves(proof: str, said: bytes, one: Enrolled, sign_in: SignIn | None, at: datetime) -> bool:
    if one.key is not None:
        try:
            Ed25519PublicKey.from_public_bytes(from_unpadded(one.key)).verify(
                from_unpadded(proof), said
            )
        except (InvalidSignature, ValueError):
            return False
        return True
    if one.subject is None or sign_in is None:
        return False
    return tokens.proves(proof, nonce(said), one.subject, sign_in, at)
