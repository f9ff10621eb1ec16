"""The broker's jars: obtained once, checked at every start, never taken on trust.

`deploy/kafka/jars.sha256` is the list that was reviewed. Jars come through Maven where it is
installed, else by plain download of the same coordinates; either way only their checksum counts.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.hub.broker.faults import ArtifactsDiffer, ArtifactsMissing
from services.hub.broker.repository import repository_url

KAFKA_VERSION = "4.3.1"
DEPLOY = Path(__file__).resolve().parents[3] / "deploy" / "kafka"
MANIFEST = DEPLOY / "jars.sha256"
POM = DEPLOY / "pom.xml"

Say = Callable[[str], None]
"""Takes one line of progress, for a person."""


@dataclass(frozen=True)
class Jar:
    """One line of the manifest."""

    name: str
    sha256: str
    coordinates: str

    @property
    def path(self) -> str:
        """Where a Maven repository keeps it."""
        group, artifact, version = self.coordinates.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{self.name}"


def manifest(path: Path = MANIFEST) -> tuple[Jar, ...]:
    """Every jar the broker runs."""
    lines = (line.split() for line in path.read_text().splitlines() if not line.startswith("#"))
    return tuple(Jar(*fields) for fields in lines if fields)


def cache_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this version's jars are kept for all working copies of this user."""
    base = environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(base) / "mappa-hub" / f"kafka-{KAFKA_VERSION}"


def check(directory: Path, jars: tuple[Jar, ...]) -> None:
    """Returns if the directory holds exactly these jars, byte for byte.

    Raises:
        ArtifactsMissing: one is absent.
        ArtifactsDiffer: one has other bytes, or nobody listed it: the broker would load it.
    """
    there = {path.name for path in directory.glob("*.jar")}
    if missing := [jar.name for jar in jars if jar.name not in there]:
        raise ArtifactsMissing(f"{directory} lacks {', '.join(missing)}. {_again(directory)}")
    if extra := there - {jar.name for jar in jars}:
        raise ArtifactsDiffer(
            f"{directory} holds {', '.join(sorted(extra))}, which {MANIFEST.name} does not list. "
            f"{_again(directory)}"
        )
    for jar in jars:
        if _sha256(directory / jar.name) != jar.sha256:
            raise ArtifactsDiffer(
                f"{directory / jar.name} is not the file {MANIFEST.name} lists. {_again(directory)}"
            )


def obtain_jars(
    say: Say,
    *,
    repository: str | None = None,
    environ: Mapping[str, str] = os.environ,
    manifest_path: Path = MANIFEST,
) -> Path:
    """The directory with all jars, checked; fetched first if this version was never fetched.

    Raises:
        ArtifactsMissing: they cannot be fetched.
        ArtifactsDiffer: what is there, or what came, is not what was reviewed.
    """
    jars = manifest(manifest_path)
    directory = cache_directory(environ)
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".fetch-") as scratch:
            fetched = Path(scratch) / "jars"
            fetched.mkdir()
            _fetch(fetched, jars, say, repository, environ)
            check(fetched, jars)
            try:
                fetched.rename(directory)
            except OSError:
                if not directory.exists():  # another process published the same jars first
                    raise
    check(directory, jars)
    return directory


def _fetch(
    into: Path, jars: tuple[Jar, ...], say: Say, repository: str | None, environ: Mapping[str, str]
) -> None:
    asked_for = repository or environ.get("HUB_MAVEN_REPOSITORY")
    maven = shutil.which("mvn", path=environ.get("PATH"))
    if maven and not asked_for:
        say(f"Fetching Kafka {KAFKA_VERSION} ({len(jars)} jars, 44 MB, once) with Maven …")
        if _by_maven(maven, into, say):
            return
    base = repository_url(asked_for)
    say(f"Fetching Kafka {KAFKA_VERSION} ({len(jars)} jars, 44 MB, once) by download …")
    for number, jar in enumerate(jars, start=1):
        _download(f"{base}/{jar.path}", into / jar.name)
        if number % 10 == 0 or number == len(jars):
            say(f"  {number} of {len(jars)}")


def _by_maven(maven: str, into: Path, say: Say) -> bool:
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
    scope = ["-DincludeScope=runtime", f"-DoutputDirectory={into}"]
    done = subprocess.run(
        [maven, "-q", "-B", "-f", str(POM), goal, *scope],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return True
    errors = [line for line in done.stdout.splitlines() if "ERROR" in line]
    say(f"Maven could not: {errors[0] if errors else 'no reason given'}")
    for left in into.iterdir():
        left.unlink()
    return False


def _download(url: str, to: Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, to.open("wb") as file:  # noqa: S310  # repository_url lets only http and https through
            shutil.copyfileobj(answer, file)
    except (OSError, urllib.error.URLError) as error:
        raise ArtifactsMissing(
            f"Cannot fetch {url}: {error}. Install Maven, or name a repository that answers with "
            "--repository URL (or HUB_MAVEN_REPOSITORY)."
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _again(directory: Path) -> str:
    return f"Remove {directory}; the next start fetches it anew."
