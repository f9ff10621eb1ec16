"""Writing people and sign-in services into an agency's file, which keeps its comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from services.agreements import lint
from services.agreements.actors import Role, TokenKey
from services.agreements.files import read_file
from services.hub.broker.private import write_private
from services.runtime.faults import Stop

_ACTORS = re.compile(r"^actors:\s*(\[\])?\s*$", re.MULTILINE)
_SIGN_IN = re.compile(r"^sign_in:\n(?:[ #].*\n|\n)*", re.MULTILINE)
_ALGORITHMS = {"RSA": "RS256", "EC": "ES256", "OKP": "Ed25519"}
_PUBLIC = frozenset(TokenKey.model_fields)


def add_actor(
    directory: Path, agency: str, actor: str, roles: Iterable[Role], until: date, shows: str
) -> Path:
    """The agency's file with one more actor; `shows` is the line of its key or subject.

    Raises:
        Stop: there is no such file, or it would not be in order.
    """
    lines = (f"  - actor: {actor}", f"    roles: [{', '.join(roles)}]", f"    {shows}")
    entry = "\n".join((*lines, f"    until: {until.isoformat()}", ""))
    file = _file(directory, agency)
    text = file.read_text("utf-8")
    if _ACTORS.search(text):
        return _write(file, _ACTORS.sub(lambda _: f"actors:\n{entry.rstrip()}", text, count=1))
    return _write(file, f"{text.rstrip()}\nactors:\n{entry}")


def set_sign_in(
    directory: Path, agency: str, issuer: str, audience: str, jwks: Mapping[str, Any]
) -> Path:
    """The agency's file with these as the keys its sign-in service signs tokens with.

    Raises:
        Stop: there is no such file, none of the keys is usable, or it would not be in order.
    """
    keys = [_public(key) for key in jwks.get("keys", ()) if key.get("use", "sig") == "sig"]
    if not keys:
        raise Stop("no key to verify signatures by is in there")
    lines = [f"  issuer: {json.dumps(issuer)}", f"  audience: {json.dumps(audience)}", "  keys:"]
    lines += [f"    - {json.dumps(key)}" for key in keys]
    section = "\n".join(("sign_in:", *lines, ""))
    file = _file(directory, agency)
    text = _SIGN_IN.sub("", file.read_text("utf-8"))
    return _write(file, f"{text.rstrip()}\n{section}")


def _public(key: Mapping[str, Any]) -> dict[str, Any]:
    """What verifies; nothing of a private part, were there one."""
    public = {name: key[name] for name in sorted(_PUBLIC & key.keys())}
    algorithm = _ALGORITHMS.get(key.get("kty", ""))
    if algorithm is None or "kid" not in key:
        raise Stop("a key of another kind, or without kid, is in there")
    public.setdefault("alg", algorithm)
    return public


def _file(directory: Path, agency: str) -> Path:
    file = directory / f"{agency}.yaml"
    if not file.is_file():
        raise Stop(f"{directory} has no file of that agency: {agency}")
    return file


def _write(file: Path, text: str) -> Path:
    """Kept only if it is in order; its mode stays as it was."""
    before, mode = file.read_bytes(), file.stat().st_mode
    write_private(file, text)
    file.chmod(mode)
    read, findings = read_file(file)
    findings += () if read is None else lint.findings(read)
    if findings:
        write_private(file, before)
        file.chmod(mode)
        raise Stop("\n".join(str(finding) for finding in findings))
    return file
