"""The local certificate authority: one CA per home, a certificate per broker and client.

While the authority itself is renewed, two are trusted: `ca.pem` has both, and `ca.key` says by its
public key which of them signs. Replacing that one file is the change from one to the other.

Owns who gets which distinguished name. The broker turns the name into a principal by its unit
(`deploy/kafka/server.properties.template`); nothing here prints or logs key material.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from secrets import token_hex

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.hub.broker.faults import NameRefused, NotSetUp
from services.hub.broker.layout import Home
from services.hub.broker.private import held, private_directory, write_private

BROKER, ADMIN = "broker", "hub-admin"
RESERVED = frozenset({BROKER, ADMIN})
"""The super users; only the platform unit may carry these names, and it carries no others."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_CA_LASTS, _LEAF_LASTS, _RENEW_BEFORE = (timedelta(days=days) for days in (3650, 397, 30))
_CLOCKS_DIFFER = timedelta(hours=1)
_CURVE = ec.SECP256R1()
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


def issue(home: Home, name: str, unit: Unit, *, anew: bool = False) -> tuple[Path, Path]:
    """Certificate and key files under `pki/<unit>/`; made only if absent, stale or not this CA's.

    With `anew` they are made in any case.

    Raises:
        NameRefused: the name is not for that unit.
    """
    checked_name(name, unit)
    directory = private_directory(home.pki / unit)
    certificate, key_file = directory / f"{name}.pem", directory / f"{name}.key"
    with held(home.pki / ".lock"):
        authority, authority_key = _authority(home)
        if anew or not _stands(certificate, key_file, authority):
            _keep_replaced(home, certificate)
            key = ec.generate_private_key(_CURVE)
            leaf = _leaf(name, unit, key, authority, authority_key)
            write_private(key_file, _key_pem(key))
            write_private(certificate, _pem(leaf) + _pem(authority))
    return certificate, key_file


def issued(home: Home) -> Iterator[tuple[str, Unit, x509.Certificate]]:
    """Every certificate under `pki/`, with its name and unit."""
    for unit in Unit:
        for path in sorted((home.pki / unit).glob("*.pem")):
            yield path.stem, unit, x509.load_pem_x509_certificate(path.read_bytes())


def replaced(home: Home) -> Iterator[tuple[str, x509.Certificate]]:
    """Certificates whose successor is out and which a listener would still take, by principal."""
    authorities = _authorities(home) if home.ca.exists() else []
    for path in sorted(_replaced(home).glob("*.crt")):
        leaf = x509.load_pem_x509_certificate(path.read_bytes())
        lasts = leaf.not_valid_after_utc > datetime.now(UTC)
        if lasts and any(_is_of(leaf, one) for one in authorities):
            yield path.name.partition(".")[0], leaf


def user_of(unit: Unit, name: str) -> str:
    """The principal a certificate makes its holder at the broker."""
    return name if unit is Unit.PLATFORM else f"{unit}-{name}"


def made_at(certificate: x509.Certificate) -> datetime:
    """When it was made, which is later than its own first moment."""
    return certificate.not_valid_before_utc + _CLOCKS_DIFFER


def trusted(home: Home) -> list[x509.Certificate]:
    """Every authority that counts here; the one that signs first."""
    signer, _ = _authority(home)
    return [signer, *(one for one in _authorities(home) if one != signer)]


def of_signer(home: Home, leaf: x509.Certificate) -> bool:
    """Whether the authority that signs now issued it."""
    return _is_of(leaf, _authority(home)[0])


def trust_next(home: Home) -> None:
    """Another authority is made, unless one is waiting, and trusted beside the one that signs."""
    with held(home.pki / ".lock"):
        signer, _ = _authority(home)
        if len(_authorities(home)) > 1 and not _next(home).exists():
            return  # it signs already
        key = _key_in(_next(home)) if _next(home).exists() else ec.generate_private_key(_CURVE)
        if any(_has_key(one, key) for one in _authorities(home)):
            return
        write_private(_next(home), _key_pem(key))
        write_private(home.ca, _pem(signer) + _pem(_self_signed(key)))


def sign_with_next(home: Home) -> bool:
    """The authority that waited signs from here on; whether one waited."""
    with held(home.pki / ".lock"):
        if not _next(home).exists():
            return False
        key = _key_in(_next(home))
        if not any(_has_key(one, key) for one in _authorities(home)):
            raise NotSetUp("The next authority is not trusted yet. Run: hub secrets rotate ca")
        _next(home).replace(home.pki / "ca.key")
        return True


def trust_signer_alone(home: Home) -> None:
    """No authority but the one that signs counts from here on."""
    with held(home.pki / ".lock"):
        signer, _ = _authority(home)
        if _authorities(home) != [signer]:
            write_private(home.ca, _pem(signer))


def next_waits(home: Home) -> bool:
    """Whether an authority is trusted that does not sign yet."""
    return _next(home).exists()


def ensure(home: Home) -> None:
    """The authority, the broker's certificate and the administrator's are there."""
    issue(home, BROKER, Unit.PLATFORM)
    issue(home, ADMIN, Unit.PLATFORM)


def broker_keystore(home: Home) -> bytes:
    """Key, certificate and CA in one PEM, as the broker reads it."""
    certificate, key = issue(home, BROKER, Unit.PLATFORM)
    return key.read_bytes() + certificate.read_bytes()


def _authority(home: Home) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The one that signs."""
    key_file = home.pki / "ca.key"
    if not (home.ca.exists() and key_file.exists()):
        key = ec.generate_private_key(_CURVE)
        write_private(key_file, _key_pem(key))
        write_private(home.ca, _pem(_self_signed(key)))
    key = _key_in(key_file)
    for one in _authorities(home):
        if _has_key(one, key):
            return one, key
    raise NameRefused(f"{key_file} is not the key of any authority in {home.ca}.")


def _replaced(home: Home) -> Path:
    return home.pki / "replaced"


def _keep_replaced(home: Home, certificate: Path) -> None:
    """A copy, without its key: it counts until it ends, whoever has it."""
    if certificate.exists():
        leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
        user = user_of(Unit(certificate.parent.name), certificate.stem)
        folder = private_directory(_replaced(home))
        write_private(folder / f"{user}.{leaf.serial_number:x}.crt", _pem(leaf))


def _authorities(home: Home) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(home.ca.read_bytes())


def _next(home: Home) -> Path:
    """The key of the authority that will sign; there only while it does not."""
    return home.pki / "ca.next.key"


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """An authority. Its name has a part of its own: two of one name are hard to tell apart."""
    name = _subject(f"hub local authority {token_hex(4)}", Unit.PLATFORM)
    builder = _builder(name, name, key.public_key(), key.public_key(), _CA_LASTS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
    builder = builder.add_extension(_usage(signs_certificates=True), True)
    return builder.sign(key, hashes.SHA256())


def _key_in(file: Path) -> ec.EllipticCurvePrivateKey:
    loaded = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise NameRefused(f"{file} is not of an authority this hub made.")
    return loaded


def _has_key(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bool:
    return certificate.public_key() == key.public_key()


def _is_of(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, InvalidSignature):
        return False
    return True


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
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False)
    )


def _stands(certificate: Path, key_file: Path, authority: x509.Certificate) -> bool:
    """Whether the pair is there, belongs together, is this authority's and lasts a while yet."""
    try:
        leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    except (FileNotFoundError, ValueError):
        return False
    return (
        _is_of(leaf, authority)
        and key.public_key() == leaf.public_key()
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
