"""Keys and shared secrets as files only their owner can open; made where they are missing."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_urlsafe

import asyncssh
from pydantic import SecretStr

from services.runtime.faults import Stop


def private_folder(path: Path) -> None:
    """The folder is there; whatever of its path had to be made has mode 0700, its parents too."""
    if not path.parent.exists():
        private_folder(path.parent)
    path.mkdir(exist_ok=True, mode=0o700)


def write_private(path: Path, content: bytes) -> None:
    """A file of mode 0600 in a folder of mode 0700; an existing one is left as it is."""
    private_folder(path.parent)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def ensure_secret(path: Path) -> SecretStr:
    """The secret in that file, 256 bits of it made on first use.

    Raises:
        Stop: others than its owner can open the file, or it holds next to nothing.
    """
    write_private(path, token_urlsafe(32).encode())
    if path.stat().st_mode & 0o077:
        raise Stop("a secret's file can be opened by others than its owner: chmod 600 it")
    secret = path.read_text("ascii").strip()
    if len(secret) < 32:
        raise Stop("a secret's file holds less than 32 characters")
    return SecretStr(secret)


def ensure_key(path: Path) -> asyncssh.SSHKey:
    """The Ed25519 key in that file, made on first use; its public half stands in `.pub`."""
    if not path.exists():
        key = asyncssh.generate_private_key("ssh-ed25519")
        write_private(path, key.export_private_key())
        path.with_suffix(".pub").write_bytes(key.export_public_key())
    return asyncssh.read_private_key(path)


def ensure_partner(folder: Path, partner: str) -> asyncssh.SSHKey:
    """The partner's public key: the one it sent, or of a pair made here where it sent none."""
    public = folder / f"{partner}.pub"
    if not public.exists():
        ensure_key(folder / f"{partner}.key")
    return asyncssh.read_public_key(public)


def ensure_host(folder: Path) -> asyncssh.SSHKey:
    """The server's own key; `known_hosts` beside it is what a client has to trust."""
    key = ensure_key(folder / "host.key")
    public = key.export_public_key().decode("ascii").strip()
    (folder / "known_hosts").write_text(f"* {public}\n", "ascii")
    return key
