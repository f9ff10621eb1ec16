"""Numbers in the shape of real registers, with correct check characters, that nobody has.

Each comes from a range that is not issued: national computer numbers of years before there was a
computer, NHS numbers that begin 999, prisoner and probation numbers that begin with 9. There is no
such range of National Insurance numbers, so nobody in the story has one.

Source: feeds §1.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from schemas.base import Identifier, IdentifierType

LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""Check letters by remainder modulo 23."""
NHS_BLOCK = 999_000_000


def check_letter(year: int, serial: str) -> str:
    """The check letter over two digits of the year and the serial as written."""
    return LETTERS[int(f"{year % 100:02d}{serial}") % 23]


def pnc(number: int) -> Identifier:
    """A police national computer number of 1901 to 1909."""
    year, serial = 1901 + number % 9, f"{9_000_000 + number:07d}"
    return _made(IdentifierType.PNC, f"{year}/{serial}{check_letter(year, serial)}")


def wrong_pnc(number: int) -> Identifier:
    """The same number with another check letter."""
    right = pnc(number).value
    wrong = LETTERS[(LETTERS.index(right[-1]) + 1) % len(LETTERS)]
    return _made(IdentifierType.PNC, right[:-1] + wrong)


def cro(number: int) -> Identifier:
    """A criminal records office number of 1901."""
    serial = f"{900_000 + number:06d}"
    return _made(IdentifierType.CRO, f"{serial}/01{check_letter(1901, serial)}")


def crn(number: int) -> Identifier:
    """A probation case number that begins X9."""
    return _made(IdentifierType.CRN, f"X9{number:05d}")


def noms(number: int) -> Identifier:
    """A prisoner number that begins with A9 and ends on Z and a letter counting thousands."""
    return _made(IdentifierType.NOMS, f"A9{number % 1000:03d}Z{'ZYXWVUTSRQ'[number // 1000]}")


def nhs_numbers() -> Iterator[Identifier]:
    """The valid NHS numbers of the block 999 that is never issued, in order."""
    for stem in count(NHS_BLOCK):
        digit = nhs_check_digit(stem)
        if digit is not None:
            yield _made(IdentifierType.NHS, f"{stem}{digit}")


def housing(number: int, authority: str) -> Identifier:
    """A housing authority's own reference."""
    initials = "".join(word[0] for word in authority.split("-")).upper()
    return _made(IdentifierType.HOUSING, f"{initials}-9{number:05d}")


def mdss(number: int) -> int:
    """The tag provider's person number."""
    return 990_000 + number


def device(number: int) -> int:
    """The tag provider's number of a device."""
    return 99_000 + number


def nhs_check_digit(stem: int) -> int | None:
    """The tenth digit for nine, or None where there is none: weights 10 to 2, 11 less remainder."""
    total = sum(
        int(digit) * weight for digit, weight in zip(f"{stem:09d}", range(10, 1, -1), strict=True)
    )
    digit = 11 - total % 11
    return None if digit == 10 else digit % 11


def _made(kind: IdentifierType, value: str) -> Identifier:
    return Identifier(type=kind, value=value)
