"""What a worker sees of its installation without a broker: certificates, schema ids, its build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path

from cryptography import x509

from schemas.materialise import AVRO, read_ids, versions
from services.runtime.schema_store import VIEW_IDS
from services.runtime.symptoms import Symptom, Weight

WARN_BEFORE = timedelta(days=14)
_RENEW = "hub secrets rotate; if it has expired, hub down, then hub up; not ours: whoever runs it"
_FROZEN = "restore schemas/avro from the repository: a committed id never changes"


def certificates(paths: Iterable[Path], now: datetime) -> Iterator[Symptom]:
    """Those that are missing, unreadable, not yet or no longer valid, or end soon."""
    for path in paths:
        where = f"certificate {path}"
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except FileNotFoundError:
            yield Symptom(where, "is not there", _RENEW, Weight.STOPS)
        except (ValueError, PermissionError):
            yield Symptom(where, "cannot be read", _RENEW, Weight.STOPS)
        else:
            starts, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            yield from _valid(where, starts, ends, now)


def _valid(where: str, starts: datetime, ends: datetime, now: datetime) -> Iterator[Symptom]:
    if now >= ends:
        yield Symptom(where, f"expired on {ends:%d %B %Y}", _RENEW, Weight.STOPS)
    elif now < starts:
        do = "set this machine's clock, which is behind"
        yield Symptom(where, f"is valid only from {starts:%d %B %Y}", do, Weight.STOPS)
    elif ends - now < WARN_BEFORE:
        yield Symptom(where, f"expires on {ends:%d %B %Y}, in {(ends - now).days} days", _RENEW)


def schema_ids(folder: Path = AVRO) -> Iterator[Symptom]:
    """Whether the committed schemas can be told apart by their ids."""
    frozen = [
        f"{kind}/v{number}"
        for kind, schemas in versions(folder).items()
        for number in range(1, len(schemas) + 1)
    ]
    return misnumbered(frozen, read_ids(folder))


def misnumbered(frozen: Iterable[str], ids: Mapping[str, int]) -> Iterator[Symptom]:
    """Frozen schemas without an id, ids without a schema, ids that stand for two or for a view."""
    names = sorted(frozen)
    owner: dict[int, str] = {}
    for name in names:
        if name not in ids:
            yield Symptom(f"schema {name}", "has no id", _FROZEN, Weight.STOPS)
    for name, number in sorted(ids.items()):
        where = f"schema {name}"
        if name not in names:
            yield Symptom(where, f"has id {number} and no file", _FROZEN, Weight.STOPS)
        if number in owner:
            wrong = f"has the id {number} of {owner[number]}"
            yield Symptom(where, wrong, _FROZEN, Weight.STOPS)
        if number in VIEW_IDS or number < 1:
            yield Symptom(where, f"has id {number}, which is no fact's", _FROZEN, Weight.STOPS)
        owner[number] = name


INSTALLED = "build"
"""The file of an installation that says which build was adopted last, and where that was said."""


def adopted_build(home: Path) -> tuple[str, int]:
    """Which build was adopted last, and where that was said; ("", -1) before the first."""
    file = home / INSTALLED
    version, _, offset = file.read_text().partition(" ") if file.is_file() else ("", "", "-1")
    return version, int(offset)


@cache
def build_fingerprint() -> str:
    """The code this process runs, as `BuildAdopted` names it: all sources, byte for byte."""
    root = Path(__file__).parents[2]
    digest = blake2b(digest_size=8)
    for package in ("schemas", "services"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def build_since(home: Path, build: str) -> int:
    """Where it was said that this build is in force, if it was adopted last; else -1."""
    version, offset = adopted_build(home)
    return offset if version == build else -1


IN_USE = "schemas"
"""The file of an installation with the highest id of a schema by which facts are written."""


def in_use(home: Path) -> int:
    """The highest id of a schema adopted here; 0 before any was."""
    file = home / IN_USE
    return int(file.read_text()) if file.is_file() else 0


def written(adopted: int, highest: int) -> Iterator[Symptom]:
    """Whether this build has the schemas by which facts are written; empty if it has no others."""
    where = "schemas"
    if adopted > highest:
        wrong = f"facts are written by schemas up to {adopted}; this build has them up to {highest}"
        do = "install a build that has them: nobody can go back behind hub schemas adopt"
        yield Symptom(where, wrong, do, Weight.STOPS)
    elif 0 < adopted < highest:
        wrong = f"this build has them up to {highest}; facts are written by those up to {adopted}"
        do = "once no earlier build will be installed again: hub schemas adopt"
        yield Symptom(where, wrong, do, Weight.WATCH)


def build(adopted: str, own: str) -> Iterator[Symptom]:
    """Whether the code that runs is the build adopted last; empty if none ever was.

    A worker goes on all the same: it finds out by the log whether its build is in force yet.
    """
    do = "install that build, or adopt this one: hub down, then hub up"
    if not adopted:
        yield Symptom(f"build {own}", "no build was ever adopted here", "run: hub up")
    elif adopted != own:
        yield Symptom(f"build {own}", f"the build adopted last is {adopted}", do)
