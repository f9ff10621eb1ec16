"""Who acts at the command line: keys of their own, two where two must, and what to do if not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from schemas.log import Decided
from services.agreements import signing
from services.agreements.acts import check
from services.agreements.compile import load
from services.agreements.signing import Asked, NobodyActs, NotYet, installation, signed
from services.agreements.versions import LATEST
from services.hub.backup import commands
from services.hub.broker.private import private_directory, write_private
from services.hub.cli import main
from services.hub.rebuild import by_itself
from tests.agreements.makers import FILES


@dataclass
class Place:
    """An installation's folder without a broker, and people enrolled in its files."""

    home: Path
    files: Path
    keys: Path

    def enrol(self, agency: str, *roles: str) -> str:
        options = [word for role in roles for word in ("--role", role)]
        done = hub(
            *("actor", "enrol", "--agency", agency, *options, "--until", "2099-12-31", "--json"),
            *("--dir", str(self.files), "--keys", str(self.keys)),
        )
        assert done[0] == 0, done[1]
        actor: str = json.loads(done[1])["actor"]
        return actor

    def apply(self) -> None:
        """As `hub agreements apply` keeps them."""
        version = load(self.files).version
        folder = private_directory(self.home / "agreements" / version)
        for file in self.files.glob("*.yaml"):
            write_private(folder / file.name, file.read_bytes())
        write_private(self.home / "agreements" / LATEST, version)

    def sign(self, what: str, outcome: str, *actors: str) -> Decided:
        fact, refusal = signed(self.home, what, outcome, "7", Asked(actors, self.keys))
        if refusal is not None:
            raise refusal
        return fact


def hub(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, words)
    return done.exit_code, done.output


@pytest.fixture
def place(tmp_path: Path) -> Place:
    home, files = tmp_path / "home", tmp_path / "agreements"
    copytree(FILES, files)
    write_private(private_directory(home / "secrets") / "references", bytes(32))
    return Place(home, files, tmp_path / "keys")


def test_a_key_is_its_owners_alone_and_only_its_public_half_is_told(place: Place) -> None:
    actor = place.enrol("probation", "co-ordinator", "on-call")
    file = place.keys / f"{actor}.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert place.keys.stat().st_mode & 0o777 == 0o700
    told = (place.files / "probation.yaml").read_text()
    assert actor in told
    assert "PRIVATE" not in told
    before = (FILES / "probation.yaml").read_text()
    assert told.startswith(before.rstrip())  # comments and all
    place.apply()
    fact = place.sign("hold", "release", actor)
    assert fact.by.role == "co-ordinator"
    check(fact, fact.occurred_at, load(place.files), installation(place.home))


def test_a_key_others_can_open_is_not_used(place: Place) -> None:
    actor = place.enrol("probation", "on-call")
    place.apply()
    (place.keys / f"{actor}.pem").chmod(0o640)
    with pytest.raises(NobodyActs, match="chmod 600"):
        place.sign("hold", "release", actor)


def test_who_does_not_say_who_they_are_is_told_who_may(place: Place) -> None:
    actor = place.enrol("probation", "on-call")
    place.enrol("probation", "contact")
    place.apply()
    with pytest.raises(NobodyActs, match=f"--as ACTOR, or HUB_ACTOR.*: {actor}\\."):
        place.sign("hold", "release")
    with pytest.raises(NobodyActs, match="Not enough people are enrolled"):
        place.sign("agreements", "widen")
    with pytest.raises(NobodyActs, match="hub actor list"):
        place.sign("hold", "release", "a-ffffffffffff")
    with pytest.raises(NobodyActs, match="--keys"):
        signed(place.home, "hold", "release", "7", Asked((actor,), place.home))
    with pytest.raises(NobodyActs, match="mended"):
        signed(place.home, "hold", "release", "7", Asked((actor,), place.keys, ("bored",)))


def test_a_role_that_may_not_is_refused(place: Place) -> None:
    actor = place.enrol("probation", "on-call")
    place.apply()
    with pytest.raises(signing.NotAllowed, match="role-may-not"):
        place.sign("hold", "skip", actor)


def test_two_sign_one_after_the_other_each_with_the_same_words(place: Place) -> None:
    first = place.enrol("probation", "on-call")
    second = place.enrol("derbyshire-police", "co-ordinator")
    place.apply()
    for _ in range(2):  # the same person twice is one person
        with pytest.raises(NotYet, match="Another person now runs"):
            place.sign("credential", "revoke", first)
    (waits,) = (place.home / "acts").iterdir()
    assert waits.stat().st_mode & 0o777 == 0o600
    fact = place.sign("credential", "revoke", second)
    assert fact.second is not None
    assert (fact.by.actor, fact.second.actor) == (first, second)
    check(fact, fact.occurred_at, load(place.files), installation(place.home))
    assert list((place.home / "acts").iterdir()) == []
    together = place.sign("credential", "revoke", first, second)
    assert together.event_id != fact.event_id


def test_who_waits_for_a_second_waits_a_day(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    first = place.enrol("probation", "on-call")
    second = place.enrol("derbyshire-police", "co-ordinator")
    place.apply()
    with pytest.raises(NotYet):
        place.sign("credential", "revoke", first)
    monkeypatch.setattr(signing, "FRESH", timedelta(0))
    with pytest.raises(NotYet):
        place.sign("credential", "revoke", second)
    assert len(list((place.home / "acts").iterdir())) == 1


def test_who_signs_in_elsewhere_is_told_for_what(place: Place) -> None:
    jwks = place.home / "jwks.json"
    jwks.write_text(json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": "AA"}]}))
    service = ("--issuer", "https://login.example.invalid", "--audience", "hub")
    where = ("--dir", str(place.files), "--agency", "probation")
    for _ in range(2):  # again when the keys change
        code, said = hub("actor", "sign-in", *service, "--jwks", str(jwks), *where)
        assert code == 0, said
    code, said = hub(
        *("actor", "enrol", "--role", "on-call", "--until", "2099-12-31", "--json"),
        *("--subject", "00-someone", "--keys", str(place.keys), *where),
    )
    assert code == 0, said
    assert not place.keys.exists()
    place.apply()
    actor = json.loads(said)["actor"]
    with pytest.raises(NotYet, match="scope openid and nonce [0-9a-f]{64}") as asked:
        place.sign("hold", "release", actor)
    write_private(private_directory(place.keys) / f"{actor}.jwt", "not.a.token")
    with pytest.raises(signing.NotAllowed, match="not-signed"):
        place.sign("hold", "release", actor)
    assert "put the ID token into" in str(asked.value)


@pytest.mark.parametrize(
    "words",
    [
        ("enrol", "--agency", "nowhere", "--role", "on-call", "--until", "2099-12-31"),
        ("enrol", "--agency", "tracking", "--role", "on-call", "--until", "2099-12-31"),
    ],
)
def test_a_file_that_would_not_be_in_order_stays_as_it_was(
    place: Place, words: Sequence[str]
) -> None:
    before = {file.name: file.read_bytes() for file in place.files.iterdir()}
    code, _ = hub("actor", *words, "--dir", str(place.files), "--keys", str(place.keys))
    assert code == 1
    assert {file.name: file.read_bytes() for file in place.files.iterdir()} == before


def test_keys_are_not_kept_in_a_repository(place: Place) -> None:
    (place.home / ".git").mkdir()
    code, said = hub(
        *("actor", "enrol", "--agency", "probation", "--role", "on-call"),
        *("--until", "2099-12-31", "--dir", str(place.files), "--keys", str(place.home / "keys")),
    )
    assert (code, list(place.home.glob("keys*"))) == (1, [])
    assert "repository" in said


def test_a_copy_is_put_in_force_by_two_of_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "load", lambda _: SimpleNamespace(lineage="-Abc_1/3"))
    place.apply()
    assert commands.act_of(place.home, place.home, Asked()) is None
    people = (place.enrol("probation", "on-call"), place.enrol("prison", "co-ordinator"))
    contact = place.enrol("prison", "contact")
    place.apply()
    with pytest.raises(NobodyActs, match="Two people"):
        commands.act_of(place.home, place.home, Asked())
    with pytest.raises(signing.NotAllowed, match="role-may-not"):
        commands.act_of(place.home, place.home, Asked((people[0], contact), place.keys))
    fact = commands.act_of(place.home, place.home, Asked(people, place.keys))
    assert fact is not None
    assert (fact.what, fact.subject) == ("copy", "copy--Abc_1:3")
    check(fact, fact.occurred_at, load(place.files), installation(place.home))


def test_the_supervisor_alone_rebuilds_without_anybody(tmp_path: Path) -> None:
    assert not by_itself.under_way(tmp_path, "risk")
    begun = by_itself.Renewal("risk", "build-1@0", 0.0)
    by_itself.write_down(tmp_path, begun)
    assert by_itself.under_way(tmp_path, "risk")
    assert not by_itself.under_way(tmp_path, "registry")
    by_itself.write_down(tmp_path, replace(begun, ended=True))
    assert not by_itself.under_way(tmp_path, "risk")


def test_who_may_act_is_listed(place: Place) -> None:
    place.apply()
    assert "Nobody is enrolled" in hub("actor", "list", "--home", str(place.home))[1]
    actor = place.enrol("probation", "on-call")
    place.apply()
    code, said = hub("actor", "list", "--home", str(place.home), "--json")
    assert code == 0
    (row,) = json.loads(said)
    assert (row["actor"], row["roles"], row["by"]) == (actor, ["on-call"], "key")
    acts = json.loads(hub("actor", "acts", "--json")[1])
    assert {row["act"]: row["people"] for row in acts}["credential revoke"] == 2
