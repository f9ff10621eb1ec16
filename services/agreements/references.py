"""How each agency knows a person: a reference of its own, which no other agency can relate.

The reference is the person's number under a block cipher keyed by the agency: 128 bits in, 128 bits
out, one to one. So the hub keeps no table, can turn a reference back, and two agencies that
compare notes learn nothing (design §3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.base import PersonId

_MARK = "p-"


@dataclass(frozen=True)
class References:
    """Makes and reads references; `secret` is the installation's, 32 bytes."""

    secret: bytes

    def __repr__(self) -> str:
        return "References(…)"

    @cached_property
    def _sealers(self) -> dict[str, CipherContext]:
        return {}

    @cached_property
    def _openers(self) -> dict[str, CipherContext]:
        return {}

    @cached_property
    def pepper(self) -> bytes:
        """Keys the hashes under which the door keeps identifiers."""
        return self._derive("identifiers")

    @cached_property
    def installation(self) -> str:
        """By which this installation is told from any other; no secret."""
        return self._derive("installation").hex()

    def ref(self, receiver: str, person: PersonId) -> str:
        """The person's reference for that receiver."""
        return f"{_MARK}{self._sealed(f'agency:{receiver}', person).hex()}"

    def notice(self, receiver: str, event_id: UUID) -> UUID:
        """The number of the notice by which that receiver is told of that fact, always the same.

        Nothing can be told from it: not even whoever guesses the fact's own id can confirm it.
        """
        number = bytearray(self._sealed(f"notices:{receiver}", event_id))
        number[6] = number[6] & 0x0F | 0x80  # a UUID of version 8
        number[8] = number[8] & 0x3F | 0x80
        return UUID(bytes=bytes(number))

    def person(self, speaker: str, ref: str) -> PersonId | None:
        """The person an agency means by its reference; None if it cannot be one."""
        try:
            sealed = bytes.fromhex(ref.removeprefix(_MARK))
        except ValueError:
            return None
        if not ref.startswith(_MARK) or len(sealed) != 16:
            return None
        use = f"agency:{speaker}"
        opener = self._openers.get(use)
        if opener is None:
            opener = self._openers[use] = self._cipher(use).decryptor()
        return PersonId(UUID(bytes=opener.update(sealed)))

    def _sealed(self, use: str, number: UUID) -> bytes:
        """Each block for itself, so one context serves for all there will ever be."""
        sealer = self._sealers.get(use)
        if sealer is None:
            sealer = self._sealers[use] = self._cipher(use).encryptor()
        return sealer.update(number.bytes)

    def _cipher(self, use: str) -> Cipher[modes.ECB]:
        # One block, one to one, nothing chained: what ECB is right for.
        return Cipher(algorithms.AES256(self._derive(use)), modes.ECB())  # noqa: S305

    def _derive(self, what: str) -> bytes:
        return HKDF(SHA256(), 32, None, f"mappa-hub:{what}".encode()).derive(self.secret)
