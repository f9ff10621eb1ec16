"""The local certificate authority: one CA per home, a certificate per broker and client.

Owns who gets which distinguished name. The broker turns the name into a principal by its unit
(`deploy/kafka/server.properties.template`); nothing here prints or logs key material.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.hub.broker.faults import NameRefused
from services.hub.broker.layout import Home
from services.hub.broker.private import held, private_directory, write_private

BROKER, ADMIN = "broker", "hub-admin"
RESERVED = frozenset({BROKER, ADMIN})
"""The super users; only the platform unit may carry these names, and it carries no others."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_CA_LASTS, _LEAF_LASTS, _RENEW_BEFORE = (timedelta(days=days) for days in (3650, 397, 30))
_BOTH_ENDS = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


class Unit(StrEnum):
    """What kind of client a certificate is for: the organisational unit is `hub-<unit>`."""

    AGENCY = "agency"
    SERVICE = "service"
    PLATFORM = "platform"
    BRIDGE = "bridge"
    """A bridge's own HTTPS port; no listener of the broker's knows this unit."""


def checked_name(name: str, unit: Unit) -> str:
    """The name, if a certificate or secret of that unit may carry it.

    Raises:
        NameRefused: letters the broker's rules do not know, or a super user's name elsewhere.
    """
    if not _NAME.fullmatch(name):
        raise NameRefused("A name has lower-case letters, digits and hyphens only, 48 at most.")
    if (name in RESERVED) != (unit is Unit.PLATFORM):
        raise NameRefused(f"{name!r} is never issued in the unit hub-{unit}.")
    return name


def issue(home: Home, name: str, unit: Unit) -> tuple[Path, Path]:
    """Certificate and key files under `pki/<unit>/`; made only if absent, stale or not this CA's.

    Raises:
        NameRefused: the name is not for that unit.
    """
    checked_name(name, unit)
    directory = private_directory(home.pki / unit)
    certificate, key_file = directory / f"{name}.pem", directory / f"{name}.key"
    with held(home.pki / ".lock"):
        authority, authority_key = _authority(home)
        if not _stands(certificate, key_file, authority):
            key = ec.generate_private_key(ec.SECP256R1())
            leaf = _leaf(name, unit, key, authority, authority_key)
            write_private(key_file, _key_pem(key))
            write_private(certificate, _pem(leaf) + _pem(authority))
    return certificate, key_file


def ensure(home: Home) -> None:
    """The authority, the broker's certificate and the administrator's are there."""
    issue(home, BROKER, Unit.PLATFORM)
    issue(home, ADMIN, Unit.PLATFORM)


def broker_keystore(home: Home) -> bytes:
    """Key, certificate and CA in one PEM, as the broker reads it."""
    certificate, key = issue(home, BROKER, Unit.PLATFORM)
    return key.read_bytes() + certificate.read_bytes()


def _authority(home: Home) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key_file = home.pki / "ca.key"
    if not (home.ca.exists() and key_file.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        name = _subject("hub local authority", Unit.PLATFORM)
        builder = _builder(name, name, key.public_key(), key.public_key(), _CA_LASTS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        builder = builder.add_extension(_usage(signs_certificates=True), True)
        write_private(key_file, _key_pem(key))
        write_private(home.ca, _pem(builder.sign(key, hashes.SHA256())))
    loaded = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise NameRefused(f"{key_file} is not an authority this hub made.")
    return x509.load_pem_x509_certificate(home.ca.read_bytes()), loaded


def _leaf(
    name: str,
    unit: Unit,
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    builder = _builder(
        _subject(name, unit),
        authority.subject,
        key.public_key(),
        authority_key.public_key(),
        _LEAF_LASTS,
    )
    purposes: Sequence[x509.ObjectIdentifier] = _BOTH_ENDS[1:]
    if name == BROKER or unit is Unit.BRIDGE:
        # The broker also dials itself; a bridge's partner only dials in.
        purposes = _BOTH_ENDS if name == BROKER else _BOTH_ENDS[:1]
        names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(_usage(signs_certificates=False), True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
    return builder.sign(authority_key, hashes.SHA256())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks of test machines differ
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False)
    )


def _stands(certificate: Path, key_file: Path, authority: x509.Certificate) -> bool:
    """Whether the pair is there, belongs together, is this authority's and lasts a while yet."""
    try:
        leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        leaf.verify_directly_issued_by(authority)
    except (FileNotFoundError, ValueError, InvalidSignature):
        return False
    return (
        key.public_key() == leaf.public_key()
        and leaf.not_valid_after_utc > datetime.now(UTC) + _RENEW_BEFORE
    )


def _subject(name: str, unit: Unit) -> x509.Name:
    """General part first: Java then prints `CN=…,OU=…`, which is what the broker's rules match."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"hub-{unit}"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS#8: the only form the broker's PEM reader knows."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
