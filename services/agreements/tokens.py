"""Whether a token of a sign-in service proves that somebody agrees to exactly one statement. Pure.

The statement is named by the token's `nonce`, so one sign-in signs one act and no other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key
from joserfc.jwt import JWTClaimsRegistry

from services.agreements.actors import SignIn, TokenKey, from_unpadded

LEEWAY_S = 60
"""How far the service's clock may be off. Source: local choice, see decision 12."""
CLAIMS = frozenset(
    {
        *("iss", "sub", "aud", "exp", "iat", "nbf", "nonce"),
        *("jti", "auth_time", "acr", "amr", "azp", "at_hash", "sid"),
    }
)
"""All a token may say: one that also tells a name or an address is refused, since the log would
keep it. Ask the service for scope `openid` alone."""


def proves(token: str, nonce: str, subject: str, sign_in: SignIn, at: datetime) -> bool:
    """Whether that service says, at that moment, that this subject agrees to that statement."""
    try:
        for part in token.split("."):
            from_unpadded(part)
    except ValueError:
        return False
    claims = next((said for key in sign_in.keys if (said := _opened(token, key)) is not None), None)
    if claims is None or not claims.keys() <= CLAIMS:
        return False
    registry = JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": sign_in.issuer},
        aud={"essential": True, "value": sign_in.audience},
        sub={"essential": True, "value": subject},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError:
        return False
    exactly = (claims["sub"], claims["nonce"]) == (subject, nonce)  # a list of one is none
    return exactly and claims["aud"] in (sign_in.audience, [sign_in.audience])


def _opened(token: str, key: TokenKey) -> dict[str, Any] | None:
    """What the token says, if that key signed it by its own algorithm."""
    try:
        known = import_key(key.model_dump(exclude_none=True))
        opened = jwt.decode(token, known, algorithms=[key.alg])
    except (JoseError, ValueError):
        return None
    return opened.claims if opened.header.get("kid") == key.kid else None
