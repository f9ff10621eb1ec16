"""Agreement files that are widened without two signatures are found; no broker, no network."""

import json
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from services.agreements import acts, history
from services.agreements.compile import load
from services.hub.cli import main
from services.hub.simulation.people import GOVERNS, decided
from tests.agreements.makers import FILES, IN_ORDER, a_file

RA = "responsible-authority"
WIDER = ("facts: [release-date-set]", "facts: [release-date-set, released]")
NARROWER = ("expires: 2027-03-31", "expires: 2027-03-30")
HOUSING = "exampleshire-housing"


@dataclass
class Repository:
    """A folder of files with two invented bodies, and their officers' keys elsewhere."""

    files: Path
    keys: Path

    def hub(self, *words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["agreements", *words, "--dir", str(self.files)])
        return done.exit_code, done.output

    def sign(self, *actors: str) -> tuple[int, str]:
        asked = [word for actor in actors for word in ("--as", actor)]
        return self.hub("sign", *asked, "--keys", str(self.keys))

    def verify(self) -> tuple[int, str]:
        return self.hub("verify")

    def enrol(self, agency: str, role: str = "information-governance-officer") -> str:
        done = CliRunner().invoke(
            main,
            [
                *("actor", "enrol", "--agency", agency, "--role", role, "--until", "2099-12-31"),
                *("--dir", str(self.files), "--keys", str(self.keys), "--json"),
            ],
        )
        assert done.exit_code == 0, done.output
        actor: str = json.loads(done.output)["actor"]
        return actor

    def change(self, old: str, new: str, slug: str = HOUSING) -> None:
        file = self.files / f"{slug}.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    @property
    def lines(self) -> list[str]:
        return (self.files / history.FILE).read_text().splitlines()

    def rewrite(self, *lines: str) -> None:
        (self.files / history.FILE).write_text("".join(f"{line}\n" for line in lines))


@pytest.fixture
def place(tmp_path: Path) -> Repository:
    files = tmp_path / "agreements"
    files.mkdir()
    a_file(files)
    for slug in ("one-force", "other-force"):
        a_file(files, slug=slug, kind=RA)
    return Repository(files, tmp_path / "keys")


@pytest.fixture
def officers(place: Repository) -> tuple[str, str]:
    """Two are enrolled, and all is kept as it is."""
    two = place.enrol("one-force"), place.enrol("other-force")
    assert place.sign()[0] == 0
    assert place.verify()[0] == 0
    return two


def test_the_files_of_this_repository_are_as_they_were_agreed_to() -> None:
    done = CliRunner().invoke(main, ["agreements", "verify", "--dir", str(FILES)])
    assert done.exit_code == 0, done.output


def test_files_that_nobody_ever_kept_are_not_agreed_to(place: Repository) -> None:
    code, said = place.verify()
    assert code == 3
    assert "hub agreements sign" in said


@pytest.mark.usefixtures("officers")
def test_a_widening_that_nobody_signed_is_found_with_what_widens(place: Repository) -> None:
    place.change(*WIDER)
    code, said = place.verify()
    assert code == 3
    assert f"^ wider: {HOUSING}: is told released" in said
    assert "two have to sign" in said


def test_two_sign_a_widening_and_it_counts(place: Repository, officers: tuple[str, str]) -> None:
    place.change(*WIDER)
    code, said = place.sign(officers[0])
    assert code == 1
    assert "Signed by one of 2" in said
    assert place.verify()[0] == 3
    assert place.sign(officers[1])[0] == 0
    assert place.verify()[0] == 0
    assert list((place.files / history.WAITING).iterdir()) == []


def test_one_person_cannot_sign_twice(place: Repository, officers: tuple[str, str]) -> None:
    place.change(*WIDER)
    assert place.sign(officers[0], officers[0])[0] == 1
    assert place.sign(officers[0])[0] == 1
    assert place.verify()[0] == 3


def test_who_is_enrolled_by_the_widening_itself_cannot_sign_it(
    place: Repository, officers: tuple[str, str]
) -> None:
    more = place.enrol("one-force")
    code, said = place.sign(officers[0], more)
    assert code == 1
    assert "Nobody is enrolled under that number" in said


@pytest.mark.parametrize("role", ["co-ordinator", "lead-officer", "on-call"])
def test_nor_can_who_has_another_role(place: Repository, role: str) -> None:
    two = place.enrol("one-force"), place.enrol("other-force")
    third = place.enrol("one-force", role)
    place.sign()
    place.change(*WIDER)
    code, said = place.sign(two[0], third)
    assert code == 1
    assert "role-may-not" in said
    assert place.verify()[0] == 3


@pytest.mark.usefixtures("officers")
def test_what_narrows_takes_nobody_and_undone_takes_two_again(place: Repository) -> None:
    place.change(*NARROWER)
    code, said = place.verify()
    assert code == 3
    assert "nobody has to sign that" in said
    assert place.sign()[0] == 0
    assert place.verify()[0] == 0
    place.change(NARROWER[1], NARROWER[0])
    assert f"^ wider: {HOUSING}: release-date-set: for longer" in place.verify()[1]
    assert place.sign()[0] == 1


def test_before_two_are_enrolled_it_stands_there_that_nobody_signed(place: Repository) -> None:
    place.sign()
    place.change(*WIDER)
    assert place.verify()[0] == 3
    assert place.sign()[0] == 0
    code, said = place.verify()
    assert code == 0
    assert "1 times wider while nobody was enrolled" in said
    assert json.loads(place.lines[-1])["wider"] == [f"{HOUSING}: is told released"]


# -- the history itself, tampered with


def signed(place: Repository, officers: tuple[str, str]) -> None:
    place.change(*WIDER)
    assert place.sign(*officers)[0] == 0


def test_an_act_taken_out_is_found(place: Repository, officers: tuple[str, str]) -> None:
    signed(place, officers)
    last = json.loads(place.lines[-1])
    place.rewrite(*place.lines[:-1], json.dumps({**last, "act": None}))
    assert "nobody signed" in place.verify()[1]


def test_a_grant_more_under_the_same_signatures_is_found(
    place: Repository, officers: tuple[str, str]
) -> None:
    signed(place, officers)
    last = json.loads(place.lines[-1])
    last["agreements"][HOUSING]["receives"][0]["facts"].append("level-set")
    place.rewrite(*place.lines[:-1], json.dumps(last))
    code, said = place.verify()
    assert code == 3
    assert "is not the version it names" in said


def test_an_act_used_again_is_found(place: Repository, officers: tuple[str, str]) -> None:
    signed(place, officers)
    again = place.lines[-1]
    place.change(WIDER[1], WIDER[0])
    assert place.sign()[0] == 0
    place.rewrite(*place.lines, again)
    place.change(*WIDER)
    code, said = place.verify()
    assert code == 3
    assert "signed-before" in said


def test_keys_of_people_nobody_enrolled_sign_nothing(
    place: Repository, officers: tuple[str, str]
) -> None:
    signed(place, officers)
    last = json.loads(place.lines[-1])
    act = history.read(place.files).entries[-1].act
    assert act is not None
    bare = decided(
        *("agreements", "widen", last["version"], GOVERNS),
        at=act.occurred_at,
        installation=history.INSTALLATION,
    )
    forged = bare.model_copy(update={"second": act.second})
    place.rewrite(*place.lines[:-1], json.dumps({**last, "act": forged.model_dump(mode="json")}))
    assert "not-enrolled" in place.verify()[1]


def test_what_was_signed_for_a_hub_counts_for_no_files(
    place: Repository, officers: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place.change(*WIDER)
    monkeypatch.setattr(history, "INSTALLATION", "a-hub")
    assert place.sign(*officers)[0] == 0
    monkeypatch.undo()
    assert "another-installation" in place.verify()[1]


def test_a_line_that_is_none_is_said_to_be(place: Repository) -> None:
    place.sign()
    place.rewrite(*place.lines, "{}")
    code, said = place.verify()
    assert code == 1
    assert f"{history.FILE}:2" in said


def test_a_file_that_is_gone_is_kept_as_gone(place: Repository) -> None:
    place.sign()
    (place.files / "other-force.yaml").unlink()
    assert place.verify()[0] == 3
    assert place.sign()[0] == 0
    assert place.verify()[0] == 0
    assert "other-force" not in history.read(place.files).content


def test_the_history_holds_no_private_key(place: Repository, officers: tuple[str, str]) -> None:
    signed(place, officers)
    assert "PRIVATE" not in "".join(place.lines)
    assert IN_ORDER.splitlines()[0] == f"agency: {HOUSING}"
    assert acts.ACTS["agreements", "widen"].people == 2
    assert load(place.files).version == json.loads(place.lines[-1])["version"]


def test_a_widening_planted_in_a_copy_of_the_committed_files_is_found(tmp_path: Path) -> None:
    copytree(FILES, tmp_path / "agreements")
    planted = Repository(tmp_path / "agreements", tmp_path / "keys")
    planted.change("facts: [release-date-set]", "facts: [release-date-set, released]", "dwp")
    code, said = planted.verify()
    assert code == 3
    assert "^ wider: dwp: is told released" in said
