"""Two people shut an agency out on a real broker, one alone does not; agreements widen by two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import click
import pytest
from click.testing import CliRunner

from schemas.log import Decided
from services.agreements.apply import apply
from services.agreements.versions import ADOPTED
from services.hub.broker import passwords
from services.hub.broker.cluster import Cluster
from services.hub.cli import main
from services.runtime import wire
from services.runtime.topics import Reader
from tests.journeys.hub import AGREEMENTS, apart

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
AGENCY = "derby-housing"


@dataclass(frozen=True)
class Place:
    """An installation of its own on the session's broker, and who is enrolled in it."""

    cluster: Cluster
    files: Path
    keys: Path
    actors: dict[str, str]

    def hub(self, *words: str, who: tuple[str, ...] = ()) -> tuple[int, str]:
        """Exit code and output of a command, for these people."""
        acting = [word for role in who for word in ("--as", self.actors[role])]
        where = ("--home", str(self.cluster.home), "--prefix", self.cluster.names.prefix)
        done = CliRunner().invoke(
            main, [*words, *where, *acting, "--keys", str(self.keys)], env={"HUB_ACTOR": ""}
        )
        return done.exit_code, done.output

    def told(self) -> list[Decided]:
        """The acts the door is told of."""
        reader = Reader(self.cluster.admin_config())
        try:
            records = list(reader.read(self.cluster.names.said("deploy", Decided)))
        finally:
            reader.close()
        facts = [wire.decode(record.value or b"") for record in records]
        return [fact for fact in facts if isinstance(fact, Decided)]


def enrol(files: Path, keys: Path, role: str) -> str:
    done = CliRunner().invoke(
        main,
        [
            *("actor", "enrol", "--agency", "probation", "--role", role, "--json"),
            *("--until", "2099-12-31", "--dir", str(files), "--keys", str(keys)),
        ],
    )
    assert done.exit_code == 0, done.output
    actor: str = json.loads(done.output)["actor"]
    return actor


@pytest.fixture
def place(cluster: Cluster, tmp_path: Path) -> Iterator[Place]:
    files, keys = Path(copytree(AGREEMENTS, tmp_path / "agreements")), tmp_path / "keys"
    governs = "information-governance-officer"
    actors = {
        "on-call": enrol(files, keys, "on-call"),
        "first": enrol(files, keys, governs),
        "second": enrol(files, keys, governs),
        "contact": enrol(files, keys, "contact"),
    }
    with apart(cluster) as mine:
        (mine.home / "agreements" / ADOPTED).unlink(missing_ok=True)
        apply(mine, files)
        yield Place(mine, files, keys, actors)


def test_an_agency_is_shut_out_and_let_in_by_two(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    user = place.cluster.names.agency_user(AGENCY)
    standing = passwords.standing(place.cluster.home, user)
    nobody = place.hub("secrets", "revoke", user)
    assert nobody[0] == 1
    assert "Two people have to answer for that" in nobody[1]
    one = place.hub("secrets", "revoke", user, who=("on-call",))
    assert one[0] == 1
    assert "Signed by one of 2" in one[1]
    wrong = place.hub("secrets", "revoke", user, who=("contact",))
    assert wrong[0] == 1
    assert "role-may-not" in wrong[1]
    assert passwords.standing(place.cluster.home, user) == standing
    assert place.hub("secrets", "revoke", user, who=("first",))[0] == 1  # the first of another act
    code, said = place.hub("secrets", "revoke", user, who=("second",))
    assert code == 0, said
    with capsys.disabled():
        click.echo(f"\n{said.splitlines()[-1]}")
    assert passwords.standing(place.cluster.home, user).revoked_at is not None
    code, said = place.hub("secrets", "reinstate", user, who=("on-call", "first"))
    assert code == 0, said
    refused, revoked, reinstated = place.told()
    assert refused.second is not None
    assert refused.second.role == "contact"
    for act, outcome in ((revoked, "revoke"), (reinstated, "reinstate")):
        assert act.second is not None
        assert (act.outcome, act.subject) == (outcome, user)
        assert act.by.actor != act.second.actor


def test_agreements_widen_by_two_and_narrow_by_nobody(place: Place) -> None:
    where = ("--dir", str(place.files))
    code, said = place.hub("agreements", "apply", *where)
    assert code == 0, said
    file = place.files / f"{AGENCY}.yaml"
    wide = file.read_text()
    for path in place.files.glob("*.yaml"):
        path.write_text(path.read_text().replace("expires: 2029-03-31", "expires: 2028-03-31"))
    assert file.read_text() != wide
    code, said = place.hub("agreements", "apply", *where)
    assert code == 0, said
    file.write_text(wide)
    code, said = place.hub("agreements", "apply", *where)
    assert code == 1
    assert f"^ wider: {AGENCY}: " in said
    assert place.hub("agreements", "apply", *where, who=("first",))[0] == 1
    code, said = place.hub("agreements", "apply", *where, who=("second",))
    assert code == 0, said
    (act,) = place.told()
    assert (act.what, act.outcome) == ("agreements", "widen")
    assert (place.cluster.home / "agreements" / ADOPTED).read_text() == act.subject
