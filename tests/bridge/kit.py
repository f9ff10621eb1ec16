"""What tests of bridges share: certificates, waiting, notices, words that must not leak."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from schemas.notice import Notice
from schemas.risk import Urgency
from services.bridge.waiting import Backoff

QUICK = Backoff(first_s=0.01, most_s=0.05)

CANARIES = ("Canary Testperson", "7 Canary Close", "ZZ99 7DD", "52.9271", "1.4771", "2001/0000001Q")
"""A name, an address and a place that appear in what partners send and nowhere else."""


@dataclass(frozen=True)
class Certificates:
    """An authority and a certificate of 127.0.0.1 it signed."""

    authority: Path
    certificate: Path
    key: Path

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)


def certificates(folder: Path) -> Certificates:
    """Made for this test alone."""
    signer, authority = _signed("Test authority", None, None)
    key, certificate = _signed("127.0.0.1", signer, authority)
    paths = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    paths.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    paths.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _signed(
    name: str, signer: ec.EllipticCurvePrivateKey | None, authority: x509.Certificate | None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((signer or key).public_key()),
            critical=False,
        )
    )
    if authority is None:
        builder = builder.add_extension(_authority_may(), critical=True)
    else:
        address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = builder.add_extension(address, critical=False)
    return key, builder.sign(signer or key, hashes.SHA256())


def _authority_may() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


async def eventually(true: Callable[[], bool], within_s: float = 10) -> None:
    """Waits on what is seen, with a deadline."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110  # what is seen has no event of its own
            await asyncio.sleep(0.01)


async def a_while() -> None:
    """Long enough for anything on this machine to have happened that is going to."""
    await asyncio.sleep(0.2)


def a_told_notice(number: int = 1, about: str = "tracking.zone-ended", **told: Any) -> Notice:
    """What an inbox holds; told is what the view grants."""
    return Notice(
        notice_ref=UUID(int=number),
        person_ref=f"ref-{number}",
        about=about,
        urgency=Urgency.SAME_DAY,
        told=told or {"zone_ref": f"Z-{number}"},
    )
