"""Invented people who act in the simulation and in tests; their keys are made of their numbers.

Nobody of them can be enrolled in a real hub by accident: anybody can make these keys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from schemas.base import PersonId
from schemas.log import Decided, Signer
from services.agreements import acts
from services.agreements.actors import Enrolled, Role, SignIn, unpadded
from services.agreements.compile import Agreements, fingerprint


@dataclass(frozen=True)
class Invented:
    """Somebody who is enrolled with one role in one agency's file."""

    number: int
    role: Role
    agency: str

    @property
    def actor(self) -> str:
        """The identity."""
        return f"a-{self.number:012x}"

    @property
    def key(self) -> Ed25519PrivateKey:
        """The private key; no secret."""
        return Ed25519PrivateKey.from_private_bytes(sha256(self.actor.encode()).digest())

    @property
    def enrolled(self) -> Enrolled:
        """As the agency's file has it."""
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Enrolled(
            actor=self.actor,
            roles=(self.role,),
            key=unpadded(public),
            until=date(2099, 12, 31),
        )

    def signs(self, fact: Decided) -> Decided:
        """The act with this name under it."""
        signer = Signer(actor=self.actor, role=self.role, agency=self.agency, proof="-")
        return acts.sign(fact, signer, lambda said: unpadded(self.key.sign(said)))


ON_CALL = Invented(1, Role.ON_CALL, "derbyshire-police")
CO_ORDINATOR = Invented(2, Role.CO_ORDINATOR, "probation")
LEAD = Invented(3, Role.LEAD_OFFICER, "probation")
GOVERNS = Invented(4, Role.INFORMATION_GOVERNANCE_OFFICER, "derbyshire-police")
GOVERNS_TOO = Invented(5, Role.INFORMATION_GOVERNANCE_OFFICER, "probation")
CONTACT = Invented(6, Role.CONTACT, "derby-housing")
OF_HOUSING = Invented(7, Role.INFORMATION_GOVERNANCE_OFFICER, "derby-housing")
ALSO_OF_HOUSING = Invented(8, Role.CO_ORDINATOR, "derby-housing")
EVERYBODY = (
    *(ON_CALL, CO_ORDINATOR, LEAD, GOVERNS),
    *(GOVERNS_TOO, CONTACT, OF_HOUSING, ALSO_OF_HOUSING),
)


def decided(
    what: str,
    outcome: str,
    subject: str,
    *people: Invented,
    at: datetime,
    installation: str,
    person_id: PersonId | None = None,
) -> Decided:
    """That act, signed by these."""
    fact = acts.unsigned(acts.ACTS[what, outcome], subject, at, installation, person_id=person_id)
    for one in people:
        fact = one.signs(fact)
    return fact


def enrol(agreements: Agreements, *people: Invented) -> Agreements:
    """The agreements with these enrolled, or with everybody."""
    enrolled = people or EVERYBODY
    for slug in agreements.agencies:
        mine = tuple(one.enrolled for one in enrolled if one.agency == slug)
        agreements = enrol_in(agreements, slug, mine)
    return agreements


def enrol_in(
    agreements: Agreements, slug: str, actors: tuple[Enrolled, ...], sign_in: SignIn | None = None
) -> Agreements:
    """The agreements with exactly these in that agency's file."""
    agency = agreements.agencies[slug]
    actors_of_it = {"actors": actors, "sign_in": sign_in}
    agency = replace(agency, agreement=agency.agreement.model_copy(update=actors_of_it))
    receivers = {**agreements.receivers, slug: agency}
    return replace(
        agreements,
        version=fingerprint(one.agreement for one in receivers.values()),
        agencies={**agreements.agencies, slug: agency},
        receivers=receivers,
    )
