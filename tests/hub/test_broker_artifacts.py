"""Jars: only the reviewed ones, wherever they come from."""

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from services.hub.broker.artifacts import (
    MANIFEST,
    POM,
    Jar,
    cache_directory,
    check,
    manifest,
    obtain_jars,
)
from services.hub.broker.faults import ArtifactsDiffer, ArtifactsMissing
from services.hub.broker.repository import PUBLIC, mirror, repository_url

CONTENT = {"one-1.0.jar": b"first", "two-2.0.jar": b"second"}


def jars() -> tuple[Jar, ...]:
    return tuple(
        Jar(name, hashlib.sha256(content).hexdigest(), f"org.example:{name[:3]}:{name[4:7]}")
        for name, content in CONTENT.items()
    )


def laid_out(directory: Path) -> Path:
    directory.mkdir(parents=True)
    for name, content in CONTENT.items():
        (directory / name).write_bytes(content)
    return directory


def no_word(_: str) -> None:
    """Progress is not looked at here."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the library
        """Not shown."""


@pytest.fixture
def manifest_file(tmp_path: Path) -> Path:
    path = tmp_path / "jars.sha256"
    path.write_text(
        "# list\n" + "".join(f"{j.name}  {j.sha256}  {j.coordinates}\n" for j in jars())
    )
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A Maven repository on this machine, and its directory."""
    root = tmp_path / "repository"
    for jar in jars():
        (root / jar.path).parent.mkdir(parents=True)
        (root / jar.path).write_bytes(CONTENT[jar.name])
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", root
        server.shutdown()
        thread.join()


def test_the_committed_list_names_what_the_pom_asks_for() -> None:
    listed = {jar.coordinates for jar in manifest()}
    asked_for = re.findall(
        r"<groupId>(\S+)</groupId>\s*<artifactId>(\S+)</artifactId>\s*<version>(\S+)</version>\s*<",
        POM.read_text().partition("<dependencies>")[2],
    )
    assert len(asked_for) == 3
    assert {":".join(row) for row in asked_for} <= listed
    assert len(listed) == 47


def test_every_line_of_the_committed_list_is_whole() -> None:
    for jar in manifest(MANIFEST):
        _, artifact, version = jar.coordinates.split(":")
        assert jar.name == f"{artifact}-{version}.jar"
        assert re.fullmatch("[0-9a-f]{64}", jar.sha256)


def test_the_reviewed_jars_pass(tmp_path: Path) -> None:
    check(laid_out(tmp_path / "jars"), jars())


def test_a_changed_jar_is_refused(tmp_path: Path) -> None:
    directory = laid_out(tmp_path / "jars")
    (directory / "two-2.0.jar").write_bytes(b"second, and more")
    with pytest.raises(ArtifactsDiffer, match=r"two-2\.0\.jar is not the file .* lists"):
        check(directory, jars())


def test_a_jar_nobody_listed_is_refused_because_java_would_load_it(tmp_path: Path) -> None:
    directory = laid_out(tmp_path / "jars")
    (directory / "three-1.0.jar").write_bytes(b"third")
    with pytest.raises(ArtifactsDiffer, match="three"):
        check(directory, jars())


def test_an_absent_jar_is_named(tmp_path: Path) -> None:
    directory = laid_out(tmp_path / "jars")
    (directory / "one-1.0.jar").unlink()
    with pytest.raises(ArtifactsMissing, match="one-1.0.jar"):
        check(directory, jars())


def test_jars_are_fetched_once_and_published_whole(
    tmp_path: Path, manifest_file: Path, repository: tuple[str, Path]
) -> None:
    url, root = repository
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HUB_MAVEN_REPOSITORY": url}
    said: list[str] = []
    directory = obtain_jars(said.append, environ=environ, manifest_path=manifest_file)
    assert directory == cache_directory(environ)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == CONTENT
    assert said[-1].strip() == "2 of 2"
    for path in root.rglob("*.jar"):
        path.unlink()
    assert obtain_jars(no_word, environ=environ, manifest_path=manifest_file) == directory


def test_a_repository_that_serves_something_else_leaves_nothing_behind(
    tmp_path: Path, manifest_file: Path, repository: tuple[str, Path]
) -> None:
    url, root = repository
    (root / jars()[0].path).write_bytes(b"not what was reviewed")
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with pytest.raises(ArtifactsDiffer):
        obtain_jars(no_word, repository=url, environ=environ, manifest_path=manifest_file)
    assert list(cache_directory(environ).parent.iterdir()) == []


def test_a_repository_that_lacks_a_jar_is_an_error_that_says_what_to_do(
    tmp_path: Path, manifest_file: Path, repository: tuple[str, Path]
) -> None:
    url, root = repository
    (root / jars()[1].path).unlink()
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with pytest.raises(ArtifactsMissing, match=r"two-2\.0\.jar: .*--repository URL"):
        obtain_jars(no_word, repository=url, environ=environ, manifest_path=manifest_file)


def settings(tmp_path: Path, mirror_of: str, more: str = "") -> Path:
    path = tmp_path / "settings.xml"
    path.write_text(
        '<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0"><mirrors><mirror>'
        f"<mirrorOf>{mirror_of}</mirrorOf><url>https://mirror.example/maven</url>{more}"
        "</mirror></mirrors></settings>"
    )
    return path


@pytest.mark.parametrize("mirror_of", ["*", "central", "other, central", "external:*"])
def test_the_users_mirror_is_honoured(tmp_path: Path, mirror_of: str) -> None:
    assert repository_url(None, settings(tmp_path, mirror_of)) == "https://mirror.example/maven"


def test_a_mirror_of_something_else_or_a_blocked_one_is_not(tmp_path: Path) -> None:
    assert mirror(settings(tmp_path, "snapshots")) is None
    assert mirror(settings(tmp_path, "*", "<blocked>true</blocked>")) is None
    assert repository_url(None, tmp_path / "absent.xml") == PUBLIC


def test_what_was_asked_for_comes_before_the_mirror(tmp_path: Path) -> None:
    path = settings(tmp_path, "*")
    assert repository_url("https://asked.example/m2/", path) == "https://asked.example/m2"


def test_a_local_file_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(ArtifactsMissing, match="http"):
        repository_url("file:///etc", tmp_path / "absent.xml")
