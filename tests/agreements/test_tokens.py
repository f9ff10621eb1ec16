"""A token of a sign-in service proves one act, by keys that stand in the agreement; no network."""

from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import ValidationError

from services.agreements import acts
from services.agreements.actors import Enrolled, Role, SignIn, TokenKey
from services.agreements.compile import Agreements
from services.agreements.tokens import proves
from services.hub.simulation import people
from tests.agreements.makers import committed
from tests.agreements.test_acts import HERE, refusal
from tests.makers import NOON

ISSUER, AUDIENCE, SUBJECT, NONCE = "https://login.example.invalid/t", "hub", "00-someone", "n" * 64
KINDS = ("RSA", "EC", "OKP")
ALGORITHMS = {"RSA": "RS256", "EC": "ES256", "OKP": "Ed25519"}


@cache
def key(kind: str) -> Any:
    if kind == "RSA":
        return RSAKey.generate_key(2048, {"kid": kind})
    if kind == "EC":
        return ECKey.generate_key("P-256", {"kid": kind})
    return OKPKey.generate_key("Ed25519", {"kid": kind})


def public(kind: str) -> TokenKey:
    return TokenKey.model_validate({**key(kind).as_dict(private=False), "alg": ALGORITHMS[kind]})


SIGN_IN = SignIn(issuer=ISSUER, audience=AUDIENCE, keys=tuple(public(kind) for kind in KINDS))


def token(kind: str = "EC", header: dict[str, Any] | None = None, **claims: Any) -> str:
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": SUBJECT,
        "nonce": NONCE,
        "iat": int(NOON.timestamp()) - 5,
        "exp": int(NOON.timestamp()) + 300,
        **claims,
    }
    said = {name: value for name, value in said.items() if value is not None}
    algorithm = ALGORITHMS[kind]
    return jwt.encode(
        header or {"alg": algorithm, "kid": kind}, said, key(kind), algorithms=[algorithm]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_of_that_service_for_that_act_counts(kind: str) -> None:
    assert proves(token(kind), NONCE, SUBJECT, SIGN_IN, NOON)
    assert proves(token(kind, aud=[AUDIENCE]), NONCE, SUBJECT, SIGN_IN, NOON)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example.invalid"},
        {"iss": None},
        {"aud": "another"},
        {"aud": [AUDIENCE, "another"]},
        {"aud": None},
        {"sub": "00-somebody-else"},
        {"sub": None},
        {"nonce": "m" * 64},
        {"nonce": None},
        {"nonce": [NONCE]},
        {"exp": int(NOON.timestamp()) - 61},
        {"exp": None},
        {"iat": int(NOON.timestamp()) + 120},
        {"iat": None},
        {"nbf": int(NOON.timestamp()) + 120},
        {"email": "someone@example.invalid"},
        {"name": "Exemplar Testperson"},
    ],
)
def test_any_other_does_not(claims: dict[str, Any]) -> None:
    assert not proves(token(**claims), NONCE, SUBJECT, SIGN_IN, NOON)


def test_a_token_is_signed_by_a_key_that_stands_in_the_agreement() -> None:
    only_rsa = SIGN_IN.model_copy(update={"keys": (public("RSA"),)})
    assert not proves(token("EC"), NONCE, SUBJECT, only_rsa, NOON)
    assert not proves(token("RSA", {"alg": "RS256"}), NONCE, SUBJECT, SIGN_IN, NOON)
    other = jwt.encode({"alg": "ES256", "kid": "EC"}, {}, ECKey.generate_key("P-256"))
    assert not proves(other, NONCE, SUBJECT, SIGN_IN, NOON)


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_a_token_with_any_letter_changed_does_not_count(at: int) -> None:
    whole = token("OKP")
    place = at % len(whole)
    letter = "A" if whole[place] != "A" else "B"
    assert not proves(whole[:place] + letter + whole[place + 1 :], NONCE, SUBJECT, SIGN_IN, NOON)


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "a.b", "a" * 6000, "e30.e30."])
def test_what_is_no_token_does_not_count(text: str) -> None:
    assert not proves(text, NONCE, SUBJECT, SIGN_IN, NOON)


def test_no_private_key_and_no_shared_secret_stands_in_an_agreement() -> None:
    with pytest.raises(ValidationError):
        TokenKey.model_validate({**key("EC").as_dict(private=True), "alg": "ES256"})
    with pytest.raises(ValidationError):
        TokenKey.model_validate({"kty": "oct", "k": "AAAA", "kid": "1", "alg": "HS256"})


def test_somebody_acts_by_a_token_made_for_that_act() -> None:
    signer = acts.NOBODY.model_copy(
        update={"actor": "a-00000000000a", "role": "on-call", "agency": "prison"}
    )
    fact = acts.unsigned(acts.ACTS["hold", "release"], "risk-0-17", NOON, HERE)
    signed = acts.sign(fact, signer, lambda said: token(nonce=acts.nonce(said)))
    assert refusal(signed, enrolled()) == ""
    late = NOON + timedelta(minutes=10)
    assert refusal(signed, enrolled(), at=late) == "not-signed: by.proof"
    other = acts.unsigned(acts.ACTS["hold", "release"], "risk-0-18", NOON, HERE)
    assert refusal(other.model_copy(update={"by": signed.by}), enrolled()) == "not-signed: by.proof"


def enrolled() -> Agreements:
    """Somebody on call at the prison service, who shows tokens."""
    one = Enrolled(
        actor="a-00000000000a", roles=(Role.ON_CALL,), subject=SUBJECT, until=NOON.date()
    )
    return people.enrol_in(committed(), "prison", (one,), SIGN_IN)
