"""How each agency knows a person: a reference of its own, which no other agency can relate.

The reference is the person's number under a block cipher keyed by the agency: 128 bits in, 128 bits
out, one to one. So the hub keeps no table, can turn a reference back, and two agencies that
compare notes learn nothing (design §3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
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
    def _ciphers(self) -> dict[str, Cipher[modes.ECB]]:
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
        sealed = self._cipher(f"agency:{receiver}").encryptor().update(person.bytes)
        return f"{_MARK}{sealed.hex()}"

    def notice(self, receiver: str, event_id: UUID) -> UUID:
        """The number of the notice by which that receiver is told of that fact, always the same.

        Nothing can be told from it: not even whoever guesses the fact's own id can confirm it.
        """
        sealed = self._cipher(f"notices:{receiver}").encryptor().update(event_id.bytes)
        number = bytearray(sealed)
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
        return PersonId(UUID(bytes=self._cipher(f"agency:{speaker}").decryptor().update(sealed)))

    def _cipher(self, use: str) -> Cipher[modes.ECB]:
        cipher = self._ciphers.get(use)
        if cipher is None:
            # One block, one to one, nothing chained: what ECB is right for.
            cipher = Cipher(algorithms.AES256(self._derive(use)), modes.ECB())  # noqa: S305
            self._ciphers[use] = cipher
        return cipher

    def _derive(self, what: str) -> bytes:
        return HKDF(SHA256(), 32, None, f"mappa-hub:{what}".encode()).derive(self.secret)
