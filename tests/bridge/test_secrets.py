"""Secrets are made once, kept to their owner, and not taken from a file others can open."""

from pathlib import Path

import pytest

from services.bridge.secrets import ensure_secret
from services.runtime.faults import Stop


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "bridges" / "em" / "push.secret"
    first = ensure_secret(path)
    assert ensure_secret(path) == first
    assert len(first.get_secret_value()) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


def test_a_secret_others_can_open_is_none(tmp_path: Path) -> None:
    path = tmp_path / "em"
    ensure_secret(path)
    path.chmod(0o640)
    with pytest.raises(Stop, match="chmod 600"):
        ensure_secret(path)


def test_a_secret_of_a_few_letters_is_none(tmp_path: Path) -> None:
    path = tmp_path / "em"
    path.write_text("short\n")
    path.chmod(0o600)
    with pytest.raises(Stop, match="less than 32"):
        ensure_secret(path)
