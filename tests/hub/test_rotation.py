"""What of a rotation can be seen on disk: slots, authorities, what is listed and what waits."""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner
from cryptography import x509

from services.agreements import bundle
from services.agreements.apply import keep
from services.agreements.compile import load
from services.hub.broker import certificates, passwords, pids
from services.hub.broker.certificates import BROKER, Unit, issue
from services.hub.broker.cluster import ClientConfig, Cluster
from services.hub.broker.faults import NameRefused, NotSetUp, NotTaken, Revoked
from services.hub.broker.layout import Home
from services.hub.broker.passwords import Slot, Standing
from services.hub.cli import main
from services.hub.doctor import files, overlaps
from services.hub.rotation import certificate, proof, revocation, workers
from services.hub.rotation.listing import Row, rows
from services.hub.rotation.principals import Principal, named
from services.runtime.symptoms import Weight
from tests.journeys.hub import AGREEMENTS

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
DWP = "agency-dwp"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    certificates.ensure(Home(path).made())
    return path


@pytest.fixture
def cluster(home: Path) -> Cluster:
    """Nobody answers there; what is on disk is as after `hub agreements apply`."""
    here = Cluster("localhost:1", "localhost:2", "localhost:3", Home(home).ca, home, home, home)
    keep(here, load(AGREEMENTS), AGREEMENTS)
    return here


# -- two slots


def test_the_first_password_is_in_the_first_slot(cluster: Cluster) -> None:
    config = cluster.agency_config("dwp")
    assert config["sasl.mechanism"] == "SCRAM-SHA-512"
    assert config["sasl.password"] == passwords.file_of(cluster.home, DWP, Slot.SHA_512).read_text()


def test_the_folder_holds_the_password_that_was_put_down_last(cluster: Cluster) -> None:
    first = cluster.agency_config("dwp")
    passwords.ensure(cluster.home, DWP, Slot.SHA_256)
    assert cluster.agency_config("dwp") == first
    passwords.put_down(cluster.home, DWP, Standing(current=Slot.SHA_256, overlap_since=NOW))
    second = cluster.agency_config("dwp")
    assert second["sasl.mechanism"] == "SCRAM-SHA-256"
    assert second["sasl.password"] != first["sasl.password"]
    folder = bundle.hand_over(cluster, "dwp")
    assert (
        f"sasl.password={second['sasl.password']}\n" in (folder / "client.properties").read_text()
    )


def test_handing_over_the_same_again_leaves_the_files_as_old_as_they_are(cluster: Cluster) -> None:
    client = bundle.hand_over(cluster, "dwp") / "client.properties"
    os.utime(client, (1, 1))
    bundle.hand_over(cluster, "dwp")
    assert client.stat().st_mtime == 1


def test_the_slots_take_turns() -> None:
    assert [slot.other for slot in Slot] == [Slot.SHA_256, Slot.SHA_512]


def test_what_stands_is_closed_to_others_and_holds_no_secret(cluster: Cluster) -> None:
    secret = cluster.ensure_agency_secret("dwp").read_text()
    passwords.put_down(cluster.home, DWP, Standing(since=NOW))
    passwords.put_down(cluster.home, "agency-em", Standing(revoked_at=NOW))
    record = cluster.home / "secrets" / "principals.json"
    assert record.stat().st_mode & 0o077 == 0
    assert secret not in record.read_text()
    assert passwords.standing(cluster.home, DWP).since == NOW
    assert list(passwords.revoked(cluster.home)) == ["agency-em"]


def test_a_damaged_record_is_named_and_never_guessed(cluster: Cluster) -> None:
    (cluster.home / "secrets" / "principals.json").write_text("{")
    with pytest.raises(NotSetUp, match="principals.json is damaged"):
        cluster.agency_config("dwp")


def test_a_revoked_agency_has_no_password_and_nothing_makes_one(cluster: Cluster) -> None:
    client = bundle.hand_over(cluster, "dwp") / "client.properties"
    passwords.put_down(cluster.home, DWP, Standing(revoked_at=NOW))
    with pytest.raises(Revoked, match="hub secrets reinstate agency-dwp"):
        cluster.ensure_agency_secret("dwp")
    bundle.hand_over(cluster, "dwp")
    assert not client.exists()
    assert list(files.passwords_of(cluster.home, [DWP, "agency-em"])) == ["agency-em"]


# -- the authority


def test_the_next_authority_is_trusted_before_it_signs(home: Path) -> None:
    there = Home(home)
    (before,) = certificates.trusted(there)
    certificates.trust_next(there)
    assert certificates.trusted(there)[0] == before
    assert len(certificates.trusted(there)) == 2
    assert certificates.next_waits(there)
    issue(there, "registry", Unit.SERVICE)
    assert all(certificates.of_signer(there, leaf) for _, _, leaf in certificates.issued(there))


def test_each_step_may_be_said_again(home: Path) -> None:
    there = Home(home)
    certificates.trust_next(there)
    both = there.ca.read_bytes()
    certificates.trust_next(there)
    assert there.ca.read_bytes() == both
    assert certificates.sign_with_next(there)
    assert not certificates.sign_with_next(there)
    certificates.trust_next(there)
    assert there.ca.read_bytes() == both
    certificates.trust_signer_alone(there)
    certificates.trust_signer_alone(there)
    assert len(certificates.trusted(there)) == 1


def test_a_next_authority_whose_certificate_was_not_yet_written_is_trusted_first(
    home: Path,
) -> None:
    there, before = Home(home), Home(home).ca.read_bytes()
    certificates.trust_next(there)
    there.ca.write_bytes(before)  # killed between the key and the certificate
    with pytest.raises(NotSetUp, match="hub secrets rotate ca"):
        certificates.sign_with_next(there)
    certificates.trust_next(there)
    assert certificates.sign_with_next(there)


def test_when_the_next_signs_everything_is_issued_anew_and_the_old_names_differ(
    home: Path,
) -> None:
    there = Home(home)
    certificate_file, _ = issue(there, "registry", Unit.SERVICE)
    old = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    certificates.trust_next(there)
    certificates.sign_with_next(there)
    assert not certificates.of_signer(there, old)
    issue(there, "registry", Unit.SERVICE)
    new = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    assert certificates.of_signer(there, new)
    assert new.issuer != old.issuer
    assert [(user, leaf) for user, leaf in certificates.replaced(there)] == [
        ("service-registry", old)
    ]
    issue(there, BROKER, Unit.PLATFORM)
    certificates.trust_signer_alone(there)
    assert list(certificates.replaced(there)) == []


def test_the_old_authority_stays_while_anybody_shows_its_certificate(cluster: Cluster) -> None:
    there = Home(cluster.home)
    certificates.trust_next(there)
    with pytest.raises(NotSetUp, match="--agencies-have-it"):
        certificate.retire_old(cluster, lambda _: None)
    certificates.sign_with_next(there)
    with pytest.raises(NotTaken, match="hub secrets retire ca"):
        certificate.trust_next(cluster, lambda _: None)
    with pytest.raises(NotTaken, match="broker, hub-admin"):
        certificate.retire_old(cluster, lambda _: None)


def test_a_clusters_certificates_that_are_not_ours_are_left_alone(cluster: Cluster) -> None:
    external = replace(cluster, local=False)
    for renew in (certificate.trust_next, certificate.sign_with_next, certificate.retire_old):
        with pytest.raises(NotSetUp, match="whoever runs it"):
            renew(external, lambda _: None)


def test_a_service_is_not_let_in_again_with_the_certificate_it_was_shut_out_for(
    cluster: Cluster,
) -> None:
    who = Principal("service-clock", Unit.SERVICE, "clock")
    cluster.service_config("clock")
    passwords.put_down(cluster.home, who.user, Standing(revoked_at=datetime.now(UTC)))
    with pytest.raises(NotTaken, match="hub secrets rotate ca"):
        revocation.reinstate(cluster, who, lambda _: None)


# -- who takes it up


def test_a_process_is_older_than_what_is_written_after_its_start() -> None:
    age_s = pids.age_s(os.getpid())
    assert age_s is not None
    now = datetime.now(UTC).timestamp()
    assert pids.older(os.getpid(), now + 1)
    assert not pids.older(os.getpid(), now - age_s - 60)


def test_where_nothing_runs_nobody_is_started_again(home: Path) -> None:
    assert workers.take_up(home, [Home(home).ca], lambda _: None) == []


# -- what is listed


def test_everybody_is_listed_and_no_secret_is(cluster: Cluster) -> None:
    secret = cluster.ensure_agency_secret("dwp").read_text()
    cluster.service_config("registry")
    found = {row.principal: row for row in rows(cluster)}
    assert {DWP, "service-registry", "broker", "hub-admin", "ca"} <= set(found)
    assert found[DWP].credential == "password SCRAM-SHA-512"
    assert found["service-registry"].until is not None
    assert not any(row.beside for row in found.values())
    assert secret not in str(found)


def test_an_overlap_that_was_begun_and_not_written_down_is_listed(cluster: Cluster) -> None:
    cluster.ensure_agency_secret("dwp")
    passwords.ensure(cluster.home, DWP, Slot.SHA_256)
    (row,) = (one for one in rows(cluster) if one.principal == DWP)
    assert row.beside == "password SCRAM-SHA-256"
    assert row.overlap_since is not None


def test_how_far_the_authority_is_is_listed(cluster: Cluster) -> None:
    there = Home(cluster.home)
    certificates.trust_next(there)
    assert _authority(cluster).beside == "the next, which does not sign yet"
    certificates.sign_with_next(there)
    assert _authority(cluster).beside == "the old"
    certificates.trust_signer_alone(there)
    assert _authority(cluster).beside == ""


def _authority(cluster: Cluster) -> Row:
    (row,) = (one for one in rows(cluster) if one.principal == "ca")
    return row


def test_listing_makes_nothing(tmp_path: Path, cluster: Cluster) -> None:
    bare = replace(cluster, home=tmp_path / "bare")
    keep(bare, load(AGREEMENTS), AGREEMENTS)
    before = sorted(bare.home.rglob("*"))
    assert [row.until for row in rows(bare)] == [None] * len(load(AGREEMENTS).agencies)
    assert sorted(bare.home.rglob("*")) == before


def test_a_name_nobody_has_is_answered_with_the_names_there_are(cluster: Cluster) -> None:
    with pytest.raises(NameRefused, match="agency-dwp, .*service-registry"):
        named(cluster, "dwp")


# -- what the doctor says


def row(**changes: object) -> Row:
    return replace(Row(DWP, "password SCRAM-SHA-512", NOW), **changes)  # type: ignore[arg-type]  # its own fields


@pytest.mark.parametrize(
    ("seen", "wrong", "do", "weight"),
    [
        (
            row(overlap_since=NOW - timedelta(days=15), beside="password SCRAM-SHA-256"),
            "password SCRAM-SHA-256 is valid beside it since 11 November, 15 days",
            "hub secrets retire agency-dwp",
            Weight.FAULT,
        ),
        (
            row(overlap_since=NOW - timedelta(days=2), beside="password SCRAM-SHA-256"),
            "2 days",
            "hub secrets retire agency-dwp",
            Weight.WATCH,
        ),
        (
            row(revoked_at=NOW - timedelta(hours=1)),
            "is shut out since 26 November 02:00 UTC",
            "hub secrets reinstate agency-dwp",
            Weight.FAULT,
        ),
        (
            row(since=NOW - timedelta(days=400)),
            "its password is 400 days old",
            "hub secrets rotate agency-dwp",
            Weight.WATCH,
        ),
    ],
)
def test_the_doctor_names_what_waits_for_somebody(
    seen: Row, wrong: str, do: str, weight: Weight
) -> None:
    (symptom,) = overlaps.symptoms([seen], NOW)
    assert wrong in symptom.wrong
    assert do in symptom.do
    assert symptom.weight is weight


def test_the_doctor_says_nothing_of_what_is_in_order() -> None:
    fresh, until = row(), row(since=NOW - timedelta(days=500), until=NOW)
    assert list(overlaps.symptoms([fresh, until], NOW)) == []


# -- the command


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (["rotate", DWP], 1, "hub broker start"),
        (["rotate", DWP, "--agencies-have-it"], 2, "goes with ca"),
        (["revoke", "hub-admin"], 2, "hub secrets rotate ca"),
        (["revoke", "ca"], 2, "above all rights"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    tmp_path: Path, command: list[str], code: int, told: str
) -> None:
    done = CliRunner().invoke(main, ["secrets", *command, "--home", str(tmp_path / "none")])
    assert done.exit_code == code
    assert told in done.output


def test_a_list_is_one_json_array(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HUB_BOOTSTRAP_SERVERS", "HUB_BOOTSTRAP_MTLS"):
        monkeypatch.setenv(name, "localhost:1")
    for name in ("HUB_CA", "HUB_ADMIN_CERT", "HUB_ADMIN_KEY"):
        monkeypatch.setenv(name, str(Home(cluster.home).ca))
    asked = ["secrets", "list", "--home", str(cluster.home), "--json"]
    found = json.loads(CliRunner().invoke(main, asked).stdout)
    assert {one["principal"] for one in found} >= {DWP, "broker", "ca"}
    retired = CliRunner().invoke(main, ["secrets", "retire", "hub-admin", *asked[2:]])
    assert retired.exit_code == 1
    assert "ends by itself, or with its authority" in retired.output


# -- what counts as refused


@contextmanager
def listening(home: Home, trusts: Path) -> Iterator[str]:
    """A listener with the broker's certificate that lets in whom that file trusts."""
    certificate_file, key = issue(home, BROKER, Unit.PLATFORM)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(trusts))
    context.load_cert_chain(certificate_file, key)
    context.verify_mode = ssl.CERT_REQUIRED
    over = Event()
    with socket.create_server(("localhost", 0)) as server:
        server.settimeout(0.1)
        thread = Thread(target=_serve, args=(server, context, over))
        thread.start()
        try:
            yield f"localhost:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def _serve(server: socket.socket, context: ssl.SSLContext, over: Event) -> None:
    """Every line that shakes hands is kept open until it is over, and closed then."""
    with ExitStack() as kept:
        while not over.is_set():
            with suppress(OSError):  # nobody came, or whoever came was refused
                line = kept.enter_context(server.accept()[0])
                line.settimeout(5)
                kept.enter_context(context.wrap_socket(line, server_side=True))


def test_a_certificate_counts_as_refused_only_where_the_listener_says_so(
    home: Path, tmp_path: Path
) -> None:
    there, others = Home(home), Home(tmp_path / "others")
    certificates.ensure(others.made())
    certificate_file, key = issue(there, "clock", Unit.SERVICE)
    with listening(there, there.ca) as takes, listening(there, others.ca) as refuses:
        shown: ClientConfig = {
            "ssl.ca.location": str(there.ca),
            "ssl.certificate.location": str(certificate_file),
            "ssl.key.location": str(key),
        }
        proof.certificate_shut_out({**shown, "bootstrap.servers": refuses}, 0)
        for address in (takes, f"localhost:{free_port()}"):
            with pytest.raises(NotTaken, match="still takes the old certificate"):
                proof.certificate_shut_out({**shown, "bootstrap.servers": address}, 0)


def free_port() -> int:
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])
