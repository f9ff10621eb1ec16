"""Who gets which certificate, and who never does."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.hub.broker import certificates
from services.hub.broker.certificates import Unit, issue
from services.hub.broker.faults import NameRefused
from services.hub.broker.layout import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").made()


def loaded(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_certificate_carries_name_and_unit_general_part_first(home: Home) -> None:
    certificate, _ = issue(home, "prison", Unit.AGENCY)
    subject = loaded(certificate).subject
    assert [(part.oid, part.value) for part in subject] == [
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "hub-agency"),
        (NameOID.COMMON_NAME, "prison"),
    ]
    assert certificate == home.pki / "agency" / "prison.pem"


def test_it_is_this_authoritys_and_its_key_fits(home: Home) -> None:
    certificate, key = issue(home, "admission", Unit.SERVICE)
    leaf = loaded(certificate)
    leaf.verify_directly_issued_by(loaded(home.ca))
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    assert private.public_key() == leaf.public_key()


def test_issuing_again_changes_nothing(home: Home) -> None:
    certificate, key = issue(home, "prison", Unit.AGENCY)
    before = certificate.read_bytes(), key.read_bytes()
    assert issue(home, "prison", Unit.AGENCY) == (certificate, key)
    assert (certificate.read_bytes(), key.read_bytes()) == before


def test_one_of_another_authority_is_replaced(home: Home) -> None:
    certificate, _ = issue(home, "prison", Unit.AGENCY)
    before = certificate.read_bytes()
    home.ca.unlink()
    issue(home, "prison", Unit.AGENCY)
    assert certificate.read_bytes() != before
    loaded(certificate).verify_directly_issued_by(loaded(home.ca))


def test_a_key_without_its_certificate_is_made_anew_with_it(home: Home) -> None:
    certificate, key = issue(home, "prison", Unit.AGENCY)
    key.unlink()
    issue(home, "prison", Unit.AGENCY)
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    assert private.public_key() == loaded(certificate).public_key()


@pytest.mark.parametrize("unit", [Unit.AGENCY, Unit.SERVICE])
@pytest.mark.parametrize("name", sorted(certificates.RESERVED))
def test_a_super_users_name_is_never_issued_outside_the_platform(
    home: Home, name: str, unit: Unit
) -> None:
    with pytest.raises(NameRefused):
        issue(home, name, unit)
    assert not (home.pki / unit).exists()


@pytest.mark.parametrize("name", ["agency-prison", "prison", "admission"])
def test_the_platform_issues_no_other_name(home: Home, name: str) -> None:
    with pytest.raises(NameRefused):
        issue(home, name, Unit.PLATFORM)


@pytest.mark.parametrize(
    "name", ["", "Prison", "a_b", "../ca", "a/b", "-x", "a,OU=hub-platform", "é"]
)
def test_a_name_the_brokers_rules_do_not_know_is_refused(home: Home, name: str) -> None:
    with pytest.raises(NameRefused):
        issue(home, name, Unit.AGENCY)


def test_the_brokers_certificate_is_for_this_machine_and_for_both_ends(home: Home) -> None:
    leaf = x509.load_pem_x509_certificates(certificates.broker_keystore(home))[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert len(list(purposes)) == 2


def test_an_agencys_certificate_cannot_stand_as_a_server(home: Home) -> None:
    leaf = loaded(issue(home, "prison", Unit.AGENCY)[0])
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_only_the_owner_opens_what_was_issued(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    certificates.ensure(home)
    issue(home, "prison", Unit.AGENCY)
    for path in home.path.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert capfd.readouterr() == ("", "")
