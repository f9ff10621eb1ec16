"""Who acts for an agency: enrolled identities and their roles, as its officer signs them.

An identity is an opaque number with a public key, or with a number at the agency's own sign-in
service; never a name. Private keys are their owners' and no part of any agreement.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Wrong = Iterator[tuple[tuple[str | int, ...], str, str]]
"""Place in the file, what is wrong there, and what to write."""


class Role(StrEnum):
    """In which capacity somebody acts. Source: local choice, see decision 12."""

    CO_ORDINATOR = "co-ordinator"
    LEAD_OFFICER = "lead-officer"
    CONTACT = "contact"
    INFORMATION_GOVERNANCE_OFFICER = "information-governance-officer"
    ON_CALL = "on-call"
    """Keeps the hub running and sees no person's data."""


def unpadded(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_unpadded(text: str) -> bytes:
    """The bytes; only the one text that `unpadded` makes of them is taken.

    Raises:
        ValueError: it is another.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    if unpadded(raw) != text:
        raise ValueError("not the shortest base64url")
    return raw


def _is_key(text: str) -> str:
    if len(from_unpadded(text)) != 32:
        raise ValueError("not an Ed25519 public key: 43 letters of base64url")
    return text


ActorId = Annotated[str, Field(pattern=r"^a-[0-9a-f]{12}$")]
"""Made by chance at enrolment, so that nobody's name can be written there."""
Ed25519Key = Annotated[str, Field(max_length=64), AfterValidator(_is_key)]
Subject = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:|-]+$", max_length=120)]
"""A sign-in service's number of somebody; no mail address."""
Day = Annotated[date, Field(strict=True)]
_KeyPart = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=1024)]


class _Signed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class TokenKey(_Signed):
    """A public key of a sign-in service as JWK; a private part is refused as unknown field."""

    kid: Annotated[str, Field(min_length=1, max_length=120)]
    kty: Literal["RSA", "EC", "OKP"]
    alg: Literal["RS256", "PS256", "ES256", "Ed25519"]
    n: _KeyPart | None = None
    e: _KeyPart | None = None
    crv: _KeyPart | None = None
    x: _KeyPart | None = None
    y: _KeyPart | None = None


class SignIn(_Signed):
    """An agency's own sign-in service (OpenID Connect), and the keys it signs tokens with.

    The keys stand here, not behind an address: what was signed has to be provable by position, in
    ten years too. `hub actor sign-in` brings them from the service's JWKS.
    """

    issuer: Annotated[str, Field(pattern=r"^https://[^\s?#]+$", max_length=200)]
    audience: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]+$", max_length=120)]
    keys: Annotated[tuple[TokenKey, ...], Field(min_length=1)]


class Enrolled(_Signed):
    """One identity that may act for the agency."""

    actor: ActorId
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    key: Ed25519Key | None = None
    subject: Subject | None = None
    until: Day
    """The last day it may act, London time."""


class Enrols(Protocol):
    """What an agreement says of those who act for its agency."""

    @property
    def actors(self) -> tuple[Enrolled, ...]: ...  # noqa: D102

    @property
    def sign_in(self) -> SignIn | None: ...  # noqa: D102


_ANOTHERS = "is another's: everybody has their own"


def wrong(agreement: Enrols, *, service: bool) -> Wrong:
    """What is wrong with those enrolled in one file."""
    if service and agreement.actors:
        yield ("actors",), "nobody acts for a service of the hub", "take the section out"
    for at, one in enumerate(agreement.actors):
        before = agreement.actors[:at]
        if one.actor in {other.actor for other in before}:
            yield ("actors", at, "actor"), "enrolled twice", "take one out"
        if (one.key is None) == (one.subject is None):
            yield ("actors", at), "has either a key or a subject", "write one of key: and subject:"
        if one.subject is not None and agreement.sign_in is None:
            why, write = "the file names no sign_in", "run: hub actor sign-in"
            yield ("actors", at, "subject"), why, write
        if one.key is not None and one.key in {other.key for other in before}:
            yield ("actors", at, "key"), _ANOTHERS, "run hub actor enrol for each"
        if one.subject is not None and one.subject in {other.subject for other in before}:
            yield ("actors", at, "subject"), _ANOTHERS, "write the number of each"
        if len(set(one.roles)) != len(one.roles):
            yield ("actors", at, "roles"), "written twice", "take one out"


def shared(files: Sequence[Enrols]) -> Iterable[tuple[int, int]]:
    """Which file, and which of its actors, has the number or key of one in a file before."""
    seen: set[str] = set()
    for file, agreement in enumerate(files):
        mine = [
            (at, {one.actor, *([one.key] if one.key else [])})
            for at, one in enumerate(agreement.actors)
        ]
        yield from ((file, at) for at, marks in mine if marks & seen)
        seen |= {mark for _, marks in mine for mark in marks}
